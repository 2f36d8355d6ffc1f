"""A warm process that forks a child whenever the worker asks: `python -m reproq.forkserver`.

It imports once what all tasks need, so that a child has it for the price of a fork. It has one
thread, which waits for the worker and for its children, and runs no task itself.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import importlib
import os
import sys
import time
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from reproq.envelope import failure
from reproq.process import count_threads, print_by_the_line, resident_kb
from reproq.server import Server
from reproq.wire import Connection


def main(arguments: Sequence[str] | None = None) -> int:
    """Exits with 0 at the end of the worker's connection, with 1 when it could not begin."""
    options = _options(arguments)
    _prepare_process()
    if not hasattr(os, "fork") or not hasattr(os, "waitid"):
        Connection(options.socket).send(
            {"server": "no-fork", "message": f"{sys.platform} has no fork with waitid"}
        )
        return 1
    started = time.monotonic()
    try:
        executor = _load(options.executor_module, options.preload)
    except BaseException as error:
        Connection(options.socket).send({"server": "broken", **_told(error)})
        return 1
    seconds = time.monotonic() - started
    gc.collect()
    gc.freeze()  # or the children's collector would write to, and so copy, every page
    _serve(options, executor, seconds)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reproq.forkserver", description=__doc__)
    parser.add_argument("--socket", required=True, help="the worker's Unix socket")
    parser.add_argument("--executor-module", required=True, help="has prepare() and run()")
    parser.add_argument("--preload", action="append", default=[], help="a module to import first")
    parser.add_argument("--reload", action="store_true", help="say when a loaded file changes")
    return parser.parse_args(arguments)


def _prepare_process() -> None:
    """What all children have from here: no input, streams by the line, a word when they crash."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    print_by_the_line()
    faulthandler.enable()


def _load(executor_module: str, preload: Sequence[str]) -> ModuleType:
    executor = importlib.import_module(executor_module)
    for name in ("prepare", "run"):
        if not callable(getattr(executor, name, None)):
            raise AttributeError(f"executor module {executor_module} has no function {name}()")
    executor.prepare()
    for name in preload:
        importlib.import_module(name)
    return executor


def _told(error: BaseException) -> dict[str, Any]:
    envelope = failure(error)
    return {
        "message": f"{envelope['exception_class']}: {envelope['message']}",
        "traceback": envelope.get("traceback", ""),
    }


def _serve(options: argparse.Namespace, executor: ModuleType, seconds: float) -> None:
    threads = count_threads()
    if threads > 1:
        sys.stderr.write(
            f"reproq.forkserver: warning: preloading has started {threads - 1} thread(s), which"
            " children will not have, and whose locks may stay locked in them\n"
        )
    connection = Connection(options.socket)
    server = Server(connection, options.socket, executor.run)
    if options.reload:
        server.watch()
    connection.send(
        {
            "server": "ready",
            "pid": os.getpid(),
            "preload_seconds": round(seconds, 3),
            "rss_kb": resident_kb(),
            "threads": threads,
        }
    )
    server.serve()


if __name__ == "__main__":
    sys.exit(main())
