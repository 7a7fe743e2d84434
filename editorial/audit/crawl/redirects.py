"""Redirects of a crawl, hop by hop: who waits for whose answer, and which of them go round in a circle."""

from dataclasses import dataclass

from editorial.audit.crawl.frontier import Entry
from editorial.audit.crawl.traps import LONGEST_KEPT
from editorial.domain.patterns import EVERYTHING, Patterns
from editorial.domain.urls import SiteScope, in_scope, n2

MAX_HOPS = 10  # as Google follows
MOST_LED = 20  # pages in a row that only redirects led to; a server that makes them up would never end

Hops = tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """A page whose final answer is known."""

    no: int
    url: str
    final_url: str
    status: int
    error: str | None = None
    hops: Hops = ()
    digest: str = ""
    """Of its main text."""
    challenged: bool = False
    """Whether a bot check answered."""


@dataclass(frozen=True)
class Step:
    """What to do about one redirect: ask `again` under another spelling, fetch the target (`wanted`), or give up."""

    hops: Hops
    again: bool = False
    wanted: bool = False
    error: str | None = None


class Redirects:
    """Pages that lead elsewhere wait for the page they lead to."""

    def __init__(self, scope: SiteScope, patterns: Patterns = EVERYTHING) -> None:
        self._scope, self._patterns = scope, patterns
        self._waiting: dict[int, list[tuple[Entry, Hops]]] = {}
        self._leads_to: dict[int, int] = {}
        self._led: dict[int, int] = {}
        """Redirects in a row by which the crawl came to a page first."""
        self.settled: dict[int, Settled] = {}

    def needs(self, no: int) -> bool:
        """Whether a page waits for this one, so that it is fetched even when the cap is reached."""
        return no in self._waiting

    def follow(self, entry: Entry, status: int, location: str) -> Step:
        """What to do about a redirect of this entry to `location` (N1)."""
        hops = (*entry.hops, (entry.target, status, location))
        if any(location == url for url, _, _ in hops):
            return Step(hops, error="redirect-loop")
        if len(hops) > MAX_HOPS or self._led.get(entry.no, 0) + len(hops) > MOST_LED:
            return Step(hops, error="redirects")
        if n2(location) == entry.n2:
            return Step(hops, again=True)
        if len(location) > LONGEST_KEPT or not in_scope(location, self._scope):
            return Step(hops)
        return Step(hops, wanted=self._patterns.take(location))

    def wait(self, entry: Entry, hops: Hops, target: int) -> list[Settled]:
        """Let an entry wait for page `target`. Returns what is settled by that: itself, or a whole circle."""
        self._led.setdefault(target, self._led.get(entry.no, 0) + len(hops))
        known = self.settled.get(target)
        if known is not None:
            joined = _joined(entry, hops, known)
            return [joined, *self.settle(joined)]
        place, steps = target, 0
        while place in self._leads_to and steps <= len(self._leads_to):
            place, steps = self._leads_to[place], steps + 1
        self._waiting.setdefault(target, []).append((entry, hops))
        self._leads_to[entry.no] = target
        if entry.no in (place, target):
            looped = Settled(entry.no, entry.url, hops[-1][2], hops[-1][1], "redirect-loop", hops)
            return [looped, *self.settle(looped)]
        return []

    def settle(self, done: Settled) -> list[Settled]:
        """A page has its final answer. Returns every page that waited for it, directly or through others."""
        result: list[Settled] = []
        stack = [done]
        while stack:
            known = stack.pop()
            if known.no in self.settled:
                continue
            self.settled[known.no] = known
            self._leads_to.pop(known.no, None)
            for entry, hops in self._waiting.pop(known.no, ()):
                if entry.no not in self.settled:
                    joined = _joined(entry, hops, known)
                    result.append(joined)
                    stack.append(joined)
        return result

    def abandon(self) -> list[Settled]:
        """The crawl ends: pages whose target was never fetched keep what they said themselves."""
        left = [(entry, hops) for waiting in self._waiting.values() for entry, hops in waiting]
        self._waiting.clear()
        return [
            Settled(entry.no, entry.url, hops[-1][2], hops[-1][1], None, hops)
            for entry, hops in left
            if entry.no not in self.settled
        ]


def _joined(entry: Entry, hops: Hops, target: Settled) -> Settled:
    whole = (*hops, *target.hops)
    error = target.error or ("redirects" if len(whole) > MAX_HOPS else None)
    return Settled(entry.no, entry.url, target.final_url, target.status, error, whole, target.digest, target.challenged)
