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
    givers, ways = _ways(edges, kinds)
    dangling = [place for place, kind in enumerate(kinds) if kind == Kind.PASSES and not _weight(edges, place)]
    ranks = [1 / count] * count
    for _ in range(ROUNDS):
        free = math.fsum(ranks[place] for place in dangling)
        new = [(1 - DAMPING + DAMPING * free) / count] * count
        gifts = [0.0] * len(ways)
        for place, share, within, around in givers:
            given = ranks[place] * share
            gifts[within] += given
            gifts[around] += given * NAVIGATION
        for gift, targets in zip(gifts, ways, strict=True):
            for target in targets:
                new[target] += gift
        change = math.fsum(map(abs, map(float.__sub__, new, ranks)))
        ranks = new
        if change < ENOUGH:
            break
    return array("d", ranks)


def _ways(edges: Edges, kinds: Collection[int]) -> tuple[list[tuple[int, float, int, int]], list[tuple[int, ...]]]:
    """Who passes rank on, and lists of places that links lead to.

    Of each place that does: itself, what a link of the main part gets of it, the list that its main part links to and
    the one around it, by number. Lists that many pages share, as the navigation of a site, are kept and gone through
    once; the numbers in them are one object each.
    """
    numbers = list(range(len(kinds)))
    known: dict[tuple[int, ...], int] = {}
    givers = []
    for place, kind in enumerate(kinds):
        weight = _weight(edges, place)
        if kind != Kind.PASSES or not weight:
            continue
        within = tuple([numbers[target] for target in edges.within(place)])
        around = tuple([numbers[target] for target in edges.around(place)])
        lists = known.setdefault(within, len(known)), known.setdefault(around, len(known))
        givers.append((place, DAMPING / weight, *lists))
    return givers, list(known)


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
