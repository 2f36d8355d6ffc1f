"""A forked child: becomes its own group, and runs tasks until the worker ends the connection."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

from reproq import cancellation
from reproq.attempt import Run, attempt
from reproq.context import TaskContext
from reproq.notes import Connected
from reproq.trace import from_task, to_environment
from reproq.wire import Connection, Message

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def detach(server: int) -> None:
    """Makes the child leader of its own session and group, and mortal: it dies with the server."""
    os.setsid()
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != server:  # it died before the kernel was asked
        os._exit(1)
    signal.set_wakeup_fd(-1)  # signals are its own; the handlers that it inherits are meant for it


class Lines:
    """The two connections of a child. The server opens them before it forks.

    Whatever a child does for the first time it pays twice for: it writes to memory that it shares
    with the server, page by page. So as much as can be is done before the fork.
    """

    def __init__(self, key: Any, path: str) -> None:
        self._key = key
        self.messages = Connection(path)
        self.output = socket.SocketType(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.output.connect(path)
            self.output.sendall(json.dumps({"output": key}).encode() + b"\n")
        except OSError:
            self.close()
            raise

    def introduce(self, pid: int) -> None:
        """Tells the worker which process they belong to, which only the server can know."""
        self.messages.send({"child": self._key, "pid": pid})

    def close(self) -> None:
        self.messages.close()
        self.output.close()


def serve(lines: Lines, run: Run) -> None:
    """Runs one task after the other. The `random` module has reseeded itself after the fork."""
    messages, output = lines.messages, lines.output
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    while (message := messages.receive()) is not None:
        cancellation.forget()
        reply = attempt(run, message["spec"], _context(message, messages))
        flush()
        with suppress(ConnectionError):  # the worker may have read enough
            output.sendall(message["task"].get("mark", "").encode())
        messages.send_bytes(reply.line)


def flush() -> None:
    """Empties what Python and C have buffered of standard output and error."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # a task may close or replace its streams
            stream.flush()
    _libc.fflush(None)


def _context(message: Message, messages: Connection) -> TaskContext:
    task = message["task"]
    notes = Connected(messages, task.get("metadata"))
    trace = from_task(task)
    if task.get("only"):  # else the environment would be a later task's, too
        to_environment(trace)
    return TaskContext(task["result_id"], task["attempt"], message["spec"], notes, trace)
