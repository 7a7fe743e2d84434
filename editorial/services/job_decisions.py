"""What a person decides about a job: it is live, send it again, send it now, cancel it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.jobs import UNSENT, Action, Anchor, JobState, MoveRefused, Nature, Refused, move
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.statuses import GOES_OUT
from editorial.domain.urls import n1
from editorial.domain.workflow import Status
from editorial.services import audit_schedule, job_notices, outcomes, scheduling, turns
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.pieces import piece_of
from editorial.store import distribution, history
from editorial.store.content import ContentItem
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person

log = structlog.get_logger()

CAN_GO_NOW = frozenset({JobState.PLANNED, JobState.HELD, JobState.QUEUED, JobState.RETRY_WAIT})
CAN_BE_CANCELLED = UNSENT | {JobState.SENDING, JobState.UNKNOWN_OUTCOME}
CAN_BE_REPEATED = frozenset({JobState.FAILED, JobState.MISSED})
_LONGEST_REASON = 500  # characters


@dataclass(frozen=True)
class OpenTo:
    """Which decisions a job is open to."""

    send_now: bool
    cancel: bool
    repeat: bool
    confirm: bool


class DecisionRefused(EditorialError):
    """The job cannot be decided about like this now."""

    http_status = 409


def open_to(job: DistributionJob, *, repeated: bool) -> OpenTo:
    """What a person may decide about the job; an unknown outcome has its own two buttons."""
    return OpenTo(
        send_now=job.state in CAN_GO_NOW,
        cancel=job.state in CAN_BE_CANCELLED and not job.cancel_asked,
        repeat=job.state in CAN_BE_REPEATED and not repeated,
        confirm=job.state is JobState.ACCEPTED and job.last_error is not None,
    )


def resolve_live(session: Session, deps: Deps, job_id: int, actor: Person, *, url: str) -> DistributionJob:
    """Somebody looked and found it: the job succeeds on their word and is never sent again. The caller commits.

    Also of what the channel took and its live check does not find, which would wait for ever otherwise.

    Args:
        session: the transaction that all of it happens in.
        deps: the parts.
        job_id: the job; its outcome is unknown, it waits for a hand, or its page was not seen yet.
        actor: who looked.
        url: where it can be read; empty means the address that the channel gives its pages, or, of what points at a
            page, that it has none, such as a mail.

    Raises:
        EditorialError: the address cannot be one, or none is known. MoveRefused: the job has moved on.
    """
    job = distribution.lock_job(session, job_id)
    if job.state not in {JobState.UNKNOWN_OUTCOME, JobState.AWAITING_HUMAN, JobState.ACCEPTED}:
        raise MoveRefused(job.state, JobState.SUCCEEDED)
    address = _address(url) if url.strip() else job.external_url or expected_url(deps, job)
    if address is None and job.channel.nature is Nature.PAGE_MAKING:
        raise EditorialError(
            Message(N_("The channel cannot say where it would be read.")),
            hint=Message(N_("Paste the address it can be read at.")),
            field="url",
        )
    before = job.state

    now = deps.now()
    if job.state is not JobState.ACCEPTED:
        job.state, job.external_id = move(job.state, JobState.ACCEPTED), f"word-of-{actor.id}-{job.id}"
    job.external_url = address
    job.evidence = {**(job.evidence or {}), "seen_by": actor.id, "seen_at": now.isoformat()}
    outcomes.complete(session, job, now)
    if job.channel.nature is Nature.PAGE_MAKING:
        audit_schedule.page_is_live(session, job.item, now)
    _record(session, job, "job.resolved_live", actor, now, before=before, url=address)
    return job


def send_again(session: Session, deps: Deps, job_id: int, actor: Person, *, looked: bool) -> DistributionJob:
    """Send the item once more as a new job, now. Returns the new job. The caller commits.

    A job whose outcome is unknown ends as failed first, on the word of somebody who looked.

    Raises:
        EditorialError: nobody says that they looked. MoveRefused, DecisionRefused, TransitionRefused: it cannot go out.
    """
    job = distribution.lock_job(session, job_id)
    if job.state is not JobState.UNKNOWN_OUTCOME and job.state not in CAN_BE_REPEATED:
        raise MoveRefused(job.state, JobState.QUEUED)
    if job.state is JobState.UNKNOWN_OUTCOME and not looked:
        raise EditorialError(
            Message(N_("If it is there already, people get it twice.")),
            hint=Message(N_("Look first, then tick the box.")),
            field="looked",
        )
    now = deps.now()
    before = job.state
    if job.state is JobState.UNKNOWN_OUTCOME:
        job.state, job.ended_at, job.next_try_at = move(job.state, JobState.FAILED), now, None
        job.last_error = pack(Message(N_("%(name)s looked: it did not arrive."), {"name": actor.name}))
        session.flush()
    if distribution.repeated(session, job.id) or _live_twin(session, job) is not None:
        raise _on_its_way()

    again = _again(session, deps, job, actor, now)
    again.repeat_of = job.id
    session.flush()
    _record(session, job, "job.repeated", actor, now, before=before, new_job=again.id)
    return again


def send_now(session: Session, deps: Deps, job_id: int, actor: Person) -> DistributionJob:
    """Let a waiting job go out at once. The caller commits.

    The only job of an item that is not due yet takes the item's publish time along, so that the calendar agrees.

    Raises:
        MoveRefused: it is not waiting. DecisionRefused: its text is not approved, its item not scheduled, or its
        channel keeps its quiet hours.
    """
    job = distribution.lock_job(session, job_id)
    if job.state not in CAN_GO_NOW:
        raise MoveRefused(job.state, JobState.DISPATCHED)
    _check_goes_out(job.item, job.content_hash)
    before, now = job.state, deps.now()
    if (quiet := turns.quiet_until(job, now)) is not None:
        raise DecisionRefused(quiet.says, hint=Message(N_("Change the quiet hours of its channel if it cannot wait.")))

    if job.item.status is Status.SCHEDULED and distribution.count_live_jobs(session, item_id=job.item_id) == 1:
        scheduling.publish_now(session, job.item_id, actor=actor, version=None, now=now, token=deps.token)
    else:
        state = job.state if job.state is JobState.QUEUED else move(job.state, JobState.QUEUED)
        job.state = move(state, JobState.DISPATCHED)
        job.due_at, job.anchor_kind, job.pinned = now, Anchor.ABSOLUTE, True
        job.dispatched_at, job.next_try_at, job.last_error = now, None, None
        job.waits_for = job.late_from = None
    _record(session, job, "job.sent_now", actor, now, before=before)
    return job


def cancel(session: Session, deps: Deps, job_id: int, actor: Person) -> DistributionJob:
    """Take a job back; one that is being sent is asked to stop and may still arrive. The caller commits.

    One whose outcome is unknown stays so until somebody has looked, and is never sent again by itself.

    Raises:
        DecisionRefused: the channel has it. MoveRefused: it has ended.
    """
    job = distribution.lock_job(session, job_id)
    if job.state is JobState.ACCEPTED:
        raise DecisionRefused(
            Message(N_("The channel has taken it already; it cannot be taken back from here.")),
            hint=Message(N_("Take it down on the channel itself.")),
        )
    if job.state not in CAN_BE_CANCELLED:
        raise MoveRefused(job.state, JobState.CANCELLED)
    before, now = job.state, deps.now()

    if job.state is JobState.UNKNOWN_OUTCOME:
        job.cancel_asked = True
    else:
        scheduling.cancel_job(job, now)
    _record(session, job, "job.cancelled_by_hand", actor, now, before=before)
    outcomes.settle(session, job.item, now, actor_id=actor.id)
    return job


def decline(session: Session, deps: Deps, job_id: int, actor: Person, reason: str) -> DistributionJob:
    """Somebody who was asked to post it says that it will not be posted, and why. The caller commits.

    Raises:
        EditorialError: no reason is given. MoveRefused: the job waits for nobody (any more).
    """
    job = distribution.lock_job(session, job_id)
    if job.state is not JobState.AWAITING_HUMAN:
        raise MoveRefused(job.state, JobState.CANCELLED)
    words = " ".join(reason.split())
    if not words or len(words) > _LONGEST_REASON:
        raise EditorialError(
            Message(
                N_("Whoever planned it will want to know why: up to %(most)s characters."), {"most": _LONGEST_REASON}
            ),
            hint=Message(N_("Say in a few words why it is not posted.")),
            field="reason",
        )
    before, now = job.state, deps.now()

    job.state, job.ended_at = move(job.state, JobState.CANCELLED), now
    job.next_try_at = job.waits_for = None
    job.last_error = pack(Message(N_("%(name)s did not post it: %(reason)s"), {"name": actor.name, "reason": words}))
    _record(session, job, "job.declined", actor, now, before=before, reason=words)
    job_notices.declined(session, deps, job, actor, words)
    outcomes.settle(session, job.item, now, actor_id=actor.id)
    return job


def expected_url(deps: Deps, job: DistributionJob) -> str | None:
    """Where the channel would show the job's text, if it can say."""
    try:
        return adapter_of(deps, job.channel).url_of(piece_of(job.item, job.due_at, update=job.action is Action.UPDATE))
    except Refused:
        return None


