"""Plan when an item goes out. The one place where publish times change, so that card, item and jobs always agree.

Which jobs an item has, and for when, is said by its plan (`plan_lines`): here the plan becomes jobs.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from editorial.domain import workflow
from editorial.domain.errors import StaleVersion
from editorial.domain.jobs import IN_FLIGHT, JobState, move
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.packing import pack
from editorial.domain.people import permissions
from editorial.domain.slots import Slot, shown_in, slot, zone_named
from editorial.domain.workflow import Situation, Status, TransitionRefused
from editorial.services.plan_jobs import By, GoingOut, Past, cancel_job, in_order, job_for, not_past, nothing_goes_out
from editorial.services.steps import advance, situation
from editorial.store import content, distribution, history
from editorial.store.content import ContentItem
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person

log = structlog.get_logger()
__all__ = [
    "GoingOut",
    "Past",
    "Planned",
    "cancel_job",
    "clear_slot",
    "hold_jobs",
    "move_to_day",
    "publish_now",
    "schedule",
    "slot_of",
    "unschedule",
]


@dataclass(frozen=True)
class Planned:
    """What a plan came to: the item, its slot, the jobs that will carry it, and a sentence that says so."""

    item: ContentItem
    slot: Slot
    jobs: tuple[DistributionJob, ...]
    says: Message


def schedule(
    session: Session,
    item_id: int,
    *,
    wall: datetime,
    zone: str,
    fold: int = 0,
    actor: Person,
    version: int | None,
    now: datetime,
    token: Callable[[], str],
    past: Past | None = None,
) -> Planned:
    """Plan an approved item for a slot, or give a scheduled one another slot. The caller commits.

    Args:
        session: the transaction that all of it happens in.
        item_id: the item.
        wall: naive wall time as the editor typed it.
        zone: IANA name.
        fold: of a wall time that occurs twice, 0 takes the first.
        actor: who plans.
        version: the item's version that the form was made from; None skips the check.
        now: the present instant.
        token: makes the jobs' idempotency keys.
        past: what becomes of jobs whose own time has passed; None: they are a refusal.

    Raises:
        NonexistentSlot, UnknownZone: the slot; TransitionRefused: a guard; StaleVersion.
        GoingOut, PastJobs, PlanRefused: its plan cannot become jobs.
    """
    item = _current(session, item_id, version)
    planned = slot(wall, zone_named(zone, field="publish_zone"), fold=fold)
    facing = _check(session, item, planned, actor, now)

    return _plan(session, item, planned, By(actor, now, token, past), facing, state=JobState.QUEUED)


def move_to_day(
    session: Session,
    item_id: int,
    day: date,
    *,
    actor: Person,
    version: int | None,
    now: datetime,
    token: Callable[[], str],
    past: Past | None = None,
) -> Planned:
    """Move a scheduled item to another day at its own wall time: what a drag in the calendar does."""
    item = _current(session, item_id, version)
    if item.publish_wall is None or item.publish_zone is None:
        raise TransitionRefused(
            "slot", Message(N_("There is no publish time.")), Message(N_("Set day and time.")), field="publish_time"
        )
    return schedule(
        session,
        item_id,
        wall=datetime.combine(day, item.publish_wall.time()),
        zone=item.publish_zone,
        fold=item.publish_fold,
        actor=actor,
        version=version,
        now=now,
        token=token,
        past=past,
    )


def publish_now(
    session: Session,
    item_id: int,
    *,
    actor: Person,
    version: int | None,
    now: datetime,
    token: Callable[[], str],
    past: Past | None = Past.NOW,
) -> Planned:
    """Send an approved or scheduled item at once: what is due now is handed out in this very transaction."""
    item = _current(session, item_id, version)
    zone = zone_named(item.publish_zone or (item.site.zone if item.site else "UTC"))
    fold = now.astimezone(zone).fold
    planned = Slot(wall=shown_in(now, zone), zone=zone.key, fold=fold, instant=now)
    # the guard wants a slot that lies ahead; seen from the moment before, "now" does
    facing = _check(session, item, planned, actor, now - timedelta(microseconds=1))

    return _plan(session, item, planned, By(actor, now, token, past), facing, state=JobState.DISPATCHED)


def unschedule(
    session: Session, item_id: int, *, actor: Person, version: int | None, now: datetime
) -> tuple[ContentItem, Message]:
    """Take a scheduled item out of the plan. A job that is being sent is asked to stop; it may still arrive.

    Returns the item and a sentence that says what came of it.
    """
    item = _current(session, item_id, version)
    facing = situation(session, item, now, actor=actor)
    workflow.check(facing, Status.APPROVED, permissions(actor.roles))
    jobs = distribution.live_jobs(session, item.id, lock=True)
    if any(job.state in {JobState.ACCEPTED, JobState.UNKNOWN_OUTCOME} for job in jobs):
        raise GoingOut

    before = slot_of(item)
    for job in jobs:
        cancel_job(job, now)
    advance(item, Status.APPROVED, facing, permissions(actor.roles), now)
    clear_slot(item)
    _record(session, item, By(actor, now), "item.unscheduled", before)
    under_way = sum(job.live for job in jobs)
    if not under_way:
        return item, Message(N_("The schedule of “%(title)s” is cancelled."), {"title": item.title})
    return item, Message.counted(
        NP_(
            "The schedule of “%(title)s” is cancelled, but %(count)s job was already being sent and may arrive.",
            "The schedule of “%(title)s” is cancelled, but %(count)s jobs were already being sent and may arrive.",
        ),
        under_way,
        title=item.title,
    )


def hold_jobs(session: Session, item: ContentItem, now: datetime, reason: Message) -> int:
    """Hold back the jobs of a scheduled item whose text changes; scheduling it again lets them go. Returns how many.

    Called in the transaction of the edit.

    Raises:
        GoingOut: one of them is being sent, or nobody knows whether it arrived.
    """
    jobs = distribution.live_jobs(session, item.id, lock=True)
    if any(job.state in IN_FLIGHT for job in jobs):
        raise GoingOut
    for job in jobs:
        if job.state is JobState.AWAITING_HUMAN:  # whoever posts it by hand would post the old text
            cancel_job(job, now)
    holding = [job for job in jobs if job.live and (job.state is not JobState.HELD or job.waits_for is not None)]
    for job in holding:
        job.state = job.state if job.state is JobState.HELD else move(job.state, JobState.HELD)
        job.last_error = pack(reason)
        job.worker = job.lease_until = job.next_try_at = job.waits_for = job.late_from = None
    if holding:
        log.info("jobs.held", item_id=item.id, jobs=len(holding), at=now.isoformat())
    return len(holding)


def clear_slot(item: ContentItem) -> None:
    """Take the publish time from an item that has left the plan; the day it is planned for stays."""
    item.publish_wall = item.publish_zone = item.publish_at = None
    item.publish_fold = 0


def slot_of(item: ContentItem) -> dict[str, Any]:
    """What the history keeps of an item's time."""
    return {
        "status": item.status.value,
        "publish_at": item.publish_at.isoformat() if item.publish_at else None,
        "publish_wall": item.publish_wall.isoformat() if item.publish_wall else None,
        "publish_zone": item.publish_zone,
        "publish_fold": item.publish_fold,
        "target_date": item.target_date.isoformat() if item.target_date else None,
    }


