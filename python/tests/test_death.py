"""Who dies when somebody dies."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from fake_worker import Child, Worker

T = "tasks_for_tests."


def _alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def _waiting(worker: Worker, folder: Path) -> tuple[Child, int]:
    """A child whose task waits for a process of its own; and that process."""
    os.mkfifo(folder / "fifo")
    child = worker.fork()
    child.send({"task_path": T + "wait_with_process", "args": [str(folder / "fifo")]})
    process, _ = (folder / "fifo").read_text().split()
    return child, int(process)


def _gone(worker: Worker, *pids: int) -> None:
    for pid in pids:
        worker.wait_idly(lambda pid=pid: not _alive(pid))  # type: ignore[misc]


def test_a_task_s_processes_end_with_the_child(worker: Worker) -> None:
    child = worker.fork()
    left = worker.run(child, T + "leave_processes", kwargs={"escape": False})["return"]
    assert _alive(left)
    child.close()
    worker.wait(lambda: child.exited is not None and child.output_ended)
    _gone(worker, left)


def test_they_end_when_the_child_is_killed(worker: Worker, folder: Path) -> None:
    os.mkfifo(folder / "fifo")
    child = worker.fork()
    child.send({"task_path": T + "fork_and_die", "args": [str(folder / "fifo")]})
    left = int((folder / "fifo").read_text())
    worker.wait(lambda: child.exited is not None)
    assert child.exited is not None
    assert child.exited["signal"] == signal.SIGKILL
    _gone(worker, left)


def test_the_end_of_a_child_is_told_although_its_output_is_held(worker: Worker) -> None:
    child = worker.fork()
    escaped = worker.run(child, T + "leave_processes", kwargs={"escape": True})["return"]
    try:
        child.close()
        worker.wait(lambda: child.exited is not None)
        assert not child.output_ended
    finally:
        os.kill(escaped, signal.SIGKILL)


def test_nothing_is_left_when_the_worker_dies(worker: Worker, folder: Path) -> None:
    child, process = _waiting(worker, folder)
    worker.die()
    assert worker.process.wait(timeout=10) == 0
    _gone(worker, child.pid, process)


def test_nothing_is_left_when_the_server_is_terminated(worker: Worker, folder: Path) -> None:
    child, process = _waiting(worker, folder)
    worker.process.terminate()
    assert worker.process.wait(timeout=10) == 0
    _gone(worker, child.pid, process)


def test_children_die_with_the_server(worker: Worker, folder: Path) -> None:
    child, process = _waiting(worker, folder)
    worker.process.kill()
    worker.process.wait(timeout=10)
    _gone(worker, child.pid)
    os.kill(process, signal.SIGKILL)  # the worker's warden would


def test_the_server_does_not_heed_ctrl_c(worker: Worker) -> None:
    worker.ready()
    worker.process.send_signal(signal.SIGINT)
    assert worker.run(worker.fork(), T + "add", 1, 2)["return"] == 3
