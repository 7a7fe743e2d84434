"""robots.txt and sitemaps as rules see them: what is odd about the file, and which addresses a sitemap names.

Kinds of `Note`, of robots.txt: `syntax` and `orphan` (lines without effect, `domain.robots.Oddity`), `value` (a path
that begins with neither a slash nor a star), `dollar` (a `$` before the end of a path), `html`, `encoding` (UTF-16 or
NUL bytes), `size`, and `blocks` (`subject` is the product token that the file keeps from the whole origin).
Of a sitemap: `html`, `gzip`, `unreadable` (no sitemap in any format), `size` and `entries` (beyond sitemaps.org's
limits, the rest is not read), `nested` (an index within an index).
"""

import html
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from editorial.audit.rule import Engine
from editorial.domain.robots import MAX_BYTES, Robots
from editorial.domain.urls import MAX_LENGTH, host_of, n1, n2

MAX_SITEMAP = 50 * 1024 * 1024  # bytes, unpacked
MAX_ENTRIES = 50_000  # of one file; both limits are those of sitemaps.org
MAX_ALTERNATES = 200_000  # hreflang entries of one sitemap
MOST_LINES = 100  # of one robots.txt
ANY_PAGE = "/a-page-that-no-line-names"

STAGING = re.compile(r"(?:.*[.-])?(?:staging|stage|stg|dev|test|testing|preview|preprod|uat|qa|sandbox)\d*[.-].*")
"""Hosts of sites that are being built: they close robots.txt on purpose. Source: our own experience of such names."""

_GZIP = b"\x1f\x8b"
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_BOM = b"\xef\xbb\xbf"


class Note(NamedTuple):
    """Something odd about a file. `line` counts from 1, 0 is the whole file; `text` at most 200 characters."""

    kind: str
    subject: str = ""
    line: int = 0
    text: str = ""


class Entry(NamedTuple):
    """An address that a sitemap names (N1), and its translations: hreflang code and N2."""

    url: str
    alternates: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Sitemap:
    """A sitemap as it was read."""

    is_index: bool
    entries: tuple[Entry, ...]
    notes: tuple[Note, ...]


def robots_notes(origin: str, content: bytes, robots: Robots) -> list[Note]:
    """What is odd about a robots.txt that answered 200.

    Args:
        origin: whose file it is.
        content: its bytes, as far as they were read.
        robots: what was read from them.
    """
    if looks_like_html(content):
        return [Note("html", "", 1, _first_line(content))]
    if b"\0" in content[:MAX_BYTES]:
        return [Note("encoding", "", 1)]
    notes = [Note("size", "", len(content[:MAX_BYTES].splitlines()))] if robots.cut else []
    notes += [Note("blocks", agent, number, text) for agent, number, text in _closed_to(origin, robots)]
    lines = [Note(odd.kind, "", odd.number, odd.text[:200]) for odd in robots.oddities]
    for group in robots.groups:
        for line in group.lines:
            if line.pattern and line.pattern[0] not in "/*":
                lines.append(Note("value", "", line.number, line.text[:200]))
            elif "$" in line.pattern[:-1]:
                lines.append(Note("dollar", "", line.number, line.text[:200]))
    return notes + sorted(lines, key=lambda note: note.line)[:MOST_LINES]


def _closed_to(origin: str, robots: Robots) -> Iterator[tuple[str, int, str]]:
    """Engines that may fetch neither the first page nor any other, and the line that says so. Not of staging hosts."""
    if STAGING.fullmatch(host_of(origin + "/")):
        return
    for engine in Engine:
        first = robots.decide(engine.agent, origin + "/")
        if not first.allowed and not robots.decide(engine.agent, origin + ANY_PAGE).allowed:
            yield engine.agent, first.line_number or 0, first.line_text[:200]


def looks_like_html(content: bytes) -> bool:
    """A page where a file should be, as servers send it that answer every address with their first page."""
    return _HTML.match(content[:4096].removeprefix(_BOM)) is not None