def _current(session: Session, item_id: int, version: int | None) -> ContentItem:
    item = content.get_item(session, item_id)
    if version is not None and version != item.version:
        raise StaleVersion(
            Message(N_("This item was changed in the meantime.")),
            hint=Message(N_("Nothing is lost. Look at it again, then decide.")),
        )
    return item


def _check(session: Session, item: ContentItem, planned: Slot, actor: Person, now: datetime) -> Situation:
    """Everything that may refuse a slot. Another slot passes the same guards as the first one did."""
    facing = replace(situation(session, item, now, actor=actor), publish_at=planned.instant)
    if item.status is Status.SCHEDULED:
        facing = replace(facing, status=Status.APPROVED)
    workflow.check(facing, Status.SCHEDULED, permissions(actor.roles))
    if not item.slug:
        raise TransitionRefused(
            "slug",
            Message(N_("The item has no address on its site.")),
            Message(N_("Give it a short name for its address.")),
            field="slug",
        )
    if any(job.state in IN_FLIGHT for job in distribution.live_jobs(session, item.id, lock=True)):
        raise GoingOut
    return facing


def _plan(session: Session, item: ContentItem, planned: Slot, by: By, facing: Situation, *, state: JobState) -> Planned:
    kept = not_past(in_order(session, item, planned), by)
    if not kept:
        raise nothing_goes_out()
    before, again = slot_of(item), item.status is Status.SCHEDULED
    live = {(job.channel_id, job.variant): job for job in distribution.live_jobs(session, item.id, lock=True)}
    item.publish_wall, item.publish_zone, item.publish_fold = planned.wall, planned.zone, planned.fold
    item.publish_at, item.target_date = planned.instant, planned.wall.date()
    item.publish_failed, item.updated_at = False, by.now
    if not again:
        advance(item, Status.SCHEDULED, facing, permissions(by.actor.roles), by.now)
    for key in set(live) - {one.line.key for one in kept}:  # not carried any more, switched off, or left out
        cancel_job(live.pop(key), by.now)
    session.flush()
    jobs = tuple(job_for(session, item, one, live.get(one.line.key), by) for one in kept)
    if state is JobState.DISPATCHED:
        for job in (one for one in jobs if one.due_at <= by.now):
            job.state, job.dispatched_at = move(job.state, state), by.now
    _record(session, item, by, "item.rescheduled" if again else "item.scheduled", before)
    session.flush()
    log.info("item.scheduled", item_id=item.id, publish_at=planned.instant.isoformat(), jobs=len(jobs))
    return Planned(item, planned, jobs, _says(planned, len({job.channel_id for job in jobs})))


def _record(session: Session, item: ContentItem, by: By, action: str, before: dict[str, Any]) -> None:
    history.record(
        session,
        at=by.now,
        actor_id=by.actor.id,
        action=action,
        entity="item",
        entity_id=item.id,
        before=before,
        after=slot_of(item),
    )


def _says(planned: Slot, jobs: int) -> Message:
    """What happens now, in plain words, with the zone and which of two equal wall times is meant."""
    going = Message.counted(
        NP_(
            "Will go to %(count)s channel on %(wall)s (%(zone)s).",
            "Will go to %(count)s channels on %(wall)s (%(zone)s).",
        ),
        jobs,
        wall=planned.wall,
        zone=ZoneInfo(planned.zone),
    )
    if not planned.twice:
        return going
    if planned.fold:
        return Message(N_("%(going)s That hour comes twice in this night; the second is meant."), {"going": going})
    return Message(N_("%(going)s That hour comes twice in this night; the first is meant."), {"going": going})
