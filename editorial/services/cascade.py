"""What moves when an item moves: each job from and to, what stays, what falls into the past or into quiet hours."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.plans import Due
from editorial.domain.quiet import QuietHours
from editorial.domain.slots import Slot
from editorial.services.plan_jobs import in_order, item_slot
from editorial.store import distribution
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, DistributionJob


class Fate(StrEnum):
    """What becomes of one job."""

    MOVES = "moves"
    STAYS = "stays"
    NEW = "new"
    GOES = "goes"

    @property
    def label(self) -> Message:
        """The word a person reads."""
        return _FATES[self]


_FATES = {
    Fate.MOVES: Message(N_("moves along")),
    Fate.STAYS: Message(N_("stays: it has a time of its own")),
    Fate.NEW: Message(N_("is new")),
    Fate.GOES: Message(N_("is cancelled: its channel does not carry the item any more")),
}


@dataclass(frozen=True)
class Row:
    """One job: its name, what becomes of it, from when to when. Instants, to be shown in `zone`."""

    label: str
    fate: Fate
    origin: datetime | None
    to: datetime | None
    zone: str
    past: bool = False
    quiet_until: datetime | None = None
    """It falls into quiet hours of its channel and goes out when they end."""


@dataclass(frozen=True)
class Cascade:
    """What a move of the item would do to its jobs."""

    rows: tuple[Row, ...]
    slot: Slot
    before: Slot | None
    refusal: EditorialError | None = None
    """Why the jobs cannot be like this."""

    @property
    def past(self) -> tuple[Row, ...]:
        """The jobs that would lie in the past: somebody has to say what becomes of them."""
        return tuple(row for row in self.rows if row.past)

    @property
    def matters(self) -> bool:
        """Whether there is more to say than that one job moves with its item."""
        plain = len(self.rows) == 1 and self.rows[0].fate in {Fate.MOVES, Fate.NEW}
        odd = any(row.past or row.quiet_until for row in self.rows)
        return bool(self.rows) and (not plain or odd)


def preview(session: Session, item: ContentItem, slot: Slot, *, now: datetime) -> Cascade:
    """What would become of an item's jobs if it moved to `slot`. Writes nothing.

    Args:
        session: to read with.
        item: it may be scheduled or about to be.
        slot: where it would go.
        now: the present instant.
    """
    jobs = {(job.channel_id, job.variant): job for job in distribution.live_jobs(session, item.id)}
    before = item_slot(item)
    try:
        found = in_order(session, item, slot)
    except EditorialError as refusal:
        return Cascade((), slot, before, refusal)
    channels = {one.id: one for one in distribution.channels_of_site(session, item.site_id)}
    site_zone = item.site.zone if item.site else slot.zone
    rows = [_row(one, jobs.pop(one.line.key, None), channels[one.line.channel_id], site_zone, now) for one in found]
    rows += [
        Row(f"{job.channel.name} · {job.variant}".rstrip(" ·"), Fate.GOES, job.due_at, None, slot.zone)
        for job in jobs.values()
    ]
    return Cascade(tuple(rows), slot, before)


def quiet_end(channel: Channel, site_zone: str, instant: datetime) -> datetime | None:
    """When the quiet hours end that an instant falls into; None where it falls into none."""
    hours = QuietHours.of(channel.quiet_from, channel.quiet_until, ZoneInfo(channel.quiet_zone or site_zone))
    if hours is None or not hours.covers(instant):
        return None
    return hours.leaves(instant)


def _row(due: Due, job: DistributionJob | None, channel: Channel, site_zone: str, now: datetime) -> Row:
    to = due.slot.instant
    fate = Fate.NEW if job is None else Fate.STAYS if due.line.own else Fate.MOVES
    return Row(
        label=due.line.label,
        fate=fate,
        origin=job.due_at if job else None,
        to=to,
        zone=due.slot.zone,
        past=to < now,
        quiet_until=quiet_end(channel, site_zone, to),
    )
