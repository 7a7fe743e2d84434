"""The plan of an item as lines: what people decided about it on each channel, and what the channels do without them."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.domain.plans import Line
from editorial.domain.slots import Slot, occurs_twice
from editorial.store import channel_plans, distribution
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, ChannelMessage


def lines_of(session: Session, item: ContentItem) -> tuple[Line, ...]:
    """Every line of an item's plan, carried or not: each enabled channel of its site, and each further variant."""
    channels = distribution.channels_of_site(session, item.site_id)
    return lines(channels, channel_plans.messages_of(session, item.id) if item.id else ())


def carrying(session: Session, item: ContentItem) -> Sequence[Channel]:
    """The channels that carry an item by its plan."""
    wanted = {line.channel_id for line in lines_of(session, item) if line.carried}
    return [one for one in distribution.channels_of_site(session, item.site_id) if one.id in wanted]


def lines(channels: Sequence[Channel], messages: Iterable[ChannelMessage]) -> tuple[Line, ...]:
    """The lines that channels and decisions make together, by channel, the plain one before its variants."""
    decided = {(one.channel_id, one.variant): one for one in messages}
    found = []
    for channel in channels:
        plain = decided.get((channel.id, ""))
        found.append(_decided(channel, plain) if plain else _by_default(channel))
        variants = (row for (of, variant), row in sorted(decided.items()) if of == channel.id and variant)
        found.extend(_decided(channel, row) for row in variants)
    return tuple(found)


def own_slot(row: ChannelMessage) -> Slot | None:
    """The time of its own that a decision has, if it has one."""
    if not row.pinned or row.wall is None or row.zone is None or row.at is None:
        return None
    twice = occurs_twice(row.wall, ZoneInfo(row.zone))
    return Slot(wall=row.wall, zone=row.zone, fold=row.fold, instant=row.at, twice=twice)


def _by_default(channel: Channel) -> Line:
    return Line(channel.id, "", channel.name, channel.nature, channel.by_default, channel.offset_minutes)


def _decided(channel: Channel, row: ChannelMessage) -> Line:
    return Line(channel.id, row.variant, channel.name, channel.nature, row.carried, row.offset_minutes, own_slot(row))
