"""Jobs as programs and the command line list them: by state, channel, item and time, page after page by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session, joinedload, load_only

from editorial.domain.jobs import JobState
from editorial.services.queue_pages import Cursor
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, DistributionJob

PAGE = 100


@dataclass(frozen=True)
class WantedJobs:
    """Which jobs are listed; what is empty asks nothing. `since` is among them, `until` is not."""

    states: frozenset[JobState] = frozenset()
    channel_id: int | None = None
    item_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: Cursor | None = None


def list_jobs(
    session: Session, wanted: WantedJobs, *, page: int = PAGE
) -> tuple[Sequence[DistributionJob], Cursor | None]:
    """One page of jobs with item and channel, by the time they are due; and where the next one begins."""
    rows = select(DistributionJob).options(
        joinedload(DistributionJob.item, innerjoin=True).load_only(ContentItem.id, ContentItem.title),
        joinedload(DistributionJob.channel, innerjoin=True).load_only(Channel.id, Channel.name, Channel.kind),
        load_only(*_COLUMNS),
    )
    if wanted.states:
        rows = rows.where(DistributionJob.state.in_(wanted.states))
    if wanted.channel_id is not None:
        rows = rows.where(DistributionJob.channel_id == wanted.channel_id)
    if wanted.item_id is not None:
        rows = rows.where(DistributionJob.item_id == wanted.item_id)
    if wanted.since is not None:
        rows = rows.where(DistributionJob.due_at >= wanted.since)
    if wanted.until is not None:
        rows = rows.where(DistributionJob.due_at < wanted.until)
    if wanted.after is not None:
        last = tuple_(literal(wanted.after.due_at, DistributionJob.due_at.type), literal(wanted.after.job_id))
        rows = rows.where(tuple_(DistributionJob.due_at, DistributionJob.id) > last)
    found = session.scalars(rows.order_by(DistributionJob.due_at, DistributionJob.id).limit(page + 1)).all()
    shown = found[:page]
    return shown, Cursor(shown[-1].due_at, shown[-1].id) if len(found) > page else None


_COLUMNS = (
    DistributionJob.id,
    DistributionJob.item_id,
    DistributionJob.channel_id,
    DistributionJob.action,
    DistributionJob.state,
    DistributionJob.due_at,
    DistributionJob.next_try_at,
    DistributionJob.attempt,
    DistributionJob.max_attempts,
    DistributionJob.waits_for,
    DistributionJob.external_url,
    DistributionJob.last_error,
    DistributionJob.pinned,
    DistributionJob.variant,
    DistributionJob.repeat_of,
    DistributionJob.created_at,
    DistributionJob.ended_at,
)
