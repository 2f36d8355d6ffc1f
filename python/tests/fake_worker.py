"""A worker that speaks the fork server's protocol, and waits for nothing but what it is told."""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Message = dict[str, Any]


class Child:
    """What the worker knows of one child."""

    def __init__(self) -> None:
        self.pid = 0
        self.connection: socket.socket | None = None
        self.connected = False
        self.output_connection: socket.socket | None = None
        self.output = b""
        self.output_ended = False
        self.kept: Message = {}
        self.asked = 0
        self.notes: list[Message] = []
        self.envelopes: list[Message] = []
        self.exited: Message | None = None
        self.failed: str | None = None

    def send(self, spec: Message, mark: str = "", **more: Any) -> None:
        """Gives it a task; what the worker may add to that is named as in the message."""
        assert self.connection is not None
        task: Message = {"result_id": 1, "attempt": 1, "mark": mark, **more}
        self.connection.sendall(json.dumps({"task": task, "spec": spec}).encode() + b"\n")

    def close(self) -> None:
        """Says that there is no task for it any more."""
        assert self.connection is not None
        self.connection.shutdown(socket.SHUT_WR)

    @property
    def metadata(self) -> Message | None:
        return self.notes[-1]["metadata"] if self.notes else None


class Worker:
    """Use it with `with`: at the end its connections are closed, and the server must exit."""

    def __init__(self, folder: Path, *options: str, cwd: Path | None = None, **env: str) -> None:
        self.path = str(folder / "w.sock")
        self.children: dict[Any, Child] = {}
        self.told: list[Message] = []
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(256)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._server: socket.socket | None = None
        command = [sys.executable, "-m", "reproq.forkserver", "--socket", self.path]
        self.process = subprocess.Popen(
            [*command, "--executor-module", "reproq.executor", *options],
            cwd=cwd,
            env={**os.environ, **env},
            stderr=subprocess.PIPE,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.die()
        self.process.communicate(timeout=10)

    def die(self) -> None:
        """Closes all its connections, as the kernel does for a process that is killed."""
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            self._selector.unregister(key.fileobj)
            key.fileobj.close()

    def ready(self) -> Message:
        """Waits for the server's first word."""
        self.wait(lambda: bool(self.told))
        return self.told[0]

    def fork(self, key: Any = "a") -> Child:
        """Asks for a child, and waits for it to connect."""
        child = self.ask(key)
        self.wait(lambda: child.connected or child.exited is not None)
        return child

    def ask(self, key: Any) -> Child:
        if not self.told:
            assert self.ready()["server"] == "ready", self.told
        assert self._server is not None
        self._server.sendall(json.dumps({"fork": key}).encode() + b"\n")
        return self.children.setdefault(key, Child())

    def run(self, child: Child, path: str, *args: Any, **more: Any) -> Message:
        """Sends a task and waits for its envelope, or for the child's end."""
        before = len(child.envelopes)
        child.send({"task_path": path, "args": list(args), **more})
        self.wait(lambda: len(child.envelopes) > before or child.exited is not None)
        assert len(child.envelopes) > before, child.exited
        return child.envelopes[-1]

    def close_output(self, child: Child) -> None:
        """Reads no more of what the child prints."""
        self.wait(lambda: child.output_connection is not None)
        assert child.output_connection is not None
        self._selector.unregister(child.output_connection)
        child.output_connection.close()

    def wait(self, until: Callable[[], bool], seconds: float = 20) -> None:
        """Reads what comes until the condition holds."""
        end = time.monotonic() + seconds
        while not until():
            self.step(end - time.monotonic())
            assert time.monotonic() < end, "waited in vain"

    def wait_idly(self, until: Callable[[], bool], seconds: float = 20) -> None:
        """Looks again and again until something holds that no connection tells of."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.01)

    def step(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            key.data()

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        self._selector.register(
            connection, selectors.EVENT_READ, lambda: self._first(connection, b"")
        )

    def _first(self, connection: socket.socket, before: bytes) -> None:
        data = before + connection.recv(65536)
        line, end, rest = data.partition(b"\n")
        if not end:
            if data == before:
                self._selector.unregister(connection)
                connection.close()
            else:
                self._selector.modify(
                    connection, selectors.EVENT_READ, lambda: self._first(connection, data)
                )
            return
        message = json.loads(line)
        if "server" in message:
            self._server = connection
            self.told.append(message)
            self._continue(connection, rest, self._from_server)
        elif "output" in message:
            child = self.children.setdefault(message["output"], Child())
            child.output_connection = connection
            child.output += rest
            self._selector.modify(
                connection, selectors.EVENT_READ, lambda: self._output(connection, child)
            )
        else:
            child = self.children.setdefault(message["child"], Child())
            child.pid, child.connection, child.connected = message["pid"], connection, True
            self._continue(connection, rest, lambda told: self._from_child(child, told))

    def _continue(
        self, connection: socket.socket, rest: bytes, take: Callable[[Message], None]
    ) -> None:
        pending = [rest]

        def read() -> None:
            try:
                data = connection.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                self._selector.unregister(connection)
                connection.close()
            *lines, pending[0] = (pending[0] + data).split(b"\n")
            for line in lines:
                take(json.loads(line))

        self._selector.modify(connection, selectors.EVENT_READ, read)

    def _from_server(self, message: Message) -> None:
        self.told.append(message)
        if "exited" in message:
            self.children[message["exited"]].exited = message
        elif "failed" in message:
            self.children[message["failed"]].failed = message["message"]

    def _from_child(self, child: Child, message: Message) -> None:
        if "ask" in message:
            assert child.connection is not None
            child.connection.sendall(json.dumps({"metadata": child.kept}).encode() + b"\n")
            child.asked += 1
        else:
            (child.envelopes if "ok" in message else child.notes).append(message)

    def _output(self, connection: socket.socket, child: Child) -> None:
        data = connection.recv(65536)
        child.output += data
        if not data:
            child.output_ended = True
            self._selector.unregister(connection)
            connection.close()
