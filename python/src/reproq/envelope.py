"""How an attempt ended, as the worker wants to read it: one line of ASCII JSON."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, NamedTuple

from reproq.cancellation import Terminated

Envelope = dict[str, Any]

MESSAGE_LIMIT = 8 * 1024
TRACEBACK_LIMIT = 16 * 1024

#: What stands between the interpreter and a task: this package, and what runs coroutines for it.
_CALLERS = ("__main__", "reproq", "asyncio")

_encoder = json.JSONEncoder(ensure_ascii=True, allow_nan=False)


class Reply(NamedTuple):
    """An envelope ready to be sent."""

    ok: bool
    line: bytes


def success(value: Any) -> Envelope:
    return {"ok": True, "return": value}


def failure(error: BaseException) -> Envelope:
    """Tells of an exception; one that this package raised, and not the task, has no traceback."""
    envelope: Envelope = {
        "ok": False,
        "exception_class": type(error).__name__,
        "message": _head(_text(error), MESSAGE_LIMIT),
    }
    frames = _frames_of_task(error.__traceback__)
    if frames is not None and not isinstance(error, Terminated):
        envelope["traceback"] = _tail(_format(error, frames), TRACEBACK_LIMIT)
    return envelope


def encode(envelope: Envelope) -> Reply:
    """Turns any envelope into a line; one that is no JSON becomes a failure that says so."""
    try:
        line = _encoder.encode(envelope)
        ok = envelope["ok"] is True
    except BaseException as error:
        ok = False
        told = f"the task's return value is not JSON: {_text(error)}"
        line = _encoder.encode(failure(TypeError(told)))
    return Reply(ok, line.encode("ascii") + b"\n")


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return f"<{type(error).__name__} whose message cannot be read>"


def _frames_of_task(frames: TracebackType | None) -> TracebackType | None:
    while frames is not None and _is_ours(frames):
        frames = frames.tb_next
    return frames


def _is_ours(frame: TracebackType) -> bool:
    name: str = frame.tb_frame.f_globals.get("__name__", "")
    return name.partition(".")[0] in _CALLERS


def _format(error: BaseException, frames: TracebackType) -> str:
    import traceback  # noqa: PLC0415 -- successful attempts need not load it

    return "".join(traceback.format_exception(type(error), error, frames))


def _head(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + "… (cut)"


def _tail(text: str, limit: int) -> str:
    return text if len(text) <= limit else "(cut) …" + text[-limit:]
