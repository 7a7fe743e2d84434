"""How an item looks on the calendar: what its border, its flag and its place among others say."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from editorial.domain.bilingual import Bilingual
from editorial.domain.jobs import JobState
from editorial.domain.locales import Language
from editorial.domain.messages import Message
from editorial.domain.workflow import Status


class Fix(StrEnum):
    """How firm an item's day is. Two dates never look alike."""

    PLAN = "plan"  # a planned day, dashed
    SLOT = "slot"  # a publish time, solid
    LIVE = "live"  # out


class Flag(StrEnum):
    """What needs attention, and with which mark."""

    BAD = "bad"
    LATE = "late"
    HELD = "held"


GLYPHS = {
    Status.IDEA: "s-idea",
    Status.BRIEF: "s-brief",
    Status.IN_PRODUCTION: "s-production",
    Status.IN_REVIEW: "s-review",
    Status.CHANGES_REQUESTED: "s-changes",
    Status.APPROVED: "s-approved",
    Status.SCHEDULED: "s-scheduled",
    Status.PUBLISHED: "s-published",
    Status.REFRESH_DUE: "s-refresh",
    Status.ON_HOLD: "s-hold",
    Status.ARCHIVED: "s-archived",
    Status.REJECTED: "s-rejected",
}
HUES = {
    Status.IDEA: 1,
    Status.BRIEF: 1,
    Status.IN_PRODUCTION: 3,
    Status.IN_REVIEW: 7,
    Status.CHANGES_REQUESTED: 6,
    Status.APPROVED: 4,
    Status.SCHEDULED: 2,
    Status.PUBLISHED: 4,
    Status.REFRESH_DUE: 5,
    Status.ON_HOLD: 1,
    Status.ARCHIVED: 1,
    Status.REJECTED: 1,
}
"""The chosen dimension is the status; the numbers are those of the eight pigments."""
OUT = frozenset({Status.PUBLISHED, Status.REFRESH_DUE})


class Trouble(StrEnum):
    """What went wrong with the last job of an item, worst first."""

    UNKNOWN = "unknown"
    FAILED = "failed"
    MISSED = "missed"
    HELD = "held"


_BROKEN = frozenset({Trouble.UNKNOWN, Trouble.FAILED, Trouble.MISSED})


@dataclass(frozen=True)
class ChannelMark:
    """How an item fares on one channel: the newest job there."""

    kind: str
    name: str
    state: JobState
    reason: Message | None = None
    """Why it is where it is, if something said so."""


@dataclass(frozen=True)
class Foot:
    """The second line of a tall card: who, for whom, on which channels."""

    owner_id: int = 0
    owner: str = ""
    initials: str = ""
    steps: tuple[int, ...] = ()
    """Positions of the buying steps, 1 to 9."""
    role: Bilingual | None = None
    """The role it works for above all."""
    roles: int = 0


@dataclass(frozen=True)
class Card:
    """One item on a day, in the drawer or in a list. Holds no text of the item but its title."""

    id: int
    title: str
    language: Language
    status: Status
    kind: Bilingual
    icon: str
    version: int
    target_date: date | None
    publish_at: datetime | None
    publish_zone: str | None
    local: datetime | None
    """The publish time on the viewer's clock, naive."""
    fix: Fix
    flag: Flag | None = None
    days_late: int = 0
    trouble: Trouble | None = None
    findings: int = 0
    tasks: int = 0
    """Open ones."""
    bar: int | None = None
    """Pattern of its campaign, 1 to 4."""
    type_id: int = 0
    campaign_id: int | None = None
    owner_id: int | None = None
    role_id: int | None = None
    """The role it works for above all; known only where roles are coloured."""
    channels: tuple[ChannelMark, ...] = ()
    """How it fares on each of its channels."""
    foot: "Foot | None" = None
    """What a tall card shows besides; None on one line."""

    @property
    def glyph(self) -> str:
        """Symbol of the sprite: the more ink, the further along."""
        if self.trouble is Trouble.UNKNOWN:
            return "s-unknown"
        return "s-missed" if self.flag is Flag.BAD else GLYPHS[self.status]

    @property
    def hue(self) -> int:
        """Number of the status's pigment."""
        return HUES[self.status]

    @property
    def day(self) -> date | None:
        """The viewer's day on which it stands."""
        return self.local.date() if self.local else self.target_date

    @property
    def movable(self) -> bool:
        """Whether a drag may plan another day for it."""
        return self.status not in OUT


_PLACES = {status: -number for number, status in enumerate(Status)}


def place_of(local: datetime | None, status: Status, item_id: int) -> tuple[Any, ...]:
    """Where an item stands within its day: what has a time by its time, then plans, the furthest along first."""
    return (
        local is None,
        local or datetime.max,  # noqa: DTZ901 -- a place at the end, not a moment
        _PLACES[status],
        item_id,
    )


def flag_of(
    status: Status,
    *,
    target_date: date | None,
    publish_at: datetime | None,
    publish_failed: bool,
    trouble: Trouble | None,
    today: date,
    now: datetime,
) -> tuple[Flag | None, int]:
    """The one mark a card may carry, and for how many days it has been late.

    Failed and missed go before late, late before held. A scheduled item is not late: its jobs speak for it.
    """
    if trouble in _BROKEN or (publish_failed and status not in OUT):
        return Flag.BAD, 0
    if status is Status.ON_HOLD or (status is Status.SCHEDULED and trouble is Trouble.HELD):
        return Flag.HELD, 0
    late = _days_late(status, target_date=target_date, publish_at=publish_at, today=today, now=now)
    return (None, 0) if late is None else (Flag.LATE, late)


def _days_late(
    status: Status, *, target_date: date | None, publish_at: datetime | None, today: date, now: datetime
) -> int | None:
    if status in OUT or status is Status.SCHEDULED:
        return None
    if publish_at is not None:
        return (now - publish_at).days if publish_at < now else None
    return (today - target_date).days if target_date is not None and target_date < today else None
