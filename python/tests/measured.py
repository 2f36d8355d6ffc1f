"""What tests/measure.py runs: a module that imports nothing."""


def add(a: int, b: int) -> int:
    return a + b
