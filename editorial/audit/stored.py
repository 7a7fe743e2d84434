"""Answers that were stored elsewhere, one JSON object a line, read back as responses. No network.

The shape of a line is a contract (docs/audit-output.md).
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any

import orjson

from editorial.audit.crawl.origins import Origins
from editorial.audit.facts import ERROR_CODES, Hop, Response
from editorial.audit.gather import charset
from editorial.domain.messages import N_, Message
from editorial.domain.robots import Robots
from editorial.domain.urls import n1

LONGEST = 64_000_000  # bytes of a line; base64 of the largest page that is judged takes a quarter of it
LARGEST = 10_000_000  # bytes of a page; as from a server
HTML = ("Content-Type", "text/html")
MOST_HEADERS = 1_000

NO_OBJECT = N_("This line is no JSON object.")
TOO_LONG = N_("This line is longer than %(megabytes)s MB.")
NO_ADDRESS = N_("url is no address that begins with http:// or https://.")
NO_STATUS = N_("status is no number from 0 to 999.")
NO_HEADERS = N_("headers is no list of [name, value] pairs of texts.")
NO_TEXT = N_("%(name)s is no text.")
NO_BASE64 = N_("body_b64 is no base64.")
TWO_BODIES = N_("Give html or body_b64, not both.")
NO_HOPS = N_("redirects is no list of objects with url, status and location.")
NO_ROBOTS = N_("robots_txt is no object with status and content.")
NO_ERROR = N_("error is none of the known codes.")
TWICE = N_("The address is that of line %(line)s.")


class Unreadable(Exception):
    """A line that is no stored answer; `id` is what the line calls itself, where that is known."""

    def __init__(self, says: Message, id_: str | int | None = None) -> None:
        super().__init__(says.id)
        self.says, self.id = says, id_


@dataclass(frozen=True)
class Stored:
    """One stored answer. `id` is as the line has it; `robots` None where nobody says what robots.txt held."""

    id: str | int | None
    response: Response
    robots: Robots | None
    robots_file: tuple[int, bytes] | None = None
    """Status and bytes of that robots.txt."""


def lines(source: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Number (from 1) and bytes of each line that is not blank; None for one beyond `LONGEST`."""
    number = 0
    while line := source.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST and not line.endswith(b"\n"):
            while rest := source.readline(LONGEST):
                if rest.endswith(b"\n"):
                    break
            yield number, None
        elif line.strip():
            yield number, line


def read(line: bytes | None, *, received: str = "") -> Stored:
    """The stored answer of a line.

    Args:
        line: as `lines` gives it.
        received: a Date header for answers that have none (RFC 9110, 6.6.1).

    Raises:
        Unreadable: it is none; the reason is one sentence.
    """
    if line is None:
        raise Unreadable(Message(TOO_LONG, {"megabytes": LONGEST // 1_000_000}))
    data = _object(line)
    id_ = data.get("id")
    id_ = id_ if isinstance(id_, str | int) and not isinstance(id_, bool) else None
    try:
        return Stored(
            id_, _response(data, received), _robots(data.get("robots_txt")), _robots_file(data.get("robots_txt"))
        )
    except Unreadable as broken:
        broken.id = id_
        raise


def _object(line: bytes) -> dict[str, Any]:
    text = line.removeprefix(b"\xef\xbb\xbf")
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            data = json.loads(text.decode("utf-8", "replace"))  # reads what orjson refuses: half a surrogate pair
        except (ValueError, RecursionError):
            data = None
    if not isinstance(data, dict):
        raise Unreadable(Message(NO_OBJECT))
    return data


def _response(data: Mapping[str, Any], received: str) -> Response:
    url = _address(data.get("url"))
    headers = _headers(data.get("headers"))
    names = {name.lower() for name, _ in headers}
    if data.get("html") is not None and "content-type" not in names:
        headers = (*headers, HTML)
    if received and "date" not in names:
        headers = (*headers, ("Date", received))
    body = _body(data, next((value for name, value in headers if name.lower() == "content-type"), ""))
    final = data.get("final_url")
    return Response(
        url,
        url if final is None else _address(final),
        _status(data.get("status"), 200),
        headers,
        body[:LARGEST],
        _hops(data.get("redirects")),
        truncated=bool(data.get("truncated")) or len(body) > LARGEST,
        error=_error(data.get("error")),
        elapsed_ms=_status(data.get("elapsed_ms"), 0, most=10_000_000),
    )


def _address(value: object) -> str:
    url = n1(_text(value)) if isinstance(value, str) else None
    if url is None:
        raise Unreadable(Message(NO_ADDRESS))
    return url


def _status(value: object, default: int, *, most: int = 999) -> int:
    if value is None:
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Unreadable(Message(NO_STATUS))
    return int(value)


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    """From a list of pairs, or an object whose values are a text or a list of texts."""
    if isinstance(value, dict):
        pairs: list[Any] = [
            (name, each) for name, many in value.items() for each in (many if isinstance(many, list) else [many])
        ]
    else:
        pairs = value if isinstance(value, list) else [None] if value is not None else []
    found: list[tuple[str, str]] = []
    for pair in pairs[:MOST_HEADERS]:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            raise Unreadable(Message(NO_HEADERS))
        found.append((_text(pair[0]).strip(), _text(pair[1]).strip()))
    return tuple(found)


def _body(data: Mapping[str, Any], content_type: str) -> bytes:
    html, packed = data.get("html"), data.get("body_b64")
    if html is not None and packed is not None:
        raise Unreadable(Message(TWO_BODIES))
    for name, value in (("html", html), ("body_b64", packed)):
        if value is not None and not isinstance(value, str):
            raise Unreadable(Message(NO_TEXT, {"name": name}))
    if html is not None:
        return charset.encode(_text(html), content_type)
    try:
        return base64.b64decode("".join((packed or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unreadable(Message(NO_BASE64)) from error


def _hops(value: object) -> tuple[Hop, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Unreadable(Message(NO_HOPS))
    try:
        return tuple(
            Hop(_address(hop.get("url")), _status(hop.get("status"), 301), _address(hop.get("location")))
            for hop in value[:100]
        )
    except Unreadable as error:
        raise Unreadable(Message(NO_HOPS)) from error


def _error(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in ERROR_CODES:
        raise Unreadable(Message(NO_ERROR))
    return value


def _robots(value: object) -> Robots | None:
    """What a stored robots.txt means, by its status as RFC 9309, 2.3.1 has it."""
    if value is None:
        return None
    if isinstance(value, str):
        value = {"content": value}
    if not isinstance(value, dict) or not isinstance(value.get("content") or "", str):
        raise Unreadable(Message(NO_ROBOTS))
    try:
        status = _status(value.get("status"), 200)
    except Unreadable as error:
        raise Unreadable(Message(NO_ROBOTS)) from error
    followed_in_vain = "redirects" if 300 <= status < 400 else None
    return _learnt(status, followed_in_vain, _text(value.get("content") or ""))


def _robots_file(value: object) -> tuple[int, bytes] | None:
    """Status and bytes of what `_robots` could read."""
    if isinstance(value, str):
        return 200, _text(value).encode()
    if not isinstance(value, dict):
        return None
    return _status(value.get("status"), 200), _text(value.get("content") or "").encode()


@lru_cache(maxsize=64)
def _learnt(status: int, error: str | None, content: str) -> Robots:
    """Kept, because the lines of one site hold the same robots.txt."""
    return Origins("").learn("", status, error, content.encode())


def _text(value: str) -> str:
    """Without half surrogate pairs, which JSON may spell and no encoding can write."""
    return value if value.isascii() else value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
