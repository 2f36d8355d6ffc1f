"""When a signal raises, in this process."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from reproq import Terminated, cancellation


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    cancellation.install()
    yield
    cancellation.disarm()
    cancellation.forget()
    signal.signal(signal.SIGTERM, before[0])
    signal.signal(signal.SIGINT, before[1])


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_the_first_signal_of_a_task_raises_and_no_other() -> None:
    cancellation.arm()
    with pytest.raises(Terminated):
        _terminate()
    _terminate()
    assert cancellation.requested()


def test_a_signal_that_came_early_raises_when_the_task_begins() -> None:
    _terminate()
    with pytest.raises(Terminated):
        cancellation.arm()


def test_a_signal_that_comes_late_raises_nothing_in_the_next_task() -> None:
    cancellation.arm()
    cancellation.disarm()
    _terminate()
    cancellation.forget()
    cancellation.arm()
    assert not cancellation.requested()


def test_a_message_is_not_cut_in_two() -> None:
    cancellation.arm()
    outer = cancellation.hold()
    inner = cancellation.hold()
    _terminate()
    cancellation.release(taken=inner)
    with pytest.raises(Terminated):
        cancellation.release(taken=outer)
    cancellation.release(taken=cancellation.hold())
