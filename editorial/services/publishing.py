"""The run of one job: claim, commit, attempt and `sending`, commit, network, acceptance, commit, the rest.

No transaction is open while the network is touched, and whatever the channel took is written down before anything else
can go wrong. `checkpoint` is told the name of each point it passes; the fault harness ends the process there.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from editorial.adapters.channels.base import ChannelAdapter
from editorial.adapters.channels.live import seen_live
from editorial.domain.jobs import (
    CLAIM_LEASE,
    TERMINAL,
    JobState,
    NotSent,
    Receipt,
    Refused,
    Unclear,
    look_up_delay,
    move,
    retry_delay,
    too_late,
)
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.people import Permission
from editorial.domain.rendering import Piece
from editorial.domain.urls import n2
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services.channels import adapter_of, surroundings
from editorial.services.deps import Deps
from editorial.services.steps import advance, situation
from editorial.store import distribution, history
from editorial.store.content import ContentItem
from editorial.store.distribution import DistributionJob, JobAttempt

log = structlog.get_logger()

Checkpoint = Callable[[str], None]
_LIVE = frozenset({Status.PUBLISHED, Status.REFRESH_DUE})
_GOES_OUT = _LIVE | {Status.SCHEDULED}
CLOCK_MAY = frozenset({Permission.PUBLISH})
_LIVE_WITHIN = timedelta(minutes=30)
"""A page not seen so long after it was handed over is worth a word."""
_FOLLOW_UP_LEASE = timedelta(minutes=3)
"""Longer than any channel takes to look a key up."""


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
    _accept(deps, job_id, receipt)
    checkpoint("accepted")
    state = finish(deps, job_id)
    checkpoint("succeeded")
    return state


def _begin(deps: Deps, job_id: int, checkpoint: Checkpoint) -> "_Ready | JobState":
    """Look again with fresh eyes, then write the attempt and `sending`; or say where the job went instead."""
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        if job.state is not JobState.CLAIMED or job.worker != deps.worker:
            return job.state  # cancelled, held, or taken back by the reaper
        now = deps.now()
        elsewhere = _look_again(job, now)
        adapter = None
        if elsewhere is None:
            try:
                adapter = adapter_of(deps, job.channel)
            except Refused as refused:
                elsewhere = JobState.HELD, refused.says
        if adapter is None or elsewhere is not None:
            return _put_aside(session, job, elsewhere, now)
        piece = _piece(job)
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
    if item.status not in _GOES_OUT:
        return JobState.HELD, Message(N_("The item is not scheduled any more."))
    if too_late(job.due_at, now, job.channel.late_ok):
        return JobState.MISSED, Message(N_("Its time was missed; it does not go out by itself any more."))
    return None


def _put_aside(
    session: Session, job: DistributionJob, elsewhere: tuple[JobState, Message | None] | None, now: datetime
) -> JobState:
    state, reason = elsewhere or (JobState.HELD, None)
    job.state = move(job.state, state)
    job.worker = job.lease_until = job.dispatched_at = None
    job.last_error = pack(reason) if reason else None
    if state in TERMINAL:
        job.ended_at = now
        _record(session, job, now)
        settle(session, job.item, now)
    log.info("job.put_aside", job_id=job.id, state=state.value)
    return state


def _piece(job: DistributionJob) -> Piece:
    item = job.item
    zone = ZoneInfo(item.publish_zone or "UTC")
    return Piece(
        item_id=item.id,
        title=item.title,
        slug=item.slug or "",
        description=item.description,
        body=item.body,
        language=item.language.tag,
        published_at=(item.publish_at or item.published_at or job.due_at).astimezone(zone),
        update=job.action.value == "update",
    )


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
    _close_attempt(session, job, now, outcome, says)
    if state is not JobState.RETRY_WAIT:
        _record(session, job, now)
    settle(session, job.item, now)
    log.warning("job.not_taken", job_id=job.id, state=state.value, outcome=outcome, attempt=ready.n)
    return state


def _accept(deps: Deps, job_id: int, receipt: Receipt) -> None:
    with deps.sessions.begin() as session:
        distribution.record_acceptance(
            session,
            job_id,
            now=deps.now(),
            external_id=receipt.external_id,
            url=receipt.url,
            evidence=dict(receipt.evidence),
        )


def finish(deps: Deps, job_id: int) -> JobState:
    """Complete a job that the channel has: at once, or, with a live check, when its page is seen."""
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        if job.state is not JobState.ACCEPTED:
            return job.state
        _close_attempt(session, job, deps.now(), "accepted", None)
        if not _waits_for_page(deps, job):
            return complete(session, job, deps.now())
        url, signs, tries = job.external_url or "", (job.idem_key, job.item.title), job.checks
        job.checks, job.next_try_at = tries + 1, deps.now() + max(look_up_delay(tries), timedelta(seconds=5))
    seen = seen_live(url, signs, surroundings(deps).allow)
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        if job.state is not JobState.ACCEPTED:
            return job.state
        if seen:
            job.evidence = {**(job.evidence or {}), "seen_at": deps.now().isoformat()}
            return complete(session, job, deps.now())
        if deps.now() - job.due_at > _LIVE_WITHIN:
            job.last_error = pack(Message(N_("It was handed over, but %(url)s does not show it yet."), {"url": url}))
        return job.state


def _waits_for_page(deps: Deps, job: DistributionJob) -> bool:
    try:
        return adapter_of(deps, job.channel).live_check
    except Refused:
        return False  # its settings broke meanwhile; what was handed over is handed over


def complete(session: Session, job: DistributionJob, now: datetime) -> JobState:
    """The job succeeded: it ends, and its item is published at the job's address. The caller commits."""
    job.state, job.ended_at = move(job.state, JobState.SUCCEEDED), now
    job.next_try_at = job.last_error = job.worker = job.lease_until = None
    _record(session, job, now)
    if job.external_url:
        _publish_item(session, job, job.external_url, now)
    log.info("job.succeeded", job_id=job.id, item_id=job.item_id, external_id=job.external_id)
    return job.state


