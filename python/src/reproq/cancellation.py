"""How a task is told to stop: SIGTERM, and an exception in the main thread.

The state is the process's, as signals are. Only the first signal of a task counts, so the
exception is raised at most once, and clean-up is not interrupted by impatience.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """The worker wants this task to stop.

    A KeyboardInterrupt, because that is what libraries and asyncio already let pass.
    """


class _State:
    requested = False
    armed = False
    held = 0


_state = _State()


def install() -> None:
    """Makes SIGTERM and SIGINT stop the task that runs. Called in the main thread."""
    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, _on_signal)


def _on_signal(_signum: int, _frame: FrameType | None) -> None:
    if _state.requested:
        return
    _state.requested = True
    if _state.armed and not _state.held:
        raise Terminated("terminated by the worker")


def requested() -> bool:
    """Whether the task that runs was told to stop."""
    return _state.requested


def forget() -> None:
    """Makes the process ready for another task: what was said before concerns the last one."""
    _state.requested = False


def arm() -> None:
    """From now on a signal raises; so does this call when one came before."""
    _state.armed = True
    if _state.requested:
        raise Terminated("terminated by the worker")


def disarm() -> None:
    """From now on a signal only notes that it came."""
    _state.armed = False


@contextmanager
def held() -> Iterator[None]:
    """Puts the exception off until the block is left, so that a message is not cut in two."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = _state.requested
    _state.held += 1
    try:
        yield
    finally:
        _state.held -= 1
        if _state.requested and not before and _state.armed and not _state.held:
            raise Terminated("terminated by the worker")
