"""What the addresses of a page lead to: its base, and each spelling resolved once."""

import re
from functools import lru_cache

from editorial.audit.gather import encodings
from editorial.domain.urls import bare, n1

_NOT_BELOW = frozenset("/\\.")  # what follows `../` and is no plain name
_OF_THE_PAGE = frozenset({"", "?", " ", "\t", "\n"})  # what starts an address that needs the page, not its folder
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_NO_BASE = frozenset({"http", "https", "javascript", "data"})  # what a base may not be, or is only if it can be read
_UNICODE = frozenset({"", "utf-8", "utf-16le", "utf-16be", encodings.REPLACEMENT})
_n1_kept = lru_cache(maxsize=16_384)(n1)  # a site's pages link to the same addresses; a megabyte or three
_SHARED = 2_000  # spellings that the pages of a folder share, and
_SHARED_LENGTH = 200  # characters of one: two megabytes at most for each of the folders that are kept


def base_of(href: str, url: str) -> str:
    """What relative addresses are resolved against by a `<base href>` (HTML, 4.2.3); empty where they lead nowhere."""
    if base := n1(href, url):
        return base
    scheme = _SCHEME.match(bare(href))
    return url if scheme is None or scheme[1].lower() in _NO_BASE else ""


class Addresses:
    """Resolves what a page refers to.

    Args:
        base: as `base_of` gives it.
        encoding: of the page; queries are sent in it (URL Standard, query state).
    """

    def __init__(self, base: str, encoding: str = "") -> None:
        self._base = base or None
        self._encoding = "" if encoding in _UNICODE else encoding
        self._folders = [base.partition("?")[0].rpartition("/")[0] + "/"]
        self._resolved: dict[str, str | None] = {}
        self._shared = _shared_by(self._folders[0], self._encoding) if self._base else {}

    def resolve(self, href: str) -> str | None:
        """The N1 form of an address on this page; each spelling is resolved once, whatever its fragment."""
        if "#" in href:
            href = href.partition("#")[0]
        found = self._shared.get(href)
        if found is not None:
            return found
        try:
            return self._resolved[href]
        except KeyError:
            found = self._resolved[href] = self._resolve_new(href)
            return found

    def _resolve_new(self, href: str) -> str | None:
        """Against the folder, not the page, so that pages share what was resolved; `../` by folders that are kept."""
        wanted = href
        if self._encoding and "?" in href and not href.isascii():
            href = self._in_encoding(href)
        level, rest = 0, href
        while rest.startswith("../"):
            level, rest = level + 1, rest[3:]
        of_the_page = rest[:1] in _NOT_BELOW or ":" in rest if level else rest[:1] in _OF_THE_PAGE
        if self._base is None or of_the_page:
            return n1(href, self._base)
        while len(self._folders) <= level:
            self._folders.append(_folder_above(self._folders[-1]))
        found = _n1_kept(rest, self._folders[level])
        if found is not None and len(self._shared) < _SHARED and len(wanted) <= _SHARED_LENGTH:
            self._shared[wanted] = found
        return found

    def _in_encoding(self, href: str) -> str:
        path, _, query = href.partition("?")
        return f"{path}?{_NOT_ASCII.sub(self._escaped, query)}"

    def _escaped(self, found: re.Match[str]) -> str:
        """Second bytes may be ASCII, and stay; so do the digits of a reference, but not its other signs."""
        written = encodings.write(found[0], self._encoding)
        return "".join(chr(byte) if 0x30 <= byte < 0x7F and byte != 0x3B else f"%{byte:02X}" for byte in written)


@lru_cache(maxsize=16)
def _shared_by(folder: str, encoding: str) -> dict[str, str | None]:
    """What pages of one folder and encoding resolved: a site's menus stand on each of them."""
    return {}


def _folder_above(folder: str) -> str:
    """`https://a/b/` for `https://a/b/c/`; the root is above itself."""
    above = folder.rstrip("/").rpartition("/")[0] + "/"
    return folder if above.endswith("//") else above
