"""Sitemaps of every form that sites use, read as they come: what they name, and what is wrong with them.

Forms: XML (`urlset`), an index of sitemaps, RSS 1 and 2, Atom, and a list of addresses; each packed or not.
Source: sitemaps.org/protocol.html; developers.google.com/search/docs/crawling-indexing/sitemaps (extensions, limits).
"""

import html
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from xml.parsers import expat

from editorial.audit.crawl.files import Note, first_line, looks_like_html
from editorial.audit.gather.encodings import normal_label, read
from editorial.domain.urls import MAX_LENGTH, n1

MAX_SITEMAP = 50 * 1024 * 1024  # bytes, unpacked
MAX_ENTRIES = 50_000  # of one file; both limits are those of sitemaps.org
MAX_ALTERNATES = 200_000  # hreflang entries of one sitemap
MAX_IMAGES = 1_000  # of one address; Google's limit
LONGEST_ADDRESS = 2_048  # characters, of sitemaps.org
MOST_NOTES = 100  # of one kind in one sitemap
DEEPEST = 100  # elements within each other; no form needs ten, and each open one costs memory

_GZIP = b"\x1f\x8b"
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))  # XML without a mark: how it must begin
_BEFORE = " \t\r\n\ufeff"  # what tools leave in front of XML: blank lines, a second byte-order mark
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_W3C = re.compile(
    r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:[Zz]|[+-]\d\d:?\d\d)?)?)?)?"
)
_BARE = re.compile(r"&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};|\w{1,31};)")
"""An ampersand that begins no entity, as authors leave it in addresses: the commonest fault of sitemaps."""
_OFTEN = frozenset({"always", "hourly", "daily", "weekly", "monthly", "yearly", "never"})


class Form(StrEnum):
    """In which form a sitemap came."""

    URLS = "urlset"
    INDEX = "sitemapindex"
    RSS = "rss"
    ATOM = "atom"
    TEXT = "text"


class Entry(NamedTuple):
    """An address that a sitemap names (N1), and what it says of it, in the sitemap's own words."""

    url: str
    alternates: tuple[tuple[str, str], ...] = ()
    """Translations: hreflang code and N1."""
    images: tuple[str, ...] = ()
    lastmod: str = ""
    changefreq: str = ""
    priority: str = ""
    loc: str = ""
    """The address as written, where that is not its N1."""


@dataclass(frozen=True)
class Sitemap:
    """A sitemap as it was read.

    Kinds of its notes, of the whole file: `html` (a page stands there), `gzip` (packed and broken), `unreadable` (no
    sitemap in any form), `size` and `entries` (beyond sitemaps.org's limits, the rest is not read), `nested` (an index
    within an index), `malformed` (no XML from this line on, or nested without end), `encoding` (bytes that are none
    in its encoding), `entities` (it declares some; they are not expanded), `empty`. Of a line: `loc` (no absolute
    address), `loc-missing`, `loc-long`, `lastmod`, `changefreq`, `priority` (values the protocol does not have),
    `images` (more than 1,000).
    """

    form: Form | None
    entries: tuple[Entry, ...]
    notes: tuple[Note, ...]

    @property
    def is_index(self) -> bool:
        """Whether its addresses are those of sitemaps."""
        return self.form is Form.INDEX


def read_sitemap(content: bytes, *, nested: bool = False) -> Sitemap:
    """Read a sitemap. Never fails: what can be read is, and the notes say what could not.

    Args:
        content: the bytes of the answer, packed or not.
        nested: an index named this file, so that it may not be one itself.
    """
    if content[:2] == _GZIP:  # by its magic bytes: names and headers lie
        content, whole = _unpacked(content)
        if not whole:
            return Sitemap(None, (), (Note("gzip"),)) if not content else _read(content, [Note("gzip")], nested=nested)
    return _read(content, [], nested=nested)


def _unpacked(content: bytes) -> tuple[bytes, bool]:
    """At most a byte more than a sitemap may have, and whether that is all there was. Packed twice happens."""
    for _ in range(2):
        unpacking = zlib.decompressobj(31)
        try:
            content = unpacking.decompress(content, MAX_SITEMAP + 1)
        except zlib.error:
            return b"", False
        if content[:2] != _GZIP:
            return content, unpacking.eof or len(content) > MAX_SITEMAP
    return b"", False


