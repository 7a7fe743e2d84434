"""Questions to channels whether they work: who asks now, how often one kept silent, and which are due."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.jobs import JobState
from editorial.store.base import Base
from editorial.store.distribution import Channel, DistributionJob

_AHEAD = [JobState.PLANNED, JobState.HELD, JobState.QUEUED, JobState.RETRY_WAIT]


class ChannelProbe(Base):
    """What the clock knows of its questions to one channel. Apart from the channel: no version of it is written."""

    __tablename__ = "channel_probe"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    lease_until: Mapped[datetime | None]  # somebody asks at this moment
    silent: Mapped[int] = mapped_column(default=0)  # questions in a row that got no answer at all
    breaks: Mapped[int] = mapped_column(default=0)  # how often it broke so far: names the notice of a break
    told_broken: Mapped[bool] = mapped_column(default=False)  # people were told, and not yet that it works again


def claim(session: Session, channel_id: int, now: datetime, until: datetime) -> bool:
    """Take the question to a channel for this process; False while somebody else asks. The caller commits."""
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    fresh = {"channel_id": channel_id, "silent": 0, "breaks": 0, "told_broken": False}
    session.execute(insert(ChannelProbe).values(**fresh).on_conflict_do_nothing())
    free = or_(ChannelProbe.lease_until.is_(None), ChannelProbe.lease_until <= now)
    taken = session.scalars(
        update(ChannelProbe)
        .where(ChannelProbe.channel_id == channel_id, free)
        .values(lease_until=until)
        .returning(ChannelProbe.channel_id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def lock(session: Session, channel_id: int) -> ChannelProbe:
    """The row of a channel that was claimed, held for this transaction."""
    wanted = select(ChannelProbe).where(ChannelProbe.channel_id == channel_id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def enabled(session: Session) -> list[tuple[Channel, ChannelProbe | None]]:
    """Every channel that is switched on, with what is known of the questions to it; the longest unasked first."""
    wanted = select(Channel, ChannelProbe).outerjoin(ChannelProbe, ChannelProbe.channel_id == Channel.id)
    wanted = wanted.where(Channel.enabled).order_by(Channel.checked_at.asc().nulls_first(), Channel.id)
    return [(channel, known) for channel, known in session.execute(wanted)]


def last_due_within(session: Session, now: datetime, ahead: timedelta) -> Mapping[int, datetime]:
    """For each channel the latest due time, between now and `ahead`, of a job that waits for it."""
    wanted = select(DistributionJob.channel_id, func.max(DistributionJob.due_at)).where(
        DistributionJob.state.in_(_AHEAD), DistributionJob.due_at > now, DistributionJob.due_at <= now + ahead
    )
    return dict(session.execute(wanted.group_by(DistributionJob.channel_id)).all())


def held_until(session: Session, now: datetime) -> Mapping[int, datetime]:
    """For each channel the latest due time of a job that is due, is held, and that no clock looks at again."""
    wanted = select(DistributionJob.channel_id, func.max(DistributionJob.due_at)).where(
        DistributionJob.state == JobState.HELD, DistributionJob.waits_for.is_(None), DistributionJob.due_at <= now
    )
    return dict(session.execute(wanted.group_by(DistributionJob.channel_id)).all())


def held_jobs(session: Session, channel_id: int) -> list[int]:
    """The held jobs of a channel that no clock looks at again, by id."""
    wanted = select(DistributionJob.id).where(
        DistributionJob.channel_id == channel_id,
        DistributionJob.state == JobState.HELD,
        DistributionJob.waits_for.is_(None),
    )
    return list(session.scalars(wanted.order_by(DistributionJob.id)))


def held_since(session: Session, since: datetime, now: datetime) -> list[int]:
    """Jobs that fell due after `since` and are held, looked at by no clock, by id."""
    wanted = select(DistributionJob.id).where(
        DistributionJob.state == JobState.HELD,
        DistributionJob.waits_for.is_(None),
        DistributionJob.due_at > since,
        DistributionJob.due_at <= now,
    )
    return list(session.scalars(wanted.order_by(DistributionJob.id)))
