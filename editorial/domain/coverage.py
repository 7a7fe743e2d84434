"""Coverage: what a role at a buying step finds from us today, what is coming, and where nothing is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from editorial.domain.messages import N_, NP_, Message


class Cover(StrEnum):
    """What one item does for a cell. As the state of a cell: the first of these that it holds, ideas aside."""

    LIVE = "live"  # published, and not past its review
    STALE = "stale"  # published, and past its review
    COMING = "coming"  # scheduled
    WORK = "work"  # somebody is at it
    IDEA = "idea"  # named, no more: it fills no gap
    NONE = "none"

    @property
    def label(self) -> Message:
        """The word in the legend."""
        return COVER_LABELS[self]


COVER_LABELS = {
    Cover.LIVE: Message(N_("live")),
    Cover.STALE: Message(N_("stale")),
    Cover.COMING: Message(N_("coming")),
    Cover.WORK: Message(N_("in work")),
    Cover.IDEA: Message(N_("idea")),
    Cover.NONE: Message(N_("None")),
}
COUNTS = {
    Cover.LIVE: NP_("%(count)s live", "%(count)s live"),
    Cover.STALE: NP_("%(count)s stale", "%(count)s stale"),
    Cover.COMING: NP_("%(count)s coming", "%(count)s coming"),
    Cover.WORK: NP_("%(count)s in work", "%(count)s in work"),
    Cover.IDEA: NP_("%(count)s idea", "%(count)s ideas"),
}
FILLS = (Cover.LIVE, Cover.STALE, Cover.COMING, Cover.WORK)
"""In the order in which they speak for a cell: what a reader finds today goes before what is promised."""


@dataclass(frozen=True)
class Tally:
    """One group of counted rows: the items of one type that do the same for one cell."""

    role_id: int
    step_id: int
    type_id: int
    cover: Cover
    items: int
    primary: int
    """How many of them work for this cell above all."""
    first_on: date | None
    """Earliest publish day of those that are coming."""


@dataclass(frozen=True)
class CellCover:
    """One cell of the matrix."""

    counts: dict[Cover, int] = field(default_factory=dict)
    types: tuple[int, ...] = ()
    """Ids of the content types of what speaks for the cell, most frequent first."""
    thin: bool = False
    """Something is live, yet all of it works for another cell above all."""
    next_on: date | None = None

    @property
    def state(self) -> Cover:
        """What speaks for the cell."""
        return next((cover for cover in FILLS if self.counts.get(cover)), Cover.NONE)

    @property
    def says(self) -> Message:
        """The state with its number."""
        state = self.state
        if state is Cover.NONE:
            return state.label
        return Message.counted(COUNTS[state], self.counts[state])

    @property
    def besides(self) -> tuple[Message, ...]:
        """What else the cell holds."""
        return tuple(
            Message.counted(COUNTS[cover], self.counts[cover])
            for cover in (*FILLS, Cover.IDEA)
            if cover is not self.state and self.counts.get(cover)
        )

    @property
    def total(self) -> int:
        """Every item that is mapped here."""
        return sum(self.counts.values())


def cell_of(tallies: Iterable[Tally]) -> CellCover:
    """The cell that some counted rows make. An item counts once in every cell that it is mapped to."""
    rows = list(tallies)
    counts: dict[Cover, int] = {}
    for row in rows:
        counts[row.cover] = counts.get(row.cover, 0) + row.items
    state = CellCover(counts).state
    speaking = sorted((row for row in rows if row.cover is state), key=lambda row: (-row.items, row.type_id))
    days = [row.first_on for row in rows if row.cover is Cover.COMING and row.first_on is not None]
    thin = state is Cover.LIVE and not any(row.primary for row in speaking)
    return CellCover(counts, tuple(row.type_id for row in speaking), thin, min(days, default=None))
