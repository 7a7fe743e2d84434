"""Frozen records to plain dicts and lists and back, driven by their annotations.

The readers and writers of a class are made once and kept, so that a page of 400 links takes well under a millisecond.
"""

import base64
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Convert = Callable[[Any], Any]


def to_plain(record: object) -> dict[str, Any]:
    """The record as a dict of what JSON knows; bytes become base64 text."""
    return cast("dict[str, Any]", _writer(cast("Any", type(record)))(record))


def from_plain(kind: type[T], data: dict[str, Any]) -> T:
    """A record of `kind` from what `to_plain` made, or from JSON that has named tuples as lists.

    Names that `kind` no longer has are left out; a list may be shorter than its tuple, which takes its defaults then.
    So what is stored stays readable as long as named tuples grow at their end only.

    Raises:
        KeyError, TypeError: a field without a default is missing.
    """
    return cast("T", _reader(cast("Any", kind))(data))


def _same(value: Any) -> Any:
    return value


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and (is_dataclass(kind) or hasattr(kind, "_fields"))


def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else kind._fields


@cache
def _writer(kind: Any) -> Convert:
    if _is_record(kind):
        return _record_writer(kind)
    if kind is bytes:
        return lambda value: base64.b64encode(value).decode("ascii")
    if get_origin(kind) is tuple:
        inner = [_writer(arg) for arg in get_args(kind)]
        if get_args(kind)[-1] is Ellipsis:
            each = inner[0]
            return list if each is _same else lambda value: [each(item) for item in value]
        return list
    if get_origin(kind) in (Union, types.UnionType):
        write = next((made for made in map(_writer, get_args(kind)) if made is not _same), _same)
        return _same if write is _same else lambda value: None if value is None else write(value)
    return _same


def _record_writer(kind: Any) -> Convert:
    hints = get_type_hints(kind)
    parts = tuple((name, _writer(hints[name])) for name in _names(kind))
    if all(write is _same for _, write in parts) and not is_dataclass(kind):
        names = tuple(name for name, _ in parts)
        return lambda record: dict(zip(names, record, strict=True))

    def write(record: Any) -> dict[str, Any]:
        return {name: part(getattr(record, name)) for name, part in parts}

    return write


@cache
def _reader(kind: Any) -> Convert:
    if _is_record(kind):
        return _record_reader(kind)
    if kind is bytes:
        return base64.b64decode
    if get_origin(kind) is tuple:
        each = _reader(get_args(kind)[0])
        if get_args(kind)[-1] is Ellipsis and each is not _same:
            return lambda value: tuple([each(item) for item in value])
        return tuple
    if get_origin(kind) in (Union, types.UnionType):
        read = next((made for made in map(_reader, get_args(kind)) if made is not _same), _same)
        return _same if read is _same else lambda value: None if value is None else read(value)
    return _same


def _record_reader(kind: Any) -> Convert:
    hints = get_type_hints(kind)
    parts = {name: _reader(hints[name]) for name in _names(kind)}

    def read(data: dict[str, Any]) -> Any:
        return kind(**{name: parts[name](value) for name, value in data.items() if name in parts})

    if is_dataclass(kind):
        return read
    odd = tuple((place, each) for place, each in enumerate(parts.values()) if each is not _same)

    def read_list(data: dict[str, Any] | list[Any]) -> Any:
        if isinstance(data, dict):
            return read(data)
        for place, each in odd:
            if place < len(data):
                data[place] = each(data[place])
        return kind(*data)

    return read_list
