"""robots.txt and sitemaps of each origin of a crawl."""

import html
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from editorial.audit.crawl.records import FileRow
from editorial.domain.robots import Robots, Verdict, disallow_all, parse
from editorial.domain.urls import MAX_LENGTH, n1

MAX_HOPS = 5  # redirects of a robots.txt (RFC 9309, 2.3.1.2); more count as "there is none"
MAX_SITEMAPS = 50  # files of one crawl
MAX_SITEMAP = 50 * 1024 * 1024  # bytes, unpacked
MAX_ENTRIES = 50_000  # of one file; both limits are those of sitemaps.org


@dataclass
class FileWanted:
    """A robots.txt or sitemap on its way."""

    kind: str
    origin: str
    url: str
    hops: int = 0


@dataclass
class Origins:
    """What is known of each origin's robots.txt. Unknown origins are asked for first, everything of theirs waits."""

    token: str
    robots: dict[str, Robots] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    """Origins whose robots.txt answered 429 or 5xx or not at all, and what it said."""
    asked: set[str] = field(default_factory=set)

    def verdict(self, origin: str, url: str) -> Verdict | None:
        """Whether we may fetch the address; None while robots.txt is not known yet."""
        robots = self.robots.get(origin)
        return robots.decide(self.token, url) if robots is not None else None

    def learn(self, origin: str, status: int, error: str | None, content: bytes, *, led: bool = False) -> Robots:
        """Take in the answer to a request for robots.txt (RFC 9309, 2.3.1): 4xx allows all, 429 and 5xx nothing.

        Args:
            origin: whose robots.txt it is.
            status: of the answer.
            error: code of `Response.error`, or None.
            content: the file.
            led: whether a redirect led there.
        """
        if error == "redirects" or (error is None and 400 <= status < 500 and status != 429):
            robots = Robots()
        elif error is None and 200 <= status < 300:
            robots = parse(content)
        elif error == "address" and not led:
            robots = Robots()  # every page of it will end at the guard as well, and say so
        else:
            self.unreachable[origin] = error or str(status)
            robots = disallow_all()
        self.robots[origin] = robots
        return robots


def file_row(wanted: FileWanted, message: dict[str, Any], blob: bytes) -> FileRow:
    """What is kept of the answer; a sitemap's text is not, its addresses are."""
    content = blob[: 512 * 1024] if wanted.kind == "robots" else b""
    return FileRow(wanted.kind, wanted.url, message["status"], message["error"], content)


def sitemap_entries(content: bytes) -> tuple[bool, Iterator[str]]:
    """Whether it is an index, and the N1 addresses it names. Entities beyond XML's five are not expanded."""
    if content[:2] == b"\x1f\x8b":  # by its magic bytes: names and headers lie
        try:
            content = zlib.decompressobj(31).decompress(content, MAX_SITEMAP)
        except zlib.error:
            content = b""
    return b"<sitemapindex" in content[:4096], (url for url in map(n1, _locations(content)) if url)


def _locations(content: bytes) -> Iterator[str]:
    """What stands in `<loc>`, as written. By searching, not by a pattern: 80 KB of open tags cost a pattern 40 s."""
    place = 0
    for _ in range(MAX_ENTRIES):
        start = content.find(b"<loc>", place)
        end = content.find(b"</loc>", start + 5)
        if start < 0 or end < 0:
            return
        place = end + 6
        text = content[start + 5 : end][:MAX_LENGTH].strip()
        if text.startswith(b"<![CDATA["):
            text = text[9:].removesuffix(b"]]>").strip()
        yield html.unescape(text.decode("utf-8", "replace"))
