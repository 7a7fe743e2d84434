"""What came of a job, written down: for the job, its attempt, and the item that it carried."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from editorial.adapters.channels.live import seen_live
from editorial.domain.jobs import JobState, Nature, Receipt, Refused, Trace, look_up_delay, move
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.people import Permission
from editorial.domain.statuses import LIVE
from editorial.domain.urls import n2
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services import auditing, job_notices
from editorial.services.channels import adapter_of, surroundings
from editorial.services.deps import Deps
from editorial.services.live_signs import signs_of
from editorial.services.scheduling import clear_slot, slot_of
from editorial.services.steps import advance, situation
from editorial.store import audit, distribution, history, runs
from editorial.store.content import ContentItem
from editorial.store.distribution import DistributionJob

log = structlog.get_logger()

CLOCK_MAY = frozenset({Permission.PUBLISH})
NO_ADDRESS = N_(
    "The channel took it and did not say where it can be read. Somebody who has seen it says so below; until then the"
    " item stays scheduled."
)
_LIVE_WITHIN = timedelta(minutes=30)
"""A page not seen so long after it was handed over is worth a word."""


@dataclass(frozen=True)
class Ended:
    """An attempt that came to its end: what its run knows of it. A later process that finishes a job knows less."""

    job_id: int
    milliseconds: int | None = None
    trace: Trace | None = None
    live_check: bool | None = None
    """Whether its page is to be seen first; None: the channel is asked."""


@dataclass(frozen=True)
class PageToSee:
    """A job that succeeds when its page is seen: where, and by which signs."""

    url: str
    signs: tuple[str, ...]


def accept(deps: Deps, taken: Sequence[runs.Taken]) -> None:
    """Write down what the channels took, in a write of its own. A receipt that cannot be kept as it is is kept bent."""
    try:
        with deps.sessions.begin() as session:
            runs.accept(session, taken, deps.now())
    except (IntegrityError, DataError):
        if len(taken) > 1:
            for one in taken:
                accept(deps, [one])
        elif (bent := _bent(taken[0])) != taken[0]:
            log.warning("job.receipt_bent", job_id=bent.job_id)
            accept(deps, [bent])
        else:
            raise


def _bent(taken: runs.Taken) -> runs.Taken:
    """A receipt that fits: some services answer two jobs with one id, or with a longer one than we keep."""
    mark = f" (job {taken.job_id})"
    url = taken.url if taken.url is None or len(taken.url) <= 2000 else None
    return replace(taken, external_id=taken.external_id.removesuffix(mark)[: 200 - len(mark)] + mark, url=url)


def taken_of(job_id: int, receipt: Receipt) -> runs.Taken:
    """A receipt as it is written down."""
    return runs.Taken(job_id, receipt.external_id, receipt.url, receipt.evidence)


def close(deps: Deps, ended: Sequence[Ended]) -> list["JobState | PageToSee"]:
    """Complete jobs that their channels have, in one transaction; or say which page has to be seen first."""
    with deps.sessions.begin() as session:
        now = deps.now()
        handed = runs.lock_handed(session, [one.job_id for one in ended])
        closed = {one.job_id: _closed_at_once(handed[one.job_id], one) for one in ended}
        slow = [one for one in ended if closed[one.job_id] is None]
        jobs = runs.lock_jobs(session, [one.job_id for one in slow]) if slow else {}
        ends = closed | {one.job_id: _close(session, deps, jobs[one.job_id], one, now) for one in slow}
        session.flush()
        good = [end for end in ends.values() if isinstance(end, runs.Success)]
        runs.succeed(session, good, now)
        for one in sorted(good, key=lambda one: one.item_id):  # one order for all who lock items
            if one.job_id in jobs:
                _publish_item(session, jobs[one.job_id], now)
        for one in good:
            log.info("job.succeeded", job_id=one.job_id, item_id=one.item_id)
    return [_state_of(ends[one.job_id]) for one in ended]


_End = runs.Success | PageToSee | JobState


def _state_of(end: _End | None) -> JobState | PageToSee:
    assert end is not None
    return JobState.SUCCEEDED if isinstance(end, runs.Success) else end


def _closed_at_once(job: runs.Handed, ended: Ended) -> runs.Success | None:
    """The success of a job that changes nothing but itself: most jobs, so this is quick."""
    if job.state is not JobState.ACCEPTED or ended.live_check is not False:
        return None
    if job.nature is Nature.PAGE_MAKING and not _is_known(job, job.content_hash):
        return None
    return runs.Success(ended.job_id, job.attempt, job.item_id, job.channel_id, ended.milliseconds, ended.trace)


def _close(session: Session, deps: Deps, job: DistributionJob, ended: Ended, now: datetime) -> _End:
    if job.state is not JobState.ACCEPTED:
        return job.state
    if job.channel.nature is Nature.PAGE_MAKING and not (job.external_url or job.item.url):
        close_attempt(session, job, now, "accepted", None, ended=ended)
        job.last_error, job.checks = pack(Message(NO_ADDRESS)), job.checks + 1
        job.next_try_at = now + max(look_up_delay(job.checks), timedelta(seconds=5))
        job_notices.tell(session, deps, job)
        return job.state
    if not (_waits_for_page(deps, job) if ended.live_check is None else ended.live_check):
        return runs.Success(job.id, job.attempt, job.item_id, job.channel_id, ended.milliseconds, ended.trace)
    close_attempt(session, job, now, "accepted", None, ended=ended)
    signs, tries = signs_of(session, job, job.item.live_hash), job.checks
    job.checks, job.next_try_at = tries + 1, now + max(look_up_delay(tries), timedelta(seconds=5))
    return PageToSee(job.external_url or "", signs)


Closing = Callable[[Ended], JobState | PageToSee]


def finish(deps: Deps, job_id: int, ended: Ended | None = None, closing: Closing | None = None) -> JobState:
    """Complete a job that the channel has: at once, or, with a live check, when its page is seen.

    Args:
        deps: the parts.
        job_id: the job.
        ended: what its run knows of the attempt.
        closing: how to close it, where many are closed together.
    """
    end = ended or Ended(job_id)
    closed = closing(end) if closing else close(deps, [end])[0]
    if isinstance(closed, JobState):
        return closed
    seen = seen_live(closed.url, closed.signs, surroundings(deps).allow)
    with deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        if job.state is not JobState.ACCEPTED:
            return job.state
        if seen:
            job.evidence = {**(job.evidence or {}), "seen_at": deps.now().isoformat()}
            auditing.start_page_audit(session, job.item.site_id, closed.url, deps.now())
            return complete(session, job, deps.now())
        if deps.now() - job.due_at > _LIVE_WITHIN:
            says = Message(N_("It was handed over, but %(url)s does not show it yet."), {"url": closed.url})
            job.last_error = pack(says)
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
    record(session, job, now)
    _publish_item(session, job, now)
    log.info("job.succeeded", job_id=job.id, item_id=job.item_id, external_id=job.external_id)
    return job.state


def _publish_item(session: Session, job: DistributionJob, now: datetime) -> None:
    """The item is live at its job's address. What points at a page elsewhere makes no page of the item."""
    url = job.external_url or job.item.url  # a correction of a page whose address is known
    if not url or job.channel.nature is not Nature.PAGE_MAKING or _is_known(job.item, job.content_hash):
        return
    session.flush()
    item = _lock_item(session, job.item)
    if item.url is None or item.status not in LIVE:
        item.url, item.url_n2 = url, n2(url)
        audit.give_findings(session, item.id, item.site_id, item.url_n2 or url)
    if item.published_at is None:
        item.published_at = now
    item.publish_failed, item.live_hash, item.updated_at = False, job.content_hash, now
    if item.status in LIVE:  # a correction, or another channel
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
    distribution.wake_pointing(session, item.id, now)


