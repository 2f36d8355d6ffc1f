"""What the system says about this process."""

from __future__ import annotations

import os
import resource
import sys


def print_by_the_line() -> None:
    """Lets prints be read while a task runs, whatever characters they have."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(  # type: ignore[union-attr]  # both are text files at the start
            line_buffering=True, errors="backslashreplace"
        )


def count_threads() -> int:
    """All threads, those of C libraries too where the system tells."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208 -- pathlib is slow to load
    except OSError:
        import threading  # noqa: PLC0415 -- what it does after a fork is a fifth of a fork's price

        return threading.active_count()


def resident_kb() -> int:
    """Memory in use now; where the system does not tell, the most that was in use."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 -- pathlib is slow to load
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    except OSError:
        return max_resident_kb(resource.getrusage(resource.RUSAGE_SELF))


def max_resident_kb(usage: resource.struct_rusage) -> int:
    """The most memory that a process had; macOS tells bytes."""
    return usage.ru_maxrss // 1024 if sys.platform == "darwin" else usage.ru_maxrss
