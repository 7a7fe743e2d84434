"""When an item goes out on each of its channels: with its publish time, so long after it, or at a time of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from editorial.domain.jobs import Nature
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.slots import Slot, after_gap, shown_in, slot

HOUR, DAY = 60, 24 * 60  # minutes
LONGEST_OFFSET = 366 * DAY

Key = tuple[int, str]
"""Channel id and variant: what tells the jobs of one item apart."""


@dataclass(frozen=True)
class Line:
    """One line of an item's plan: a channel and a variant."""

    channel_id: int
    variant: str
    name: str
    """Of the channel."""
    nature: Nature
    carried: bool = True
    offset_minutes: int = 0
    own: Slot | None = None
    """A time of its own; it stays when the item moves."""

    @property
    def key(self) -> Key:
        """What tells it apart."""
        return (self.channel_id, self.variant)

    @property
    def label(self) -> str:
        """Channel and variant, in the words that people gave them."""
        return f"{self.name} · {self.variant}" if self.variant else self.name


@dataclass(frozen=True)
class Due:
    """A line and when it goes out."""

    line: Line
    slot: Slot


def after(base: Slot, offset_minutes: int) -> Slot:
    """The time that lies an offset after a publish time.

    An offset in whole days keeps the wall time: "3 days after" 09:00 is 09:00, though a night in between may have 23
    or 25 hours; should that wall time fall in a gap, it moves forward by the gap. Any other offset is elapsed time:
    "2 hours after" is 7200 seconds.
    """
    if offset_minutes == 0:
        return base
    zone = ZoneInfo(base.zone)
    days, rest = divmod(offset_minutes, DAY)
    if rest:
        instant = base.instant + timedelta(minutes=offset_minutes)
        return slot(shown_in(instant, zone), zone, fold=instant.astimezone(zone).fold)
    return slot(after_gap(base.wall + timedelta(days=days), zone), zone, fold=base.fold)


def dues(lines: Iterable[Line], base: Slot) -> tuple[Due, ...]:
    """When each carried line goes out if the item goes out at `base`."""
    return tuple(Due(line, line.own or after(base, line.offset_minutes)) for line in lines if line.carried)


def before_its_page(found: Iterable[Due], base: Slot) -> Due | None:
    """The first line that would point at a page which is not there yet; None where all is in order.

    The page is there with the first of the page-making channels; where none makes it, at the item's own time.
    """
    found = tuple(found)
    pages = [one.slot.instant for one in found if one.line.nature is Nature.PAGE_MAKING]
    there = min(pages, default=base.instant)
    early = (one for one in found if one.line.nature is Nature.POINTING and one.slot.instant < there)
    return min(early, key=lambda one: one.slot.instant, default=None)


def offset_says(minutes: int) -> Message:
    """An offset in its largest whole unit: "at the publish time", "2 hours after", "3 days before"."""
    if minutes == 0:
        return Message(N_("at the publish time"))
    unit, count = split(minutes)
    ahead, behind = _WORDS[unit]
    return Message.counted(ahead if minutes > 0 else behind, count)


def split(minutes: int) -> tuple[int, int]:
    """The largest whole unit of an offset (in minutes) and how many of them, without its sign."""
    unit = next(unit for unit in (DAY, HOUR, 1) if minutes % unit == 0)
    return unit, abs(minutes) // unit


_WORDS = {
    DAY: (NP_("%(count)s day after", "%(count)s days after"), NP_("%(count)s day before", "%(count)s days before")),
    HOUR: (
        NP_("%(count)s hour after", "%(count)s hours after"),
        NP_("%(count)s hour before", "%(count)s hours before"),
    ),
    1: (
        NP_("%(count)s minute after", "%(count)s minutes after"),
        NP_("%(count)s minute before", "%(count)s minutes before"),
    ),
}
