"""How a crawl and its worker programs talk: frames of JSON and bytes, each with its length before it.

Eight bytes of lengths (JSON, then bytes; big-endian), the JSON, the bytes. No pickle: a worker reads hostile pages, and
what it says must not be able to run anything here.
"""

import os
import struct
from collections.abc import Iterator
from typing import Any

import orjson

_HEAD = struct.Struct(">II")
MAX_FRAME = 256 * 1024 * 1024  # bytes; more than that is no frame but a stream out of step

Frame = tuple[dict[str, Any], bytes]


class OutOfStep(Exception):
    """The stream does not carry frames."""


def pack(message: object, blob: bytes = b"") -> bytes:
    """One frame. Dataclasses and tuples become what JSON has for them."""
    text = orjson.dumps(message)
    return b"".join((_HEAD.pack(len(text), len(blob)), text, blob))


class Unpacker:
    """Puts frames together from what a pipe gives."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete now.

        Raises:
            OutOfStep: a length that no frame has, or no JSON where it should stand.
        """
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            text_size, blob_size = _HEAD.unpack_from(self._buffer)
            end = _HEAD.size + text_size + blob_size
            if end > MAX_FRAME:
                raise OutOfStep
            if len(self._buffer) < end:
                return
            middle = _HEAD.size + text_size
            with memoryview(self._buffer) as view:
                text, blob = bytes(view[_HEAD.size : middle]), bytes(view[middle:end])
            del self._buffer[:end]
            try:
                message = orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise OutOfStep from error
            yield message, blob


def read_one(source: int) -> Frame | None:
    """Wait for exactly one frame, leaving what follows in the pipe. None at the end of input."""
    head = _exactly(source, _HEAD.size)
    if head is None:
        return None
    text_size, blob_size = _HEAD.unpack(head)
    text, blob = _exactly(source, text_size), _exactly(source, blob_size)
    return None if text is None or blob is None else (orjson.loads(text), blob)


def _exactly(source: int, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        data = os.read(source, size)
        if not data:
            return None
        parts.append(data)
        size -= len(data)
    return b"".join(parts)
