"""Whether a page is live: its address answers 200 and shows our key or the title."""

import time
from collections.abc import Sequence
from html import unescape

import requests
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from editorial.adapters.guard import guarded_session
from editorial.domain.addresses import AllowList

_READ = 512 * 1024  # bytes; titles and meta elements stand near the top
_TIMES = (5, 15)  # seconds: connect, read
_WHOLE = 30.0  # seconds


def seen_live(url: str, signs: Sequence[str], allow: AllowList, *, whole: float = _WHOLE) -> bool:
    """Fetch the page and look for one of the signs. Whatever goes wrong means: not seen yet.

    Args:
        url: where it should be.
        signs: what would prove it, such as our key.
        allow: private networks that may be reached.
        whole: seconds after which a page that only drips is left.
    """
    try:
        with (
            guarded_session(agent="Editorial", allow=allow) as session,
            session.get(url, timeout=_TIMES, stream=True) as reply,
        ):
            if reply.status_code != 200:
                return False
            data = _beginning(reply.raw, time.monotonic() + whole)
    except (requests.RequestException, HTTPError, OSError, ValueError):
        return False
    text = unescape(data.decode(errors="replace"))
    return any(sign in text for sign in signs if sign)


def _beginning(body: BaseHTTPResponse, until: float) -> bytes:
    """The first half megabyte of the body, or what came of it until then."""
    data = bytearray()
    while len(data) < _READ and time.monotonic() < until and (part := body.read1(_READ, decode_content=True)):
        data += part
    return bytes(data)
