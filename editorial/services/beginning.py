"""The beginning of a run: look at claimed jobs with fresh eyes, then write attempt and `sending`, or put them aside.

Many jobs that begin together share one transaction. Locks are taken in the order jobs, channels, items.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.adapters.channels.base import ChannelAdapter
from editorial.domain.jobs import (
    CLAIM_LEASE,
    TERMINAL,
    Action,
    JobState,
    Nature,
    Refused,
    Waits,
    look_up_delay,
    move,
)
from editorial.domain.lateness import beyond
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.rendering import Piece
from editorial.services import outcomes, turns
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.outcomes import GOES_OUT
from editorial.services.pieces import piece_of
from editorial.store import runs
from editorial.store.content import ContentItem
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


@dataclass(frozen=True)
class Gate:
    """What has to be looked at before the job may go, outside of any transaction."""

    job_id: int
    key: tuple[str, int, str]
    nature: Nature
    item: ContentItem
    """Detached, and not to be changed."""
    piece: Piece


@dataclass(frozen=True)
class Ask:
    """A claimed job that wants to begin. `looked` is whether its gate was; `says` what it said, None lets it go."""

    job_id: int
    looked: bool = False
    says: Message | None = None


class Passed:
    """Gates that let a text go a moment ago: two hundred channels of one item do not look at it two hundred times."""

    def __init__(self, seconds: float = 20.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._monotonic = seconds, monotonic
        self._until: dict[tuple[str, int, str], float] = {}

    def add(self, key: tuple[str, int, str]) -> None:
        """It may go; forget what is older."""
        now = self._monotonic()
        self._until = {one: until for one, until in self._until.items() if until > now}
        self._until[key] = now + self._seconds

    def __contains__(self, key: tuple[str, int, str]) -> bool:
        return self._until.get(key, 0.0) > self._monotonic()


Begun = Ready | Gate | JobState


@dataclass
class _Round:
    """One transaction of beginnings."""

    session: Session
    deps: Deps
    now: datetime
    passed: Passed
    starts: list[runs.Start] = field(default_factory=list)
    budget: turns.Budget = field(default_factory=turns.Budget)


def begin(deps: Deps, asks: Sequence[Ask], passed: Passed, checkpoint: Checkpoint = no_checkpoint) -> list[Begun]:
    """Begin claimed jobs: each is `Ready` to be sent, has a `Gate` to be looked at, or says where it went instead."""
    with deps.sessions.begin() as session:
        jobs = runs.lock_jobs(session, [ask.job_id for ask in asks])
        this = _Round(session, deps, deps.now(), passed)
        in_due_order = sorted(asks, key=lambda ask: (jobs[ask.job_id].due_at, ask.job_id))
        begun = {ask.job_id: _begin(this, jobs[ask.job_id], ask) for ask in in_due_order}
        runs.start(session, this.starts)
        if this.starts:
            checkpoint("attempt-written")
        return [begun[ask.job_id] for ask in asks]


def _begin(this: _Round, job: DistributionJob, ask: Ask) -> Begun:
    if job.state is not JobState.CLAIMED or job.worker != this.deps.worker:
        return job.state  # cancelled, held, or taken back by the reaper
    if (elsewhere := _look_again(job, this.now)) is not None:
        return put_aside(this.session, job, *elsewhere, this.now)
    if (later := turns.quiet_until(job, this.now)) is not None:
        return _put_off(this, job, later)
    try:
        adapter = adapter_of(this.deps, job.channel)
    except Refused as refused:
        return put_aside(this.session, job, JobState.HELD, refused.says, this.now)
    return _admit(this, job, adapter, ask)


def _admit(this: _Round, job: DistributionJob, adapter: ChannelAdapter, ask: Ask) -> Begun:
    """Past its gate and in its turn, the job starts."""
    piece = piece_of(job.item, job.due_at, update=job.action is Action.UPDATE)
    gate = Gate(job.id, (job.channel.kind, job.item_id, job.content_hash), adapter.nature, job.item, piece)
    if not ask.looked and gate.key not in this.passed:
        return gate
    if ask.says is not None:
        return _stopped(this, job, adapter.nature, ask.says)
    if (later := turns.turn_by_rate(this.session, job, this.now, this.budget)) is not None:
        return _put_off(this, job, later)
    if adapter.by_hand:
        return _hand_over(this, job, piece)
    return _start(this, job, adapter, piece)


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
    if beyond(turns.start_of(job), now, job.channel.late_ok):
        return JobState.MISSED, Message(N_("Its time was missed; it does not go out by itself any more."))
    return None


def _start(this: _Round, job: DistributionJob, adapter: ChannelAdapter, piece: Piece) -> Ready:
    lease_until = this.now + timedelta(seconds=adapter.time_limit) + CLAIM_LEASE
    n, utm = job.attempt + 1, job.utm if job.utm is not None else dict(piece.utm) or None
    move(job.state, JobState.SENDING)
    this.starts.append(runs.Start(job.id, n, this.deps.worker, this.now, lease_until, utm))
    this.budget.spend(job.channel_id, this.now)
    return Ready(job.id, n, job.idem_key, piece, adapter)


def _put_off(this: _Round, job: DistributionJob, later: turns.Later) -> JobState:
    """Not now, but by itself later; lateness counts from there."""
    job.state, job.waits_for = move(job.state, JobState.QUEUED), later.waits
    job.next_try_at = job.late_from = later.at
    job.worker = job.lease_until = job.dispatched_at = None
    job.last_error = pack(later.says)
    log.info("job.put_off", job_id=job.id, waits_for=later.waits.value, until=later.at.isoformat())
    return job.state


def _stopped(this: _Round, job: DistributionJob, nature: Nature, says: Message) -> JobState:
    """Its gate is closed: a pointing job looks again by itself, a page-making one needs a person."""
    state = put_aside(this.session, job, JobState.HELD, says, this.now)
    if nature is Nature.POINTING:
        job.waits_for = Waits.PAGE
        job.next_try_at = this.now + max(look_up_delay(job.checks), _PAGE_LOOKS)
        job.checks += 1
    return state


def _hand_over(this: _Round, job: DistributionJob, piece: Piece) -> JobState:
    """A person sends it: from now on the job waits for their word, and is called to mind once."""
    job.state = move(job.state, JobState.AWAITING_HUMAN)
    job.worker = job.lease_until = job.dispatched_at = job.waits_for = job.last_error = None
    if job.utm is None:
        job.utm = dict(piece.utm) or None
    job.next_try_at = this.now + min(_REMIND_AFTER, job.channel.late_ok / 2)
    outcomes.record(this.session, job, this.now)
    log.info("job.handed_to_people", job_id=job.id)
    return job.state


def put_aside(
    session: Session, job: DistributionJob, state: JobState, reason: Message | None, now: datetime
) -> JobState:
    """Where a job goes that nothing was sent of. In the caller's transaction, which holds the job."""
    job.state = move(job.state, state)
    job.worker = job.lease_until = job.dispatched_at = job.waits_for = job.next_try_at = None
    job.last_error = pack(reason) if reason else None
    if state in TERMINAL:
        job.ended_at = now
        outcomes.record(session, job, now)
        outcomes.settle(session, job.item, now)
    log.info("job.put_aside", job_id=job.id, state=state.value)
    return state
