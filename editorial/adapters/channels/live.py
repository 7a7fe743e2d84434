"""Whether a page is live: its address answers 200 and shows our key or the title."""

from collections.abc import Sequence
from html import unescape

import requests

from editorial.adapters.guard import guarded_session
from editorial.domain.addresses import AllowList

_READ = 512 * 1024  # bytes; titles and meta elements stand near the top
_TIMES = (5, 15)  # seconds: connect, read


def seen_live(url: str, signs: Sequence[str], allow: AllowList) -> bool:
    """Fetch the page and look for one of the signs. Whatever goes wrong means: not seen yet."""
    try:
        with (
            guarded_session(agent="Editorial", allow=allow) as session,
            session.get(url, timeout=_TIMES, stream=True) as reply,
        ):
            if reply.status_code != 200:
                return False
            data = reply.raw.read(_READ, decode_content=True)
    except (requests.RequestException, OSError, ValueError):
        return False
    text = unescape(data.decode(errors="replace"))
    return any(sign in text for sign in signs if sign)
