"""The ways on which a running task tells its worker about itself."""

from __future__ import annotations

import _thread
import os
import sys
from typing import TYPE_CHECKING, Any, Protocol

from reproq import cancellation

if TYPE_CHECKING:
    from reproq.wire import Connection


class Notes(Protocol):
    """Where a task's metadata comes from and goes to, guarded by the attempt's fence."""

    def read(self) -> dict[str, Any]:
        """What earlier attempts noted."""
        ...

    def write(self, line: bytes) -> None:
        """Sends one note. What cannot be sent any more is dropped: the worker is gone."""
        ...

    def end(self) -> None:
        """Nothing more comes from this task, and what came is on its way."""
        ...


class Dropped:
    """Notes of a task that nobody listens to."""

    def read(self) -> dict[str, Any]:
        return {}

    def write(self, line: bytes) -> None:
        pass

    def end(self) -> None:
        pass


class Connected:
    """Notes on a connection that there is.

    The metadata is asked for when it is wanted and was not sent with the task.
    """

    def __init__(self, connection: Connection, metadata: dict[str, Any] | None) -> None:
        self._connection = connection
        self._metadata = metadata
        self._asking = _thread.allocate_lock()

    def read(self) -> dict[str, Any]:
        with self._asking:
            if self._metadata is None:
                self._metadata = self._ask()
            return self._metadata

    def _ask(self) -> dict[str, Any]:
        taken = cancellation.hold()  # or the answer would be taken for the next task
        try:
            self._connection.send({"ask": "metadata"})
            answer = self._connection.receive()
        except OSError as error:
            _say_lost(error)
            answer = None
        finally:
            cancellation.release(taken=taken)
        return (answer or {}).get("metadata") or {}

    def write(self, line: bytes) -> None:
        try:
            self._connection.send_bytes(line)
        except OSError as error:
            _say_lost(error)

    def end(self) -> None:
        """The envelope follows on the same connection, but not before an answer is read."""
        with self._asking:
            self._metadata = self._metadata or {}


class OnDemand:
    """Notes of a spawned process, which connects when it first has something to say or to ask."""

    def __init__(self, path: str, key: str) -> None:
        self._path = path
        self._key = key
        self._connection: Connection | None = None
        self._notes: Notes | None = None
        self._connecting = _thread.allocate_lock()

    def read(self) -> dict[str, Any]:
        return self._connected().read()

    def write(self, line: bytes) -> None:
        self._connected().write(line)

    def end(self) -> None:
        """Lets the worker read to the end, although a process of the task may hold the socket."""
        if self._connection is not None:
            self._connection.end()

    def _connected(self) -> Notes:
        with self._connecting:
            if self._notes is None:
                self._notes = self._connect()
            return self._notes

    def _connect(self) -> Notes:
        from reproq.wire import Connection  # noqa: PLC0415 -- sockets are slow to load

        try:
            self._connection = Connection(self._path)
            self._connection.send({"child": self._key, "pid": os.getpid()})
            answer = self._connection.receive()
        except OSError as error:
            _say_lost(error)
            return Dropped()
        if answer is None:
            return Dropped()
        return Connected(self._connection, answer.get("metadata") or {})


def from_environment() -> Notes:
    """What a spawned process has: the worker's socket, or nothing where there is none."""
    path = os.environ.get("REPROQ_CONTROL")
    key = os.environ.get("REPROQ_CONTROL_KEY")
    return OnDemand(path, key) if path and key else Dropped()


def _say_lost(error: OSError) -> None:
    sys.stderr.write(f"reproq: notes of this task are lost: {error}\n")
