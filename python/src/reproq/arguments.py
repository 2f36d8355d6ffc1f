"""Turns a task's arguments back into what JSON cannot say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import timedelta

TYPE = "__reproq_type__"

Decoder = Callable[[dict[str, Any]], Any]


def _timedelta(value: dict[str, Any]) -> timedelta:
    from datetime import timedelta  # noqa: PLC0415 -- few tasks need it

    return timedelta(
        days=value.get("days", 0),
        seconds=value.get("seconds", 0),
        microseconds=value.get("microseconds", 0),
    )


#: How each type is read. Packages that know more types add theirs when they are imported.
decoders: dict[str, Decoder] = {"timedelta": _timedelta}


def decode(args: list[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments with all marked objects turned back. RuntimeError when one cannot be."""
    try:
        return [_decode(arg) for arg in args], {key: _decode(arg) for key, arg in kwargs.items()}
    except Exception as error:
        raise RuntimeError(f"Failed to deserialize arguments: {error}") from None


def _decode(value: Any) -> Any:
    if type(value) is list:
        return [_decode(item) for item in value]
    if type(value) is not dict:
        return value
    if TYPE not in value:
        return {key: _decode(item) for key, item in value.items()}
    decoder = decoders.get(value[TYPE])
    if decoder is None:
        raise ValueError(f"unknown type {value[TYPE]!r}; known are {', '.join(sorted(decoders))}")
    return decoder(value)
