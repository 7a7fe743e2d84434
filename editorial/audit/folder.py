"""A folder of built HTML, or one file, as responses: the same rules judge a site before it goes out. No network.

`index.html` answers for its folder, and `page.html` for `page` too, as static hosts serve them.
"""

from pathlib import Path
from urllib.parse import quote

from editorial.audit.facts import Response
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1, n2, origin_of

BASE = "http://localhost/"  # where no base is named; compared, never fetched
LARGEST = 10_000_000  # bytes; as from a server
HTML_TYPES = {".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml"}
INDEXES = frozenset({"index.html", "index.htm"})


class NothingToAudit(EditorialError):
    """The path holds no page."""


class Folder:
    """The files below a folder (or one file) at the addresses they will have.

    Args:
        path: the folder, or one HTML file.
        base: address of the folder; of one file, its own address.

    Raises:
        NothingToAudit: there is no HTML file at `path`.
    """

    def __init__(self, path: Path, base: str = BASE) -> None:
        self._base = n1(base) or BASE
        self._single = path.is_file()
        self._root = self._base[: self._base.partition("?")[0].rindex("/") + 1]
        self._files: dict[str, Path] = {}
        self._main: dict[str, str] = {}
        for file in [path] if self._single else sorted(path.rglob("*")):
            if file.is_file():
                self._add(file, self._base if self._single else self._address(file, path))
        self.addresses = tuple(
            a for a, file in self._files.items() if file.suffix.lower() in HTML_TYPES or self._single
        )
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

    def _address(self, file: Path, folder: Path) -> str:
        parts = list(file.relative_to(folder).parts)
        if parts[-1].lower() in INDEXES:
            parts[-1] = ""
        return n1(self._root + "/".join(quote(part) for part in parts)) or self._root

    def _add(self, file: Path, address: str) -> None:
        """Know a file by its address and by the other spellings that lead to it; an earlier file keeps its own."""
        self._files.setdefault(address, file)
        spellings = [address]
        if address.endswith("/"):
            spellings += [address + quote(file.name), address.rstrip("/")]
        elif file.suffix.lower() in HTML_TYPES:
            spellings.append(address.removesuffix(file.suffix))
        for spelling in spellings:
            if spelling != origin_of(address):
                self._main.setdefault(_bare(spelling), address)


def _bare(url: str) -> str:
    """The compare form without its query: files answer whatever is asked of them."""
    return (n2(url) or url).partition("?")[0]


def _answer(url: str, address: str, file: Path) -> Response:
    """The file as a response. A file that cannot be read is an answer too: `error` is `file`."""
    kind = HTML_TYPES.get(file.suffix.lower())
    if kind is None:
        return Response(url, address, 200, (("Content-Type", "application/octet-stream"),))
    try:
        with file.open("rb") as opened:
            body = opened.read(LARGEST + 1)
    except OSError:
        return Response(url, address, 0, error="file")
    return Response(url, address, 200, (("Content-Type", kind),), body[:LARGEST], truncated=len(body) > LARGEST)
