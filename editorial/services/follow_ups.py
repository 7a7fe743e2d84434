"""Second looks: at jobs whose worker died, whose outcome nobody knows, or whose page was not seen yet."""

import random
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.adapters.channels.base import ChannelAdapter
from editorial.domain.jobs import (
    RETRY_WINDOW,
    TERMINAL,
    Action,
    JobState,
    NotSent,
    Receipt,
    Refused,
    Unclear,
    look_up_delay,
    move,
    retry_delay,
)
from editorial.domain.lateness import beyond
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.statuses import GOES_OUT
from editorial.services import job_notices, outcomes
from editorial.services.beginning import Checkpoint, no_checkpoint
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.pieces import piece_of
from editorial.services.turns import start_of
from editorial.store import distribution
from editorial.store.base import reading
from editorial.store.distribution import DistributionJob

log = structlog.get_logger()

_PERSON_DECIDES = timedelta(hours=1)
"""Until somebody does, the clock looks only now and then: the channel's settings may have changed."""
_LEASE = timedelta(minutes=3)
"""Longer than any channel takes to look a key up."""


def reap_leases(deps: Deps, *, running: Collection[int] = ()) -> int:
    """Take jobs back from workers that did not return: to the queue if nothing was sent, else to `unknown_outcome`.

    `running` are jobs that a thread of this process is still busy with, whatever the wall clock says of their leases.
    """
    with deps.sessions.begin() as session:
        now = deps.now()
        expired = [job for job in distribution.expired_leases(session, now) if job.id not in running]
        for job in expired:
            if job.state is JobState.CLAIMED:
                job.state = move(job.state, JobState.QUEUED)
                job.dispatched_at = None
            else:
                job.state = move(job.state, JobState.UNKNOWN_OUTCOME)
                job.next_try_at = now
                says = Message(N_("The program ended while the job was being sent."))
                job.last_error = pack(says)
                outcomes.close_attempt(session, job, now, "died", says)
                outcomes.record(session, job, now)
                job_notices.tell(session, deps, job)
            log.warning("job.reaped", job_id=job.id, state=job.state.value, worker=job.worker)
            job.worker = job.lease_until = None
        return len(expired)


def to_follow_up(deps: Deps, limit: int) -> list[int]:
    """Jobs to be looked up or completed now, put off meanwhile, so that nobody else takes them, too."""
    if limit <= 0:
        return []
    with deps.sessions.begin() as session:
        now = deps.now()
        return distribution.take_follow_ups(session, now, now + _LEASE, limit)


def follow_up(deps: Deps, job_id: int, checkpoint: Checkpoint = no_checkpoint) -> JobState:
    """Ask the channel about an unknown outcome, or complete what was handed over."""
    with reading(deps.sessions) as session:
        job = distribution.get_job(session, job_id)
        state, key, channel, piece = (
            job.state,
            job.idem_key,
            job.channel,
            piece_of(job.item, job.due_at, update=job.action is Action.UPDATE),
        )
    if state is not JobState.UNKNOWN_OUTCOME:
        return outcomes.finish(deps, job_id)
    try:
        adapter = adapter_of(deps, channel)
        if not adapter.finds:
            return _same_key(deps, job_id, adapter)
        receipt = adapter.find(key)
        if receipt is not None and receipt.url is None:
            receipt = Receipt(receipt.external_id, adapter.url_of(piece), receipt.evidence)
    except (Refused, NotSent, Unclear) as answer:
        return _ask_later(deps, job_id, answer.says)
    if receipt is None:
        return _not_there(deps, job_id)
    outcomes.accept(deps, [outcomes.taken_of(job_id, receipt)])
    checkpoint("accepted")
    return outcomes.finish(deps, job_id)


def _same_key(deps: Deps, job_id: int, adapter: ChannelAdapter) -> JobState:
    """Send it again with its key, if the channel will surely drop a second one; else a person decides.

    It stays unknown until its turn has come: nobody can say meanwhile that nothing is out.
    """
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        if job.state is not JobState.UNKNOWN_OUTCOME:
            return job.state
        now = deps.now()
        if not _remembered(session, job, adapter, now):
            job.next_try_at = now + _PERSON_DECIDES
        elif job.checks == 0:
            job.checks, job.next_try_at = 1, now + retry_delay(job.attempt, random.random())  # noqa: S311 -- jitter
            job.last_error = pack(
                Message(N_("The answer got lost. It is sent again with the same key, which the channel remembers."))
            )
        else:
            job.state, job.next_try_at, job.dispatched_at = move(job.state, JobState.QUEUED), None, None
        return job.state


def _remembered(session: Session, job: DistributionJob, adapter: ChannelAdapter, now: datetime) -> bool:
    """Whether the channel remembers our key for longer than every retry takes, and the job may still go by itself."""
    first = distribution.first_attempt_at(session, job.id)
    if first is None or adapter.remembers <= RETRY_WINDOW:
        return False
    latest = now + retry_delay(job.attempt, 1.0) + timedelta(seconds=adapter.time_limit)
    return (
        latest < first + adapter.remembers
        and job.attempt < job.max_attempts
        and not job.cancel_asked
        and job.item.status in GOES_OUT
        and not beyond(start_of(job), latest, job.channel.late_ok)
    )


def _ask_later(deps: Deps, job_id: int, says: Message) -> JobState:
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        if job.state is JobState.UNKNOWN_OUTCOME:
            job.checks += 1
            job.next_try_at = deps.now() + look_up_delay(job.checks)
            job.last_error = pack(says)
        return job.state


def _not_there(deps: Deps, job_id: int) -> JobState:
    """The channel surely does not have it: send it again, unless it is too late, was cancelled, or tried enough."""
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        if job.state is not JobState.UNKNOWN_OUTCOME:
            return job.state
        now = deps.now()
        if job.cancel_asked or job.item.status not in GOES_OUT:
            state = JobState.CANCELLED
        elif job.attempt >= job.max_attempts:
            state = JobState.FAILED
        elif beyond(start_of(job), now, job.channel.late_ok):
            state = JobState.MISSED
        else:
            state = JobState.QUEUED
        job.state = move(job.state, state)
        job.next_try_at = job.dispatched_at = None
        if state in TERMINAL:
            job.ended_at = now
            outcomes.record(session, job, now)
        else:
            job.last_error = None
        outcomes.settle(session, job.item, now)
        job_notices.tell(session, deps, job)
        return state