def _read(content: bytes, notes: list[Note], *, nested: bool) -> Sitemap:
    if looks_like_html(content):
        return Sitemap(None, (), (Note("html", "", 1, first_line(content)),))
    if len(content) > MAX_SITEMAP:
        notes.append(Note("size"))
    text, odd = _decoded(content[:MAX_SITEMAP])
    if odd:
        notes.append(Note("encoding"))
    if not text.strip():
        return Sitemap(None, (), (*notes, Note("empty")))
    reader = _Reader(nested=nested)
    if not text.lstrip(_BEFORE).startswith("<"):
        reader.list(text)
    elif not reader.read(text) and (mended := _BARE.sub("&amp;", text)) != text:
        broken, reader = reader, _Reader(nested=nested)
        reader.read(mended)
        notes += [note for note in broken.notes if note.kind == "malformed"]
    if reader.form is None and not reader.notes:
        return Sitemap(None, (), (*notes, Note("unreadable", "", 1, text.strip().partition("\n")[0].strip()[:200])))
    return Sitemap(reader.form, tuple(reader.entries), (*notes, *reader.notes))


def _decoded(content: bytes) -> tuple[str, bool]:
    """The text by its mark, its declaration or as UTF-8; and whether bytes of it were none."""
    name = next((name for start, name in (*_MARKS, *_WIDE) if content.startswith(start)), "")
    if not name:
        declared = _DECLARED.match(content.lstrip()[:300])
        name = normal_label(declared[1].decode()) if declared else "utf-8"
        name = "utf-8" if name in ("utf-16le", "utf-16be") else name  # the declaration could be read as ASCII
    text = read(content, name) if name else "\ufffd"  # hex, zip and punycode are codecs to Python, and no encodings
    if "\ufffd" in text:
        return content.decode("utf-8", "replace"), True
    return text.lstrip("\ufeff"), False


class _Stop(Exception):
    """The file has said enough."""


@dataclass
class _Open:
    """The address whose element is open."""

    line: int
    said: dict[str, str] = field(default_factory=dict)
    alternates: list[tuple[str, str]] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


_ROOTS = {"urlset": Form.URLS, "sitemapindex": Form.INDEX, "rss": Form.RSS, "rdf": Form.RSS, "feed": Form.ATOM}
_HOLDERS = {Form.URLS: "url", Form.INDEX: "sitemap", Form.RSS: "item", Form.ATOM: "entry"}
# Of feeds, sitemaps.org reads the address and the date: pubDate in RSS, updated in Atom (modified before Atom 1.0).
_OF_FEED = {"link": "loc", "pubdate": "lastmod", "date": "lastmod", "updated": "lastmod", "modified": "lastmod"}
_WORDS = frozenset({"loc", "lastmod", "changefreq", "priority"})


