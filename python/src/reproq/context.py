"""What a running task knows about itself, and what it tells its worker."""

from __future__ import annotations

import _thread
import json
import sys
import time
from typing import Any

from reproq import cancellation
from reproq.notes import Dropped, Notes
from reproq.trace import Trace

METADATA_LIMIT = 64 * 1024
PROGRESS_INTERVAL = 0.25


class TaskContext:
    """The context of one attempt at one task. Any thread of the task may use it."""

    def __init__(
        self,
        result_id: int,
        attempt: int,
        spec: dict[str, Any],
        notes: Notes,
        trace: Trace = Trace(),  # noqa: B008 -- immutable
    ) -> None:
        self.result_id = result_id
        self.attempt = attempt
        self.task_path: str = spec.get("task_path") or ""
        self.queue_name: str = spec.get("queue_name") or "default"
        self.priority: int = spec.get("priority") or 0
        #: W3C's, of the span that the worker made for this attempt, or of who enqueued the task.
        self.traceparent: str | None = trace.parent
        self.tracestate: str | None = trace.state
        self._notes = notes
        self._metadata: dict[str, Any] | None = None
        self._saved = ""
        self._last_progress = float("-inf")
        self._writing = _thread.allocate_lock()

    @property
    def cancelled(self) -> bool:
        """Whether the worker wants this task to stop."""
        return cancellation.requested()

    @property
    def metadata(self) -> dict[str, Any]:
        """What this task noted, in earlier attempts too. Change it, then call save_metadata().

        What was changed and not saved is saved when the task ends.
        """
        if self._metadata is None:
            self._metadata = self._notes.read()
            self._saved = json.dumps(self._metadata)
        return self._metadata

    @metadata.setter
    def metadata(self, value: dict[str, Any]) -> None:
        replaced = dict(value)  # it may be made of what it replaces
        self.metadata.clear()
        self.metadata.update(replaced)

    def save_metadata(self) -> None:
        """Sends the metadata to the worker, which keeps it as long as the task is this attempt's.

        ValueError when it is no JSON, or more than 64 KiB of it.
        """
        text = json.dumps(self.metadata, allow_nan=False)
        if len(text) > METADATA_LIMIT:
            raise ValueError(
                f"metadata is {len(text)} bytes of JSON, and may be {METADATA_LIMIT}:"
                " keep what is large elsewhere, and note where"
            )
        with self._writing:
            self._notes.write(b'{"metadata": ' + text.encode() + b"}\n")
            self._saved = text

    def progress(self, done: float, total: float | None = None, message: str | None = None) -> None:
        """Notes how far the task is. Call it often: four a second are sent, and the last."""
        if self._note_progress(done, total, message):
            self.save_metadata()

    async def asave_metadata(self) -> None:
        """save_metadata() that does not block the event loop."""
        import asyncio  # noqa: PLC0415 -- only for tasks that have loaded it

        await asyncio.to_thread(self.save_metadata)

    async def aprogress(
        self, done: float, total: float | None = None, message: str | None = None
    ) -> None:
        """progress() that does not block the event loop."""
        if self._note_progress(done, total, message):
            await self.asave_metadata()

    def _note_progress(self, done: float, total: float | None, message: str | None) -> bool:
        progress: dict[str, Any] = {"done": done}
        if total is not None:
            progress["total"] = total
        if message is not None:
            progress["message"] = message
        self.metadata["progress"] = progress
        now = time.monotonic()
        due = now - self._last_progress >= PROGRESS_INTERVAL
        if due:
            self._last_progress = now
        return due

    def _finish(self) -> None:
        """Sends what was not, and lets nothing more be said for a task that is over."""
        try:
            if self._metadata is not None and json.dumps(self._metadata) != self._saved:
                self.save_metadata()
        except Exception as error:
            sys.stderr.write(f"reproq: metadata was not saved: {error}\n")
        with self._writing:
            self._notes.end()
            self._notes = Dropped()


class _Running:
    context: TaskContext | None = None


_running = _Running()


def current() -> TaskContext:
    """The context of the task that runs in this process, for any of its threads.

    RuntimeError when none does.
    """
    if _running.context is None:
        raise RuntimeError("no task is running in this process")
    return _running.context


def begin(context: TaskContext) -> None:
    """Makes it the current context."""
    _running.context = context


def finish(context: TaskContext) -> None:
    """Leaves no context current, and sends its last notes."""
    _running.context = None
    context._finish()