def _again(session: Session, deps: Deps, job: DistributionJob, actor: Person, now: datetime) -> DistributionJob:
    """The new job: of an item that fell back to approved by scheduling it for now, else beside its other jobs."""
    if job.item.status is Status.APPROVED:
        planned = scheduling.publish_now(session, job.item_id, actor=actor, version=None, now=now, token=deps.token)
        mine = next((made for made in planned.jobs if made.channel_id == job.channel_id), None)
        if mine is None:
            raise DecisionRefused(
                Message(N_("The channel “%(name)s” is switched off."), {"name": job.channel.name}),
                hint=Message(N_("Switch it on first.")),
            )
        return mine
    _check_goes_out(job.item, job.item.content_hash)
    again = DistributionJob(
        item_id=job.item_id,
        channel_id=job.channel_id,
        action=job.action,
        state=JobState.DISPATCHED,
        due_at=now,
        dispatched_at=now,
        anchor_kind=Anchor.ABSOLUTE,
        pinned=True,
        variant=job.variant,
        occurrence=job.occurrence,
        idem_key=deps.token(),
        content_hash=job.item.content_hash,
        created_at=now,
    )
    session.add(again)
    return again


def _check_goes_out(item: ContentItem, content_hash: str) -> None:
    if item.approved_hash != content_hash or item.content_hash != content_hash:
        raise DecisionRefused(
            Message(N_("The text was changed after its approval.")),
            hint=Message(N_("Hand it in for review again.")),
        )
    if item.status not in GOES_OUT:
        raise DecisionRefused(
            Message(N_("The item “%(title)s” is not scheduled any more."), {"title": item.title}),
            hint=Message(N_("Schedule it again; that makes its jobs anew.")),
        )


