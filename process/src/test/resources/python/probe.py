"""Tasks that do what tasks do, and what they should not."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time

import reproq


def add(a, b):
    return a + b


def nothing():
    return None


def fail(message):
    raise ValueError(message)


def leave(code):
    sys.exit(code)


def vanish(code):
    os._exit(code)


def crash():
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGSEGV)


def bad_pointer():
    ctypes.string_at(0)


def loop():
    while True:
        pass


def sleep(seconds):
    time.sleep(seconds)
    return seconds


def stubborn(path):
    """Takes no signal as an answer."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open(path, "w") as file:
        file.write(str(os.getpid()))
    while True:
        time.sleep(1)


def children(path, count, seconds):
    """Starts processes that hold all that it holds, waits for none of them, and tells who it is."""
    pids = [os.getpid()]
    for _ in range(count):
        pid = os.fork()
        if pid == 0:
            time.sleep(seconds)
            os._exit(0)
        pids.append(pid)
    part = f"{path}.{os.getpid()}"
    with open(part, "w") as file:
        file.write(" ".join(map(str, pids)))
    os.rename(part, path)
    return pids


def children_and_wait(path, count):
    children(path, count, 600)
    time.sleep(600)


def escapee(seconds):
    """A process in a session of its own that holds the output."""
    return subprocess.Popen(["sleep", str(seconds)], start_new_session=True).pid


def write(megabytes):
    for _ in range(megabytes):
        sys.stdout.write("x" * (1 << 20))
    return megabytes


def say(text):
    print(text, flush=True)
    return text


def say_later(text):
    threading.Timer(0.2, lambda: print(text, flush=True)).start()


def odd(kind):
    """Returns or raises what is hard to store."""
    if kind == "nul":
        return "a\0b"
    if kind == "surrogate":
        return "a\ud800b"
    if kind == "nan":
        return float("nan")
    if kind == "no-json":
        return object()
    if kind == "raise-nul":
        raise ValueError("a\0b")
    if kind == "raise-surrogate":
        raise ValueError("a\ud800b")
    if kind == "raise-long":
        raise ValueError("y" * 1_000_000)
    if kind == "deep":
        value = []
        for _ in range(3000):
            value = [value]
        return value
    raise AssertionError(kind)


def note(context, value):
    context.metadata["seen"] = context.metadata.get("seen", 0) + value
    context.save_metadata()
    return context.metadata


def trace():
    """What it knows of its trace, and what a program that it starts would know."""
    context = reproq.current()
    names = ("TRACEPARENT", "TRACESTATE")
    return [context.traceparent, context.tracestate, *(os.environ.get(name) for name in names)]


def trace_into(path):
    part = f"{path}.part"
    with open(part, "w") as file:
        json.dump(trace(), file)
    os.rename(part, path)


def pid():
    return os.getpid()


def hoard(megabytes):
    hoarded.append("z" * (megabytes << 20))
    return os.getpid()


hoarded = []
