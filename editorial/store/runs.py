"""The writes of running jobs, many jobs in one statement: what happens hundreds of times a minute takes no detours."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, Table, bindparam, func, insert, null, or_, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from editorial.domain.jobs import CLAIM_LEASE, JobState, Nature, Trace, Waits
from editorial.domain.workflow import Status
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, DistributionJob, JobAttempt
from editorial.store.history import HistoryEvent

Job = DistributionJob
_JOB, _ATTEMPT = cast("Table", Job.__table__), cast("Table", JobAttempt.__table__)
_CHANNEL, _ITEM = cast("Table", Channel.__table__), cast("Table", ContentItem.__table__)
_EVENT = cast("Table", HistoryEvent.__table__)


@dataclass(frozen=True)
class Start:
    """An attempt that begins now."""

    job_id: int
    n: int
    worker: str
    at: datetime
    lease_until: datetime
    utm: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Taken:
    """The channel took a job: its receipt."""

    job_id: int
    external_id: str
    url: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Success:
    """A job that ends well, and what is told about it."""

    job_id: int
    n: int
    item_id: int
    channel_id: int
    milliseconds: int | None = None
    trace: Trace | None = None


@dataclass(frozen=True)
class Claim:
    """What may have changed of a claimed job since it was read."""

    state: JobState
    worker: str | None
    version: int
    channel_version: int
    status: Status
    content_hash: str
    approved_hash: str | None


@dataclass(frozen=True)
class Handed:
    """An accepted job, and what its item knows of it."""

    state: JobState
    attempt: int
    item_id: int
    channel_id: int
    external_url: str | None
    content_hash: str
    nature: Nature
    status: Status
    url: str | None
    published_at: datetime | None
    live_hash: str | None
    publish_failed: bool


def jobs_to_prepare(session: Session, job_ids: Collection[int]) -> Sequence[DistributionJob]:
    """The jobs with all that a piece is made of: item, site, campaign, channel and its credential. Locks nothing."""
    items = selectinload(Job.item)
    channels = selectinload(Job.channel)
    wanted = select(Job).where(Job.id.in_(job_ids)).order_by(Job.id)
    return session.scalars(
        wanted.options(
            items.joinedload(ContentItem.site),
            items.joinedload(ContentItem.campaign),
            channels.joinedload(Channel.site, innerjoin=True),
        )
    ).all()


_CLAIMS = (
    select(
        _JOB.c.id,
        *(_JOB.c.state, _JOB.c.worker, _JOB.c.version, _CHANNEL.c.version),
        *(_ITEM.c.status, _ITEM.c.content_hash, _ITEM.c.approved_hash),
    )
    .join(_CHANNEL, _CHANNEL.c.id == _JOB.c.channel_id)
    .join(_ITEM, _ITEM.c.id == _JOB.c.item_id)
    .order_by(_JOB.c.id)
    .with_for_update(of=_JOB)
)

_HANDED = (
    select(
        _JOB.c.id,
        *(_JOB.c.state, _JOB.c.attempt, _JOB.c.item_id, _JOB.c.channel_id, _JOB.c.external_url, _JOB.c.content_hash),
        _CHANNEL.c.nature,
        *(_ITEM.c.status, _ITEM.c.url, _ITEM.c.published_at, _ITEM.c.live_hash, _ITEM.c.publish_failed),
    )
    .join(_CHANNEL, _CHANNEL.c.id == _JOB.c.channel_id)
    .join(_ITEM, _ITEM.c.id == _JOB.c.item_id)
    .order_by(_JOB.c.id)
    .with_for_update(of=_JOB)
)


def lock_claims(session: Session, job_ids: Iterable[int]) -> dict[int, Claim]:
    """Claimed jobs as they are now, held for this transaction, by id in ascending order."""
    found = session.connection().execute(_CLAIMS.where(_JOB.c.id.in_(sorted(set(job_ids)))))
    return {job_id: Claim(*facts) for job_id, *facts in found}


def lock_handed(session: Session, job_ids: Iterable[int]) -> dict[int, Handed]:
    """Accepted jobs as they are now, held for this transaction, by id in ascending order."""
    found = session.connection().execute(_HANDED.where(_JOB.c.id.in_(sorted(set(job_ids)))))
    return {job_id: Handed(*facts) for job_id, *facts in found}


def lock_jobs(session: Session, job_ids: Iterable[int]) -> dict[int, DistributionJob]:
    """The jobs with item and channel, as they are now, held for this transaction, by id in ascending order."""
    wanted = select(Job).where(Job.id.in_(sorted(set(job_ids)))).order_by(Job.id).with_for_update(of=Job)
    wanted = wanted.options(joinedload(Job.item, innerjoin=True), joinedload(Job.channel, innerjoin=True))
    return {job.id: job for job in session.scalars(wanted.execution_options(populate_existing=True))}


_START = (
    update(_JOB)
    .where(_JOB.c.id == bindparam("job"), _JOB.c.state == JobState.CLAIMED)
    .values(
        state=JobState.SENDING,
        attempt=bindparam("n"),
        lease_until=bindparam("until"),
        utm=bindparam("words", type_=JSON(none_as_null=True)),
        checks=0,
        last_error=null(),
        waits_for=null(),
        next_try_at=null(),
        version=_JOB.c.version + 1,
    )
)


def start(session: Session, starts: Sequence[Start]) -> None:
    """Write the attempts and `sending`. The rows are locked, and `claimed`."""
    if not starts:
        return
    writing = session.connection()
    writing.execute(
        _START,
        [
            {
                "job": one.job_id,
                "n": one.n,
                "until": one.lease_until,
                "words": None if one.utm is None else dict(one.utm),
            }
            for one in starts
        ],
    )
    writing.execute(
        insert(_ATTEMPT),
        [{"job_id": one.job_id, "n": one.n, "worker": one.worker, "started_at": one.at} for one in starts],
    )


def accept(session: Session, taken: Sequence[Taken], now: datetime) -> None:
    """Write down that the channels have the jobs; a write of its own, before anything else may fail.

    Also takes a job that the reaper or a look-up moved to unknown_outcome meanwhile; leaves alone what had ended.
    """
    session.connection().execute(
        _ACCEPT,
        [
            {
                "job": one.job_id,
                "theirs": one.external_id,
                "place": one.url,
                "proof": dict(one.evidence),
                "again": now + CLAIM_LEASE,  # should this process die now, the clock finishes the job
            }
            for one in taken
        ],
    )


_ACCEPT = (
    update(_JOB)
    .where(
        _JOB.c.id == bindparam("job"),
        or_(  # `in_` cannot stand in one statement for many rows
            _JOB.c.state == JobState.SENDING,
            _JOB.c.state == JobState.CANCEL_REQUESTED,
            _JOB.c.state == JobState.UNKNOWN_OUTCOME,
        ),
    )
    .values(
        state=JobState.ACCEPTED,
        external_id=bindparam("theirs"),
        external_url=bindparam("place"),
        evidence=bindparam("proof", type_=JSON(none_as_null=True)),
        last_error=null(),
        next_try_at=bindparam("again"),
        checks=0,
        worker=null(),
        lease_until=null(),
        version=_JOB.c.version + 1,
    )
)

_SUCCEED = (
    update(_JOB)
    .where(_JOB.c.id == bindparam("job"), _JOB.c.state == JobState.ACCEPTED)
    .values(
        state=JobState.SUCCEEDED,
        ended_at=bindparam("at"),
        next_try_at=null(),
        last_error=null(),
        worker=null(),
        lease_until=null(),
        version=_JOB.c.version + 1,
    )
)

_CLOSE = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.job_id == bindparam("job"), _ATTEMPT.c.n == bindparam("number"))
    .values(
        ended_at=func.coalesce(_ATTEMPT.c.ended_at, bindparam("at", type_=_ATTEMPT.c.ended_at.type)),
        outcome="accepted",
        http_status=bindparam("status"),
        milliseconds=bindparam("took"),
        request=bindparam("asked", type_=JSON(none_as_null=True)),
        answer=bindparam("said", type_=JSON(none_as_null=True)),
    )
)


def succeed(session: Session, successes: Sequence[Success], now: datetime) -> None:
    """End accepted jobs, close their attempts, and tell the history. The rows are locked, and `accepted`."""
    if not successes:
        return
    writing = session.connection()
    writing.execute(_SUCCEED, [{"job": one.job_id, "at": now} for one in successes])
    writing.execute(
        _CLOSE,
        [
            {
                "job": one.job_id,
                "number": one.n,
                "at": now,
                "status": one.trace.status if one.trace else None,
                "took": one.milliseconds,
                "asked": dict(one.trace.request) if one.trace else None,
                "said": dict(one.trace.answer) if one.trace else None,
            }
            for one in successes
        ],
    )
    writing.execute(
        insert(_EVENT),
        [
            {
                "at": now,
                "actor_id": None,
                "action": f"job.{JobState.SUCCEEDED.value}",
                "entity": "job",
                "entity_id": one.job_id,
                "before": {},
                "after": {"item_id": one.item_id, "channel_id": one.channel_id, "attempt": one.n},
            }
            for one in successes
        ],
    )


def lock_channel(session: Session, channel_id: int) -> None:
    """Hold a channel's row for this transaction: who counts its sends takes turns."""
    session.execute(select(Channel.id).where(Channel.id == channel_id).with_for_update())


