"""What a task goes on from in a trace, in each kind of child."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import HERE, Execute, Spec
from fake_worker import Child, Worker

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00"
STATE = 'vendor=a"b'
NOTHING = {"current": [None, None], "environment": []}


def _told(worker: Worker, child: Child, **task: Any) -> Any:
    before = len(child.envelopes)
    child.send({"task_path": "tasks_for_tests.trace"}, **task)
    worker.wait(lambda: len(child.envelopes) > before)
    return child.envelopes[-1]["return"]


def test_a_spawned_process_has_it_in_its_environment(execute: Execute, spec: Spec) -> None:
    ended = execute(spec("trace"), TRACEPARENT=PARENT, TRACESTATE=STATE)
    assert ended.envelope["return"] == {
        "current": [PARENT, STATE],
        "environment": [f"TRACEPARENT={PARENT}", f"TRACESTATE={STATE}"],
    }


def test_a_spawned_process_may_have_none(execute: Execute, spec: Spec) -> None:
    assert execute(spec("trace")).envelope["return"] == NOTHING
    empty = execute(spec("trace"), TRACEPARENT="").envelope["return"]
    assert empty["current"] == [None, None]


def test_a_child_for_one_task_has_it_in_its_environment_too(worker: Worker) -> None:
    told = _told(worker, worker.fork(), only=True, traceparent=PARENT, tracestate=STATE)
    assert told == {
        "current": [PARENT, STATE],
        "environment": [f"TRACEPARENT={PARENT}", f"TRACESTATE={STATE}"],
    }


def test_a_child_for_many_tasks_has_that_of_each(worker: Worker) -> None:
    child = worker.fork()
    first = _told(worker, child, traceparent=PARENT, tracestate=STATE)
    assert first == {"current": [PARENT, STATE], "environment": []}
    assert _told(worker, child, traceparent=OTHER) == {"current": [OTHER, None], "environment": []}
    assert _told(worker, child) == NOTHING


@pytest.mark.parametrize("only", [True, False])
def test_a_worker_that_knows_of_no_trace_says_nothing(worker: Worker, *, only: bool) -> None:
    assert _told(worker, worker.fork(), only=only) == NOTHING


def test_a_child_for_one_task_is_not_in_the_trace_of_its_server(folder: Path) -> None:
    with Worker(folder, "--preload", "tasks_for_tests", cwd=HERE, TRACEPARENT=OTHER) as worker:
        assert _told(worker, worker.fork(), only=True) == NOTHING
