"""The least that a task can be."""


def nothing() -> None:
    pass
