"""Internal PageRank: how much of the site's own attention each place gets."""

import math
from array import array
from collections.abc import Collection, Sequence
from enum import IntEnum

from editorial.audit.graph.edges import Edges

DAMPING = 0.85
ROUNDS = 50
ENOUGH = 1e-6  # change of all ranks together after which no more is to be learned
NAVIGATION = 0.3  # worth of a link around the main part; one within counts 1


class Kind(IntEnum):
    """What becomes of the rank that a place gets."""

    PASSES = 0  # over its links; without any it is spread over the whole site
    LOSES = 1  # a page out of the index, or an error: nothing comes back


def page_rank(edges: Edges, kinds: Collection[int]) -> Sequence[float]:
    """The rank of each place; they add up to 1, less what is lost.

    Followed links to other places count, each pair once. A link that is not followed takes its share and passes
    nothing on.

    Args:
        edges: between the places.
        kinds: `Kind` of each place.
    """
    count = len(kinds)
    if not count:
        return array("d")
    ways = _ways(edges, kinds)
    dangling = [place for place, kind in enumerate(kinds) if kind == Kind.PASSES and not _weight(edges, place)]
    ranks = [1 / count] * count
    for _ in range(ROUNDS):
        free = math.fsum(ranks[place] for place in dangling)
        new = [(1 - DAMPING + DAMPING * free) / count] * count
        for place, share, within, around in ways:
            given = ranks[place] * share
            for target in within:
                new[target] += given
            given *= NAVIGATION
            for target in around:
                new[target] += given
        change = math.fsum(map(abs, map(float.__sub__, new, ranks)))
        ranks = new
        if change < ENOUGH:
            break
    return array("d", ranks)


def _ways(edges: Edges, kinds: Collection[int]) -> list[tuple[int, float, tuple[int, ...], tuple[int, ...]]]:
    """Of each place that passes rank on: itself, what a link of the main part gets of it, and where its links lead.

    Lists that many pages share, as the navigation of a site, are kept once; the numbers in them as one object each.
    """
    numbers = list(range(len(kinds)))
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    found = []
    for place, kind in enumerate(kinds):
        weight = _weight(edges, place)
        if kind != Kind.PASSES or not weight:
            continue
        within = tuple([numbers[target] for target in edges.within(place)])
        around = tuple([numbers[target] for target in edges.around(place)])
        found.append((place, DAMPING / weight, known.setdefault(within, within), known.setdefault(around, around)))
    return found


def _weight(edges: Edges, place: int) -> float:
    return len(edges.within(place)) + NAVIGATION * len(edges.around(place)) + edges.silent(place)


def scores(ranks: Collection[float], counted: Collection[bool]) -> list[int | None]:
    """Ranks as 0 to 100 on a logarithmic scale, from the weakest counted place to the strongest; None for the others.

    Ranks of a site lie four powers of ten apart: on a plain scale all but the home page would be 0.
    """
    among = [rank for rank, counts in zip(ranks, counted, strict=True) if counts]
    low, high = min(among, default=0.0), max(among, default=0.0)
    room = math.log(high / low) if low > 0 else 0.0
    if room < 1e-9:  # all alike
        return [100 if counts else None for counts in counted]
    return [
        round(100 * math.log(rank / low) / room) if counts else None
        for rank, counts in zip(ranks, counted, strict=True)
    ]
