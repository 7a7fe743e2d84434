"""A folder of built HTML, or one file, as responses: the same rules judge a site before it goes out. No network.

`index.html` answers for its folder, and `page.html` for `page` too, as static hosts serve them. Where nobody names the
address of the folder, the canonicals of its pages tell it: they end in the file's own path.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from editorial.audit.crawl.sitemaps import MAX_SITEMAP
from editorial.audit.facts import Response
from editorial.audit.gather import gather
from editorial.audit.predicates import counted_canonicals
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.robots import Robots, parse
from editorial.domain.urls import n1, n2, origin_of

BASE = "http://localhost/"  # where no base is named; compared, never fetched
LARGEST = 10_000_000  # bytes; as from a server
HTML_TYPES = {".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml"}
INDEXES = frozenset({"index.html", "index.htm"})
TOLD_BY = 64 * 1024  # bytes of a page in which its canonical is looked for; a head is far shorter
ASKED = 200  # pages whose canonicals are read to learn the base; more would cost a second reading of a large site


class NothingToAudit(EditorialError):
    """The path holds no page."""


class FolderLost(EditorialError):
    """The folder went away, or was closed to us, while it was read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            Message(N_("%(path)s could not be read to its end."), {"path": str(path)}),
            hint=Message(N_("Wait until nothing writes there any more, check that you may read it, and try again.")),
        )


class Folder:
    """The files below a folder (or one file) at the addresses they will have.

    Args:
        path: the folder, or one HTML file.
        base: address of the folder; of one file, its own address. None: what the canonicals of the pages say.

    Raises:
        NothingToAudit: there is no HTML file at `path`. FolderLost: it vanished in the meantime.
    """

    def __init__(self, path: Path, base: str | None = None) -> None:
        try:
            self._single = path.is_file()
            files = [path] if self._single else [each for each in sorted(path.rglob("*")) if each.is_file()]
        except OSError as error:
            raise FolderLost(path) from error
        if self._single and path.suffix.lower() not in HTML_TYPES:
            raise NothingToAudit(
                Message(N_("%(path)s is not an HTML file."), {"path": str(path)}),
                hint=Message(
                    N_("Name a file that ends in .html, .htm or .xhtml, or the folder your site is built into.")
                ),
            )
        told = _Told() if base is not None else _told(path, files, single=self._single)
        self.told = told.base is not None
        """Whether the canonicals of the pages told the base."""
        self.base = n1(base or told.base or BASE) or BASE
        """Address of the folder, or of the one file (N1)."""
        self._root = self.base[: self.base.partition("?")[0].rindex("/") + 1]
        self._files: dict[str, Path] = {}
        self._main: dict[str, str] = {}
        for file in files:
            address = self.base if self._single else _address(file, path, self._root)
            spellings = _spellings(file, address)
            self._add(file, spellings, told.page if not address.endswith("/") else told.index)
        said = self.file(f"{origin_of(self.base)}/robots.txt")
        self._robots = parse(said[1]) if said is not None and said[0] == 200 else None
        self.addresses = tuple(a for a, file in self._files.items() if file.suffix.lower() in HTML_TYPES)
        """Addresses (N1) of the pages, in the order of their paths."""
        if not self.addresses:
            raise NothingToAudit(
                Message(N_("There is no HTML file in %(path)s."), {"path": str(path)}),
                hint=Message(N_("Name the folder your site is built into, or one HTML file.")),
            )

    def fetch(self, url: str) -> Response:
        """What the address would answer: the file, 404 where none is, `outside` for an address not of this folder.

        Pages come with their body, other files without. A second spelling of a page answers as the page itself
        (`final_url`). Beside a single file nothing is known, so every other address is `outside`.
        """
        bare = _bare(url)
        address = self._main.get(bare)
        if address is None:
            if self._single or not bare.startswith(_bare(self._root)):
                return Response(url, url, 0, error="outside")
            return Response(url, url, 404, (("Content-Type", "text/html"),))
        return _answer(url, address, self._files[address])

    def path_of(self, url: str) -> Path | None:
        """The file that answers at an address, or None."""
        return self._files.get(self._main.get(_bare(url), ""))

    def robots(self, url: str) -> Robots | None:
        """The robots.txt that lies in the folder, if it is that of the address."""
        return self._robots if origin_of(url) == origin_of(self.base) else None

    def file(self, url: str) -> tuple[int, bytes] | None:
        """Status and bytes of a file that is no page. None where the folder does not speak for the address."""
        address = self._main.get(_bare(url))
        if address is None:
            inside = not self._single and _bare(url).startswith(_bare(self._root))
            return (404, b"") if inside else None
        try:
            with self._files[address].open("rb") as opened:
                return 200, opened.read(MAX_SITEMAP + 1)
        except OSError:
            return None

    def _add(self, file: Path, spellings: Sequence[str], wanted: int) -> None:
        """Know a file by the wanted spelling and lead the others there; an earlier file keeps its own."""
        address = spellings[wanted] if wanted < len(spellings) else spellings[0]
        if address in self._files or address == origin_of(spellings[0]):
            address = spellings[0]
        self._files.setdefault(address, file)
        for spelling in spellings:
            if spelling != origin_of(spellings[0]):
                self._main.setdefault(_bare(spelling), address)


