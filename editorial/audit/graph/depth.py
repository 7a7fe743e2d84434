"""Click depth: how many links a reader follows from the first page."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from editorial.audit.graph.edges import Edges

UNREACHED = -1


@dataclass(frozen=True)
class Depths:
    """By place: clicks from the start and the place before it on a shortest way, or `UNREACHED`."""

    clicks: Sequence[int]
    via: Sequence[int]

    def way_to(self, place: int) -> list[int]:
        """The places of a shortest way, the start first; empty where none leads there."""
        if self.clicks[place] < 0:
            return []
        way = [place]
        while self.via[way[-1]] >= 0:
            way.append(self.via[way[-1]])
        return way[::-1]


def depths(edges: Edges, places: int, start: int) -> Depths:
    """Breadth first over followed links. A start below 0 reaches nothing."""
    clicks, via = array("i", [UNREACHED]) * places, array("i", [UNREACHED]) * places
    if start < 0:
        return Depths(clicks, via)
    clicks[start] = 0
    ring = [start]
    while ring:
        following: list[int] = []
        for place in ring:
            for target in edges.followed(place):
                if clicks[target] < 0:
                    clicks[target], via[target] = clicks[place] + 1, place
                    following.append(target)
        ring = following
    return Depths(clicks, via)
