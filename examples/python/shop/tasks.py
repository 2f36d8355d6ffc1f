"""Tasks of a shop. They are functions like any other."""

import time

from reproq import TaskContext, current


def add(a, b):
    return a + b


def resize(files):
    for done, file in enumerate(files, start=1):
        print("resizing", file)
        time.sleep(0.1)
        current().progress(done, len(files), file)
    return {"resized": len(files)}


async def greet(context: TaskContext, name):
    return f"hello {name}, attempt {context.attempt}"
