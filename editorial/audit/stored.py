"""Answers that were stored elsewhere, one JSON object a line, read back as responses. No network.

The shape of a line is a contract (docs/audit-output.md).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any

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

NO_JSON = N_(
    "This line is no JSON in UTF-8 from character %(place)s on. Write each answer as one JSON object, on a line of its "
    "own."
)
NO_OBJECT = N_(
    "This line is JSON, but no object. Write each answer as one object with the name url, on a line of its own."
)
TOO_DEEP = N_("This line is nested too deeply. No name of a stored answer needs more than three levels.")
TOO_LONG = N_("This line is longer than %(megabytes)s MB. Cut the body to 10 MB and say truncated: true.")
TOO_DEAR = N_("Reading this line took too much time or memory. Look whether its names hold what they should.")
NO_ID = N_("id is neither text nor a number. Write it as text, or leave it out.")
NO_URL = N_("url is missing. Give the address that was asked for, such as https://example.com/.")
NO_ADDRESS = N_(
    "%(name)s is no address that begins with http:// or https://. Write it in full, such as https://example.com/."
)
NO_STATUS = N_(
    "%(name)s is no whole number from 0 to 999. Write the number of the answer's status line, such as 200; 0 is no "
    "answer."
)
NO_TIME = N_("elapsed_ms is no whole number from 0 to 10000000. Write milliseconds, or leave it out.")
NO_HEADERS = N_("headers is no list of [name, value] pairs of texts. Write them as they came, one pair a header line.")
NO_TEXT = N_("%(name)s is no text.")
NO_FLAG = N_("truncated is neither true nor false.")
NO_BASE64 = N_("body_b64 is no base64. Encode the bytes of the body by RFC 4648, or give the text of the page as html.")
TWO_BODIES = N_("Give html or body_b64, not both.")
NO_HOPS = N_(
    "redirects is no list of objects with url, status and location. Write one object a hop, addresses in full."
)
NO_ROBOTS = N_(
    "robots_txt is no object with status and content. Write the status of its answer as a number and what it said as "
    "text, or leave robots_txt out."
)
NO_ERROR = N_("error is none of the known codes. Write one of %(codes)s, or leave it out.")
TWICE = N_("The address is that of line %(line)s.")


class Unreadable(Exception):
    """A line that is no stored answer; `id` is what the line calls itself, where that is known."""

    def __init__(self, says: Message, id_: str | int | float | None = None) -> None:
        super().__init__(says.id)
        self.says, self.id = says, id_


@dataclass(frozen=True)
class Stored:
    """One stored answer. `id` is as the line has it; `robots` None where nobody says what robots.txt held."""

    id: str | int | float | None
    response: Response
    robots: Robots | None
    robots_file: tuple[int, bytes] | None = None
    """Status and bytes of that robots.txt."""


def read(line: bytes | None, *, received: str = "") -> Stored:
    """The stored answer of a line.

    Args:
        line: its bytes, or None for one that is longer than `LONGEST`.
        received: a Date header in place of the answer's own. Whether a page may be found is asked of today, and a
            cache may have kept the answer for long.

    Raises:
        Unreadable: it is none; the reason is one sentence.
    """
    if line is None:
        raise Unreadable(Message(TOO_LONG, {"megabytes": LONGEST // 1_000_000}))
    data = _object(line)
    id_ = _id(data.get("id"))
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
        data = _loosely(text)
    if not isinstance(data, dict):
        raise Unreadable(Message(NO_OBJECT))
    return data


def _loosely(text: bytes) -> Any:
    """What orjson refuses and JSON may spell: half a surrogate pair."""
    try:
        return json.loads(text.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        place = len(text[: error.start].decode("utf-8", "surrogatepass"))
    except json.JSONDecodeError as error:
        place = error.pos
    except RecursionError as error:
        raise Unreadable(Message(TOO_DEEP)) from error
    except ValueError:  # a number of thousands of digits
        place = 0
    raise Unreadable(Message(NO_JSON, {"place": place + 1}))


def _id(value: object) -> str | int | float | None:
    if isinstance(value, str):
        return _text(value)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and _is_written(value)):
        return value
    raise Unreadable(Message(NO_ID))


def _is_written(number: int | float) -> bool:
    """Whether JSON can say it: no infinity, and no whole number that readers take for another one."""
    return isfinite(number) if isinstance(number, float) else -(2**63) <= number < 2**63


def _response(data: Mapping[str, Any], received: str) -> Response:
    if data.get("url") is None:
        raise Unreadable(Message(NO_URL))
    url = _address("url", data["url"])
    headers = _headers(data.get("headers"))
    names = {name.lower() for name, _ in headers}
    if received:
        headers = (*((name, value) for name, value in headers if name.lower() != "date"), ("Date", received))
    if data.get("html") is not None and "content-type" not in names:
        headers = (*headers, HTML)
    body = _body(data, next((value for name, value in headers if name.lower() == "content-type"), ""))
    hops, final = _hops(data.get("redirects")), data.get("final_url")
    led = hops[-1].location if hops else url
    return Response(
        url,
        led if final is None else _address("final_url", final),
        _status("status", data.get("status"), 200),
        headers,
        body[:LARGEST],
        hops,
        truncated=_flag(data.get("truncated")) or len(body) > LARGEST,
        error=_error(data.get("error")),
        elapsed_ms=_elapsed(data.get("elapsed_ms")),
    )


def _address(name: str, value: object) -> str:
    url = n1(_text(value)) if isinstance(value, str) else None
    if url is None:
        raise Unreadable(Message(NO_ADDRESS, {"name": name}))
    return url


def _status(name: str, value: object, default: int) -> int:
    found = default if value is None else _whole(value, 999)
    if found is None:
        raise Unreadable(Message(NO_STATUS, {"name": name}))
    return found


def _elapsed(value: object) -> int:
    found = 0 if value is None else _whole(value, 10_000_000)
    if found is None:
        raise Unreadable(Message(NO_TIME))
    return found


def _whole(value: object, most: int) -> int | None:
    """A whole number from 0 to `most`, be it written as text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        return None
    return int(value) if value == int(value) else None


