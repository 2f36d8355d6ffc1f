"""Tasks in forked children, seen from the worker."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from conftest import HERE
from fake_worker import Worker

T = "tasks_for_tests."


def test_it_says_that_it_is_ready(worker: Worker) -> None:
    ready = worker.ready()
    assert ready["server"] == "ready"
    assert ready["pid"] == worker.process.pid
    assert ready["threads"] == 1
    assert ready["rss_kb"] > 1000
    assert ready["preload_seconds"] >= 0


def test_a_child_runs_a_task_and_ends_with_the_connection(worker: Worker) -> None:
    child = worker.fork("a")
    assert worker.run(child, T + "add", 1, 2) == {"ok": True, "return": 3}
    child.close()
    worker.wait(lambda: child.exited is not None and child.output_ended)
    assert child.exited is not None
    assert child.exited["code"] == 0
    assert child.exited["max_rss_kb"] > 1000


def test_a_child_leads_a_group_and_holds_only_what_it_needs(worker: Worker) -> None:
    child = worker.fork()
    state = worker.run(child, T + "state")["return"]
    assert state["leads_group"]
    assert state["descriptors"] == 3 + 2 + 1  # the streams, its two connections, the folder read


def test_outcomes_are_those_of_the_command(worker: Worker) -> None:
    child = worker.fork()
    assert worker.run(child, T + "fail", "bad")["traceback"].count("  File ") == 1
    assert worker.run(child, T + "exit_with", 3)["exception_class"] == "SystemExit"
    assert worker.run(child, T + "interrupt")["exception_class"] == "KeyboardInterrupt"
    assert worker.run(child, T + "give", "nan")["exception_class"] == "TypeError"
    assert worker.run(child, T + "os.system", "x")["exception_class"] == "ImportError"
    assert worker.run(child, "")["exception_class"] == "PayloadError"
    assert worker.run(child, T + "add_slowly", 1, 2)["return"] == 3
    assert worker.run(child, T + "input_length")["return"] == 0


def test_a_crash_is_told_with_its_signal_and_its_place(worker: Worker) -> None:
    child = worker.fork()
    child.send({"task_path": T + "crash"})
    worker.wait(lambda: child.exited is not None and child.output_ended)
    assert child.exited is not None
    assert child.exited["signal"] == signal.SIGSEGV
    assert b"tasks_for_tests.py" in child.output
    assert not child.envelopes


def test_an_exit_without_a_word_is_told_with_its_code(worker: Worker) -> None:
    child = worker.fork()
    child.send({"task_path": T + "exit_at_once", "args": [5]})
    worker.wait(lambda: child.exited is not None)
    assert child.exited is not None
    assert child.exited["code"] == 5


def test_output_ends_with_the_mark_of_its_task(worker: Worker) -> None:
    child = worker.fork()
    child.send({"task_path": T + "say", "args": ["first"]}, mark="<1>")
    worker.wait(lambda: child.output.endswith(b"<1>"))
    assert child.output == b"first\nraw\xff\nsubprocess\nerror\n<1>"
    child.send({"task_path": T + "say_without_end", "args": ["second"]}, mark="<2>")
    worker.wait(lambda: child.output.endswith(b"<1>second<2>"))
    child.send({"task_path": T + "say_through_c", "args": ["third"]}, mark="<3>")
    worker.wait(lambda: child.output.endswith(b"<2>third<3>"))


def test_much_output_does_not_hinder_a_task(worker: Worker) -> None:
    child = worker.fork()
    assert worker.run(child, T + "say_much", 5_000_000)["ok"]
    worker.wait(lambda: len(child.output) == 5_000_000)


def test_a_worker_that_reads_no_output_gets_the_envelope(worker: Worker) -> None:
    child = worker.fork()
    worker.close_output(child)
    child.send({"task_path": T + "add", "args": [1, 2]}, mark="<mark>")
    worker.wait(lambda: bool(child.envelopes))
    assert child.envelopes[0]["return"] == 3


def test_large_tasks_and_results_pass(worker: Worker) -> None:
    child = worker.fork()
    text = "ü" * 1_000_000
    assert worker.run(child, T + "echo", text)["return"] == [[text], {}]


def test_what_the_server_printed_is_not_printed_again(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text("import sys\nsys.stdout.write('preloaded')\n")
    with Worker(
        folder,
        "--preload",
        "loud",
        "--preload",
        "tasks_for_tests",
        cwd=tmp_path,
        PYTHONPATH=str(HERE),
    ) as worker:
        child = worker.fork()
        child.send({"task_path": T + "add", "args": [1, 2]}, mark="<mark>")
        worker.wait(lambda: len(child.output) > 0)
        assert child.output == b"<mark>"


def test_children_are_not_all_alike(worker: Worker) -> None:
    numbers = {worker.run(worker.fork(key), T + "random_number")["return"] for key in range(5)}
    assert len(numbers) == 5


def test_module_state_stays_in_a_child_and_goes_with_it(worker: Worker) -> None:
    child = worker.fork("a")
    assert worker.run(child, T + "remember")["return"] == 1
    assert worker.run(child, T + "remember")["return"] == 2
    assert worker.run(worker.fork("b"), T + "remember")["return"] == 1


def test_the_state_of_a_task_ends_with_it(worker: Worker) -> None:
    child = worker.fork()
    worker.run(child, T + "remember")
    worker.run(child, T + "note", 5)
    os.kill(child.pid, signal.SIGTERM)
    state = worker.run(child, T + "state")["return"]
    assert state["variable"] == "unset"
    assert state["cancelled"] is False
    assert state["metadata"] == {}


def test_sigterm_ends_a_task_and_not_the_child(worker: Worker, folder: Path) -> None:
    os.mkfifo(folder / "fifo")
    child = worker.fork()
    child.send({"task_path": T + "wait_to_be_stopped", "args": [str(folder / "fifo")]}, mark="<m>")
    assert (folder / "fifo").read_text() == "waiting"
    os.killpg(child.pid, signal.SIGTERM)
    worker.wait(lambda: len(child.envelopes) == 1)
    assert child.envelopes[0]["exception_class"] == "Terminated"
    worker.wait(lambda: child.output == b"cancelled\ncleaned up\n<m>")
    assert worker.run(child, T + "add", 1, 2)["return"] == 3


def test_fifty_children_at_once(worker: Worker) -> None:
    children = [worker.ask(key) for key in range(50)]
    worker.wait(lambda: all(child.connected for child in children))
    assert len({child.pid for child in children}) == 50
    for number, child in enumerate(children):
        child.send({"task_path": T + "add", "args": [number, 1]})
    worker.wait(lambda: all(child.envelopes for child in children))
    assert [child.envelopes[0]["return"] for child in children] == list(range(1, 51))
    for child in children:
        child.close()
    worker.wait(lambda: all(child.exited is not None for child in children))


def test_a_platform_without_fork_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\ndel os.waitid\n")
    with Worker(folder, PYTHONPATH=str(tmp_path)) as worker:
        message = f"{sys.platform} has no fork with waitid"
        assert worker.ready() == {"server": "no-fork", "message": message}
        assert worker.process.wait(timeout=10) == 1


def test_the_server_tells_its_size_when_it_changed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "grows.py").write_text(
        "import itertools\nimport reproq.server as server\n"
        "server.SIZE_INTERVAL = 0.01\nserver.resident_kb = itertools.count(7).__next__\n"
    )
    with Worker(folder, "--preload", "grows", cwd=tmp_path) as worker:
        worker.wait(lambda: {"rss_kb": 9} in worker.told)


def test_a_server_that_cannot_fork_says_so(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "limited.py").write_text(
        "import os\ndef fork():\n    raise BlockingIOError(11, 'no more')\nos.fork = fork\n"
    )
    with Worker(folder, "--preload", "limited", cwd=tmp_path) as worker:
        child = worker.ask("a")
        worker.wait(lambda: child.failed is not None)
        assert child.failed == "cannot fork: [Errno 11] no more"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import not_installed", "ModuleNotFoundError: No module named 'not_installed'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_module_that_cannot_be_preloaded_is_told(
    folder: Path, tmp_path: Path, source: str, message: str
) -> None:
    (tmp_path / "bad.py").write_text(source)
    with Worker(folder, "--preload", "bad", cwd=tmp_path) as worker:
        told = worker.ready()
        assert told["server"] == "broken"
        assert told["message"] == message
        assert "bad.py" in told["traceback"]
        assert worker.process.wait(timeout=10) == 1


def test_an_executor_module_must_be_one(folder: Path) -> None:
    with Worker(folder, "--executor-module", "json") as worker:
        assert worker.ready()["message"] == (
            "AttributeError: executor module json has no function prepare()"
        )


def test_an_executor_module_is_prepared_before_others_are_loaded(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(
        "ready = False\n"
        "def prepare():\n    global ready\n    ready = True\n"
        "def run(spec, context):\n    return {'ok': True, 'return': [context.result_id, spec]}\n"
    )
    (tmp_path / "later.py").write_text("import mine\nassert mine.ready\n")
    with Worker(folder, "--executor-module", "mine", "--preload", "later", cwd=tmp_path) as worker:
        assert worker.run(worker.fork(), "x")["return"] == [1, {"task_path": "x", "args": []}]


def test_threads_of_preloaded_modules_are_warned_of(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "threaded.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    with Worker(folder, "--preload", "threaded", cwd=tmp_path) as worker:
        assert worker.ready()["threads"] == 2
        worker.die()
        _, stderr = worker.process.communicate(timeout=10)
        assert b"warning: preloading has started 1 thread(s)" in stderr


def test_a_changed_file_is_told_once(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "changing.py"
    file.write_text("")
    with Worker(folder, "--preload", "changing", "--reload", cwd=tmp_path) as worker:
        worker.ready()
        os.utime(file, (1, 1))
        worker.wait(lambda: {"changed": str(file)} in worker.told)
        assert worker.run(worker.fork(), "changing.x")["exception_class"] == "ImportError"
        assert sum("changed" in told for told in worker.told) == 1


def test_a_foreign_process_of_the_server_does_not_hide_children(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "starts.py").write_text(
        "import subprocess\nprocess = subprocess.Popen(['/bin/true'])\n"
    )
    with Worker(folder, "--preload", "starts", cwd=tmp_path) as worker:
        child = worker.fork()
        child.close()
        worker.wait(lambda: child.exited is not None)
