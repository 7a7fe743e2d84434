"""The end of a channel that is no more: it is switched off, and what waits for it is held back."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, null, select, update
from sqlalchemy.orm import Session

from editorial.domain.jobs import Health, JobState
from editorial.store.distribution import Channel, DistributionJob

_CHANNEL, _JOB = cast("Table", Channel.__table__), cast("Table", DistributionJob.__table__)
_WAITING = [JobState.PLANNED, JobState.QUEUED, JobState.DISPATCHED, JobState.RETRY_WAIT]


def close_channel(session: Session, channel_id: int, reason: dict[str, Any], now: datetime) -> int:
    """Switch a channel off, with the reason in its health; hold its waiting jobs. Returns how many were held.

    A job that somebody else holds at this moment is left out: whoever begins it finds the channel switched off.
    """
    writing = session.connection()
    writing.execute(
        update(_CHANNEL)
        .where(_CHANNEL.c.id == channel_id)
        .values(
            enabled=False,
            health=Health.BROKEN,
            health_reason=reason,
            checked_at=now,
            version=_CHANNEL.c.version + 1,
        )
    )
    theirs = select(_JOB.c.id).where(_JOB.c.channel_id == channel_id, _JOB.c.state.in_(_WAITING)).order_by(_JOB.c.id)
    ids = writing.execute(theirs.with_for_update(skip_locked=True)).scalars().all()
    held = writing.execute(
        update(_JOB)
        .where(_JOB.c.id.in_(ids))
        .values(
            state=JobState.HELD,
            last_error=reason,
            next_try_at=null(),
            waits_for=null(),
            dispatched_at=null(),
            version=_JOB.c.version + 1,
        )
    )
    return held.rowcount
