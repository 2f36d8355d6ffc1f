"""How a task is told to stop: SIGTERM, and an exception in the main thread.

The state is the process's, as signals are. Only the first signal of a task counts, so the
exception is raised at most once, and clean-up is not interrupted by impatience.
"""

from __future__ import annotations

import _thread
import signal
from types import FrameType


class Terminated(KeyboardInterrupt):
    """The worker wants this task to stop.

    A KeyboardInterrupt, because that is what libraries and asyncio already let pass.
    """


class _State:
    main_thread = _thread.get_ident()
    requested = False
    raised = False
    armed = False
    held = False


_state = _State()


def install() -> None:
    """Makes SIGTERM and SIGINT stop the task that runs. Called in the main thread.

    A fork server calls it too, for its children: there it costs once what each would pay.
    """
    _state.main_thread = _thread.get_ident()
    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGINT, _on_signal)


def _on_signal(_signum: int, _frame: FrameType | None) -> None:
    _state.requested = True
    _raise_if_due()


def requested() -> bool:
    """Whether the task that runs was told to stop."""
    return _state.requested


def forget() -> None:
    """Makes the process ready for another task: what was said before concerns the last one."""
    _state.requested = False
    _state.raised = False


def arm() -> None:
    """From now on a signal raises; so does this call when one came before."""
    _state.armed = True
    _raise_if_due()


def disarm() -> None:
    """From now on a signal only notes that it came."""
    _state.armed = False


def hold() -> bool:
    """Puts the exception off until release(), so that a message is not cut in two.

    Its answer goes to release(). Only the main thread can be interrupted.
    """
    taken = _thread.get_ident() == _state.main_thread and not _state.held
    if taken:
        _state.held = True
    return taken


def release(*, taken: bool) -> None:
    """Raises what was put off, unless an outer hold() goes on."""
    if taken:
        _state.held = False
        _raise_if_due()


def _raise_if_due() -> None:
    if _state.requested and _state.armed and not _state.held and not _state.raised:
        _state.raised = True
        raise Terminated("terminated by the worker")
