"""Jobs as programs and the command line list them: by state, channel, item and time, page after page by key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session, joinedload, load_only

from editorial.domain.jobs import JobState
from editorial.domain.messages import Message
from editorial.domain.packing import unpack
from editorial.services.job_pages import reason_of
from editorial.services.queue_pages import Cursor
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, DistributionJob, JobAttempt

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


def facts(job: DistributionJob, say: Callable[[Message], str]) -> dict[str, Any]:
    """A job for programs and for the terminal, its sentences in the reader's language."""
    reason = reason_of(job)
    return {
        "id": job.id,
        "item_id": job.item_id,
        "title": job.item.title,
        "channel_id": job.channel_id,
        "channel": job.channel.name,
        "variant": job.variant,
        "action": job.action,
        "state": job.state,
        "due_at": job.due_at,
        "next_try_at": job.next_try_at,
        "waits_for": job.waits_for,
        "pinned": job.pinned,
        "attempt": job.attempt,
        "max_attempts": job.max_attempts,
        "url": job.external_url,
        "reason": say(reason) if reason else None,
        "repeat_of": job.repeat_of,
        "created_at": job.created_at,
        "ended_at": job.ended_at,
    }


def attempt_facts(one: JobAttempt, say: Callable[[Message], str]) -> dict[str, Any]:
    """An attempt. Its channel left every secret out before request and answer were written down."""
    return {
        "n": one.n,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "outcome": one.outcome,
        "reason": say(unpack(one.reason)) if one.reason else None,
        "http_status": one.http_status,
        "milliseconds": one.milliseconds,
        "request": one.request,
        "answer": one.answer,
    }