class _Reader:
    """Goes through the elements. Entities that a file declares are never expanded: expat is told of no others."""

    def __init__(self, *, nested: bool) -> None:
        self.form: Form | None = None
        self.entries: list[Entry] = []
        self.notes: list[Note] = []
        self._nested = nested
        self._path: list[str] = []
        self._open: _Open | None = None
        self._words: list[str] = []
        self._alternates = MAX_ALTERNATES
        self._expat = expat.ParserCreate("utf-8")  # whatever it declares: the text is decoded already
        self._counted: dict[str, int] = {}
        self._is_address = True
        """Whether the `guid` of RSS that is open is one."""

    # -- XML ------------------------------------------------------------------------------------------------------

    def read(self, text: str) -> bool:
        """Read XML; returns whether it was well-formed as far as it was read."""
        parser = self._expat
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._words.append
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = lambda name, _: self._words.append(html.unescape(f"&{name};"))
        parser.UseForeignDTD(True)  # unknown entities are skipped, not errors
        try:
            parser.Parse(text.strip(_BEFORE).encode("utf-8", "replace"), True)
        except _Stop:
            pass
        except expat.ExpatError as error:
            if self._open is not None and "loc" in self._open.said:  # it was cut, but not within the address
                with suppress(_Stop):
                    self._close()
            if self.form is not None:
                self._note("malformed", error.lineno)
            return False
        if self.form is not None and not self.entries and not self.notes:
            self._note("empty", 0)
        return True

    def _doctype(self, name: str, *_: object) -> None:
        if name.lower() == "html":
            raise _Stop

    def _entity(self, *_: object) -> None:
        self._note("entities", self._expat.CurrentLineNumber)
        raise _Stop

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2].lower()
        prefix = tag.rpartition(":")[0].lower()
        if not self._path:
            self.form = _ROOTS.get(name)
            if self.form is None:
                raise _Stop
            if self.form is Form.INDEX and self._nested:
                self._note("nested", self._expat.CurrentLineNumber)
                raise _Stop
        if len(self._path) >= DEEPEST:
            self._note("malformed", self._expat.CurrentLineNumber)
            raise _Stop
        within = self._path[-1:] == ["loc"]  # markup within an address says nothing: its text is the address
        self._path.append(name)
        if within or self.form is None:
            return
        self._words.clear()
        if name == _HOLDERS[self.form] and not prefix.startswith(("image", "video", "news")):
            self._open = _Open(self._expat.CurrentLineNumber)
        elif name == "link" and self._open is not None:
            self._link(attributes)
        elif name == "guid":
            self._is_address = attributes.get("isPermaLink", "true").lower() == "true"

    def _link(self, attributes: dict[str, str]) -> None:
        """A translation (`xhtml:link`), or where an entry of a feed leads."""
        said = {name.rpartition(":")[2].lower(): value for name, value in attributes.items()}
        assert self._open is not None
        if self.form is Form.ATOM:
            if said.get("rel", "alternate") == "alternate" and "loc" not in self._open.said:
                self._open.said["loc"] = said.get("href", "")
        elif code := said.get("hreflang", "").strip():
            target = n1(said.get("href", ""))
            if target and self._alternates > 0:
                self._alternates -= 1
                self._open.alternates.append((code[:80], target))

    def _end(self, tag: str) -> None:
        name = self._path.pop()
        if self._path[-1:] == ["loc"]:
            return
        said = "".join(self._words).strip()
        self._words.clear()
        if self._open is None and name == "loc" and self.form is Form.URLS and said:
            self._open = _Open(self._expat.CurrentLineNumber, {"loc": said})  # its `url` is missing
            self._close()
        if self._open is None or self.form is None:
            return
        if name == _HOLDERS[self.form]:
            self._close()
            return
        parent = self._path[-1] if self._path else ""
        if parent == "image" and name == "loc":
            self._open.images.append(said)
        elif parent == _HOLDERS[self.form]:
            word = name if self.form in {Form.URLS, Form.INDEX} else _OF_FEED.get(name, "")
            if word in _WORDS and said:
                self._open.said.setdefault(word, said)
            elif name == "guid" and self._is_address:
                self._open.said["guid"] = said

    def _close(self) -> None:
        one, self._open = self._open, None
        assert one is not None
        address = one.said.get("loc", "") or one.said.get("guid", "")
        if not address:
            self._note("loc-missing", one.line)
            return
        if len(address) > LONGEST_ADDRESS:
            self._note("loc-long", one.line, address)
        url = n1(address[: MAX_LENGTH + 1])
        if url is None:
            self._note("loc", one.line, address)
            return
        self._check(one)
        images = tuple(target for image in one.images[:MAX_IMAGES] if (target := n1(image, url)))
        if len(one.images) > MAX_IMAGES:
            self._note("images", one.line, address)
        said = {word: one.said.get(word, "")[:40] for word in ("lastmod", "changefreq", "priority")}
        self._take(Entry(url, tuple(one.alternates), images, loc=_other_than(url, address), **said))

    def _check(self, one: _Open) -> None:
        """Values that the protocol does not have; the address counts all the same."""
        if self.form is not Form.URLS and self.form is not Form.INDEX:
            return
        for word, good in (
            ("lastmod", lambda text: _W3C.fullmatch(text) is not None),
            ("changefreq", lambda text: text.lower() in _OFTEN),
            ("priority", _is_priority),
        ):
            said = one.said.get(word)
            if said is not None and not good(said):
                self._note(word, one.line, said)

    # -- a list of addresses ------------------------------------------------------------------------------------------

    def list(self, text: str) -> None:
        """Read a list: one address a line. Lines that are none are told, where others are."""
        if not any(_WEB.match(line.strip()) for line in text[:100_000].splitlines()[:1000]):
            return
        self.form = Form.TEXT
        try:
            for number, line in _lines(text):
                url = n1(line) if _WEB.match(line) else None
                if url is None:
                    self._note("loc", number, line)
                else:
                    self._take(Entry(url, loc=_other_than(url, line)))
        except _Stop:
            pass

    # -- both ---------------------------------------------------------------------------------------------------------

    def _take(self, entry: Entry) -> None:
        if len(self.entries) == MAX_ENTRIES:
            self._note("entries", 0)
            raise _Stop
        self.entries.append(entry)

    def _note(self, kind: str, line: int, text: str = "") -> None:
        self._counted[kind] = self._counted.get(kind, 0) + 1
        if self._counted[kind] <= MOST_NOTES:
            self.notes.append(Note(kind, "", line, text[:200]))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if stripped := line.strip():
            yield number, stripped


def _other_than(url: str, address: str) -> str:
    """Most sitemaps write N1, and 50,000 addresses need not be kept twice."""
    return "" if address == url else address


def _is_priority(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False
