"""Frozen data to JSON and back, by the types of its fields: what an edition said stays readable for ever.

A field that a later version adds must have a default; a field it drops is ignored.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Hashable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Turn frozen data into what JSON can hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return value


def from_json(kind: type[T], data: Mapping[str, Any]) -> T:
    """Build a frozen `kind` from what `to_json` wrote."""
    hints = _hints(typing.cast("Hashable", kind))
    return kind(**{name: _value(hints[name], item) for name, item in data.items() if name in hints})


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _value(hint: Any, item: Any) -> Any:
    if item is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return _value(next(part for part in typing.get_args(hint) if part is not type(None)), item)
    if origin is tuple:
        return tuple(_value(typing.get_args(hint)[0], part) for part in item)
    if hint is datetime:
        return datetime.fromisoformat(item)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(item)
    if dataclasses.is_dataclass(hint):
        return from_json(typing.cast("type[Any]", hint), item)
    return item
