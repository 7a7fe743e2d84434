"""A text's HTML as it leaves the house: clean, every address whole, links to our own sites with their campaign set.

The same text, page and set give the same bytes, so that a second try of a job sends what the first one did.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from threading import Lock

import nh3
from bs4 import BeautifulSoup, Tag

from editorial.adapters.markdown import ATTRIBUTES, SCHEMES, TAGS
from editorial.domain.urls import SiteScope, in_scope, n1
from editorial.domain.utm import Utm, merged

_TAGS = TAGS | {"picture", "source", "video", "audio", "figure", "figcaption"}
_ATTRIBUTES = {
    **ATTRIBUTES,
    "img": ATTRIBUTES["img"] | {"srcset", "sizes", "width", "height"},
    "source": {"src", "srcset", "sizes", "type", "media"},
    "video": {"src", "poster", "controls", "width", "height"},
    "audio": {"src", "controls"},
}
_LOADED = ("src", "poster")
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*)([^,]*)")  # of a srcset: an address, then its width or density


_reading = Lock()
"""Of sixteen threads that begin to send a text at its minute one reads it, and the others have it then."""


@dataclass(frozen=True)
class Destination:
    """Where a text is going to be read."""

    page: str | None
    """The item's address on our own site (N1), which relative addresses hang on; None: nobody knows it yet."""
    own: tuple[SiteScope, ...] = ()
    """Our sites."""
    utm: Utm | None = None
    """The set for links to our own sites; None on our own page: a visitor who is there has come already."""


def outgoing_html(html: str, to: Destination) -> str:
    """The HTML of a text, ready to go out. Never raises on content.

    Links, images and media get whole addresses; one that cannot be made whole is taken off, its words stay. Mail
    addresses and telephone numbers stay as they are, and so do anchors on our own page; elsewhere they lead to it.
    """
    utm = to.utm
    with _reading:
        parts = _parts(html, to.page, to.own, tagged=utm is not None)
    if utm is None:
        return "".join(parts)
    return "".join(_quoted(merged(part, utm)) if place % 2 else part for place, part in enumerate(parts))


@lru_cache(maxsize=64)
def _parts(html: str, page: str | None, own: tuple[SiteScope, ...], *, tagged: bool) -> tuple[str, ...]:
    """The clean HTML, cut at the links that are to be tagged: every other part is such a link's address.

    A text on fifty channels is read once: only the campaign sets differ, and reading costs most (15 ms of 4 KB).
    """
    marker = f"https://{sha256(html.encode(errors='replace')).hexdigest()[:40]}.invalid/"  # no text holds its own hash
    links: list[str] = []
    clean = _clean(html)
    if "<" not in clean:
        return (clean,)  # nothing to rewrite, and BeautifulSoup would warn of a text that looks like an address
    soup = BeautifulSoup(clean, "html.parser")
    for link in soup.find_all("a", href=True):
        address = _link(_value(link, "href"), page, anchors_stay=not tagged)
        if tagged and address is not None and _is_own(address, own):
            links.append(address)
            address = f"{marker}{len(links) - 1}"
        _set(link, "href", address)
    for name in _LOADED:
        for tag in soup.find_all(True, attrs={name: True}):
            _set(tag, name, n1(_value(tag, name), page))
    for tag in soup.find_all(srcset=True):
        _set(tag, "srcset", _srcset(_value(tag, "srcset"), page))
    texts = re.split(f"{re.escape(marker)}([0-9]+)", _clean(str(soup)))
    return tuple(links[int(part)] if place % 2 else part for place, part in enumerate(texts))


def link_to(url: str, to: Destination) -> str:
    """A whole address with the campaign set, where it leads to one of our sites."""
    return merged(url, to.utm) if to.utm is not None and _is_own(url, to.own) else url


def _is_own(url: str, own: tuple[SiteScope, ...]) -> bool:
    address = n1(url)
    return address is not None and any(in_scope(address, site) for site in own)


def _link(href: str, page: str | None, *, anchors_stay: bool) -> str | None:
    """The whole address of a link, or None where it leads nowhere that can be named."""
    typed = href.strip()
    if typed.lower().startswith(("mailto:", "tel:")) or (typed.startswith("#") and (anchors_stay or page is None)):
        return typed
    address = n1(typed, page)
    if address is None:
        return None
    _, hash_sign, fragment = typed.partition("#")
    return f"{address}{hash_sign}{fragment}"


def _srcset(value: str, page: str | None) -> str | None:
    candidates = ((found[1].rstrip(","), found[2].strip()) for found in _CANDIDATE.finditer(value))
    whole = ((n1(url, page), size) for url, size in candidates)
    return ", ".join(f"{url} {size}".strip() for url, size in whole if url and "," not in url) or None


def _clean(html: str) -> str:
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)


def _quoted(url: str) -> str:
    return url.replace("&", "&amp;").replace('"', "&quot;")


def _value(tag: Tag, name: str) -> str:
    return str(tag[name])


def _set(tag: Tag, name: str, value: str | None) -> None:
    if value is None:
        del tag[name]
    else:
        tag[name] = value
