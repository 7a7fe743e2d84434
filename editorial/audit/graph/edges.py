"""Links between places: each pair once, sorted by what a link is worth."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from editorial.audit.graph.places import NOWHERE, Places

SILENT, AROUND, WITHIN = 0, 1, 2  # not followed; in nav, header, footer or aside; in the main part of a page

Link = tuple[int, int, int, int]
"""Number of a page, number of the target's address, nofollow, in the main part; the last two are true or false."""


@dataclass(frozen=True)
class Edges:
    """Links by the place they come from: those of the main part first, then those around it, then those not followed.

    The links of place `p` are `targets[bounds[3 * p] : bounds[3 * p + 3]]`, the sorts divided by the bounds between.
    """

    targets: Sequence[int]
    bounds: Sequence[int]

    def __len__(self) -> int:
        return len(self.targets)

    def within(self, place: int) -> Sequence[int]:
        """Places that its main part leads to."""
        return self.targets[self.bounds[3 * place] : self.bounds[3 * place + 1]]

    def around(self, place: int) -> Sequence[int]:
        """Places that only its navigation leads to."""
        return self.targets[self.bounds[3 * place + 1] : self.bounds[3 * place + 2]]

    def followed(self, place: int) -> Sequence[int]:
        """Places that it leads search engines to."""
        return self.targets[self.bounds[3 * place] : self.bounds[3 * place + 2]]

    def silent(self, place: int) -> int:
        """How many places it links to without leading search engines there."""
        return self.bounds[3 * place + 3] - self.bounds[3 * place + 2]

    def in_degrees(self, places: int) -> Sequence[int]:
        """How many other places link to each, followed or not."""
        counts = array("i", bytes(4 * places))
        for target in self.targets:
            counts[target] += 1
        return counts


def gather_edges(links: Iterable[Link], places: Places, sources: Collection[int]) -> Edges:
    """The links between places, from rows in any order; quickest where the rows of a page stand together.

    A place's links to itself and to what is no place are left out. Of several links to one place the best counts.

    Args:
        links: every link of the site.
        places: of the same site.
        sources: numbers of the pages whose links count.
    """
    found: list[array[int] | None] = [None] * len(places)
    for place, met in _runs(links, places, sources):
        known = found[place]
        if known is not None:  # a copy of a page that came before
            for code in known:
                target, sort = divmod(code, 3)
                met[target] = max(met.get(target, SILENT), sort)
        found[place] = array("q", [3 * target + sort for target, sort in met.items()])
    targets, bounds = array("i"), array("i", [0])
    for at, codes in enumerate(found):
        for sort in (WITHIN, AROUND, SILENT):
            if codes is not None:
                targets.extend([code // 3 for code in codes if code % 3 == sort])
            bounds.append(len(targets))
        found[at] = None  # what was sorted is needed no more
    return Edges(targets, bounds)


def _runs(links: Iterable[Link], places: Places, sources: Collection[int]) -> Iterator[tuple[int, dict[int, int]]]:
    """Place and targets of the pages, one after the other."""
    page, place = 0, NOWHERE
    met: dict[int, int] = {}
    of, known = places.of, len(places.of)
    for no, target, nofollow, in_main in links:
        if no != page:
            if met:
                yield place, met
            page, met = no, {}
            place = places.at(no) if no in sources else NOWHERE
        if place < 0 or target >= known:
            continue
        there = of[target]
        if there < 0 or there == place:
            continue
        sort = SILENT if nofollow else WITHIN if in_main else AROUND
        if met.get(there, -1) < sort:
            met[there] = sort
    if met:
        yield place, met