def _live_twin(session: Session, job: DistributionJob) -> DistributionJob | None:
    live = distribution.live_jobs(session, job.item_id)
    same = (job.channel_id, job.variant, job.occurrence)
    return next((other for other in live if (other.channel_id, other.variant, other.occurrence) == same), None)


def _on_its_way() -> DecisionRefused:
    return DecisionRefused(
        Message(N_("It is going out again already.")), hint=Message(N_("Look at the newer job of this item."))
    )


def _address(typed: str) -> str:
    address = n1(typed.strip())
    if address is None or not address.startswith(("http://", "https://")) or len(address) > 2000:
        raise EditorialError(
            Message(N_("“%(url)s” is not the address of a page."), {"url": typed.strip()[:80]}),
            hint=Message(N_("It begins with https:// and can be opened in a browser.")),
            field="url",
        )
    return address


def _record(
    session: Session,
    job: DistributionJob,
    action: str,
    actor: Person,
    now: datetime,
    *,
    before: JobState,
    **after: Any,
) -> None:
    history.record(
        session,
        at=now,
        actor_id=actor.id,
        action=action,
        entity="job",
        entity_id=job.id,
        before={"state": before.value},
        after={"state": job.state.value, "item_id": job.item_id, **after},
    )
    log.info(action, job_id=job.id, state=job.state.value)
