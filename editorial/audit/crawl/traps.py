"""Addresses without end: calendars, filters that pile up, paths that repeat themselves, pages that are all the same.

A trap is a pattern of addresses that is left out; the crawl goes on. Four kinds show by the address alone, one by what
stands there, and one by how deep it lies behind its own kind. What is known of a trap is kept, so that people can see
what was left out and why.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from sys import intern
from typing import Any

from editorial.domain.urls import origin_of, path_of

MAX_URL = 2000  # characters
LONGEST_KEPT = 2600  # characters of an address that is kept at all; PostgreSQL finds nothing longer by an index
MAX_SEGMENTS = 15
MAX_QUERIES = 100  # addresses that differ in their query alone, and name each other
REPEATS = 3  # times one segment comes in a path
MAX_COPIES = 20  # pages of a pattern with the very same main text
ENOUGH = 10  # words; pages of less are filled by scripts, and all look alike before that
EARLY = 10  # addresses of a path before it is worth remembering
MOST = 100  # traps told apart; further ones are left out all the same
FURTHER = "*"  # their pattern
EXAMPLES = 3
SHOWN = 300  # characters of a pattern or an example
_NUMBERS = re.compile(r"[0-9]+")


class TrapKind(StrEnum):
    """What goes on without end."""

    QUERIES = "queries"
    REPEATS = "repeats"
    SEGMENTS = "segments"
    LENGTH = "length"
    COPIES = "copies"
    CHAIN = "chain"


HIDING = frozenset({TrapKind.QUERIES, TrapKind.CHAIN})
"""Kinds behind which pages may lie that nothing else leads to. The others show what was seen, or what nobody made."""


@dataclass
class Trap:
    """A pattern of addresses that was left out: how many, and the first of them."""

    kind: TrapKind
    pattern: str
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, url: str) -> None:
        """One address more."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(url[:SHOWN])

    def as_json(self) -> dict[str, Any]:
        """For the audit's course."""
        return {"kind": self.kind.value, "pattern": self.pattern, "count": self.count, "examples": self.examples}


