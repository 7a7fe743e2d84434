"""Chains of canonicals, redirects on the way included."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from editorial.audit.graph.places import PageSeen, ends_of

CIRCLE = -1


@dataclass(frozen=True)
class Canonicals:
    """By number of a page. Pages that name nobody but themselves are left out."""

    steps: Mapping[int, int] = field(default_factory=dict)
    """Canonicals to the end of the chain; `CIRCLE` where it never ends."""
    ends: Mapping[int, int] = field(default_factory=dict)
    """The last page of the chain; of a circle where it begins again."""
    names: Mapping[int, int] = field(default_factory=dict)
    """The page that is named, behind its redirects."""

    def chain_of(self, no: int, most: int = 20) -> list[int]:
        """The pages from this one to the end of its chain, at most `most`; a circle shows where it closes."""
        way = [no]
        while way[-1] in self.names and way[-1] not in way[:-1] and len(way) < most:
            way.append(self.names[way[-1]])
        return way


def follow_canonicals(pages: Sequence[PageSeen]) -> Canonicals:
    """Every chain to its end. A canonical that leads back to its own page by a redirect is no chain."""
    numbers = {page.n2: page.no for page in pages}
    moved = {page.no: numbers.get(page.final_n2, page.no) for page in pages if page.hops}
    behind = {page.no: page.no for page in pages} | ends_of({no: to for no, to in moved.items() if to != no})
    names = {}
    for page in pages:
        target = numbers.get(page.canonical_n2 or "") if page.is_html else None
        if target is not None and behind[target] != behind[page.no]:
            names[page.no] = behind[target]
    steps: dict[int, int] = {}
    ends: dict[int, int] = {}
    for first in names:
        way: list[int] = []
        here = first
        while here in names and here not in steps:
            steps[here] = 0  # on this way; numbered when its end is known
            way.append(here)
            here = names[here]
        _settle(way, here, steps, ends)
    return Canonicals(steps, ends, names)


def _settle(way: Sequence[int], here: int, steps: dict[int, int], ends: dict[int, int]) -> None:
    """Number a way that stopped at `here`: at a page that names nobody, at one that is settled, or on itself."""
    circle = here in way or steps.get(here) == CIRCLE
    end = here if here in way else ends.get(here, here)
    count = steps.get(here, 0)
    for no in reversed(way):
        count += 1
        steps[no], ends[no] = (CIRCLE if circle else count), end
