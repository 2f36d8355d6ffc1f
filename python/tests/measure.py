"""Prints how fast the Python side is: `python tests/measure.py`. Nothing is asserted."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from conftest import EXECUTOR, HERE
from fake_worker import Worker

SPEC = {"task_path": "measured.add", "args": [1, 2], "kwargs": {}, "takes_context": False}
FORKS = 1000
POOLED = 20000
SPAWNS = 20
AT_ONCE = 4


def main() -> None:
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} processors")
    with (
        tempfile.TemporaryDirectory() as folder,
        Worker(Path(folder), "--preload", "measured", cwd=HERE) as worker,
    ):
        ready = worker.ready()
        print(f"preloaded in {ready['preload_seconds']} s, {ready['rss_kb']} kB")
        _print(worker, "spawn, one after the other", SPAWNS, _spawn)
        _print(worker, "fork, one after the other", FORKS, lambda: _fork(worker, 1))
        _print(worker, f"fork, {AT_ONCE} at once", FORKS, lambda: _fork(worker, AT_ONCE))
        _print(worker, "pool, one child", POOLED, lambda: _pool(worker))


def _print(worker: Worker, what: str, count: int, work: Callable[[], None]) -> None:
    for _ in range(3):
        started, before = time.perf_counter(), _processor_seconds(worker)
        work()
        seconds = time.perf_counter() - started
        used = _processor_seconds(worker) - before
        print(f"{what}: {count / seconds:.0f} tasks/s, {used / count * 1e6:.0f} µs of processor")


def _processor_seconds(worker: Worker) -> float:
    """What the server, its reaped children and spawned processes have used, without this one."""
    stat = Path(f"/proc/{worker.process.pid}/stat").read_text().rpartition(")")[2].split()
    spawned = os.times()
    served = sum(map(int, stat[11:15])) / os.sysconf("SC_CLK_TCK")
    return served + spawned.children_user + spawned.children_system


def _spawn() -> None:
    command = [*EXECUTOR, "--payload-json", json.dumps(SPEC)]
    for _ in range(SPAWNS):
        subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.DEVNULL)


def _fork(worker: Worker, at_once: int) -> None:
    asked = 0
    running: set[int] = set()
    sent: set[int] = set()
    done = 0
    first = len(worker.children)
    while done < FORKS:
        while asked < FORKS and len(running) < at_once:
            worker.ask(first + asked)
            running.add(first + asked)
            asked += 1
        worker.step(10)
        for key in list(running):
            child = worker.children[key]
            if child.connected and key not in sent:
                child.send(SPEC, "mark")
                sent.add(key)
            elif child.envelopes and child.connection is not None:
                child.close()
                child.connection = None
            if child.exited:
                assert child.envelopes[0]["ok"]
                running.remove(key)
                done += 1


def _pool(worker: Worker) -> None:
    child = worker.fork(f"pool {len(worker.children)}")
    for number in range(POOLED):
        child.send(SPEC, "mark")
        worker.wait(lambda number=number: len(child.envelopes) > number)  # type: ignore[misc]
    child.close()
    worker.wait(lambda: child.exited is not None)


if __name__ == "__main__":
    main()