class Traps:
    """Tells traps from pages."""

    def __init__(self, max_queries: int = MAX_QUERIES) -> None:
        self._max_queries = max_queries
        self._found: dict[tuple[TrapKind, str], Trap] = {}
        self._queries: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()
        self._texts: Counter[tuple[str, str]] = Counter()
        self._stopped: set[str] = set()

    @property
    def found(self) -> list[Trap]:
        """Every trap that something was left out for, the largest first."""
        traps = [trap for trap in self._found.values() if trap.count]
        return sorted(traps, key=lambda trap: (-trap.count, trap.pattern))

    def take_up(self, before: Iterable[Mapping[str, Any]], counted: Mapping[str, int]) -> None:
        """Go on with the traps of an interrupted crawl, and with what it had `counted`."""
        self._queries.update(counted)
        for row in before:
            trap = Trap(TrapKind(row["kind"]), row["pattern"], row["count"], list(row["examples"]))
            self._found[trap.kind, trap.pattern] = trap
            if trap.kind is TrapKind.COPIES and trap.pattern != FURTHER:
                self._stopped.add(trap.pattern)

    def counted(self) -> dict[str, int]:
        """Paths that are on the way to a trap, and how often they were asked."""
        return {path: count for path, count in self._queries.most_common(MOST) if count >= EARLY}

    def passes(self, url: str, source: str | None = None) -> None:
        """An address is queued: it counts among those that differ in their query alone, where they name each other.

        Args:
            source: the page that named it, empty for a file, None where that is not known.
        """
        path, question, _ = url.partition("?")
        if question and (source is None or source.partition("?")[0] == path):
            self._queries[path] += 1

    def trap_of(self, url: str, source: str | None = None) -> Trap | None:
        """The trap that an address lies in; None of a page like any other."""
        kind = self._kind(url, source)
        return self._trap(kind, url) if kind is not None else None

    def chain_of(self, url: str, source: str | None) -> Trap | None:
        """The trap of an address deeper than a crawl goes, if it was reached by its own kind: one month by another."""
        return self._trap(TrapKind.CHAIN, url) if source and template(source) == template(url) else None

    def _trap(self, kind: TrapKind, url: str) -> Trap:
        pattern = _pattern_of(kind, url)
        trap = self._found.get((kind, pattern))
        if trap is None:
            trap = Trap(kind, pattern if len(self._found) < MOST else FURTHER)
            trap = self._found.setdefault((kind, trap.pattern), trap)
        return trap

    def _kind(self, url: str, source: str | None) -> TrapKind | None:
        path, question, _ = url.partition("?")
        segments = [segment for segment in path.split("/")[3:] if segment]
        if len(url) > MAX_URL:
            return TrapKind.LENGTH
        if _repeated(segments):
            return TrapKind.REPEATS
        if len(segments) > MAX_SEGMENTS:
            return TrapKind.SEGMENTS
        if question and self._queries[path] >= self._max_queries and (source is None or _path(source) == path):
            return TrapKind.QUERIES
        return TrapKind.COPIES if self._stopped and template(url) in self._stopped else None

    def read(self, url: str, digest: str, words: int) -> str | None:
        """Take in the main text of a page. The pattern (`template`) that is left out from now on, if it is too much.

        A pattern is a trap where most of its pages say the same; twenty sold-out products of a thousand do not make it
        one.
        """
        pattern = intern(template(url))  # kept with each page's digest
        if pattern in self._stopped or not digest or words < ENOUGH:
            return None
        self._pages[pattern] += 1
        self._texts[pattern, digest] += 1
        copies = self._texts[pattern, digest]
        if copies < MAX_COPIES or copies * 2 < self._pages[pattern]:
            return None
        self._stopped.add(pattern)
        return pattern


def template(url: str) -> str:
    """What an address has in common with its kind: numbers as `#`, the last segment or the values of a query as `*`."""
    path, question, query = url.partition("?")
    origin = origin_of(url)
    plain = _NUMBERS.sub("#", path[len(origin) :])
    if question:
        names = sorted({part.partition("=")[0] for part in query.split("&")})
        return f"{origin}{plain}?{'&'.join(f'{name}=*' for name in names)}"[:SHOWN]
    return f"{origin}{plain[: plain.rindex('/') + 1]}*"[:SHOWN]


def patterns_of(url: str) -> set[str]:
    """The patterns of traps (`Trap.pattern`) to which a page that was fetched may belong: others are never fetched."""
    found = {_pattern_of(TrapKind.COPIES, url)}
    return found | {_pattern_of(TrapKind.QUERIES, url)} if "?" in url else found


def _repeated(segments: list[str]) -> str:
    """The segment that comes too often; numbers do, in dates and versions."""
    if len(segments) < REPEATS:
        return ""
    most = Counter(each for each in segments if not each.isdigit()).most_common(1)
    return most[0][0] if most and most[0][1] >= REPEATS else ""


def _pattern_of(kind: TrapKind, url: str) -> str:
    origin, path = origin_of(url), path_of(url).partition("?")[0]
    segments = [segment for segment in path.split("/") if segment]
    if kind is TrapKind.QUERIES or (kind is TrapKind.LENGTH and len(path) < MAX_URL // 2):
        return f"{origin}{path}?*"[:SHOWN]
    if kind in (TrapKind.COPIES, TrapKind.CHAIN):
        return template(url)
    if kind is TrapKind.REPEATS:
        name = _repeated(segments)
        second = segments.index(name, segments.index(name) + 1)
        return f"{origin}/{'/'.join(segments[: second + 1])}/*"[:SHOWN]
    return f"{origin}/{''.join(f'{each[:40]}/' for each in segments[:3])}*"


def _path(url: str) -> str:
    return url.partition("?")[0]
