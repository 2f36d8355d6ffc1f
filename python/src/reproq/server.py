"""The fork server's loop: forks children, tells of their ends, and ends them with the worker."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import suppress
from types import FrameType
from typing import Any

from reproq import cancellation
from reproq.attempt import Run
from reproq.child import Lines, detach, flush, serve
from reproq.process import max_resident_kb, resident_kb
from reproq.reload import ModuleFiles
from reproq.wire import Connection, Message

SIZE_INTERVAL = 5.0
WATCH_INTERVAL = 1.0


class Server:
    """Lives in one thread. Its children are those that it forked and that are not reaped."""

    def __init__(self, connection: Connection, path: str, run: Run) -> None:
        self._connection = connection
        self._path = path
        self._run = run
        self._keys: dict[int, Any] = {}
        self._stopping = False
        self._told_kb = resident_kb()
        self._size_due = time.monotonic() + SIZE_INTERVAL
        self._files: ModuleFiles | None = None
        self._woken, self._waker = os.pipe()
        self._listen_for_signals()

    def watch(self) -> None:
        """Looks once a second whether a loaded module's file changed."""
        self._files = ModuleFiles()

    def serve(self) -> None:
        """Serves until the worker ends the connection or SIGTERM comes; no child is left."""
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        try:
            while not self._stopping:
                for descriptor, _ in poll.poll(self._patience_ms()):
                    if descriptor == self._woken:
                        self._heed(os.read(self._woken, 65536))
                    else:
                        self._obey()
                self._look_around()
        except ConnectionError:  # the worker died while it was being told something
            pass
        finally:
            for pid in self._keys:
                _kill(pid)

    def _listen_for_signals(self) -> None:
        os.set_blocking(self._waker, False)
        os.set_blocking(self._woken, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _wake)
        cancellation.install()

    def _heed(self, signals: bytes) -> None:
        """Ctrl-C is not heeded: it is the worker's, who will end the connection."""
        if signal.SIGTERM in signals:
            self._stopping = True
        self._reap()

    def _obey(self) -> None:
        messages = self._connection.receive_available()
        if messages is None:
            self._stopping = True
            return
        for message in messages:
            if "fork" in message:
                self._fork(message["fork"])

    def _fork(self, key: Any) -> None:
        flush()  # or the child would print it again
        server = os.getpid()
        lines = None
        try:
            lines = Lines(key, self._path)
            pid = os.fork()
        except OSError as error:
            if lines is not None:
                lines.close()
            self._tell({"failed": key, "message": f"cannot fork: {error}"})
            return
        if pid == 0:
            self._become_child(lines, server)
        self._keys[pid] = key
        lines.introduce(pid)
        lines.close()

    def _become_child(self, lines: Lines, server: int) -> None:
        code = 1
        try:
            detach(server)
            self._connection.close()
            os.close(self._woken)
            os.close(self._waker)
            serve(lines, self._run)
            code = 0
        except ConnectionError:  # the worker is gone, and the server will follow
            pass
        except BaseException as error:
            sys.excepthook(type(error), error, error.__traceback__)
        finally:
            os._exit(code)

    def _reap(self) -> None:
        while (pid := self._ended()) is not None:
            _kill(pid)  # before it is reaped: until then its number is no other group's
            _, status, usage = os.wait4(pid, 0)
            if os.WIFSIGNALED(status):
                end = {"signal": os.WTERMSIG(status)}
            else:
                end = {"code": os.WEXITSTATUS(status)}
            key = self._keys.pop(pid)
            self._tell({"exited": key, **end, "max_rss_kb": max_resident_kb(usage)})

    def _ended(self) -> int | None:
        """A child that ended and is not reaped; what a preloaded module began is not ours."""
        if not self._keys:
            return None
        pid = _ended(os.P_ALL, 0)
        if pid is None or pid in self._keys:
            return pid
        return next((pid for pid in self._keys if _ended(os.P_PID, pid)), None)

    def _patience_ms(self) -> float:
        wait = self._size_due - time.monotonic()
        if self._files is not None:
            wait = min(wait, WATCH_INTERVAL)
        return max(0.0, wait * 1000)

    def _look_around(self) -> None:
        now = time.monotonic()
        if now >= self._size_due:
            self._size_due = now + SIZE_INTERVAL
            size = resident_kb()
            if size != self._told_kb:
                self._told_kb = size
                self._tell({"rss_kb": size})
        if self._files is not None and (changed := self._files.changed(now)) is not None:
            self._files = None
            self._tell({"changed": changed})

    def _tell(self, message: Message) -> None:
        self._connection.send(message)


def _wake(_signum: int, _frame: FrameType | None) -> None:
    """Does nothing: the signal has already written to the pipe that the loop waits for."""


def _ended(which: int, pid: int) -> int | None:
    try:
        end = os.waitid(which, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return None if end is None else end.si_pid


def _kill(pid: int) -> None:
    """Kills a child's group, and the child itself, which may not have made the group yet."""
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
