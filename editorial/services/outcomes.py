"""What came of a job, written down: for the job, its attempt, and the item that it carried."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.adapters.channels.live import seen_live
from editorial.domain.jobs import JobState, Receipt, Refused, look_up_delay, move
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.people import Permission
from editorial.domain.urls import n2
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services import auditing
from editorial.services.channels import adapter_of, surroundings
from editorial.services.deps import Deps
from editorial.services.scheduling import clear_slot, slot_of
from editorial.services.steps import advance, situation
from editorial.store import audit, distribution, history
from editorial.store.content import ContentItem
from editorial.store.distribution import DistributionJob

log = structlog.get_logger()

CLOCK_MAY = frozenset({Permission.PUBLISH})
_LIVE = frozenset({Status.PUBLISHED, Status.REFRESH_DUE})
GOES_OUT = _LIVE | {Status.SCHEDULED}
_LIVE_WITHIN = timedelta(minutes=30)
"""A page not seen so long after it was handed over is worth a word."""


def accept(deps: Deps, job_id: int, receipt: Receipt) -> None:
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
        close_attempt(session, job, deps.now(), "accepted", None)
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
            auditing.start_page_audit(session, job.item.site_id, url, deps.now())
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
    record(session, job, now)
    if job.external_url:
        _publish_item(session, job, job.external_url, now)
    log.info("job.succeeded", job_id=job.id, item_id=job.item_id, external_id=job.external_id)
    return job.state


def _publish_item(session: Session, job: DistributionJob, url: str, now: datetime) -> None:
    session.flush()
    item = _lock_item(session, job.item)
    if item.url is None or item.status not in _LIVE:
        item.url, item.url_n2 = url, n2(url)
        audit.give_findings(session, item.id, item.site_id, item.url_n2 or url)
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


def close_attempt(session: Session, job: DistributionJob, now: datetime, outcome: str, says: Message | None) -> None:
    attempt = distribution.last_attempt(session, job.id)
    if attempt is None or (attempt.outcome is not None and outcome != "accepted"):
        return
    attempt.ended_at, attempt.outcome = attempt.ended_at or now, outcome
    if says is not None:
        attempt.reason = pack(says)


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
