"""What becomes of a job that its channel did not take: proven not sent, refused, gone for ever, or nobody knows."""

import random
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from editorial.domain.jobs import TERMINAL, Gone, JobState, NotSent, Refused, Unclear, move, retry_delay
from editorial.domain.lateness import beyond
from editorial.domain.messages import Message
from editorial.domain.packing import pack
from editorial.services import job_notices, outcomes
from editorial.services.deps import Deps
from editorial.services.outcomes import Ended
from editorial.services.turns import start_of
from editorial.store import closing, distribution
from editorial.store.distribution import DistributionJob

log = structlog.get_logger()


@dataclass(frozen=True)
class Tried:
    """An attempt that has come back without a receipt."""

    job_id: int
    n: int
    ended: Ended


@dataclass(frozen=True)
class _Ending:
    state: JobState
    outcome: str
    says: Message


def not_taken(deps: Deps, tried: Tried, answer: Refused | NotSent | Unclear) -> JobState:
    """Write down what the channel said, and where the job goes from here."""
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, tried.job_id)
        now = deps.now()
        if not _ours(job, tried):
            return job.state
        match answer:
            case NotSent():
                ending = _not_sent(job, answer, now)
            case Refused():
                ending = _Ending(_unless_cancelled(job, JobState.FAILED), "refused", answer.says)
            case _:
                ending = _Ending(JobState.UNKNOWN_OUTCOME, "unclear", answer.says)
        state = _end(session, job, tried, ending, now)
        job_notices.tell(session, deps, job)
        if isinstance(answer, Gone):
            held = closing.close_channel(session, job.channel_id, pack(answer.says), now)
            job_notices.channel_gone(session, deps, job, answer.says, held)
            log.error("channel.gone", channel_id=job.channel_id)
        return state


def _ours(job: DistributionJob, tried: Tried) -> bool:
    """Whether the job still waits for this attempt's answer.

    One that the reaper took for dead meanwhile (somebody set the machine's clock ahead) does, too.
    """
    waiting = {JobState.SENDING, JobState.CANCEL_REQUESTED, JobState.UNKNOWN_OUTCOME}
    return job.state in waiting and job.attempt == tried.n


def _unless_cancelled(job: DistributionJob, state: JobState) -> JobState:
    return JobState.CANCELLED if job.cancel_asked else state


def _not_sent(job: DistributionJob, answer: NotSent, now: datetime) -> _Ending:
    """Proven that nothing arrived: wait and try again, unless it was the last try or would be too late."""
    again_at = now + retry_delay(job.attempt, random.random(), answer.retry_after)  # noqa: S311 -- jitter
    if job.cancel_asked:
        state = JobState.CANCELLED
    elif job.attempt >= job.max_attempts:
        state = JobState.FAILED
    elif beyond(start_of(job), again_at, job.channel.late_ok):
        state = JobState.MISSED
    else:
        state = JobState.QUEUED if job.state is JobState.UNKNOWN_OUTCOME else JobState.RETRY_WAIT
        job.next_try_at, job.dispatched_at = again_at, None
    return _Ending(state, "not_sent", answer.says)


def _end(session: Session, job: DistributionJob, tried: Tried, ending: _Ending, now: datetime) -> JobState:
    if job.state is not ending.state:
        job.state = move(job.state, ending.state)
    job.worker = job.lease_until = None
    job.last_error = pack(ending.says)
    if ending.state is JobState.UNKNOWN_OUTCOME:
        job.next_try_at = now
    if ending.state in TERMINAL:
        job.ended_at, job.next_try_at = now, None
    outcomes.close_attempt(session, job, now, ending.outcome, ending.says, ended=tried.ended)
    if ending.state not in {JobState.RETRY_WAIT, JobState.QUEUED}:
        outcomes.record(session, job, now)
    outcomes.settle(session, job.item, now)
    log.warning("job.not_taken", job_id=job.id, state=ending.state.value, outcome=ending.outcome, attempt=tried.n)
    return job.state
