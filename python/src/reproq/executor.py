"""Runs one task and prints how it ended: `python -m reproq.executor`.

`prepare` and `run` are what the fork server calls, so that a task runs the same way there.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import sys
from collections.abc import Sequence
from types import CoroutineType
from typing import Any

from reproq import cancellation, notes, trace
from reproq.arguments import decode
from reproq.attempt import attempt
from reproq.context import TaskContext
from reproq.envelope import Envelope, Reply, encode, failure, success
from reproq.process import print_by_the_line
from reproq.resolve import Task, resolve

DEBUG = bool(os.environ.get("REPROQ_EXECUTOR_DEBUG"))


class PayloadError(Exception):
    """The description of a task cannot be read."""


def prepare() -> None:
    """Called once in a process that will be forked, before modules are preloaded: nothing to do."""


def run(spec: dict[str, Any], context: TaskContext) -> Envelope:
    """Runs the task that the spec describes, and tells how it ended."""
    try:
        return success(_call(spec, context))
    except BaseException as error:
        return failure(error)


def _call(spec: dict[str, Any], context: TaskContext) -> Any:
    path, args, kwargs = _described(spec)
    task = _resolved(path)
    args, kwargs = decode(args, kwargs)
    if task.takes_context or spec.get("takes_context"):
        args.insert(0, context)
    _debug("calling %s with %d arguments", path, len(args) + len(kwargs))
    result = task.call(*args, **kwargs)
    if isinstance(result, CoroutineType):
        import asyncio  # noqa: PLC0415 -- only for tasks that want it

        result = asyncio.run(result)
    _debug("%s returned", path)
    return result


def _described(spec: dict[str, Any]) -> tuple[str, list[Any], dict[str, Any]]:
    path, args, kwargs = spec.get("task_path"), spec.get("args"), spec.get("kwargs")
    if not isinstance(path, str) or not path:
        raise PayloadError("payload has no task_path")
    if not isinstance(args or [], list):
        raise PayloadError(f"args is a {type(args).__name__}, and must be a list")
    if not isinstance(kwargs or {}, dict):
        raise PayloadError(f"kwargs is a {type(kwargs).__name__}, and must be an object")
    return path, args or [], kwargs or {}


def _resolved(path: str) -> Task:
    try:
        return resolve(path)
    except ImportError as error:
        if error.__cause__ is not None:
            import traceback  # noqa: PLC0415 -- successful attempts need not load it

            traceback.print_exception(error.__cause__)
        raise ImportError(str(error)) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Exits with 0 when the task succeeded, with 1 when it did not."""
    options = _options(arguments)
    stdout = _divert_stdout()
    cancellation.install()
    faulthandler.enable()
    reply = _reply(options)
    _debug("envelope of %d bytes", len(reply.line))
    with os.fdopen(stdout, "wb") as file:
        file.write(reply.line)
    return 0 if reply.ok else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reproq.executor", description=__doc__)
    parser.add_argument("--result-id", type=int, required=True, help="the task's id")
    parser.add_argument("--attempt", type=int, required=True, help="which attempt this is, from 1")
    parser.add_argument("--task-path", help="run this instead of the payload's task_path")
    payload = parser.add_mutually_exclusive_group(required=True)
    payload.add_argument("--payload-stdin", action="store_true", help="read the payload from stdin")
    payload.add_argument("--payload-file", help="read the payload from this file")
    payload.add_argument("--payload-json", help="the payload itself")
    return parser.parse_args(arguments)


def _divert_stdout() -> int:
    """Makes all that prints print to standard error, and returns what standard output was."""
    # First: what became another kind of file cannot be configured.
    print_by_the_line()
    stdout = os.dup(1)
    os.dup2(2, 1)
    return stdout


def _reply(options: argparse.Namespace) -> Reply:
    try:
        spec = _payload(options)
    except PayloadError as error:
        return encode(failure(error))
    if options.task_path:
        spec["task_path"] = options.task_path
    context = TaskContext(
        options.result_id,
        options.attempt,
        spec,
        notes.from_environment(),
        trace.from_environment(),
    )
    return attempt(run, spec, context)


def _payload(options: argparse.Namespace) -> dict[str, Any]:
    try:
        if options.payload_stdin:
            text: str | bytes = sys.stdin.buffer.read()
        elif options.payload_file:
            with open(options.payload_file, "rb") as file:  # noqa: PTH123 -- pathlib is slow to load
                text = file.read()
        else:
            text = options.payload_json
        payload = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise PayloadError(f"cannot read payload: {error}") from None
    if not isinstance(payload, dict):
        raise PayloadError(f"payload is a {type(payload).__name__}, and must be an object")
    return payload


def _debug(message: str, *values: object) -> None:
    if DEBUG:
        sys.stderr.write(f"reproq.executor[{os.getpid()}]: {message % values}\n")


if __name__ == "__main__":
    sys.exit(main())