def _address(file: Path, folder: Path, root: str) -> str:
    """The address of a file of a folder that answers at `root`."""
    parts = list(file.relative_to(folder).parts)
    if parts[-1].lower() in INDEXES:
        parts[-1] = ""
    return n1(root + "/".join(_quoted(part) for part in parts)) or root


def _quoted(name: str) -> str:
    """A file's name as part of an address: its bytes, which on old disks are no UTF-8."""
    return quote(os.fsencode(name))


def _spellings(file: Path, address: str) -> list[str]:
    """The addresses that lead to a file, its own first."""
    if address.endswith("/"):
        return [address, address + _quoted(file.name), address.rstrip("/")]
    return [address, address.removesuffix(file.suffix)] if file.suffix.lower() in HTML_TYPES else [address]


@dataclass(frozen=True)
class _Told:
    """What canonicals say: the base, and which of `_spellings` pages and index files go by."""

    base: str | None = None
    page: int = 0
    index: int = 0


def _told(path: Path, files: Sequence[Path], *, single: bool) -> _Told:
    """The base that more than half of the self-describing canonicals agree on; of one file, its canonical.

    A canonical describes its own page if it ends in the file's path. What is left of it then is the base.
    """
    pages = [file for file in files if file.suffix.lower() in HTML_TYPES]
    bases: Counter[str] = Counter()
    styles: dict[bool, Counter[int]] = {False: Counter(), True: Counter()}
    for file in pages[:: max(1, len(pages) // ASKED)]:
        address = BASE if single else _address(file, path, BASE)
        canonical = _canonical(file, address)
        if single and canonical is not None:
            return _Told(canonical)
        for base, spelling in _described(canonical, file, address):
            bases[base] += 1
            if address != BASE:  # the first page's address says nothing of the others'
                styles[address.endswith("/")][spelling] += 1
    base, most = bases.most_common(1)[0] if bases else ("", 0)
    if most * 2 <= bases.total():
        return _Told()
    page, index = (max(styles[kind], key=styles[kind].__getitem__, default=0) for kind in (False, True))
    return _Told(base, page, index)


def _canonical(file: Path, address: str) -> str | None:
    """The one absolute canonical of a page, without a query; None where there is none or several."""
    found = {
        each.target for each in counted_canonicals(gather(_answer(address, address, file, most=TOLD_BY))) if each.target
    }
    target = next(iter(found)) if len(found) == 1 else None
    return None if target is None or "?" in target or origin_of(target) == origin_of(BASE) else target


def _described(canonical: str | None, file: Path, address: str) -> Iterator[tuple[str, int]]:
    """The address of the folder and the number of the spelling, if the canonical names the file by one of its own."""
    bare = _bare(canonical) if canonical is not None else ""
    for number, spelling in enumerate(_spellings(file, address)):
        tail = "/" + _bare(spelling).removeprefix(BASE) if spelling.startswith(BASE) else None
        if tail is not None and bare.endswith(tail):
            yield bare.removesuffix(tail) + "/", number
            return


def _bare(url: str) -> str:
    """The compare form without its query: files answer whatever is asked of them."""
    return (n2(url) or url).partition("?")[0]


def _answer(url: str, address: str, file: Path, *, most: int = LARGEST) -> Response:
    """The file as a response, cut after `most` bytes. One that cannot be read is an answer too: `error` is `file`."""
    kind = HTML_TYPES.get(file.suffix.lower())
    if kind is None:
        return Response(url, address, 200, (("Content-Type", "application/octet-stream"),))
    try:
        with file.open("rb") as opened:
            body = opened.read(most + 1)
    except OSError:
        return Response(url, address, 0, error="file")
    return Response(url, address, 200, (("Content-Type", kind),), body[:most], truncated=len(body) > most)
