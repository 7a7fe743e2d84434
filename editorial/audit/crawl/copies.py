"""What an earlier audit read of a page, and whether it may be taken again: conditional requests (RFC 9110, 13).

A server that answers 304 says that the page is what it was; its facts are then taken over, with what the 304 says anew,
and every rule judges them again. Where the 304 leaves open what the page would say now, the page is asked for whole.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from editorial.audit.facts import Hop, PageFacts, Response
from editorial.audit.gather import gather
from editorial.audit.gather.challenges import by_headers
from editorial.audit.gather.charset import declared_in_header
from editorial.audit.gather.headers import media_type, upgrades_insecure

Headers = Sequence[tuple[str, str]]

LONGEST_TAG = 200  # characters
SAME_SECOND = 60  # seconds between Last-Modified and Date below which the page may have changed unseen (8.8.2.2)
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
_PACKED = re.compile(r"(?:[-;]+(?:gzip|br|deflate|zstd))+$")
_OF_THE_BODY = frozenset({"content-type", "content-encoding", "content-length"})
"""What a 304 says of these is of its own empty body."""
_MUST_COME_AGAIN = frozenset({"x-robots-tag", "link", "content-security-policy", "strict-transport-security"})
"""What rules read. Left out of a 304 it may be gone, or may be left out of every 304."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A page as an earlier audit read it. `facts` as `records.packed` made them; `url` is where they come from (N1)."""

    url: str
    etag: str
    last_modified: str
    facts: bytes
    wire_bytes: int = 0
    """Of the body when it was last sent."""
    reused: int = 0
    """Audits in a row that took it over."""

    @property
    def conditions(self) -> tuple[str, ...]:
        """The header lines that ask whether it changed."""
        lines = (("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified))
        return tuple(f"{name}: {value}" for name, value in lines if value)


Copies = Callable[[str, str], Copy | None]
"""Given the compare form of a page and the address that is asked for (N1): what may be taken over of it."""


def no_copies(_compare: str, _url: str) -> None:
    """For crawls without an earlier one."""


def validators(headers: Headers) -> tuple[str, str]:
    """ETag and Last-Modified of an answer, each empty where it proves nothing."""
    etag, modified = _first(headers, "etag"), _first(headers, "last-modified")
    if len(etag) > LONGEST_TAG or not _TAG.fullmatch(etag):
        etag = ""
    return etag, modified if _proves(modified, _first(headers, "date")) else ""


def renewed(
    facts: PageFacts, etag: str, headers: Headers, *, url: str, hops: tuple[Hop, ...], wanted: str
) -> PageFacts | None:
    """The facts of a page that answered 304, or None where it has to be asked for whole.

    Args:
        facts: of the earlier audit.
        etag: that was asked about, or empty.
        headers: of the 304; where they say something, that counts.
        url: what was asked for at first (N1), with the redirects from there in `hops`.
        wanted: the address that answered (N1).
    """
    said = [(name.lower(), value) for name, value in headers]
    names = {name for name, _ in said}
    missing = {name for name, _ in facts.headers} & _MUST_COME_AGAIN - names
    if missing or wanted != facts.final_url or by_headers(headers) or not _same_page(facts, etag, said):
        return None
    head = gather(Response(url, facts.final_url, 200, tuple(headers)))
    fresh = tuple((name, value) for name, value in head.headers if name not in _OF_THE_BODY)
    told = {name for name, _ in fresh}
    return replace(
        facts,
        url=url,
        redirects=hops,
        headers=(*((name, value) for name, value in facts.headers if name not in told), *fresh),
        canonicals=(*(each for each in facts.canonicals if each.where != "header"), *head.canonicals),
        alternates=(*(each for each in facts.alternates if each.where != "header"), *head.alternates),
        robots=(*(each for each in facts.robots if each.where != "header"), *head.robots),
    )


def _same_page(facts: PageFacts, etag: str, said: Headers) -> bool:
    """Whether the 304 is about what was read: same tag (weakly compared), and nothing that reads it another way."""
    new = _first(said, "etag")
    if etag and new and (len(new) > LONGEST_TAG or _opaque(new) != _opaque(etag)):
        return False
    kind, charset = _first(said, "content-type"), declared_in_header(_first(said, "content-type"))
    if kind and media_type(kind, b"") != facts.media_type:
        return False
    if charset and charset.lower() != facts.charset.header.lower():
        return False
    return upgrades_insecure(_policy(said)) == upgrades_insecure(_policy(facts.headers))


def _opaque(tag: str) -> str:
    """A tag for weak comparison (8.8.3.2); servers that compress hang the coding on it, and not on every 304.

    At most `LONGEST_TAG` characters: the search for codings looks at a row of hyphens once from each of them.
    """
    return _PACKED.sub("", tag.removeprefix("W/").strip('"'))


def _first(headers: Headers, name: str) -> str:
    return next((value.strip() for key, value in headers if key.lower() == name), "")


def _policy(headers: Headers) -> str:
    return ",".join(value for name, value in headers if name == "content-security-policy")


def _proves(modified: str, date: str) -> bool:
    """A date counts where the answer came so much later that no change can hide in the same second."""
    then, now = _moment(modified), _moment(date)
    return then is not None and now is not None and (now - then).total_seconds() >= SAME_SECOND


def _moment(value: str) -> datetime | None:
    if len(value) > 40 or not (value.isascii() and value.isprintable() and value.endswith("GMT")):
        return None
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # an offset of years
        return None
    return moment if moment.tzinfo is not None else None  # "-0000" is an hour without a place
