"""One task a process: `python -m reproq.executor`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import EXECUTOR, HERE, Execute, Spec


def test_a_result_is_told_with_exit_code_0(execute: Execute, spec: Spec) -> None:
    ended = execute(spec("add", 1, 2))
    assert ended == (0, {"ok": True, "return": 3}, "")


def test_the_payload_may_be_in_a_file(execute: Execute, spec: Spec, tmp_path: Path) -> None:
    file = tmp_path / "payload.json"
    file.write_text(json.dumps(spec("add", 1, 2)))
    assert execute("", "--payload-file", str(file)).envelope["return"] == 3


def test_the_payload_may_be_an_argument(execute: Execute, spec: Spec) -> None:
    assert execute("", "--payload-json", json.dumps(spec("add", 1, 2))).envelope["return"] == 3


def test_another_path_may_be_asked_for(execute: Execute, spec: Spec) -> None:
    ended = execute(spec("add", 1, 2), "--payload-stdin", "--task-path", "tasks_for_tests.echo")
    assert ended.envelope["return"] == [[1, 2], {}]


def test_keywords_and_marked_objects_arrive(execute: Execute, spec: Spec) -> None:
    delta = {"__reproq_type__": "timedelta", "days": 1, "seconds": 2}
    assert execute(spec("seconds", delta)).envelope["return"] == 86402.0
    assert execute(spec("echo", kwargs={"a": [1]})).envelope["return"] == [[], {"a": [1]}]


def test_an_unknown_mark_fails_the_attempt(execute: Execute, spec: Spec) -> None:
    ended = execute(spec("echo", {"__reproq_type__": "model"}))
    assert ended.code == 1
    assert ended.envelope == {
        "ok": False,
        "exception_class": "RuntimeError",
        "message": "Failed to deserialize arguments: unknown type 'model'; known are timedelta",
    }


def test_a_coroutine_function_is_run(execute: Execute, spec: Spec) -> None:
    assert execute(spec("add_slowly", 1, 2)).envelope["return"] == 3


def test_the_context_comes_first_when_it_is_asked_for(execute: Execute, spec: Spec) -> None:
    ended = execute(spec("context_of", takes_context=True, queue_name="mail", priority=5))
    assert ended.envelope["return"] == {
        "result_id": 7,
        "attempt": 2,
        "task_path": "tasks_for_tests.context_of",
        "queue_name": "mail",
        "priority": 5,
        "metadata": {},
    }


def test_a_decorated_task_may_ask_for_the_context(execute: Execute, spec: Spec) -> None:
    assert execute(spec("decorated")).envelope["return"] == 2


def test_an_exception_is_told_with_the_frames_of_the_task_alone(
    execute: Execute, spec: Spec
) -> None:
    ended = execute(spec("fail", "bad address"))
    assert ended.code == 1
    assert ended.envelope["exception_class"] == "ValueError"
    assert ended.envelope["message"] == "bad address"
    trace = ended.envelope["traceback"]
    assert trace.startswith("Traceback (most recent call last):\n")
    assert trace.endswith("ValueError: bad address\n")
    assert trace.count("  File ") == 1
    assert "tasks_for_tests.py" in trace


def test_a_coroutine_s_traceback_has_no_frames_of_asyncio(execute: Execute, spec: Spec) -> None:
    trace = execute(spec("fail_in_coroutine")).envelope["traceback"]
    assert trace.count("  File ") == 1


def test_endless_recursion_is_a_failure(execute: Execute, spec: Spec) -> None:
    assert execute(spec("fail_deep")).envelope["exception_class"] == "RecursionError"


@pytest.mark.parametrize("payload", ["", "{", "[1]", "\udc00", "[" * 100_000])
def test_a_payload_that_cannot_be_read_is_told(execute: Execute, payload: str) -> None:
    text = payload.encode(errors="surrogatepass").decode(errors="replace")
    ended = execute(text)
    assert ended.code == 1
    assert ended.envelope["exception_class"] == "PayloadError"
    assert "traceback" not in ended.envelope


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({}, "payload has no task_path"),
        ({"task_path": "a.b", "args": {"a": 1}}, "args is a dict, and must be a list"),
        ({"task_path": "a.b", "kwargs": [1]}, "kwargs is a list, and must be an object"),
    ],
)
def test_a_payload_of_the_wrong_shape_is_told(
    execute: Execute, payload: dict[str, object], message: str
) -> None:
    envelope = execute(payload).envelope
    assert (envelope["exception_class"], envelope["message"]) == ("PayloadError", message)


def test_a_payload_file_that_is_missing_is_told(execute: Execute, tmp_path: Path) -> None:
    envelope = execute("", "--payload-file", str(tmp_path / "none")).envelope
    assert envelope["exception_class"] == "PayloadError"
    assert "No such file" in envelope["message"]


def test_a_task_that_cannot_be_imported_is_told(execute: Execute) -> None:
    ended = execute({"task_path": "nowhere.task"})
    assert ended.code == 1
    assert ended.envelope == {
        "ok": False,
        "exception_class": "ImportError",
        "message": "cannot import task 'nowhere.task':"
        " ModuleNotFoundError: No module named 'nowhere'",
    }
    assert "ModuleNotFoundError" in ended.stderr


@pytest.mark.parametrize("path", ["tasks_for_tests.os.system", "tasks_for_tests.system"])
def test_a_path_cannot_lead_out_of_its_package(execute: Execute, path: str) -> None:
    envelope = execute({"task_path": path, "args": ["echo reached"]}).envelope
    assert envelope["exception_class"] == "ImportError"


@pytest.mark.parametrize(
    ("task", "kind"), [(["exit_with", 0], "SystemExit"), (["interrupt"], "KeyboardInterrupt")]
)
def test_exiting_is_failing(execute: Execute, spec: Spec, task: list[str], kind: str) -> None:
    ended = execute(spec(*task))
    assert ended.code == 1
    assert ended.envelope["exception_class"] == kind


@pytest.mark.parametrize("what", ["object", "bytes", "nan", "circle"])
def test_a_result_that_is_no_json_is_a_failure(execute: Execute, spec: Spec, what: str) -> None:
    ended = execute(spec("give", what))
    assert ended.code == 1
    assert ended.envelope["exception_class"] == "TypeError"
    assert ended.envelope["message"].startswith("the task's return value is not JSON: ")


def test_odd_characters_arrive_in_ascii(execute: Execute, spec: Spec) -> None:
    assert execute(spec("give", "surrogate")).envelope["return"] == "a\ud800b\0c"
    assert execute(spec("fail_oddly")).envelope["message"] == "a\ud800b\0c"


def test_an_exception_that_cannot_be_printed_is_told(execute: Execute, spec: Spec) -> None:
    envelope = execute(spec("fail_unspeakably")).envelope
    assert envelope["exception_class"] == "UnspeakableError"
    assert envelope["message"] == "<UnspeakableError whose message cannot be read>"


def test_messages_and_tracebacks_have_an_end(execute: Execute, spec: Spec) -> None:
    envelope = execute(spec("fail", "x" * 100_000)).envelope
    assert len(envelope["message"]) == 8 * 1024 + len("… (cut)")
    assert len(envelope["traceback"]) == 16 * 1024 + len("(cut) …")


def test_prints_go_to_standard_error(execute: Execute, spec: Spec) -> None:
    ended = execute(spec("say", "printed \ud800"))
    assert ended.envelope == {"ok": True, "return": None}
    assert ended.stderr.splitlines() == [
        "printed \\ud800",
        "raw\\xff",
        "subprocess",
        "error",
    ]


def test_what_c_prints_goes_to_standard_error(execute: Execute, spec: Spec) -> None:
    assert execute(spec("say_through_c", "from C")).stderr == "from C"


def test_debug_lines_are_printed_when_asked_for(execute: Execute, spec: Spec) -> None:
    ended = execute(spec("add", 1, 2), REPROQ_EXECUTOR_DEBUG="1")
    assert "calling tasks_for_tests.add with 2 arguments" in ended.stderr


@pytest.mark.parametrize("task", ["wait_to_be_stopped", "wait_in_coroutine"])
def test_sigterm_ends_the_task_once_and_cleanly(spec: Spec, folder: Path, task: str) -> None:
    process, stdout, stderr = _stopped(spec(task, str(folder / "fifo")), folder)
    assert process.returncode == 1
    assert json.loads(stdout) == {
        "ok": False,
        "exception_class": "Terminated",
        "message": "terminated by the worker",
    }
    assert stderr.splitlines()[-1] == "cleaned up"
    assert task != "wait_to_be_stopped" or stderr.splitlines()[0] == "cancelled"


def test_a_task_may_finish_although_it_is_stopped(spec: Spec, folder: Path) -> None:
    process, stdout, _ = _stopped(spec("wait_for_flag", str(folder / "fifo")), folder)
    assert process.returncode == 0
    assert json.loads(stdout) == {"ok": True, "return": "finished anyway"}


def _stopped(spec: object, folder: Path) -> tuple[subprocess.Popen[str], str, str]:
    """Sends SIGTERM to the executor's group once the task waits."""
    os.mkfifo(folder / "fifo")
    process = subprocess.Popen(
        [*EXECUTOR, "--payload-json", json.dumps(spec)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=HERE,
        start_new_session=True,
    )
    assert (folder / "fifo").read_text() == "waiting"
    os.killpg(process.pid, signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=20)
    return process, stdout, stderr