def sends_since(session: Session, channel_id: int, since: datetime) -> list[datetime]:
    """When the attempts on a channel began that began after `since`."""
    wanted = select(JobAttempt.started_at).join(Job, Job.id == JobAttempt.job_id)
    return list(session.scalars(wanted.where(Job.channel_id == channel_id, JobAttempt.started_at > since)))


def promised_sends(session: Session, channel_id: int, now: datetime) -> list[datetime]:
    """The turns that were given to jobs of a channel because of its rate, and that lie ahead."""
    wanted = select(Job.next_try_at).where(
        Job.channel_id == channel_id, Job.state == JobState.QUEUED, Job.waits_for == Waits.RATE, Job.next_try_at > now
    )
    return [at for at in session.scalars(wanted) if at is not None]


def release(session: Session, job_ids: Sequence[int], worker: str) -> int:
    """Give claimed jobs that were not begun back to whoever is free; returns how many."""
    given = session.connection().execute(
        update(_JOB)
        .where(_JOB.c.id.in_(job_ids), _JOB.c.state == JobState.CLAIMED, _JOB.c.worker == worker)
        .values(
            state=JobState.QUEUED, worker=null(), lease_until=null(), dispatched_at=null(), version=_JOB.c.version + 1
        )
    )
    return given.rowcount
