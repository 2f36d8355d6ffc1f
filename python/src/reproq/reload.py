"""Sees when a file of a loaded module changes."""

from __future__ import annotations

import os
import sys

INTERVAL = 1.0


class ModuleFiles:
    """The files of all modules that are loaded now, looked at no more than once a second."""

    def __init__(self) -> None:
        modules = list(sys.modules.values())
        files: set[str | None] = {getattr(module, "__file__", None) for module in modules}
        self._seen = {file: _written(file) for file in files if file is not None}
        self._due = 0.0

    def changed(self, now: float) -> str | None:
        """A file that is not what it was. One that is missing may be about to be replaced."""
        if now < self._due:
            return None
        self._due = now + INTERVAL
        for file, before in self._seen.items():
            after = _written(file)
            if after is not None and after != before:
                return file
        return None


def _written(file: str) -> int | None:
    try:
        return os.stat(file).st_mtime_ns  # noqa: PTH116 -- pathlib is slow to load
    except OSError:
        return None
