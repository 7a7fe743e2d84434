"""A text's HTML as it leaves the house: clean, every address whole, links to our own sites with their campaign set.

The same text, page and set give the same bytes, so that a second try of a job sends what the first one did.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

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
    if to.utm is None or "<a " not in html:  # the same for every channel, and many carry it at its minute
        return _made_once(html, replace(to, utm=None))
    return _made(html, to)


def _made(html: str, to: Destination) -> str:
    soup = BeautifulSoup(_clean(html), "html.parser")
    for link in soup.find_all("a", href=True):
        _set(link, "href", _link(_value(link, "href"), to))
    for name in _LOADED:
        for tag in soup.find_all(True, attrs={name: True}):
            _set(tag, name, n1(_value(tag, name), to.page))
    for tag in soup.find_all(srcset=True):
        _set(tag, "srcset", _srcset(_value(tag, "srcset"), to.page))
    return _clean(str(soup))


_made_once = lru_cache(maxsize=64)(_made)


def link_to(url: str, to: Destination) -> str:
    """A whole address with the campaign set, where it leads to one of our sites."""
    address = n1(url)
    if to.utm is None or address is None or not any(in_scope(address, site) for site in to.own):
        return url
    return merged(url, to.utm)


def _link(href: str, to: Destination) -> str | None:
    """The whole address of a link, or None where it leads nowhere that can be named."""
    typed = href.strip()
    if typed.lower().startswith(("mailto:", "tel:")):
        return typed
    if typed.startswith("#") and (to.utm is None or to.page is None):
        return typed
    address = n1(typed, to.page)
    if address is None:
        return None
    _, hash_sign, fragment = typed.partition("#")
    return link_to(f"{address}{hash_sign}{fragment}", to)


def _srcset(value: str, page: str | None) -> str | None:
    candidates = ((found[1].rstrip(","), found[2].strip()) for found in _CANDIDATE.finditer(value))
    whole = ((n1(url, page), size) for url, size in candidates)
    return ", ".join(f"{url} {size}".strip() for url, size in whole if url and "," not in url) or None


def _clean(html: str) -> str:
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)


def _value(tag: Tag, name: str) -> str:
    return str(tag[name])


def _set(tag: Tag, name: str, value: str | None) -> None:
    if value is None:
        del tag[name]
    else:
        tag[name] = value
