"""Which addresses a crawl knows, which wait, and which are left out. One number an address, by its compare form."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from editorial.audit.crawl.records import CrawlPlan, UrlRow
from editorial.audit.crawl.traps import HIDING, LONGEST_KEPT, MAX_URL, Traps, template
from editorial.domain.urls import in_scope, n2, netloc_of

ENDLESS = 50  # clicks; what lies deeper behind nothing but its own kind goes on without end
MOST_KNOWN = 200_000  # addresses, or as many times the pages that may be fetched as the next line says
KNOWN_A_PAGE = 20


class LeftOut(StrEnum):
    """Which limit an address lies beyond: it may be reached on another way, or in another crawl."""

    DEPTH = "depth"
    FOLDER = "folder"
    ADDRESSES = "addresses"
    """As many addresses are known as are kept."""


@dataclass
class Entry:
    """An address that is to be fetched."""

    no: int
    url: str
    n2: str
    depth: int | None
    fetch_url: str = ""
    """What is asked for now: `url`, or where it was redirected to if that is only another spelling."""
    hops: tuple[tuple[str, int, str], ...] = ()
    tries: int = 0
    crashes: int = 0
    not_before: float = 0.0
    whole: bool = False
    """Whether it is to be sent whole, whatever an earlier audit read of it."""

    @property
    def target(self) -> str:
        """What to ask for now."""
        return self.fetch_url or self.url


@dataclass
class Lane:
    """What waits for one host."""

    ready: deque[Entry] = field(default_factory=deque)
    later: list[Entry] = field(default_factory=list)
    """To be tried again at their time."""


class Frontier:
    """Numbers every address heard of and queues those of the site, breadth first."""

    def __init__(self, plan: CrawlPlan) -> None:
        self._plan = plan
        self._numbers: dict[str, int] = {}
        self.most = max(MOST_KNOWN, KNOWN_A_PAGE * plan.max_pages)
        """Addresses that are kept."""
        self.full = False
        """Whether further ones were named."""
        self.crowded_out = 0
        """Times that a page was named which was left out for that."""
        self._too_long: set[int] = set()
        self._wanted: set[int] = set()
        self._folders: Counter[str] = Counter()
        self._restored = 0
        """The highest number that an interrupted crawl had given."""
        self._closed: set[int] = set()
        self._cut: dict[int, LeftOut] = {}
        self.traps = Traps(plan.max_queries)
        self.lanes: dict[str, Lane] = {}
        self.fresh: list[UrlRow] = []
        """Rows nobody has stored yet; whoever stores them empties the list."""
        self.promoted: list[tuple[int, int | None]] = []
        """Number and depth of addresses that were only pointed at before and are wanted now; not stored yet either."""
        self.demoted: list[int] = []
        """Numbers of addresses that were wanted and lie in a trap."""
        self.excluded = 0
        """Addresses that the site's patterns leave out."""

    @property
    def cut(self) -> Mapping[LeftOut, int]:
        """How many addresses wait behind the limits of depth, folders and addresses."""
        return Counter(self._cut.values()) + Counter({LeftOut.ADDRESSES: self.crowded_out})

    @property
    def hides(self) -> bool:
        """Whether something was left out behind which pages may lie, or links to pages that we know."""
        return bool(self.excluded or self._cut or self.full or any(trap.kind in HIDING for trap in self.traps.found))

    @property
    def known(self) -> int:
        """Pages of the site, fetched or waiting."""
        return len(self._wanted)

    @property
    def waiting(self) -> int:
        """Entries that were not given out yet."""
        return sum(len(lane.ready) + len(lane.later) for lane in self.lanes.values())

    def restore(self, rows: list[UrlRow], done: set[int], tries: Mapping[int, int] | None = None) -> None:
        """Take up what an interrupted crawl knew; what it had wanted and not fetched waits again."""
        for row in rows:
            self._numbers[row.n2] = row.no
            self._restored = max(self._restored, row.no)
            if row.wanted:
                self._wanted.add(row.no)
                self._folders[_folder(row.url)] += self._plan.max_folder is not None
                if row.no not in done:
                    self._enqueue(Entry(row.no, row.url, row.n2, row.depth, tries=(tries or {}).get(row.no, 0)))

    def decided(self, compares: Iterable[str]) -> list[int]:
        """The number of each address of which it is decided whether it is fetched, 0 for the others."""
        get, wanted, closed = self._numbers.get, self._wanted, self._closed
        return [no if (no := get(each, 0)) in wanted or no in closed else 0 for each in compares]

    def number(self, url: str, compare: str, *, internal: bool) -> int:
        """The number of an address that is only pointed at; 0 of one that is not kept: too long, or one too many."""
        no = self._numbers.get(compare)
        if no is not None:
            return no
        if _is_too_long(url, compare) or not self._has_room():
            return 0
        return self._add(url, compare, internal=internal, wanted=False)

    def number_of_file(self, url: str) -> int:
        """The number of a robots.txt or a sitemap, which is always kept."""
        compare = n2(url) or url
        return self._numbers.get(compare) or self._add(url, compare, internal=True, wanted=False)

    def want(self, url: str, depth: int | None, *, compare: str | None = None, source: str | None = None) -> int | None:
        """Queue an address once if it is of the site and not left out; its number, or None if we don't fetch it.

        Args:
            source: the page that names it, empty for a file, None where that is not known.
        """
        compare = compare or n2(url) or url
        no = self._numbers.get(compare)
        if no is not None and (no in self._wanted or no in self._closed):
            return no if no in self._wanted else None
        if not in_scope(url, self._plan.scope) or self._is_left_out(url, compare, depth, source):
            return None
        if no is None and not self._has_room():
            self.crowded_out += 1
            return None
        self.traps.passes(url, source)
        return self._queue(url, compare, depth)

    def demand(self, url: str, depth: int | None) -> int:
        """Queue an address that a person or a redirect named, once: no guess about traps keeps it out."""
        compare = n2(url) or url
        no = self._numbers.get(compare)
        return no if no is not None and no in self._wanted else self._queue(url, compare, depth)

    def again(self, entry: Entry, *, not_before: float = 0.0) -> None:
        """Put an entry back: at the front, or to be tried after `not_before`."""
        lane = self.lanes.setdefault(netloc_of(entry.target), Lane())
        if not_before:
            entry.not_before = not_before
            lane.later.append(entry)
        else:
            lane.ready.appendleft(entry)

    def _queue(self, url: str, compare: str, depth: int | None) -> int:
        no = self._numbers.get(compare)
        if no is None:
            no = self._add(url, compare, internal=True, wanted=True, depth=depth)
        else:
            self.promoted.append((no, depth))
        self._wanted.add(no)
        self._cut.pop(no, None)
        self._folders[_folder(url)] += self._plan.max_folder is not None
        self._enqueue(Entry(no, url, compare, depth))
        return no

    def _add(self, url: str, compare: str, *, internal: bool, wanted: bool, depth: int | None = None) -> int:
        no = self._numbers[compare] = len(self._numbers) + 1
        self.fresh.append(UrlRow(no, url, compare[:LONGEST_KEPT], internal, wanted=wanted, depth=depth))
        return no

    def _has_room(self) -> bool:
        """Whether another address may be kept."""
        if len(self._numbers) < self.most:
            return True
        self.full = True
        return False

    def _enqueue(self, entry: Entry) -> None:
        self.lanes.setdefault(netloc_of(entry.url), Lane()).ready.append(entry)

    def leave(self, pattern: str, needed: Callable[[int], bool]) -> None:
        """Leave out what waits and looks like a pattern (`traps.template`), but for what is `needed`."""
        for lane in self.lanes.values():
            stays: deque[Entry] = deque()
            for entry in lane.ready:
                if needed(entry.no) or template(entry.url) != pattern:
                    stays.append(entry)
                    continue
                self._wanted.discard(entry.no)
                self._closed.add(entry.no)
                self.demoted.append(entry.no)
                if (trap := self.traps.trap_of(entry.url)) is not None:
                    trap.add(entry.url)
            lane.ready = stays

    def _is_left_out(self, url: str, compare: str, depth: int | None, source: str | None) -> bool:
        """Whether an address is not to be looked at; counted once."""
        known = self._numbers.get(compare)
        told = self._is_told(url, compare, known)
        if len(url) <= MAX_URL and not self._plan.patterns.take(url):  # expressions read each character
            self.excluded += not told
            self._close(url, compare)
            return True
        if (trap := self.traps.trap_of(url, source)) is not None:
            if not told:
                trap.add(url)
            self._close(url, compare)
            return True
        why = self._beyond(url, depth)
        if why is LeftOut.DEPTH and self._plan.max_depth >= ENDLESS and (trap := self.traps.chain_of(url, source)):
            if not told:
                trap.add(url)
            self._close(url, compare)
        elif why is not None:
            if no := self.number(url, compare, internal=True):
                self._cut[no] = why
            else:
                self.crowded_out += 1
        return why is not None

    def _is_told(self, url: str, compare: str, known: int | None) -> bool:
        """Whether an address was counted before: by the process before this one, or by name if it is not kept."""
        if _is_too_long(url, compare):
            name = hash(compare)
            if name in self._too_long or len(self._too_long) >= MOST_KNOWN:
                return True
            self._too_long.add(name)
            return False
        return known <= self._restored if known is not None else not self._has_room()

    def _close(self, url: str, compare: str) -> None:
        """It will not be asked again whether this address is fetched."""
        if no := self.number(url, compare, internal=True):
            self._closed.add(no)

    def _beyond(self, url: str, depth: int | None) -> LeftOut | None:
        if depth is not None and depth > self._plan.max_depth:
            return LeftOut.DEPTH
        most = self._plan.max_folder
        return LeftOut.FOLDER if most is not None and self._folders[_folder(url)] >= most else None


def _folder(url: str) -> str:
    path = url.partition("?")[0]
    return path[: path.rindex("/")]


def _is_too_long(url: str, compare: str) -> bool:
    """Whether an address cannot be kept."""
    return len(url) > LONGEST_KEPT or len(compare) > LONGEST_KEPT
