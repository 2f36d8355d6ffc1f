"""Finds the function that a task path names, and no other.

A worker checks paths against prefixes such as `myapp.tasks.`. So a path must not lead out of the
package it names: not through a module that another one happened to import, nor to a function
imported from elsewhere.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple


class Task(NamedTuple):
    """What is called for a task path."""

    call: Callable[..., Any]
    takes_context: bool


@functools.cache
def resolve(path: str) -> Task:
    """The task at `path`: a function of a module, or a static or class method.

    Of a decorated object its `.func` is called, else its `.run`, else itself. ImportError says
    what is in the way.
    """
    parts = path.split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        raise ImportError(f"task path {path!r} is not of the form package.module.function")
    module, names = _module(path, parts)
    found = _attribute(path, module, names)
    call = _callable(found)
    if not callable(call):
        raise ImportError(f"task {path!r} is a {type(found).__name__}, which cannot be called")
    _check_home(path, call)
    return Task(call, bool(getattr(found, "takes_context", False)))


def _module(path: str, parts: list[str]) -> tuple[ModuleType, list[str]]:
    """The longest part of the path that is a module, and the names that are left."""
    module = _import(path, parts[0])
    taken = 1
    while taken < len(parts) - 1 and hasattr(module, "__path__"):
        name = ".".join(parts[: taken + 1])
        try:
            module = _import(path, name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            break
        taken += 1
    return module, parts[taken:]


def _import(path: str, name: str) -> ModuleType:
    try:
        return sys.modules.get(name) or importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(_cannot(path, error), name=error.name) from error
    except (Exception, SystemExit) as error:
        raise ImportError(_cannot(path, error)) from error


def _cannot(path: str, error: BaseException) -> str:
    return f"cannot import task {path!r}: {type(error).__name__}: {error}"


def _attribute(path: str, module: ModuleType, names: list[str]) -> Any:
    found: Any = module
    for position, name in enumerate(names):
        if position and not isinstance(found, type):
            raise ImportError(
                f"task path {path!r} leads through {names[position - 1]!r}, which is a"
                f" {type(found).__name__}: only classes may stand between module and function"
            )
        try:
            found = getattr(found, name)
        except AttributeError as error:
            raise ImportError(f"cannot import task {path!r}: {error}") from None
    if isinstance(found, ModuleType):
        raise ImportError(f"task {path!r} is a module, which cannot be called")
    return found


def _callable(found: Any) -> Any:
    if isinstance(found, functools.partial):
        return found
    for name in ("func", "run"):
        inner = getattr(found, name, None)
        if inner is not None:
            return inner
    return found


def _check_home(path: str, call: Any) -> None:
    while isinstance(call, functools.partial):
        call = call.func
    home = getattr(call, "__module__", None) or "no module"
    top = path.partition(".")[0]
    if home.partition(".")[0] != top:
        raise ImportError(
            f"task {path!r} is defined in {home}, outside of {top}: write a function of your own"
            " that calls it (a decorator must use functools.wraps)"
        )
