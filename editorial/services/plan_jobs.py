"""A plan becomes jobs: one for each line that is carried, at its time. `scheduling` decides when that happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.jobs import IN_FLIGHT, Action, Anchor, JobState, Nature, move
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.plans import Due, Key, before_its_page, dues
from editorial.domain.slots import Slot
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services.plan_lines import lines_of
from editorial.store import distribution
from editorial.store.content import ContentItem
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person

OUT = frozenset({Status.PUBLISHED, Status.REFRESH_DUE})


class GoingOut(EditorialError):
    """The item is on its way at this very moment, or nobody knows whether it arrived: its plan can't change now."""

    http_status = 409

    def __init__(self) -> None:
        super().__init__(
            Message(N_("The item is on its way, or nobody knows yet whether it arrived.")),
            hint=Message(N_("Look at its jobs and wait until they have ended.")),
        )


class Past(StrEnum):
    """What becomes of jobs whose time has passed already when the plan is made."""

    NOW = "now"  # they go out at once
    LEAVE_OUT = "leave_out"  # there is no job of them this time


class PastJobs(EditorialError):
    """Some jobs of the plan would lie in the past, and nobody has said yet what becomes of them."""

    http_status = 409

    def __init__(self, found: Sequence[Due]) -> None:
        super().__init__(
            Message.counted(
                NP_(
                    "%(count)s job would lie in the past: %(names)s.",
                    "%(count)s jobs would lie in the past: %(names)s.",
                ),
                len(found),
                names=[one.line.label for one in found],
            ),
            hint=Message(N_("Send it at once, or leave it out.")),
            field="past",
        )
        self.dues = tuple(found)


class PlanRefused(EditorialError):
    """The plan cannot become jobs like this."""

    http_status = 409


@dataclass(frozen=True)
class By:
    """Who plans, when, what makes the keys of new jobs, and what was said of those in the past."""

    actor: Person
    now: datetime
    token: Callable[[], str] = str
    past: Past | None = None


def follow_plan(
    session: Session,
    item: ContentItem,
    changed: frozenset[Key],
    *,
    actor: Person,
    now: datetime,
    token: Callable[[], str],
    past: Past | None = None,
) -> int:
    """Let the jobs of an item follow its plan after these lines of it have changed; returns how many it has now.

    Of a scheduled item jobs come, move and go; of one that is out only what still waits moves or goes. Called in the
    transaction of the change.

    Raises:
        GoingOut: one of them is on its way. PastJobs, PlanRefused: the plan cannot be like this.
    """
    base, by = item_slot(item), By(actor, now, token, past)
    if item.status not in {Status.SCHEDULED, *OUT} or base is None:
        return 0
    jobs = distribution.live_jobs(session, item.id, lock=True)
    live = {(job.channel_id, job.variant): job for job in jobs if job.anchor_kind is Anchor.ITEM_PUBLISH}
    if any(job.state in IN_FLIGHT for key, job in live.items() if key in changed):
        raise GoingOut
    found = in_order(session, item, base)
    wanted = {one.line.key: one for one in found if one.line.key in changed}
    if item.status in OUT:
        wanted = {key: one for key, one in wanted.items() if key in live}
    kept = not_past(tuple(wanted.values()), by)
    for key in changed & set(live) - {one.line.key for one in kept}:
        cancel_job(live.pop(key), now)
    session.flush()
    for one in kept:
        job_for(session, item, one, live.get(one.line.key), by)
    session.flush()
    left = distribution.count_live_jobs(session, item_id=item.id)
    if item.status is Status.SCHEDULED and not left:
        raise nothing_goes_out()
    return left


def item_slot(item: ContentItem) -> Slot | None:
    """The publish time of an item; None where it has none."""
    if item.publish_wall is None or item.publish_zone is None or item.publish_at is None:
        return None
    return Slot(wall=item.publish_wall, zone=item.publish_zone, fold=item.publish_fold, instant=item.publish_at)


def cancel_job(job: DistributionJob, now: datetime) -> None:
    """Cancel one job from any state in which that is possible; one that is being sent is asked to stop.

    Raises:
        MoveRefused: it has ended, or the channel has it.
    """
    if job.state is JobState.SENDING:
        job.state, job.cancel_asked = move(job.state, JobState.CANCEL_REQUESTED), True
    elif job.state is not JobState.CANCEL_REQUESTED:
        job.state, job.ended_at = move(job.state, JobState.CANCELLED), now
        job.worker = job.lease_until = job.next_try_at = None


def in_order(session: Session, item: ContentItem, base: Slot) -> tuple[Due, ...]:
    """Every carried line with its time, if each points at a page that is there by then."""
    lines = lines_of(session, item)
    found = dues(lines, base)
    if lines and not found:
        raise TransitionRefused(
            "channel",
            Message(N_("No channel is chosen for “%(title)s”."), {"title": item.title}),
            Message(N_("Choose at least one under Channels on its page.")),
        )
    early = before_its_page(found, base) if item.status not in OUT else None
    if early is not None:
        raise PlanRefused(
            Message(
                N_("“%(name)s” would point at the page on %(wall)s (%(zone)s), before it is there."),
                {"name": early.line.label, "wall": early.slot.wall, "zone": ZoneInfo(early.slot.zone)},
            ),
            hint=Message(N_("Give it a later time on the item's page, or let it follow the publish time.")),
        )
    return found


def not_past(found: tuple[Due, ...], by: By) -> tuple[Due, ...]:
    """The jobs to be made: what lies in the past goes out at once or is left out, as somebody said."""
    gone = tuple(one for one in found if one.slot.instant < by.now)
    if gone and by.past is None:
        raise PastJobs(gone)
    return tuple(one for one in found if one not in gone or by.past is Past.NOW)


def job_for(session: Session, item: ContentItem, due: Due, job: DistributionJob | None, by: By) -> DistributionJob:
    """The job of one line at its time: the live one moved there, or a new one."""
    line = due.line
    if job is not None and job.state is JobState.AWAITING_HUMAN:  # somebody holds the text of the old one
        cancel_job(job, by.now)
        session.flush()
        job = None
    if job is None:
        job = DistributionJob(item_id=item.id, channel_id=line.channel_id, idem_key=by.token(), created_at=by.now)
        job.state, job.variant = JobState.QUEUED, line.variant
        refreshes = item.published_at is not None and line.nature is Nature.PAGE_MAKING
        job.action = Action.UPDATE if refreshes else Action.PUBLISH  # a refresh replaces the page that is out
        session.add(job)
    elif job.state is not JobState.QUEUED:
        job.state = move(job.state, JobState.QUEUED)
    job.anchor_kind, job.offset_minutes, job.pinned = Anchor.ITEM_PUBLISH, line.offset_minutes, line.own is not None
    job.due_at = due.slot.instant
    if due.slot.instant < by.now:  # sent at once, because somebody said so
        job.anchor_kind, job.pinned, job.due_at = Anchor.ABSOLUTE, True, by.now
    job.worker = job.lease_until = job.next_try_at = job.last_error = None
    job.waits_for = job.late_from = None
    job.content_hash = item.content_hash
    return job


def nothing_goes_out() -> PlanRefused:
    return PlanRefused(
        Message(N_("Nothing would go out any more.")),
        hint=Message(N_("Cancel the schedule instead, or choose another channel first.")),
    )
