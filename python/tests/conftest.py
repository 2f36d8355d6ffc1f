from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fake_worker import Worker

HERE = Path(__file__).parent
EXECUTOR = [sys.executable, "-m", "reproq.executor", "--result-id", "7", "--attempt", "2"]


class Ended(NamedTuple):
    """What the worker sees of a spawned process."""

    code: int
    envelope: dict[str, Any]
    stderr: str


Execute = Callable[..., Ended]
Spec = Callable[..., dict[str, Any]]


@pytest.fixture
def execute() -> Execute:
    """Runs the executor as the worker does, with the spec on standard input."""

    def run(spec: dict[str, Any] | str, *options: str, **env: str) -> Ended:
        text = spec if isinstance(spec, str) else json.dumps(spec)
        process = subprocess.run(
            [
                sys.executable,
                "-m",
                "reproq.executor",
                "--result-id",
                "7",
                "--attempt",
                "2",
                *list(options or ["--payload-stdin"]),
            ],
            input=text.encode(),
            capture_output=True,
            cwd=HERE,
            env={**env},
            timeout=30,
            check=False,
        )
        assert process.stdout.count(b"\n") == 1, (process.stdout, process.stderr)
        return Ended(
            process.returncode,
            json.loads(process.stdout.decode("ascii")),
            process.stderr.decode(errors="backslashreplace"),
        )

    return run


@pytest.fixture(scope="session")
def spec() -> Spec:
    """Describes a task of tasks_for_tests."""

    def described(name: str, *args: Any, **more: Any) -> dict[str, Any]:
        return {"task_path": f"tasks_for_tests.{name}", "args": list(args), "kwargs": {}, **more}

    return described


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a short name, as a Unix socket's path must be."""
    return tmp_path_factory.mktemp("w")


@pytest.fixture
def worker(folder: Path) -> Iterator[Worker]:
    """A worker whose fork server has preloaded tasks_for_tests."""
    with Worker(folder, "--preload", "tasks_for_tests", cwd=HERE) as worker:
        yield worker