def read_sitemap(content: bytes, *, nested: bool = False) -> Sitemap:
    """Read an XML sitemap, an index, an RSS or Atom feed or a list of addresses, packed or not.

    Entities beyond XML's five are not expanded. Never fails.

    Args:
        content: the bytes of the answer.
        nested: an index named this file, so that it may not be one itself.
    """
    packed = content[:2] == _GZIP  # by its magic bytes: names and headers lie
    if packed:
        unpacked = _unzipped(content)
        if unpacked is None:
            return Sitemap(False, (), (Note("gzip"),))
        content = unpacked
    notes = [Note("size")] if len(content) > MAX_SITEMAP else []
    content = content[:MAX_SITEMAP].removeprefix(_BOM)
    head = content[:4096].lower()
    if looks_like_html(content):
        return Sitemap(False, (), (Note("html", text=_first_line(content)),))
    is_index = b"<sitemapindex" in head
    if is_index and nested:
        return Sitemap(True, (), (Note("nested"),))
    found = _entries(content, head)
    if found is None:
        return Sitemap(False, (), (*notes, Note("unreadable", text=_first_line(content))))
    entries = tuple(islice(found, MAX_ENTRIES + 1))
    if len(entries) > MAX_ENTRIES:
        notes.append(Note("entries"))
    return Sitemap(is_index, entries[:MAX_ENTRIES], tuple(notes))


def _unzipped(content: bytes) -> bytes | None:
    """At most a byte more than a sitemap may have; None where it is broken at its beginning."""
    try:
        return zlib.decompressobj(31).decompress(content, MAX_SITEMAP + 1)
    except zlib.error:
        return None


def _entries(content: bytes, head: bytes) -> Iterator[Entry] | None:
    """What the file names, by its format; None where it is in none."""
    if b"<sitemapindex" in head:
        return _named(_between(content, b"<loc>", b"</loc>"))
    if b"<urlset" in head or b"<loc>" in content:
        return _urls(content)
    if b"<rss" in head:
        return _named(_between(content, b"<link>", b"</link>"))
    if b"<feed" in head:
        return _named(_attribute(tag, b"href") for tag in _tags(content, b"<link"))
    first = content[:MAX_LENGTH].lstrip()
    if first[:7].lower() == b"http://" or first[:8].lower() == b"https://":
        return _named(content.splitlines())
    return iter(()) if not first else None


def _named(found: Iterable[bytes]) -> Iterator[Entry]:
    for text in found:
        if url := n1(_text(text)):
            yield Entry(url)


def _urls(content: bytes) -> Iterator[Entry]:
    """`<url>` after `<url>`, with the translations that `xhtml:link` names."""
    left = MAX_ALTERNATES
    place = 0
    while (start := content.find(b"<loc>", place)) >= 0:
        end = content.find(b"</loc>", start)
        if end < 0:
            return
        place = end + 6
        following = content.find(b"<loc>", place)
        rest = content[place : following if following >= 0 else len(content)]
        alternates = tuple(islice(_translations(rest), left)) if b"hreflang" in rest else ()
        left -= len(alternates)
        if url := n1(_text(content[start + 5 : end])):
            yield Entry(url, alternates)


def _translations(content: bytes) -> Iterator[tuple[str, str]]:
    for tag in _tags(content, b"link"):
        code, target = _attribute(tag, b"hreflang"), n1(_text(_attribute(tag, b"href")))
        if code and target:
            yield _text(code)[:80], n2(target) or target


def _between(content: bytes, opening: bytes, closing: bytes) -> Iterator[bytes]:
    """What stands between two marks. By searching, not by a pattern: 80 KB of open tags cost a pattern 40 s."""
    place = 0
    while (start := content.find(opening, place)) >= 0:
        end = content.find(closing, start)
        if end < 0:
            return
        place = end + len(closing)
        yield content[start + len(opening) : end]


def _tags(content: bytes, opening: bytes) -> Iterator[bytes]:
    """The tags that begin so, up to 4 KB each."""
    place = 0
    while (start := content.find(opening, place)) >= 0:
        end = content.find(b">", start, start + 4096)
        if end < 0:
            place = start + len(opening)
            continue
        place = end
        yield content[start:end]


def _attribute(tag: bytes, name: bytes) -> bytes:
    """The value of an attribute in quotes, or nothing."""
    found = re.search(rb"[\s:]" + name + rb"\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", tag)
    return (found[1] if found[1] is not None else found[2]) if found else b""


def _text(raw: bytes) -> str:
    text = raw[:MAX_LENGTH].strip()
    if text.startswith(b"<![CDATA["):
        text = text[9:].removesuffix(b"]]>").strip()
    return html.unescape(text.decode("utf-8", "replace"))


def _first_line(content: bytes) -> str:
    return content[:400].decode("utf-8", "replace").strip().partition("\n")[0].strip()[:200]
