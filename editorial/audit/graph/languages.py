"""Groups of translations: who names whom by hreflang, and where that breaks."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from sys import intern

from editorial.audit.engine import REFUSALS
from editorial.audit.graph.places import PageSeen

DEFAULT = "x-default"
MOST = 100  # entries of one page; nobody has so many languages
MOST_OF_ALL = 300_000
"""Entries of a site. A new address that nobody asked for counts once more for each `LONG` characters of it."""
LONG = 100


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


@dataclass(frozen=True)
class Clusters:
    """The groups of a site, those with the most flaws first."""

    groups: Sequence[Cluster]
    cut: int = 0
    """Pages that name more than is counted. What the rest of their entries would settle is left open."""


def gather_clusters(alternates: Iterable[tuple[int, str, str]], pages: Sequence[PageSeen]) -> Clusters:
    """Every group that pages in the index make.

    Entries of HTML, headers and sitemaps count alike. Of a page that nobody read it is not known whom it names.

    Args:
        alternates: number of the page, code, and N2 of what it names.
        pages: those that were fetched or tried.
    """
    entries = _Entries(pages)
    for no, code, address in alternates:
        entries.take(no, code.strip().lower(), address)
    groups = sorted(map(entries.cluster, entries.groups()), key=lambda each: -each.flaws)
    return Clusters(groups, len(entries.cut))


class _Entries:
    """Whom each page names. Addresses are numbers here, those of pages or, where nobody asked, below 0: ten entries of
    20,000 pages each would fill 75 MB with text."""

    def __init__(self, pages: Sequence[PageSeen]) -> None:
        self._numbers = {page.n2: page.no for page in pages}
        self._pages = {page.no: page for page in pages}
        self._unseen: dict[str, int] = {}
        self._spelled: list[str] = []
        self._named: dict[int, dict[tuple[str, int], None]] = {}
        self._back: dict[int, set[int]] = {}
        self._room = MOST_OF_ALL
        self.cut: set[int] = set()

    def take(self, no: int, code: str, address: str) -> None:
        """One entry; of pages that are not in the index under their own address none counts."""
        page = self._pages.get(no)
        if page is None or not page.is_html or page.noindex or page.hops or not _own(page):
            return
        target = self._numbers.get(address) or self._unseen.get(address)
        entries = self._named.get(no, {})
        if target is not None and (code, target) in entries:
            return
        if len(entries) >= MOST or self._room <= 0:
            self.cut.add(no)
            return
        self._room -= 1
        if target is None:
            self._room -= len(address) // LONG
            target = self._unseen[address] = -1 - len(self._unseen)
        self._named.setdefault(no, entries)[intern(code), target] = None

    def groups(self) -> list[list[int]]:
        """Pages in groups: two are together that name each other or the same address.

        What stands for no language is often one page for all: it joins nobody.
        """
        lead: dict[int, int] = {}

        def root(one: int) -> int:
            while lead.setdefault(one, one) != one:
                lead[one] = lead[lead[one]]
                one = lead[one]
            return one

        for no, entries in self._named.items():
            for code, target in entries:
                if code != DEFAULT:
                    lead[root(target)] = root(no)
        groups: dict[int, list[int]] = defaultdict(list)
        for no in self._named:
            groups[root(no)].append(no)
        return list(groups.values())

    def cluster(self, members: Sequence[int]) -> Cluster:
        """The table of one group."""
        namers: dict[tuple[str, int], list[int]] = defaultdict(list)
        doubled: set[tuple[str, int]] = set()
        for no in members:
            entries = self._named[no]
            times = Counter(code for code, _ in entries)
            for entry in entries:
                namers[entry].append(no)
                if times[entry[0]] > 1:
                    doubled.add(entry)
        cells = []
        for (code, target), those in namers.items():
            flaw = self._flaw(target, those) or (Flaw.DUPLICATE if (code, target) in doubled else None)
            cells.append(Cell(code, max(target, 0), self._address(target), flaw))
        present = {cell.no for cell in cells}
        alone = (no for no in members if no not in present and no not in self.cut)
        cells += [Cell("", no, self._pages[no].n2, Flaw.NO_SELF) for no in alone]
        return Cluster(sorted(cells, key=lambda cell: (not cell.code, cell.code, cell.n2)))

    def _address(self, target: int) -> str:
        if target > 0:
            return self._pages[target].n2
        if not self._spelled:
            self._spelled = list(self._unseen)
        return self._spelled[-1 - target]

    def _flaw(self, target: int, namers: Sequence[int]) -> Flaw | None:
        """What is wrong with the page that `namers` name."""
        page = self._pages.get(target)
        if page is None or page.status in REFUSALS or page.error not in (None, "dns"):
            return Flaw.UNSEEN
        found = (
            (page.error is not None or page.status >= 400, Flaw.ERROR),
            (page.hops > 0 and page.final_n2 != page.n2, Flaw.REDIRECT),
            (page.noindex, Flaw.NOINDEX),
            (not _own(page), Flaw.CANONICAL),
        )
        flaw = next((each for holds, each in found if holds), None)
        if flaw is not None or not page.is_html or target in self.cut:
            return flaw
        if target not in self._back:
            self._back[target] = {self._behind(other) for _, other in self._named.get(target, ())}
        back = self._back[target]
        return Flaw.NO_RETURN if any(no not in back for no in namers if no != target) else None

    def _behind(self, target: int) -> int:
        """The page at the end of its redirects."""
        page = self._pages.get(target)
        return self._numbers.get(page.final_n2, target) if page is not None and page.hops else target


def _own(page: PageSeen) -> bool:
    return page.canonical_n2 in (None, page.final_n2)
