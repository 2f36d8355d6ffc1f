"""Messages between a worker and its children: lines of JSON on a Unix socket."""

from __future__ import annotations

import _thread
import json
import socket
from contextlib import suppress
from typing import Any

from reproq import cancellation

Message = dict[str, Any]

#: Without the search for white space around it, which costs a fresh child as much as the rest.
_decode = json.JSONDecoder().raw_decode


class Connection:
    """One end of a connection to the worker. Any thread may send; one receives."""

    def __init__(self, path: str) -> None:
        # The bare type: a fresh child would write to many pages for the class around it.
        self._socket = socket.SocketType(socket.AF_UNIX, socket.SOCK_STREAM)
        self._sending = _thread.allocate_lock()
        self._rest = b""
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def end(self) -> None:
        """Sends no more, and lets the worker see it, whoever else holds the socket."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def send(self, message: Message) -> None:
        self.send_bytes(json.dumps(message).encode() + b"\n")

    def send_bytes(self, data: bytes) -> None:
        """Sends all of it, and is not cut in two by a signal."""
        taken = cancellation.hold()
        try:
            with self._sending:
                self._socket.sendall(data)
        finally:
            cancellation.release(taken=taken)

    def receive(self) -> Message | None:
        """Waits for the next message; None is the end of the connection."""
        parts = [self._rest]
        while b"\n" not in parts[-1]:
            data = self._socket.recv(65536)
            if not data:
                return None
            parts.append(data)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return _decoded(line)

    def receive_available(self) -> list[Message] | None:
        """Takes the messages that one read gives, when there is something to read."""
        data = self._socket.recv(65536)
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [_decoded(line) for line in lines]


def _decoded(line: bytes) -> Message:
    message: Message = _decode(line.decode())[0]
    return message