def _flag(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise Unreadable(Message(NO_FLAG))


def _headers(value: object) -> tuple[tuple[str, str], ...]:
    """From a list of pairs, or an object whose values are a text or a list of texts."""
    if isinstance(value, dict):
        pairs: list[Any] = [
            (name, each) for name, many in value.items() for each in (many if isinstance(many, list) else [many])
        ]
    else:
        pairs = value if isinstance(value, list) else [None] if value is not None else []
    return tuple(_pair(pair) for pair in pairs[:MOST_HEADERS])


def _pair(pair: object) -> tuple[str, str]:
    if not isinstance(pair, list | tuple) or len(pair) != 2 or not isinstance(pair[0], str):
        raise Unreadable(Message(NO_HEADERS))
    name, value = pair
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)  # a length or an age, written as a number
    if not isinstance(value, str):
        raise Unreadable(Message(NO_HEADERS))
    return _text(name).strip(), _text(value).strip()


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
        return tuple(_hop(hop) for hop in value[:100])
    except Unreadable as error:
        raise Unreadable(Message(NO_HOPS)) from error


def _hop(data: Mapping[str, Any]) -> Hop:
    """`location` as the header has it: it may be relative (RFC 9110, 10.2.2)."""
    url, location = _address("url", data.get("url")), data.get("location")
    full = n1(_text(location), url) if isinstance(location, str) and location else location
    return Hop(url, _status("status", data.get("status"), 301), _address("location", full))


def _error(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in ERROR_CODES:
        raise Unreadable(Message(NO_ERROR, {"codes": ", ".join(sorted(ERROR_CODES))}))
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
        status = _status("status", value.get("status"), 200)
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
    return _status("status", value.get("status"), 200), _text(value.get("content") or "").encode()


@lru_cache(maxsize=64)
def _learnt(status: int, error: str | None, content: str) -> Robots:
    """Kept, because the lines of one site hold the same robots.txt."""
    return Origins("").learn("", status, error, content.encode())


def _text(value: str) -> str:
    """Without half surrogate pairs, which JSON may spell and no encoding can write."""
    return value if value.isascii() else value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
