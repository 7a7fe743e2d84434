"""The beginning of a run: look at claimed jobs with fresh eyes, then write attempt and `sending`, or put them aside.

Many jobs that begin together share one transaction. Locks are taken in the order jobs, channels, items.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.adapters.channels.base import ChannelAdapter
from editorial.domain.jobs import CLAIM_LEASE, TERMINAL, JobState, Nature, Waits, look_up_delay, move
from editorial.domain.messages import Message
from editorial.domain.packing import pack
from editorial.domain.rendering import Piece
from editorial.domain.statuses import GOES_OUT
from editorial.services import job_notices, outcomes, turns
from editorial.services.deps import Deps
from editorial.services.preparing import Prepared, Seen
from editorial.store import distribution, runs
from editorial.store.distribution import DistributionJob

log = structlog.get_logger()

Checkpoint = Callable[[str], None]
_REMIND_AFTER = timedelta(hours=4)
"""A job that somebody sends by hand is called to mind after so long, or at half of its time."""
_PAGE_LOOKS = timedelta(seconds=15)
"""The shortest time between two looks at the page that a job points at."""


def no_checkpoint(_name: str) -> None:
    """Outside of tests nothing happens at a checkpoint."""


@dataclass(frozen=True)
class Ready:
    """What a run takes along over the network: no database object."""

    job_id: int
    n: int
    key: str
    piece: Piece
    adapter: ChannelAdapter


Begun = Ready | JobState


@dataclass
class _Round:
    """One transaction of beginnings."""

    session: Session
    deps: Deps
    now: datetime
    starts: list[runs.Start] = field(default_factory=list)
    budget: turns.Budget = field(default_factory=turns.Budget)


def begin(deps: Deps, prepared: Sequence[Prepared], checkpoint: Checkpoint = no_checkpoint) -> list[Begun]:
    """Begin claimed jobs: each is `Ready` to be sent, or says where it went instead."""
    with deps.sessions.begin() as session:
        this = _Round(session, deps, deps.now())
        claims = runs.lock_claims(session, [one.job_id for one in prepared])
        begun: dict[int, Begun] = {}
        for one in prepared:
            if _goes_at_once(this, claims[one.job_id], one):
                begun[one.job_id] = _start(this, one.job, one)
        begun |= _with_care(this, [one for one in prepared if one.job_id not in begun])
        runs.start(session, this.starts)
        if this.starts:
            checkpoint("attempt-written")
        return [begun[one.job_id] for one in prepared]


def _goes_at_once(this: _Round, claim: runs.Claim, prepared: Prepared) -> bool:
    """Whether nothing changed since the job was read, and nothing stands against it: most jobs, so this is quick."""
    job, adapter = prepared.job, prepared.adapter
    if claim.state is not JobState.CLAIMED or claim.worker != this.deps.worker:
        return False
    if prepared.seen != Seen(claim.version, claim.channel_version):
        return False
    if claim.status not in GOES_OUT or not claim.content_hash == claim.approved_hash == job.content_hash:
        return False
    if prepared.piece is None or adapter is None or prepared.stopped is not None:
        return False
    if adapter.by_hand or job.channel.rate_count:
        return False
    return turns.look_again(job, this.now) is None and turns.quiet_until(job, this.now) is None


def _with_care(this: _Round, prepared: Sequence[Prepared]) -> dict[int, Begun]:
    """Begin jobs that were changed meanwhile, are to be put aside, or have to wait for their turn."""
    if not prepared:
        return {}
    jobs = runs.lock_jobs(this.session, [one.job_id for one in prepared])
    in_due_order = sorted(prepared, key=lambda one: (jobs[one.job_id].due_at, one.job_id))
    begun = {one.job_id: _begin(this, jobs[one.job_id], one) for one in in_due_order}
    for one in in_due_order:
        job_notices.tell(this.session, this.deps, jobs[one.job_id])
    this.session.flush()
    return begun


def _begin(this: _Round, job: DistributionJob, prepared: Prepared) -> Begun:
    if job.state is not JobState.CLAIMED or job.worker != this.deps.worker:
        return job.state  # cancelled, held, or taken back by the reaper
    if (elsewhere := turns.look_again(job, this.now)) is not None:
        return put_aside(this.session, job, *elsewhere, this.now)
    if (later := turns.quiet_until(job, this.now)) is not None:
        return _put_off(this, job, later)
    if prepared.refused is not None:
        return put_aside(this.session, job, JobState.HELD, prepared.refused, this.now)
    if prepared.piece is None or prepared.adapter is None or prepared.seen != Seen.of(job):
        return put_aside(this.session, job, JobState.QUEUED, None, this.now)  # changed meanwhile: prepared anew
    return _admit(this, job, prepared, prepared.adapter)


def _admit(this: _Round, job: DistributionJob, prepared: Prepared, adapter: ChannelAdapter) -> Begun:
    """Past its gate and in its turn, the job starts."""
    if prepared.stopped is not None:
        return _stopped(this, job, adapter.nature, prepared.stopped)
    if (later := turns.turn_by_rate(this.session, job, this.now, this.budget)) is not None:
        return _put_off(this, job, later)
    if adapter.by_hand and prepared.piece is not None:
        return _hand_over(this, job, prepared.piece)
    return _start(this, job, prepared)


def _start(this: _Round, job: DistributionJob, prepared: Prepared) -> Ready:
    adapter, piece = prepared.adapter, prepared.piece
    assert adapter is not None
    assert piece is not None
    lease_until = this.now + timedelta(seconds=adapter.time_limit) + CLAIM_LEASE
    n, utm = job.attempt + 1, job.utm if job.utm is not None else dict(piece.utm)  # locked: every try is the same
    move(job.state, JobState.SENDING)
    this.starts.append(runs.Start(job.id, n, this.deps.worker, this.now, lease_until, utm))
    this.budget.spend(job.channel_id, this.now)
    return Ready(job.id, n, job.idem_key, piece, adapter)


def _put_off(this: _Round, job: DistributionJob, later: turns.Later) -> JobState:
    """Not now, but by itself later; lateness counts from there."""
    if _may_be_out(this.session, job):
        return put_aside(this.session, job, JobState.UNKNOWN_OUTCOME, later.says, this.now)
    job.state, job.waits_for = move(job.state, JobState.QUEUED), later.waits
    job.next_try_at = job.late_from = later.at
    job.worker = job.lease_until = job.dispatched_at = None
    job.last_error = pack(later.says)
    log.info("job.put_off", job_id=job.id, waits_for=later.waits.value, until=later.at.isoformat())
    return job.state


def _stopped(this: _Round, job: DistributionJob, nature: Nature, says: Message) -> JobState:
    """Its gate is closed: a pointing job looks again by itself, a page-making one needs a person."""
    state = put_aside(this.session, job, JobState.HELD, says, this.now)
    if nature is Nature.POINTING and state is JobState.HELD:
        job.waits_for = Waits.PAGE
        job.next_try_at = this.now + max(look_up_delay(job.checks), _PAGE_LOOKS)
        job.checks += 1
    return state


def _hand_over(this: _Round, job: DistributionJob, piece: Piece) -> JobState:
    """A person sends it: from now on the job waits for their word, and is called to mind once."""
    job.state = move(job.state, JobState.AWAITING_HUMAN)
    job.worker = job.lease_until = job.dispatched_at = job.waits_for = job.last_error = None
    if job.utm is None:
        job.utm = dict(piece.utm)
    job.next_try_at = this.now + min(_REMIND_AFTER, job.channel.late_ok / 2)
    outcomes.record(this.session, job, this.now)
    log.info("job.handed_to_people", job_id=job.id)
    return job.state


def put_aside(
    session: Session, job: DistributionJob, state: JobState, reason: Message | None, now: datetime
) -> JobState:
    """Where a job goes that nothing was sent of. In the caller's transaction, which holds the job.

    One whose last attempt may have arrived, and that was to be sent again with its key, goes back to being unknown.
    """
    if state is not JobState.QUEUED and _may_be_out(session, job):
        state = JobState.UNKNOWN_OUTCOME
    job.state = move(job.state, state)
    job.worker = job.lease_until = job.dispatched_at = job.waits_for = job.next_try_at = None
    job.last_error = pack(reason) if reason else None
    if state in TERMINAL:
        job.ended_at = now
        outcomes.record(session, job, now)
        outcomes.settle(session, job.item, now)
    log.info("job.put_aside", job_id=job.id, state=state.value)
    return state


def _may_be_out(session: Session, job: DistributionJob) -> bool:
    """Whether it was to be sent again with its key; a look-up that proved the opposite has taken the reason away."""
    return job.attempt > 0 and job.last_error is not None and distribution.may_be_out(session, job.id)
