"""The run of one job: claim, commit, attempt and `sending`, commit, network, acceptance, commit, the rest.

No transaction is open while the network is touched, and whatever the channel took is written down before anything else
can go wrong. `checkpoint` is told the name of each point it passes; the fault harness ends the process there.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.adapters.channels.base import ChannelAdapter
from editorial.domain.jobs import (
    CLAIM_LEASE,
    TERMINAL,
    JobState,
    NotSent,
    Refused,
    Unclear,
    move,
    retry_delay,
    too_late,
)
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.rendering import Piece
from editorial.services import outcomes
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.outcomes import GOES_OUT
from editorial.services.pieces import piece_of_job
from editorial.store import distribution
from editorial.store.distribution import DistributionJob, JobAttempt

log = structlog.get_logger()

Checkpoint = Callable[[str], None]


@dataclass(frozen=True)
class _Ready:
    """What a run takes along over the network: no database object."""

    job_id: int
    n: int
    key: str
    piece: Piece
    adapter: ChannelAdapter


def no_checkpoint(_name: str) -> None:
    """Outside of tests nothing happens at a checkpoint."""


def claim_some(deps: Deps, limit: int, checkpoint: Checkpoint = no_checkpoint) -> list[int]:
    """Lease up to `limit` due jobs to this process, in a short transaction of its own."""
    checkpoint("dispatched")
    with deps.sessions.begin() as session:
        claimed = distribution.claim(session, deps.now(), deps.worker, limit)
    checkpoint("claimed")
    return claimed


def run(deps: Deps, job_id: int, checkpoint: Checkpoint = no_checkpoint) -> JobState:
    """Run a claimed job to where it ends for now, and return that state."""
    ready = _begin(deps, job_id, checkpoint)
    if isinstance(ready, JobState):
        return ready
    checkpoint("sending")
    try:
        receipt = ready.adapter.publish(ready.piece, key=ready.key)
    except Refused as answer:
        return _not_taken(deps, ready, JobState.FAILED, "refused", answer.says)
    except NotSent as answer:
        return _not_sent(deps, ready, answer)
    except Exception as fault:
        if not isinstance(fault, Unclear):
            log.exception("job.answer_lost", job_id=job_id)
        says = fault.says if isinstance(fault, Unclear) else Unclear().says
        return _not_taken(deps, ready, JobState.UNKNOWN_OUTCOME, "unclear", says)
    checkpoint("after-network")
    outcomes.accept(deps, job_id, receipt)
    checkpoint("accepted")
    state = outcomes.finish(deps, job_id)
    checkpoint("succeeded")
    return state


def _begin(deps: Deps, job_id: int, checkpoint: Checkpoint) -> "_Ready | JobState":
    """Look again with fresh eyes, then write the attempt and `sending`; or say where the job went instead."""
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        if job.state is not JobState.CLAIMED or job.worker != deps.worker:
            return job.state  # cancelled, held, or taken back by the reaper
        now = deps.now()
        if (elsewhere := _look_again(job, now)) is not None:
            return _put_aside(session, job, *elsewhere, now)
        try:
            adapter = adapter_of(deps, job.channel)
            piece = piece_of_job(session, deps, job)
        except Refused as refused:
            return _put_aside(session, job, JobState.HELD, refused.says, now)
        if job.utm is None:
            job.utm = dict(piece.utm)  # locked: every try carries the same links
        job.state, job.attempt = move(job.state, JobState.SENDING), job.attempt + 1
        job.checks, job.last_error = 0, None
        job.lease_until = now + timedelta(seconds=adapter.time_limit) + CLAIM_LEASE
        session.add(JobAttempt(job_id=job.id, n=job.attempt, worker=deps.worker, started_at=now))
        session.flush()
        checkpoint("attempt-written")
        return _Ready(job.id, job.attempt, job.idem_key, piece, adapter)


def _look_again(job: DistributionJob, now: datetime) -> tuple[JobState, Message | None] | None:
    """Where the job has to go instead of out, if anything changed since it was planned."""
    item = job.item
    if job.due_at > now:
        return JobState.QUEUED, None  # moved while it was being claimed
    if not job.channel.enabled:
        return JobState.HELD, Message(N_("The channel is switched off."))
    if item.approved_hash != job.content_hash or item.content_hash != job.content_hash:
        return JobState.HELD, Message(N_("The text was changed after its approval."))
    if item.status not in GOES_OUT:
        return JobState.HELD, Message(N_("The item is not scheduled any more."))
    if too_late(job.due_at, now, job.channel.late_ok):
        return JobState.MISSED, Message(N_("Its time was missed; it does not go out by itself any more."))
    return None


def _put_aside(
    session: Session, job: DistributionJob, state: JobState, reason: Message | None, now: datetime
) -> JobState:
    job.state = move(job.state, state)
    job.worker = job.lease_until = job.dispatched_at = None
    job.last_error = pack(reason) if reason else None
    if state in TERMINAL:
        job.ended_at = now
        outcomes.record(session, job, now)
        outcomes.settle(session, job.item, now)
    log.info("job.put_aside", job_id=job.id, state=state.value)
    return state


def _not_sent(deps: Deps, ready: _Ready, answer: NotSent) -> JobState:
    """Proven that nothing arrived: wait and try again, unless it was the last try or would be too late."""
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, ready.job_id)
        if job.state is JobState.CANCEL_REQUESTED:
            return _end_attempt(session, deps, job, ready, (JobState.CANCELLED, "not_sent", answer.says))
        if job.state is not JobState.SENDING or job.attempt != ready.n:
            return job.state
        again_at = deps.now() + retry_delay(job.attempt, random.random(), answer.retry_after)  # noqa: S311 -- jitter
        if job.attempt >= job.max_attempts:
            state = JobState.FAILED
        elif too_late(job.due_at, again_at, job.channel.late_ok):
            state = JobState.MISSED
        else:
            state, job.next_try_at = JobState.RETRY_WAIT, again_at
        return _end_attempt(session, deps, job, ready, (state, "not_sent", answer.says))


def _not_taken(deps: Deps, ready: _Ready, state: JobState, outcome: str, says: Message) -> JobState:
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, ready.job_id)
        if job.state not in {JobState.SENDING, JobState.CANCEL_REQUESTED} or job.attempt != ready.n:
            return job.state
        if job.state is JobState.CANCEL_REQUESTED and state is JobState.FAILED:
            state = JobState.CANCELLED
        return _end_attempt(session, deps, job, ready, (state, outcome, says))


def _end_attempt(
    session: Session, deps: Deps, job: DistributionJob, ready: _Ready, ending: tuple[JobState, str, Message]
) -> JobState:
    state, outcome, says = ending
    now = deps.now()
    job.state = move(job.state, state)
    job.worker = job.lease_until = None
    job.last_error = pack(says)
    if state is JobState.UNKNOWN_OUTCOME:
        job.next_try_at = now
    if state in TERMINAL:
        job.ended_at, job.next_try_at = now, None
    outcomes.close_attempt(session, job, now, outcome, says)
    if state is not JobState.RETRY_WAIT:
        outcomes.record(session, job, now)
    outcomes.settle(session, job.item, now)
    log.warning("job.not_taken", job_id=job.id, state=state.value, outcome=outcome, attempt=ready.n)
    return state
