"""Redirects by what they change: many of them are one setting."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

SAMPLES = 3


class Cause(StrEnum):
    """What one redirect changes."""

    SCHEME = "scheme"
    HOST = "host"
    SLASH = "slash"
    CASE = "case"
    CONTENT = "content"


class Moved(NamedTuple):
    """An address that leads elsewhere; `stops` are the addresses on the way (N1), the first asked for."""

    no: int
    stops: tuple[str, ...]
    status: int
    error: str | None


@dataclass
class Moves:
    """Redirects that are mended at one place. `causes` are of each hop in turn."""

    causes: tuple[tuple[Cause, ...], ...]
    target: str
    """Where they lead, where that is one address; else empty."""
    error: str | None
    status: int
    count: int = 0
    links: int = 0
    """Pages that link to one of them."""
    samples: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def hops(self) -> int:
        """Redirects in a row."""
        return len(self.causes)


def causes(before: str, after: str) -> tuple[Cause, ...]:
    """What a redirect from one address (N1) to another changes; at least one thing."""
    try:
        old, new = urlsplit(before), urlsplit(after)
    except ValueError:  # a host that this parser knows nothing of
        return (Cause.CONTENT,)
    found = [Cause.SCHEME] if old.scheme != new.scheme else []
    if old.netloc != new.netloc:
        found.append(Cause.HOST)
    here, there = unquote(old.path), unquote(new.path)
    if old.query != new.query or here.rstrip("/").lower() != there.rstrip("/").lower():
        found.append(Cause.CONTENT)
    else:
        if here.rstrip("/") != there.rstrip("/"):
            found.append(Cause.CASE)
        if here.endswith("/") != there.endswith("/"):
            found.append(Cause.SLASH)
    return tuple(found) or (Cause.CONTENT,)


def group_moves(moved: Iterable[Moved], links: Mapping[int, int]) -> list[Moves]:
    """Redirects by where they are mended: circles first, then the longest chains, then what most pages link to.

    Those that change the scheme, the host, the slash or capitals alone are one setting for the whole site; others are
    mended by the address they lead to.

    Args:
        moved: every address that leads elsewhere.
        links: by number, how many pages link there.
    """
    groups: dict[object, Moves] = {}
    for one in _apart(list(moved), links):
        changed = tuple(causes(before, after) for before, after in zip(one.stops, one.stops[1:], strict=False))
        target = one.stops[-1] if one.error or any(Cause.CONTENT in each for each in changed) else ""
        failed = one.error or (one.status if one.status >= 400 else None)
        group = groups.setdefault((changed, target, failed), Moves(changed, target, one.error, one.status))
        group.count += 1
        group.links += links.get(one.no, 0)
        if len(group.samples) < SAMPLES:
            group.samples.append(one.stops)
    return sorted(groups.values(), key=lambda each: (each.error is None, -each.hops, -each.links, -each.count))


def _apart(moved: Sequence[Moved], links: Mapping[int, int]) -> Iterator[Moved]:
    """Each redirect once: what lies on the way of another and is linked by nobody is mended there.

    Of a circle that nobody links to the first stands for the others.
    """
    on_the_way: dict[str, set[int]] = defaultdict(set)
    for one in moved:
        for stop in one.stops[1:]:
            on_the_way[stop].add(one.no)
    told: set[int] = set()
    circles: set[frozenset[str]] = set()
    for one in sorted(moved, key=lambda each: -links.get(each.no, 0)):
        if one.error == "redirect-loop":
            circle = _circle(one.stops)
            if circle in circles and one.stops[0] in circle:
                continue
            circles.add(circle)
        elif not links.get(one.no) and on_the_way[one.stops[0]] - {one.no}:
            continue
        told.add(one.no)
    return (one for one in moved if one.no in told)


def _circle(stops: Sequence[str]) -> frozenset[str]:
    """The addresses that a way goes round in, without those that lead into it."""
    first = stops.index(stops[-1])
    return frozenset(stops[first:])
