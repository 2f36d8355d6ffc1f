"""One attempt at one task, from the first signal it may get to the line that tells how it ended."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from reproq import cancellation
from reproq.cancellation import Terminated
from reproq.context import TaskContext, begin, finish
from reproq.envelope import Envelope, Reply, encode, failure

Run = Callable[[dict[str, Any], TaskContext], Envelope]


def attempt(run: Run, spec: dict[str, Any], context: TaskContext) -> Reply:
    """Runs it in the main thread. Whatever happens, there is a reply; nothing is raised."""
    begin(context)
    try:
        envelope = _interruptible(run, spec, context)
    except Terminated as late:  # the signal came while another exception was being told
        envelope = failure(late)
    finish(context)
    return encode(envelope)


def _interruptible(run: Run, spec: dict[str, Any], context: TaskContext) -> Envelope:
    try:
        cancellation.arm()
        envelope = copy_context().run(run, spec, context)
        cancellation.disarm()
    except BaseException as error:
        cancellation.disarm()
        return failure(error)
    return envelope
