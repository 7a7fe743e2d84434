"""Which texts of a site are nearly the same, from their sketches alone. Pure; no two of thousands are all compared."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

ALIKE = 0.80  # of all shingles of two texts, those they share (Jaccard)
MOSTLY = 0.90
SAMPLES = 256  # of four bits in a sketch
BAND = 4  # bytes of a sketch that are equal in two texts worth comparing: eight samples
"""Texts that share 80 % of their shingles have such a band with a probability of 99.9 %, those with 50 % of 18 %."""
FIRST = 8  # texts of a band that each is compared with, at most: one of each group found so far
NEIGHBOURS = 50  # of a large group, those that each page is compared with for the one most like it
_CHANCE = 1 / 16  # that two samples of different shingles are equal
_LOW_BITS = int.from_bytes(b"\x11" * (SAMPLES // 2), "little")


class Text(NamedTuple):
    """A page's main text. `sketch` are the bytes of `gather.signature.sketch_of`; `weight` is the place of the page in
    the order in which one would keep them, the best first."""

    no: int
    language: str
    words: int
    sketch: bytes
    weight: tuple[int, ...]


@dataclass(frozen=True)
class Alike:
    """A page in a group of texts that are alike, the one to keep (`main`), and the one most like it (`other`)."""

    no: int
    main: int
    other: int
    likeness: float
    pages: int


def likeness(one: Text, other: Text) -> float:
    """The share of the shingles of two texts that both have, 0 to 1, estimated: within 0.04 in 95 of 100 cases.

    Never more than their lengths allow: a text that is half of another shares half of it at most.
    """
    differ = int.from_bytes(one.sketch, "little") ^ int.from_bytes(other.sketch, "little")
    differ |= differ >> 1
    differ |= differ >> 2
    equal = 1 - (differ & _LOW_BITS).bit_count() / SAMPLES
    shorter, longer = sorted((one.words, other.words))
    return max(0.0, min((equal - _CHANCE) / (1 - _CHANCE), shorter / longer if longer else 0.0))


def near_copies(texts: Sequence[Text], apart: Callable[[int, int], bool] = lambda _one, _other: False) -> list[Alike]:
    """Every page whose text another page of its language has nearly too, by number.

    Args:
        texts: those that search engines may show, one of each that is there word for word.
        apart: whether two pages may be alike, as translations that name each other.
    """
    known = {text.no: text for text in texts if text.sketch}
    groups = _Groups(known)
    for bucket in _buckets(known.values()):
        _join(bucket, groups, known, apart)
    found: list[Alike] = []
    for members in groups.all():
        main = min(members, key=lambda no: known[no].weight)
        found += _within(members, main, groups, known, apart)
    return sorted(found, key=lambda each: each.no)


def _buckets(texts: Iterable[Text]) -> Iterator[list[int]]:
    """Numbers of pages that share a band, those of one band in the order given."""
    for start in range(0, SAMPLES // 2, BAND):
        band: dict[tuple[str, bytes], list[int]] = defaultdict(list)
        for text in texts:
            band[text.language, text.sketch[start : start + BAND]].append(text.no)
        for bucket in band.values():
            if len(bucket) > 1:
                yield bucket


def _join(
    bucket: Sequence[int], groups: "_Groups", known: Mapping[int, Text], apart: Callable[[int, int], bool]
) -> None:
    """Compare each page of a band with one of each group that the band has met, not with each other page."""
    met: list[int] = []
    for no in bucket:
        for other in met:
            if groups.of(no) == groups.of(other):
                break
            if likeness(known[no], known[other]) >= ALIKE and not apart(no, other):
                groups.join(no, other)
                break
        else:
            if len(met) < FIRST:
                met.append(no)


def _within(
    members: Sequence[int],
    main: int,
    groups: "_Groups",
    known: Mapping[int, Text],
    apart: Callable[[int, int], bool],
) -> Iterator[Alike]:
    """Each page of a group with the page most like it, among the first, the one to keep, and those it was joined by."""
    first = sorted(members)[:NEIGHBOURS]
    for no in members:
        near = {*first, main, *groups.joined_by[no]} - {no}
        like, other = max((likeness(known[no], known[one]), -one) for one in near if not apart(no, one))
        yield Alike(no, main, -other, like, len(members))


class _Groups:
    """Pages joined into groups (union-find)."""

    def __init__(self, known: Iterable[int]) -> None:
        self._above = {no: no for no in known}
        self.joined_by: dict[int, list[int]] = defaultdict(list)

    def of(self, no: int) -> int:
        """The number that stands for the group of a page."""
        above = self._above
        while above[no] != no:
            above[no] = above[above[no]]
            no = above[no]
        return no

    def join(self, one: int, other: int) -> None:
        """Make their groups one."""
        if len(self.joined_by[other]) < FIRST:
            self.joined_by[other].append(one)
        self.joined_by[one].append(other)
        low, high = sorted((self.of(one), self.of(other)))
        self._above[high] = low

    def all(self) -> list[list[int]]:
        """The groups of more than one."""
        found: dict[int, list[int]] = defaultdict(list)
        for no in self._above:
            found[self.of(no)].append(no)
        return [members for members in found.values() if len(members) > 1]
