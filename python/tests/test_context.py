"""What a task knows and tells, without a process."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import Execute, Spec

from reproq import current
from reproq.context import METADATA_LIMIT, TaskContext, finish


class Kept:
    """Notes that stay here."""

    def __init__(self, **metadata: Any) -> None:
        self.metadata = metadata
        self.sent: list[dict[str, Any]] = []
        self.ended = False

    def read(self) -> dict[str, Any]:
        return dict(self.metadata)

    def write(self, line: bytes) -> None:
        assert line.endswith(b"\n")
        self.sent.append(json.loads(line)["metadata"])

    def end(self) -> None:
        self.ended = True


def _context(notes: Kept) -> TaskContext:
    return TaskContext(1, 1, {"task_path": "a.b"}, notes)


def test_there_is_none_outside_of_a_task() -> None:
    with pytest.raises(RuntimeError, match="no task is running"):
        current()


def test_metadata_is_what_earlier_attempts_noted_and_is_sent_whole() -> None:
    notes = Kept(rows=1)
    context = _context(notes)
    context.metadata["more"] = 2
    context.save_metadata()
    assert notes.sent == [{"rows": 1, "more": 2}]
    context.metadata = {"new": 3}
    context.save_metadata()
    assert notes.sent[1] == {"new": 3}
    context.metadata = context.metadata
    assert context.metadata == {"new": 3}


def test_metadata_has_a_limit_that_is_told() -> None:
    notes = Kept()
    context = _context(notes)
    context.metadata["text"] = "x" * (METADATA_LIMIT - len('{"text": ""}'))
    context.save_metadata()
    context.metadata["text"] += "x"
    with pytest.raises(ValueError, match="metadata is 65537 bytes of JSON, and may be 65536"):
        context.save_metadata()
    assert len(notes.sent) == 1


def test_changes_that_were_not_saved_are_sent_at_the_end_and_only_these() -> None:
    notes = Kept()
    context = _context(notes)
    context.metadata["a"] = 1
    context.save_metadata()
    finish(context)
    assert notes.sent == [{"a": 1}]
    assert notes.ended

    notes = Kept()
    context = _context(notes)
    context.metadata["a"] = 1
    finish(context)
    assert notes.sent == [{"a": 1}]


def test_what_cannot_be_saved_at_the_end_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    notes = Kept()
    context = _context(notes)
    context.metadata["a"] = object()
    finish(context)
    assert notes.sent == []
    assert "metadata was not saved: Object of type object" in capsys.readouterr().err


def test_progress_is_sent_about_four_times_a_second_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr("reproq.context.time.monotonic", lambda: clock[0])
    notes = Kept()
    context = _context(notes)
    for done in range(100):
        clock[0] = done / 100
        context.progress(done, 100)
    finish(context)
    assert [sent["progress"]["done"] for sent in notes.sent] == [0, 25, 50, 75, 99]
    assert notes.sent[0] == {"progress": {"done": 0, "total": 100}}


def test_progress_may_have_a_message() -> None:
    notes = Kept()
    _context(notes).progress(1, message="resizing")
    assert notes.sent == [{"progress": {"done": 1, "message": "resizing"}}]


def test_nothing_is_sent_for_a_task_that_is_over() -> None:
    notes = Kept()
    context = _context(notes)
    finish(context)
    context.metadata["a"] = 1
    context.save_metadata()
    assert notes.sent == []


def test_a_spawned_process_connects_when_it_has_something_to_say(
    execute: Execute, spec: Spec, folder: Path
) -> None:
    path, heard = str(folder / "c.sock"), []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def listen() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rw") as file:
                heard.append(json.loads(file.readline()))
                file.write('{"metadata": {"before": 1}}\n')
                file.flush()
                heard.extend(json.loads(line) for line in file)

        thread = threading.Thread(target=listen)
        thread.start()
        ended = execute(spec("note", 5), REPROQ_CONTROL=path, REPROQ_CONTROL_KEY="k")
        thread.join(timeout=10)
    assert ended.envelope["return"] == {"before": 1}
    assert heard[0]["child"] == "k"
    assert heard[0]["pid"] != os.getpid()
    assert heard[1:] == [{"metadata": {"before": 1, "rows": 5}}]


def test_a_spawned_process_that_has_nothing_to_say_does_not_connect(
    execute: Execute, spec: Spec, folder: Path
) -> None:
    missing = str(folder / "none")
    ended = execute(spec("add", 1, 2), REPROQ_CONTROL=missing, REPROQ_CONTROL_KEY="k")
    assert ended.stderr == ""


def test_notes_that_reach_nobody_do_not_fail_a_task(
    execute: Execute, spec: Spec, folder: Path
) -> None:
    missing = str(folder / "none")
    ended = execute(spec("note", 5), REPROQ_CONTROL=missing, REPROQ_CONTROL_KEY="k")
    assert ended.envelope["ok"]
    assert "notes of this task are lost" in ended.stderr
    assert execute(spec("note", 5)).envelope == {"ok": True, "return": {}}
