"""What people decided about items on channels: one row for each item, channel and variant."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from editorial.domain.jobs import TERMINAL, JobState
from editorial.store.content import OwnWords
from editorial.store.distribution import Channel, ChannelMessage, DistributionJob


def messages_of(session: Session, item_id: int) -> Sequence[ChannelMessage]:
    """Every decision about an item, by channel and variant."""
    wanted = select(ChannelMessage).where(ChannelMessage.item_id == item_id)
    return session.scalars(wanted.order_by(ChannelMessage.channel_id, ChannelMessage.variant)).all()


def messages_of_items(session: Session, item_ids: Collection[int]) -> Sequence[ChannelMessage]:
    """Every decision about some items."""
    return session.scalars(select(ChannelMessage).where(ChannelMessage.item_id.in_(item_ids))).all()


def texts_of(session: Session, item_id: int) -> frozenset[OwnWords]:
    """An item's own words on channels; empty ones are none."""
    wanted = select(ChannelMessage.channel_id, ChannelMessage.variant, ChannelMessage.text)
    wanted = wanted.where(ChannelMessage.item_id == item_id, ChannelMessage.text != "")
    return frozenset((channel_id, variant, text) for channel_id, variant, text in session.execute(wanted))


def row_of(session: Session, item_id: int, channel: Channel, variant: str, now: datetime) -> ChannelMessage:
    """The decision about an item on a channel: the row there is, or a new one that says what holds without it."""
    found = find_row(session, item_id, channel.id, variant)
    if found is None:
        found = new_row(item_id, channel, variant, now)
        session.add(found)
    return found


def new_row(item_id: int, channel: Channel, variant: str, now: datetime) -> ChannelMessage:
    """What holds without a decision, as a row that is in no session yet. A variant is carried once somebody says so."""
    return ChannelMessage(
        item_id=item_id,
        channel_id=channel.id,
        variant=variant,
        carried=channel.by_default and not variant,
        offset_minutes=0 if variant else channel.offset_minutes,
        pinned=False,
        fold=0,
        text="",
        utm={},
        updated_at=now,
    )


def busy_around(
    session: Session, item_id: int, channel_id: int, at: datetime, *, besides: frozenset[int] = frozenset()
) -> int:
    """How many other jobs of the item go or went out on the channel within 24 hours of an instant."""
    day = timedelta(hours=24)
    wanted = select(func.count()).select_from(DistributionJob)
    wanted = wanted.where(
        DistributionJob.item_id == item_id,
        DistributionJob.channel_id == channel_id,
        DistributionJob.due_at > at - day,
        DistributionJob.due_at < at + day,
        DistributionJob.state.not_in({JobState.CANCELLED, JobState.FAILED, JobState.MISSED}),
        DistributionJob.id.not_in(besides),
    )
    return session.scalar(wanted) or 0


def live_jobs_of_channel(session: Session, channel_id: int, *, lock: bool = False) -> Sequence[DistributionJob]:
    """The jobs on a channel that have not ended, with their items, the next one first."""
    wanted = select(DistributionJob)
    wanted = wanted.where(DistributionJob.channel_id == channel_id, DistributionJob.state.not_in(TERMINAL))
    wanted = wanted.options(joinedload(DistributionJob.item, innerjoin=True)).order_by(
        DistributionJob.due_at, DistributionJob.id
    )
    if lock:
        wanted = wanted.with_for_update(of=DistributionJob).execution_options(populate_existing=True)
    return session.scalars(wanted).all()


def similar_channels(session: Session, channel: Channel) -> Sequence[Channel]:
    """The enabled channels of the same site and nature, which could carry what this one carries."""
    wanted = select(Channel).where(
        Channel.site_id == channel.site_id,
        Channel.nature == channel.nature,
        Channel.enabled,
        Channel.id != channel.id,
    )
    return session.scalars(wanted.order_by(Channel.name, Channel.id)).all()


def last_jobs_by_line(session: Session, item_id: int) -> dict[tuple[int, str], DistributionJob]:
    """The newest job of an item for each channel and variant."""
    newest = select(func.max(DistributionJob.id)).where(DistributionJob.item_id == item_id)
    newest = newest.group_by(DistributionJob.channel_id, DistributionJob.variant)
    jobs = session.scalars(select(DistributionJob).where(DistributionJob.id.in_(newest)))
    return {(job.channel_id, job.variant): job for job in jobs}


def find_row(session: Session, item_id: int, channel_id: int, variant: str) -> ChannelMessage | None:
    """The decision about an item on a channel, if there is one."""
    wanted = select(ChannelMessage).where(
        ChannelMessage.item_id == item_id,
        ChannelMessage.channel_id == channel_id,
        ChannelMessage.variant == variant,
    )
    return session.scalar(wanted)
