"""Sitemaps and lists of addresses that `editorial audit` is given in place of a site."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from editorial.audit.crawl.files import looks_like_html
from editorial.audit.crawl.sitemaps import MAX_SITEMAP, Sitemap, read_sitemap
from editorial.audit.crawl.url_list import BadLine, read_list, unpacked
from editorial.audit.folder import HTML_TYPES
from editorial.cli import sources
from editorial.cli.sitemap import MOST_FILES, SAYS
from editorial.domain.addresses import AllowList
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.urls import path_of

LISTS = frozenset({".xml", ".txt", ".csv", ".tsv", ".gz", ".rss", ".atom", ".list"})
"""Endings of addresses where no page stands, but a sitemap or a list."""
LOST = frozenset({"gzip", "size", "entries", "nested", "malformed", "entities", "loc", "loc-missing", "loc-long"})
"""Notes of sitemaps (`sitemaps.Sitemap`) behind which addresses are missing."""
TABLES = frozenset({".csv", ".tsv"})

BAD_LINE = N_("No address that begins with http:// or https:// stands here. Write it in full.")
CUT = N_(
    "It has more than 50 MB, 500,000 lines or 100,000 characters in a line, or is packed with gzip and broken: "
    "what is missing was not read."
)


@dataclass(frozen=True)
class Told:
    """Something that could not be read, and where: `line` is 0 for a whole file."""

    name: str
    line: int
    says: Message
    text: str = ""


@dataclass(frozen=True)
class Listed:
    """The addresses to audit (N1), each once, and what could not be read."""

    addresses: tuple[str, ...]
    told: tuple[Told, ...]


class NoList(EditorialError):
    """What was named holds no address to audit."""

    def __init__(self, says: Message, hint: str) -> None:
        super().__init__(says, hint=Message(hint))


class ListUnread(EditorialError):
    """The list stands at an address that did not bring it."""


def is_list(target: str) -> bool:
    """Whether the name says that this is no site, folder or page, but a sitemap or a list."""
    if target == sources.STANDARD_INPUT:
        return True
    url = sources.address(target)
    if url is not None:
        return _ending(path_of(url).partition("?")[0]) in LISTS
    path = Path(target)
    return sources.is_there(path) and not path.is_dir() and path.suffix.lower() not in HTML_TYPES  # a pipe is one, too


def read(target: str, allow: AllowList, *, follow: bool) -> Listed:
    """Read the sitemap or list.

    Args:
        follow: whether to read the sitemaps that an index names.

    Raises:
        NoList: there is no address in it. ListUnread: it could not be fetched. sources.NotThere: there is no such file.
    """
    found: dict[str, None] = {}
    addresses, told, index = _one(target, _source(target, allow))
    if not index:
        found.update(dict.fromkeys(addresses))
    for each in addresses[:MOST_FILES] if index and follow else ():
        told += _of_index(each, allow, found)
    if found:
        return Listed(tuple(found), tuple(told))
    if index and not follow:
        says = N_("%(name)s is an index of sitemaps and names no page itself.")
        raise NoList(Message(says, {"name": target}), N_("Add --follow to audit the pages of the sitemaps it names."))
    says = N_("There is no address to audit in %(name)s.")
    raise NoList(
        Message(says, {"name": target}),
        N_("Give a sitemap, a list with one http:// or https:// address a line, or a CSV file with a column of them."),
    )


def _source(target: str, allow: AllowList) -> sources.Source:
    source = sources.read(target, most=MAX_SITEMAP, allow=allow)
    if source.trouble is not None:
        hint = N_("Check the address, or save the list and name the file.")
        raise ListUnread(source.trouble, hint=Message(hint))
    return source


def _one(name: str, source: sources.Source) -> tuple[tuple[str, ...], list[Told], bool]:
    """The addresses of a file, what could not be read, and whether they are those of sitemaps."""
    plain = unpacked(source.content)[0].removeprefix(b"\xef\xbb\xbf").lstrip()
    if plain[:1] == b"<" or plain[:3] in (b"\xff\xfe<", b"\xfe\xff\x00"):
        read_ = read_sitemap(source.content)
        if read_.form is None and looks_like_html(plain):
            says = N_("%(name)s is a web page, no list of addresses.")
            hint = N_("To audit that page and its site, leave --list out; to audit a file, let its name end in .html.")
            raise NoList(Message(says, {"name": name}), hint)
        return tuple(entry.url for entry in read_.entries), _notes(name, read_), read_.is_index
    listed = read_list(source.content, table=_ending(name) in TABLES)
    told = [_bad(name, line) for line in listed.bad] + ([Told(name, 0, Message(CUT))] if listed.cut else [])
    return listed.addresses, told, False


def _of_index(name: str, allow: AllowList, found: dict[str, None]) -> list[Told]:
    """Add the pages of one sitemap of an index. What could not be read of it."""
    source = sources.read(name, most=MAX_SITEMAP, allow=allow)
    if source.trouble is not None:
        return [Told(name, 0, source.trouble)]
    read_ = read_sitemap(source.content, nested=True)
    if not read_.is_index:
        found.update(dict.fromkeys(entry.url for entry in read_.entries))
    return _notes(name, read_)


def _notes(name: str, read_: Sitemap) -> list[Told]:
    """What is missing; odd dates and the like are no concern of an audit of the pages."""
    notes = [note for note in read_.notes if note.kind in LOST or read_.form is None]
    return [Told(name, note.line, Message(SAYS[note.kind]), note.text) for note in notes]


def _bad(name: str, line: BadLine) -> Told:
    return Told(name, line.line, Message(BAD_LINE), line.text)


def _ending(name: str) -> str:
    """The ending of a name, before what says that it is packed."""
    path = PurePosixPath(name.lower().removesuffix(".gz"))
    return path.suffix or (".gz" if name.lower().endswith(".gz") else "")
