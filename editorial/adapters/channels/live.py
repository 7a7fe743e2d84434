"""Whether a page is live: its address answers 200 and shows our key or the title."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

import requests
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from editorial.adapters.guard import guarded_session
from editorial.domain.addresses import AllowList

_READ = 512 * 1024  # bytes; titles and meta elements stand near the top
_TIMES = (5, 15)  # seconds: connect, read
_WHOLE = 30.0  # seconds
_HOPS = 5


@dataclass(frozen=True)
class LivePage:
    """What an address answered, after its redirects."""

    url: str
    """The one that answered in the end."""
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cut: bool
    """Whether the body was longer than was read, or came too slowly."""

    def shows(self, signs: Sequence[str]) -> bool:
        """Whether one of the signs stands in it."""
        text = unescape(self.body.decode(errors="replace"))
        return any(sign in text for sign in signs if sign)


def read_page(url: str, allow: AllowList, *, most: int = _READ, whole: float = _WHOLE) -> LivePage | None:
    """What the address answers, or None where nothing came, whatever went wrong.

    Args:
        url: where the page should be.
        allow: private networks that may be reached.
        most: bytes of the body that are read.
        whole: seconds after which a page that only drips is left.
    """
    until = time.monotonic() + whole
    try:
        with guarded_session(agent="Editorial", allow=allow) as session:
            session.max_redirects = _HOPS
            with session.get(url, timeout=_TIMES, stream=True) as reply:
                data = _beginning(reply.raw, most + 1, until)
                cut = len(data) > most or time.monotonic() >= until
                headers = tuple(reply.headers.items())
                return LivePage(reply.url, reply.status_code, headers, data[:most], cut)
    except (requests.RequestException, HTTPError, OSError, ValueError):
        return None


def seen_live(url: str, signs: Sequence[str], allow: AllowList, *, whole: float = _WHOLE) -> bool:
    """Fetch the page and look for one of the signs. Whatever goes wrong means: not seen yet.

    Args:
        url: where it should be.
        signs: what would prove it, such as our key.
        allow: private networks that may be reached.
        whole: seconds after which a page that only drips is left.
    """
    page = read_page(url, allow, whole=whole)
    return page is not None and page.status == 200 and page.shows(signs)


def _beginning(body: BaseHTTPResponse, most: int, until: float) -> bytes:
    """The first bytes of the body, or what came of them until then."""
    data = bytearray()
    while len(data) < most and time.monotonic() < until and (part := body.read1(most, decode_content=True)):
        data += part
    return bytes(data)