def _publish_item(session: Session, job: DistributionJob, url: str, now: datetime) -> None:
    session.flush()
    item = _lock_item(session, job.item)
    if item.url is None or item.status not in _LIVE:
        item.url, item.url_n2 = url, n2(url)
    if item.published_at is None:
        item.published_at = now
    item.publish_failed, item.live_hash, item.updated_at = False, job.content_hash, now
    if item.status in _LIVE:  # a correction, or another channel
        return
    before = item.status
    try:
        advance(item, Status.PUBLISHED, situation(session, item, now, url=url), CLOCK_MAY, now)
    except TransitionRefused:
        log.warning("item.live_but_reopened", item_id=item.id, status=before.value)  # edited while it was being sent
    history.record(
        session,
        at=now,
        actor_id=None,
        action="item.published",
        entity="item",
        entity_id=item.id,
        before={"status": before.value},
        after={"status": item.status.value, "url": url},
    )


def _lock_item(session: Session, item: ContentItem) -> ContentItem:
    """The item as it is now, held for this transaction: two of its jobs that end at once take turns."""
    session.refresh(item, with_for_update={"of": ContentItem})
    return item


def settle(session: Session, item: ContentItem, now: datetime) -> None:
    """When every job of a scheduled item has ended and none succeeded: back to approved, and flagged. In the caller's
    transaction, after the job's own state was set."""
    session.flush()
    _lock_item(session, item)
    if item.status is not Status.SCHEDULED or distribution.count_live_jobs(session, item_id=item.id):
        return
    advance(item, Status.APPROVED, situation(session, item, now), CLOCK_MAY, now)
    item.publish_failed = True
    history.record(
        session,
        at=now,
        actor_id=None,
        action="item.publish_failed",
        entity="item",
        entity_id=item.id,
        before={"status": Status.SCHEDULED.value},
        after={"status": Status.APPROVED.value},
    )


def reap_leases(deps: Deps) -> int:
    """Take jobs back from workers that did not return: to the queue if nothing was sent, else to `unknown_outcome`."""
    with deps.sessions.begin() as session:
        now = deps.now()
        expired = distribution.expired_leases(session, now)
        for job in expired:
            if job.state is JobState.CLAIMED:
                job.state = move(job.state, JobState.QUEUED)
                job.dispatched_at = None
            else:
                job.state = move(job.state, JobState.UNKNOWN_OUTCOME)
                job.next_try_at = now
                says = Message(N_("The program ended while the job was being sent."))
                job.last_error = pack(says)
                _close_attempt(session, job, now, "died", says)
                _record(session, job, now)
            log.warning("job.reaped", job_id=job.id, state=job.state.value, worker=job.worker)
            job.worker = job.lease_until = None
        return len(expired)


def to_follow_up(deps: Deps, limit: int) -> list[int]:
    """Jobs to be looked up or completed now, put off meanwhile, so that nobody else takes them, too."""
    if limit <= 0:
        return []
    with deps.sessions.begin() as session:
        now = deps.now()
        return distribution.take_follow_ups(session, now, now + _FOLLOW_UP_LEASE, limit)


def follow_up(deps: Deps, job_id: int, checkpoint: Checkpoint = no_checkpoint) -> JobState:
    """Ask the channel about an unknown outcome, or complete what was handed over."""
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        state, key, channel, piece = job.state, job.idem_key, job.channel, _piece(job)
    if state is not JobState.UNKNOWN_OUTCOME:
        return finish(deps, job_id)
    try:
        adapter = adapter_of(deps, channel)
        if not adapter.finds:
            return state
        receipt = adapter.find(key)
        if receipt is not None and receipt.url is None:
            receipt = Receipt(receipt.external_id, adapter.url_of(piece), receipt.evidence)
    except (Refused, NotSent, Unclear) as answer:
        return _ask_later(deps, job_id, answer.says)
    if receipt is None:
        return _not_there(deps, job_id)
    _accept(deps, job_id, receipt)
    checkpoint("accepted")
    return finish(deps, job_id)


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
        if job.item.status not in _GOES_OUT:
            state = JobState.CANCELLED
        elif job.attempt >= job.max_attempts:
            state = JobState.FAILED
        elif too_late(job.due_at, now, job.channel.late_ok):
            state = JobState.MISSED
        else:
            state = JobState.QUEUED
        job.state = move(job.state, state)
        job.next_try_at = job.dispatched_at = None
        if state in TERMINAL:
            job.ended_at = now
            _record(session, job, now)
        else:
            job.last_error = None
        settle(session, job.item, now)
        return state


def _close_attempt(session: Session, job: DistributionJob, now: datetime, outcome: str, says: Message | None) -> None:
    attempt = distribution.last_attempt(session, job.id)
    if attempt is None or (attempt.outcome is not None and outcome != "accepted"):
        return
    attempt.ended_at, attempt.outcome = attempt.ended_at or now, outcome
    if says is not None:
        attempt.diagnostic = (says.id % says.params if says.params else says.id)[:2000]


def _record(session: Session, job: DistributionJob, now: datetime) -> None:
    history.record(
        session,
        at=now,
        actor_id=None,
        action=f"job.{job.state.value}",
        entity="job",
        entity_id=job.id,
        after={"item_id": job.item_id, "channel_id": job.channel_id, "attempt": job.attempt},
    )
