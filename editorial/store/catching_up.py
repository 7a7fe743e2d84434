"""Late jobs of channels whose clock stood still. Whoever gives places holds the channel's row."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, and_, func, or_, select, update
from sqlalchemy.orm import Session

from editorial.domain.jobs import JobState, Waits
from editorial.store.distribution import Channel, DistributionJob

Job = DistributionJob
_CHANNEL = cast("Table", Channel.__table__)
_AT_ONCE = 500  # late jobs of a channel that get their places in one transaction


def placeless(before: datetime) -> ColumnElement[bool]:
    """A job that should have been taken before an instant, was never tried, and has no place yet."""
    return and_(
        Job.state == JobState.QUEUED,
        Job.attempt == 0,
        Job.due_at <= before,
        func.coalesce(Job.next_try_at, Job.due_at) <= before,
        or_(Job.waits_for.is_(None), Job.waits_for.in_([Waits.QUIET, Waits.RATE])),
    )


def waits_for_place(before: datetime) -> ColumnElement[bool]:
    """A late job of a channel that wants space between late ones."""
    return and_(placeless(before), Job.channel_id.in_(select(Channel.id).where(Channel.spacing_seconds > 0)))


def any_late(session: Session, before: datetime) -> bool:
    """Whether a channel with spacing has late jobs: a look that takes no lock."""
    return session.scalar(select(Job.id).where(waits_for_place(before)).limit(1)) is not None


def late_jobs(session: Session, before: datetime) -> list[tuple[Channel, Sequence[DistributionJob]]]:
    """Each channel with late jobs and spacing, with those jobs in due order; both held for this transaction."""
    having = select(Job.channel_id).where(placeless(before)).distinct()
    wanted = select(Channel).where(Channel.id.in_(having), Channel.spacing_seconds > 0).order_by(Channel.id)
    locked = wanted.with_for_update(skip_locked=True, of=Channel).execution_options(populate_existing=True)
    found = []
    for channel in session.scalars(locked).all():
        mine = select(Job).where(Job.channel_id == channel.id, placeless(before)).order_by(Job.due_at, Job.id)
        mine = mine.limit(_AT_ONCE).with_for_update(skip_locked=True)
        found.append((channel, session.scalars(mine).all()))
    return found


def remember(session: Session, channel_id: int, until: datetime) -> None:
    """The last place that was given to a late job of the channel. No new version of the channel: nobody edited it."""
    session.connection().execute(update(_CHANNEL).where(_CHANNEL.c.id == channel_id).values(catch_up_until=until))
