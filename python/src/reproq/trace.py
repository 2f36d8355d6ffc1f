"""The place in a trace that a task goes on from, as W3C writes it: traceparent and tracestate."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

_PARENT = "TRACEPARENT"
_STATE = "TRACESTATE"


class Trace(NamedTuple):
    """None where the worker knows of no trace."""

    parent: str | None = None
    state: str | None = None


def from_task(task: dict[str, Any]) -> Trace:
    """What a forked child is told with its task."""
    return Trace(task.get("traceparent"), task.get("tracestate"))


def from_environment() -> Trace:
    """What a spawned process has."""
    return Trace(os.environ.get(_PARENT) or None, os.environ.get(_STATE) or None)


def to_environment(trace: Trace) -> None:
    """Lets what this process starts, and libraries that look there, find it."""
    for name, value in ((_PARENT, trace.parent), (_STATE, trace.state)):
        if value is not None:
            os.environ[name] = value
        else:
            os.environ.pop(name, None)