def _is_known(item: ContentItem | runs.Handed, content_hash: str) -> bool:
    """Whether the item knows all of it from another of its channels: a write would only make open forms stale."""
    return (
        item.status in LIVE
        and item.url is not None
        and item.published_at is not None
        and item.live_hash == content_hash
        and not item.publish_failed
    )


def _lock_item(session: Session, item: ContentItem) -> ContentItem:
    """The item as it is now, held for this transaction: two of its jobs that end at once take turns."""
    session.refresh(item, with_for_update={"of": ContentItem})
    return item


def settle(session: Session, item: ContentItem, now: datetime, *, actor_id: int | None = None) -> None:
    """When every job of a scheduled item has ended and none succeeded: back to approved; flagged, if one of them failed
    or was missed; without its slot, if people cancelled them all. In the caller's transaction, after the job's state.

    Args:
        session: the caller's transaction.
        item: whose job has just ended, or may have.
        now: the present instant.
        actor_id: who cancelled the job; None is the clock.
    """
    session.flush()
    _lock_item(session, item)
    if item.status is not Status.SCHEDULED or distribution.count_live_jobs(session, item_id=item.id):
        return
    ends = {job.state for job in distribution.last_jobs(session, item.id)}
    failed, before = bool(ends & {JobState.FAILED, JobState.MISSED}), slot_of(item)
    advance(item, Status.APPROVED, situation(session, item, now), CLOCK_MAY, now)
    item.publish_failed = failed
    if not failed:
        clear_slot(item)
    history.record(
        session,
        at=now,
        actor_id=actor_id,
        action="item.publish_failed" if failed else "item.unscheduled",
        entity="item",
        entity_id=item.id,
        before=before,
        after=slot_of(item),
    )


def close_attempt(
    session: Session,
    job: DistributionJob,
    now: datetime,
    outcome: str,
    says: Message | None,
    *,
    ended: Ended | None = None,
) -> None:
    """Complete the newest attempt of a job, once; only an acceptance may correct what was written before."""
    attempt = distribution.last_attempt(session, job.id)
    if attempt is None or (attempt.outcome is not None and outcome != "accepted"):
        return
    attempt.ended_at, attempt.outcome = attempt.ended_at or now, outcome
    if says is not None:
        attempt.reason = pack(says)
    if ended is not None:
        attempt.milliseconds = ended.milliseconds
    if ended is not None and ended.trace is not None:
        attempt.http_status = ended.trace.status
        attempt.request, attempt.answer = dict(ended.trace.request), dict(ended.trace.answer)


def record(session: Session, job: DistributionJob, now: datetime) -> None:
    history.record(
        session,
        at=now,
        actor_id=None,
        action=f"job.{job.state.value}",
        entity="job",
        entity_id=job.id,
        after={"item_id": job.item_id, "channel_id": job.channel_id, "attempt": job.attempt},
    )
