"""Metadata and progress of tasks in forked children."""

from __future__ import annotations

from fake_worker import Worker

T = "tasks_for_tests."


def test_metadata_of_earlier_attempts_arrives_and_changes_are_sent_before_the_envelope(
    worker: Worker,
) -> None:
    child = worker.fork()
    child.send({"task_path": T + "note", "args": [5]}, metadata={"before": 1})
    worker.wait(lambda: bool(child.envelopes))
    assert child.asked == 0
    assert child.envelopes[0]["return"] == {"before": 1}
    assert child.notes == [{"metadata": {"before": 1, "rows": 5}}]


def test_metadata_that_did_not_come_with_the_task_is_asked_for_when_it_is_wanted(
    worker: Worker,
) -> None:
    child = worker.fork()
    worker.run(child, T + "add", 1, 2)
    assert child.asked == 0
    child.kept = {"before": 1}
    assert worker.run(child, T + "note", 5)["return"] == {"before": 1}
    assert child.asked == 1
    assert child.notes == [{"metadata": {"before": 1, "rows": 5}}]


def test_changes_are_saved_at_the_end(worker: Worker) -> None:
    child = worker.fork()
    worker.run(child, T + "note_without_saving", 5)
    assert child.notes == [{"metadata": {"rows": 5}}]


def test_a_failing_task_s_metadata_is_saved_too(worker: Worker) -> None:
    child = worker.fork()
    envelope = worker.run(child, T + "note_too_much")
    assert envelope["exception_class"] == "ValueError"
    assert "metadata is 70012 bytes of JSON, and may be 65536" in envelope["message"]
    assert child.notes == []
    worker.wait(lambda: b"metadata was not saved" in child.output)


def test_the_last_progress_is_always_sent(worker: Worker) -> None:
    child = worker.fork()
    worker.run(child, T + "progress", 1000)
    assert child.metadata == {"progress": {"done": 1000, "total": 1000, "message": "resizing"}}
    assert len(child.notes) < 100


def test_coroutines_have_methods_of_their_own(worker: Worker) -> None:
    child = worker.fork()
    assert worker.run(child, T + "progress_in_coroutine", 10)["ok"]
    assert child.metadata == {"progress": {"done": 10}, "done": True}


def test_a_thread_that_is_left_cannot_speak_for_the_next_task(worker: Worker) -> None:
    child = worker.fork()
    worker.run(child, T + "note_late")
    worker.run(child, T + "end_of_silence")
    assert child.notes == []
