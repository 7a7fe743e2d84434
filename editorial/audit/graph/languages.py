"""Groups of translations: who names whom by hreflang, and where that breaks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from editorial.audit.engine import REFUSALS
from editorial.audit.graph.places import PageSeen

DEFAULT = "x-default"


class Flaw(StrEnum):
    """Why an entry of a group does not count. The first that holds is told."""

    ERROR = "error"
    UNSEEN = "unseen"
    REDIRECT = "redirect"
    NOINDEX = "noindex"
    CANONICAL = "canonical"
    NO_RETURN = "no-return"
    NO_SELF = "no-self"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Cell:
    """One entry of a group: language and address. `no` is 0 for an address that the audit never heard of."""

    code: str
    no: int
    n2: str
    flaw: Flaw | None = None


@dataclass(frozen=True)
class Cluster:
    """Pages that are translations of each other, by language."""

    cells: Sequence[Cell]

    @property
    def flaws(self) -> int:
        """Entries that do not count."""
        return sum(cell.flaw is not None for cell in self.cells)


def gather_clusters(alternates: Iterable[tuple[int, str, str]], pages: Sequence[PageSeen]) -> list[Cluster]:
    """Every group that pages in the index make, those with the most flaws first.

    Entries of HTML, headers and sitemaps count alike. Of a page that nobody read it is not known whom it names.

    Args:
        alternates: number of the page, code, and N2 of what it names.
        pages: those that were fetched or tried.
    """
    entries = _Entries(pages)
    for no, code, address in alternates:
        entries.take(no, code.strip().lower(), address)
    return sorted(map(entries.cluster, entries.groups()), key=lambda each: -each.flaws)


class _Entries:
    """Whom each page names."""

    def __init__(self, pages: Sequence[PageSeen]) -> None:
        self._seen = {page.n2: page for page in pages}
        self._pages = {page.no: page for page in pages}
        self._named: dict[int, dict[str, set[str]]] = {}

    def take(self, no: int, code: str, address: str) -> None:
        """One entry; of pages that are not in the index under their own address none counts."""
        page = self._pages.get(no)
        if page is not None and page.is_html and not page.noindex and page.hops == 0 and _own(page):
            self._named.setdefault(no, defaultdict(set))[code].add(address)

    def groups(self) -> list[list[int]]:
        """Pages in groups: two are together that name each other or the same address.

        What stands for no language is often one page for all: it joins nobody.
        """
        lead: dict[int | str, int | str] = {}

        def root(one: int | str) -> int | str:
            while lead.setdefault(one, one) != one:
                lead[one] = lead[lead[one]]
                one = lead[one]
            return one

        for no, codes in self._named.items():
            for code, addresses in codes.items():
                for address in addresses if code != DEFAULT else ():
                    target = self._seen.get(address)
                    lead[root(target.no if target is not None else address)] = root(no)
        groups: dict[int | str, list[int]] = defaultdict(list)
        for no in self._named:
            groups[root(no)].append(no)
        return list(groups.values())

    def cluster(self, members: Sequence[int]) -> Cluster:
        """The table of one group."""
        entries: dict[tuple[str, str], set[int]] = defaultdict(set)
        for no in members:
            for code, addresses in self._named[no].items():
                for address in addresses:
                    entries[(code, address)].add(no)
        cells = []
        for (code, address), namers in sorted(entries.items()):
            page = self._seen.get(address)
            flaw = self._flaw(page, namers)
            if flaw is None and any(len(self._named[no][code]) > 1 for no in namers):
                flaw = Flaw.DUPLICATE
            cells.append(Cell(code, page.no if page is not None else 0, address, flaw))
        present = {cell.no for cell in cells}
        cells += [Cell("", no, self._pages[no].n2, Flaw.NO_SELF) for no in members if no not in present]
        return Cluster(cells)

    def _flaw(self, page: PageSeen | None, namers: set[int]) -> Flaw | None:
        """What is wrong with the page that `namers` name."""
        if page is None or page.status in REFUSALS or page.error not in (None, "dns"):
            return Flaw.UNSEEN
        found = (
            (page.error is not None or page.status >= 400, Flaw.ERROR),
            (page.hops > 0 and page.final_n2 != page.n2, Flaw.REDIRECT),
            (page.noindex, Flaw.NOINDEX),
            (not _own(page), Flaw.CANONICAL),
        )
        flaw = next((each for holds, each in found if holds), None)
        if flaw is not None or not page.is_html:
            return flaw
        back = {address for addresses in self._named.get(page.no, {}).values() for address in addresses}
        led = {self._seen[address].final_n2 if address in self._seen else address for address in back} | back
        unreturned = any(self._pages[no].final_n2 not in led for no in namers if no != page.no)
        return Flaw.NO_RETURN if unreturned else None


def _own(page: PageSeen) -> bool:
    return page.canonical_n2 in (None, page.final_n2)
