"""Places: what stands behind one or several addresses, once redirects, spellings and canonicals are taken together."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

NOWHERE = -1  # the place of an address outside the site, or that nobody fetched


class PageSeen(NamedTuple):
    """A page that was fetched or tried. `shown`: it may stand on a results page. Addresses are in compare form."""

    no: int
    n2: str
    final_n2: str
    canonical_n2: str | None
    status: int
    error: str | None
    hops: int
    is_html: bool
    shown: bool
    noindex: bool


@dataclass(frozen=True)
class Places:
    """The places of a site."""

    of: Sequence[int]
    """By the number of an address: its place, or `NOWHERE`."""
    heads: Sequence[int]
    """By place: the number of the page that search engines would show for all of it."""

    def __len__(self) -> int:
        return len(self.heads)

    def at(self, no: int) -> int:
        """The place of an address by its number."""
        return self.of[no] if 0 <= no < len(self.of) else NOWHERE


def plain(address: str) -> str:
    """One spelling of an N2 address for http and https, with and without www, with and without a slash at the end."""
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


def gather_places(addresses: Iterable[tuple[int, str]], pages: Sequence[PageSeen]) -> Places:
    """The places of a site: addresses that lead to, spell or name one page as their canonical are one place.

    An address that nobody fetched belongs to the page whose address it spells otherwise. A canonical that names no
    page, or an error, is not heeded; of canonicals in a circle the lowest number stands for all.

    Args:
        addresses: number and N2 of every address of the site that was heard of.
        pages: those that were fetched or tried.
    """
    numbers = {page.n2: page.no for page in pages}
    spelled = _spelled(pages)
    behind = {page.no: _behind(page, numbers, spelled) for page in pages}
    lead = {no: no for no in behind} | ends_of({no: other for no, other in behind.items() if other != no})
    html = {page.no for page in pages if page.is_html}
    names = {
        page.no: target
        for page in pages
        if page.no == lead[page.no]  # of several spellings the one that stands for them speaks
        and (target := _named(page, numbers, spelled, lead)) in html
        and target != page.no
    }
    ends = ends_of(names)
    heads: dict[int, int] = {}
    of: dict[int, int] = {}
    for page in pages:
        head = lead[page.no]
        of[page.no] = heads.setdefault(ends.get(head, head), len(heads))
    for no, address in addresses:
        if no not in of and (twin := spelled.get(plain(address))) is not None:
            of[no] = of[twin]
    table = array("i", [NOWHERE]) * (max(of, default=0) + 1)
    for no, place in of.items():
        table[no] = place
    return Places(table, array("i", heads))


def _spelled(pages: Sequence[PageSeen]) -> dict[str, int]:
    """By plain address the page that stands for its spellings: shown before hidden, a page before an error."""
    best: dict[str, tuple[bool, bool, int]] = {}
    for page in pages:
        if page.hops and page.final_n2 != page.n2:
            continue
        key = plain(page.final_n2)
        worth = (not page.shown, not page.is_html, page.no)
        if key not in best or worth < best[key]:
            best[key] = worth
    return {key: worth[2] for key, worth in best.items()}


def _behind(page: PageSeen, numbers: dict[str, int], spelled: dict[str, int]) -> int:
    """The page that answers for this address."""
    return spelled.get(plain(page.final_n2), numbers.get(page.final_n2, page.no))


def _named(page: PageSeen, numbers: dict[str, int], spelled: dict[str, int], lead: dict[int, int]) -> int | None:
    """The page that the canonical of this one names, through redirects and other spellings."""
    if not page.is_html or page.canonical_n2 is None:
        return None
    target = numbers.get(page.canonical_n2)
    return lead[target] if target is not None else spelled.get(plain(page.canonical_n2))


def ends_of(names: Mapping[int, int]) -> dict[int, int]:
    """Where each chain of pages that name one another ends; a circle ends at its lowest number."""
    ends: dict[int, int] = {}
    for first in names:
        way: list[int] = []
        place: dict[int, int] = {}
        here = first
        while here not in ends and here not in place and here in names:
            place[here] = len(way)
            way.append(here)
            here = names[here]
        end = min(way[place[here] :]) if here in place else ends.get(here, here)
        ends.update(dict.fromkeys(way, end))
    return ends
