"""Which addresses a crawl knows, which wait, and which are traps. One number an address, by its compare form."""

from collections import Counter, deque
from dataclasses import dataclass, field

from editorial.audit.crawl.records import CrawlPlan, UrlRow
from editorial.domain.urls import in_scope, n2, netloc_of

MAX_URL = 2000  # characters
MAX_SEGMENTS = 15
MAX_QUERIES = 100  # addresses that differ in their query alone
REPEATS = 3  # times one segment may come in a path


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
        self._wanted: set[int] = set()
        self._queries: Counter[str] = Counter()
        self.lanes: dict[str, Lane] = {}
        self.fresh: list[UrlRow] = []
        """Rows nobody has stored yet; whoever stores them empties the list."""
        self.promoted: list[tuple[int, int | None]] = []
        """Number and depth of addresses that were only pointed at before and are wanted now; not stored yet either."""
        self.trapped = 0

    @property
    def known(self) -> int:
        """Pages of the site, fetched or waiting."""
        return len(self._wanted)

    @property
    def waiting(self) -> int:
        """Entries that were not given out yet."""
        return sum(len(lane.ready) + len(lane.later) for lane in self.lanes.values())

    def restore(self, rows: list[UrlRow], done: set[int]) -> None:
        """Take up what an interrupted crawl knew; what it had wanted and not fetched waits again."""
        for row in rows:
            self._numbers[row.n2] = row.no
            if row.wanted:
                self._wanted.add(row.no)
                self._queries[row.url.partition("?")[0]] += 1
                if row.no not in done:
                    self._enqueue(Entry(row.no, row.url, row.n2, row.depth))

    def number(self, url: str, compare: str, *, internal: bool) -> int:
        """The number of an address that is only pointed at."""
        no = self._numbers.get(compare)
        if no is None:
            no = self._numbers[compare] = len(self._numbers) + 1
            self.fresh.append(UrlRow(no, url, compare, internal, wanted=False, depth=None))
        return no

    def want(self, url: str, depth: int | None, *, compare: str | None = None) -> int | None:
        """Queue an address once if it is of the site and no trap; its number, or None if we don't fetch it."""
        compare = compare or n2(url) or url
        no = self._numbers.get(compare)
        if no is not None and no in self._wanted:
            return no
        if not in_scope(url, self._plan.scope) or self._is_trap(url, depth):
            return None
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
            no = self._numbers[compare] = len(self._numbers) + 1
            self.fresh.append(UrlRow(no, url, compare, internal=True, wanted=True, depth=depth))
        else:
            self.promoted.append((no, depth))
        self._wanted.add(no)
        self._enqueue(Entry(no, url, compare, depth))
        return no

    def _enqueue(self, entry: Entry) -> None:
        self.lanes.setdefault(netloc_of(entry.url), Lane()).ready.append(entry)

    def _is_trap(self, url: str, depth: int | None) -> bool:
        path, question, _ = url.partition("?")
        if depth is not None and depth > self._plan.max_depth:
            return True
        segments = path.split("/")[3:]
        repeats = max(Counter(segment for segment in segments if segment).values(), default=0)
        trap = len(url) > MAX_URL or len(segments) > MAX_SEGMENTS or repeats > REPEATS
        if question:
            self._queries[path] += 1
            trap = trap or self._queries[path] > MAX_QUERIES
        self.trapped += trap
        return trap
