"""Tasks that do what tasks do, and what they should not."""

from __future__ import annotations

import asyncio
import contextvars
import ctypes
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from os import system  # noqa: F401 -- must not be reachable as a task
from pathlib import Path
from typing import Any

import reproq

remembered = 0
variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


def add(a: int, b: int) -> int:
    return a + b


async def add_slowly(a: int, b: int) -> int:
    await asyncio.sleep(0)
    return a + b


def echo(*args: Any, **kwargs: Any) -> Any:
    return [list(args), kwargs]


def seconds(delta: timedelta) -> float:
    return delta.total_seconds()


class Shop:
    @staticmethod
    def open(hour: int) -> str:
        return f"open at {hour}"

    @classmethod
    def name(cls) -> str:
        return cls.__name__


class Decorated:
    """What a framework's decorator makes of a function."""

    takes_context = True

    def __init__(self, function: Any) -> None:
        self.func = function


@Decorated
def decorated(context: reproq.TaskContext) -> int:
    return context.attempt


def fail(message: str) -> None:
    raise ValueError(message)


async def fail_in_coroutine() -> None:
    raise ValueError("bad address")


def fail_deep(depth: int = 100_000) -> None:
    fail_deep(depth - 1)


def exit_with(code: int) -> None:
    sys.exit(code)


def exit_at_once(code: int) -> None:
    os._exit(code)


def interrupt() -> None:
    raise KeyboardInterrupt


def crash() -> None:
    ctypes.string_at(0)


def give(what: str) -> Any:
    circle: list[Any] = []
    circle.append(circle)
    return {
        "object": object(),
        "nan": float("nan"),
        "circle": circle,
        "surrogate": "a\ud800b\0c",
        "bytes": b"x",
    }[what]


def fail_oddly() -> None:
    raise ValueError("a\ud800b\0c")


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def fail_unspeakably() -> None:
    raise UnspeakableError


def say(text: str) -> None:
    print(text)
    os.write(1, b"raw\xff\n")
    subprocess.run(["/bin/echo", "subprocess"], check=True)
    print("error", file=sys.stderr)


def say_without_end(text: str) -> None:
    sys.stdout.write(text)


def say_through_c(text: str) -> None:
    libc = ctypes.CDLL(None)
    libc.printf(text.encode())


def say_much(size: int) -> None:
    sys.stdout.write("x" * size)


def input_length() -> int:
    return len(sys.stdin.read())


def random_number() -> float:
    return random.random()  # noqa: S311


def remember() -> int:
    global remembered  # noqa: PLW0603
    remembered += 1
    variable.set("set")
    return remembered


def state() -> dict[str, Any]:
    context = reproq.current()
    return {
        "variable": variable.get(),
        "cancelled": context.cancelled,
        "metadata": context.metadata,
        "threads": threading.active_count(),
        "leads_group": os.getpgid(0) == os.getpid() == os.getsid(0),
        "descriptors": len(list(Path("/dev/fd").iterdir())),
    }


def trace() -> dict[str, Any]:
    context = reproq.current()
    environment = subprocess.run(["/usr/bin/env"], capture_output=True, text=True, check=True)
    return {
        "current": [context.traceparent, context.tracestate],
        "environment": sorted(
            line for line in environment.stdout.splitlines() if line.startswith("TRACE")
        ),
    }


def context_of(context: reproq.TaskContext) -> dict[str, Any]:
    assert reproq.current() is context
    return {
        "result_id": context.result_id,
        "attempt": context.attempt,
        "task_path": context.task_path,
        "queue_name": context.queue_name,
        "priority": context.priority,
        "metadata": context.metadata,
    }


def wait_to_be_stopped(file: str) -> None:
    """Says when it waits, and what it saw when it was stopped."""
    try:
        Path(file).write_text("waiting")
        time.sleep(30)
    finally:
        print("cancelled" if reproq.current().cancelled else "not cancelled")
        os.kill(os.getpid(), signal.SIGTERM)
        print("cleaned up")


async def wait_in_coroutine(file: str) -> None:
    try:
        Path(file).write_text("waiting")
        await asyncio.sleep(30)
    finally:
        await asyncio.sleep(0)
        print("cleaned up")


def wait_for_flag(file: str) -> str:
    try:
        Path(file).write_text("waiting")
        time.sleep(30)
    except reproq.Terminated:
        return "finished anyway"
    return "was not stopped"


def leave_processes(*, escape: bool) -> int:
    """Leaves a process that holds the output open, in this group or in one of its own."""
    return subprocess.Popen(["/bin/sleep", "30"], start_new_session=escape).pid


def fork_and_die(file: str) -> None:
    process = subprocess.Popen(["/bin/sleep", "30"])
    Path(file).write_text(str(process.pid))
    os.kill(os.getpid(), signal.SIGKILL)


def wait_with_process(file: str) -> None:
    process = subprocess.Popen(["/bin/sleep", "30"])
    Path(file).write_text(f"{process.pid} {os.getpid()}")
    time.sleep(30)


def note(rows: int) -> dict[str, Any]:
    context = reproq.current()
    before = dict(context.metadata)
    context.metadata["rows"] = rows
    context.save_metadata()
    return before


def note_without_saving(rows: int) -> None:
    reproq.current().metadata["rows"] = rows


def note_too_much() -> None:
    context = reproq.current()
    context.metadata["text"] = "x" * 70_000
    context.save_metadata()


def progress(steps: int) -> None:
    for step in range(1, steps + 1):
        reproq.current().progress(step, steps, "resizing")


async def progress_in_coroutine(steps: int) -> None:
    for step in range(1, steps + 1):
        await reproq.current().aprogress(step)
    reproq.current().metadata["done"] = True
    await reproq.current().asave_metadata()


def note_late() -> None:
    """Leaves a thread that speaks when the task is over."""
    context = reproq.current()

    def speak() -> None:
        over.wait()
        context.metadata["late"] = True
        context.save_metadata()

    threading.Thread(target=speak, daemon=True).start()


over = threading.Event()


def end_of_silence() -> None:
    over.set()
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join()
