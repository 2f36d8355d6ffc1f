"""What a task path may name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reproq.resolve import resolve

MODULE = """
import functools
import json
import os
import pathlib
from os import system
from pathlib import Path
from collections import OrderedDict as Ordered

def add(a, b):
    return a + b

number = 7
add_one = functools.partial(add, 1)
list_files = functools.partial(os.system, "ls")

class Shop:
    @staticmethod
    def open(hour):
        return hour

    class Till:
        @classmethod
        def count(cls):
            return 3

class Job:
    takes_context = True
    def run(self):
        return "ran"

class Both:
    func = staticmethod(lambda: "func")
    run = staticmethod(lambda: "run")

class Callable:
    def __call__(self):
        return "called"

job = Job()
both = Both()
callable_ = Callable()
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A package of its own for each test, as modules stay loaded."""
    name = "package_" + re.sub(r"\W", "_", str(request.node.name))
    package = tmp_path / name
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("import os\n")
    (package / "tasks.py").write_text(MODULE)
    (package / "deep" / "__init__.py").write_text("def inner():\n    return 'inner'\n")
    (package / "exits.py").write_text("raise SystemExit(3)\n")
    (package / "needs.py").write_text("import not_installed\n")
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_a_function_is_found(package: str) -> None:
    assert resolve(f"{package}.tasks.add").call(1, 2) == 3


def test_a_function_of_a_package_is_found(package: str) -> None:
    assert resolve(f"{package}.deep.inner").call() == "inner"


def test_static_and_class_methods_are_found(package: str) -> None:
    assert resolve(f"{package}.tasks.Shop.open").call(8) == 8
    assert resolve(f"{package}.tasks.Shop.Till.count").call() == 3


def test_func_comes_before_run_before_the_object(package: str) -> None:
    assert resolve(f"{package}.tasks.both").call() == "func"
    assert resolve(f"{package}.tasks.job").call() == "ran"
    assert resolve(f"{package}.tasks.callable_").call() == "called"


def test_an_object_says_whether_it_takes_the_context(package: str) -> None:
    assert resolve(f"{package}.tasks.job").takes_context
    assert not resolve(f"{package}.tasks.both").takes_context


def test_a_partial_function_keeps_its_arguments(package: str) -> None:
    assert resolve(f"{package}.tasks.add_one").call(2) == 3


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("tasks.os.system", "leads through 'os', which is a module"),
        ("tasks.os", "is a module"),
        ("os.system", "leads through 'os', which is a module"),
        ("tasks.system", "is defined in posix, outside of"),
        ("tasks.Path.cwd", "is defined in pathlib"),
        ("tasks.Ordered.fromkeys", "is defined in no module"),
        ("tasks.list_files", "is defined in posix"),
        ("tasks.json.dumps", "leads through 'json', which is a module"),
        ("tasks.add.__globals__.clear", "leads through 'add', which is a function"),
        ("tasks.number", "is a int, which cannot be called"),
        ("tasks.nothing", "has no attribute 'nothing'"),
        ("nothing.at_all", "has no attribute 'nothing'"),
        ("exits.task", "SystemExit: 3"),
        ("needs.task", "No module named 'not_installed'"),
        ("tasks.", "is not of the form package.module.function"),
    ],
)
def test_nothing_else_is_found(package: str, path: str, message: str) -> None:
    with pytest.raises(ImportError) as caught:
        resolve(f"{package}.{path}")
    assert message in str(caught.value)
    assert f"{package}.{path}" in str(caught.value)


def test_a_lone_name_is_no_path() -> None:
    with pytest.raises(ImportError, match="task path 'add' is not of the form"):
        resolve("add")
