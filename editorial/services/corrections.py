"""Correcting what is published: it stays published, the new text is approved by its hash and goes out as an update."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain import workflow
from editorial.domain.guards import TransitionRefused
from editorial.domain.jobs import IN_FLIGHT, Action, Anchor, JobState
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import permissions
from editorial.domain.workflow import CORRECTIONS, Correction, CorrectionWay
from editorial.services import review_notices, scheduling
from editorial.services.deps import Deps
from editorial.services.scheduling import GoingOut
from editorial.services.steps import situation
from editorial.store import distribution, history
from editorial.store.content import Approval, ContentItem
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person


@dataclass(frozen=True)
class CorrectionView:
    """Where a correction stands, the ways on, and what refuses each."""

    state: Correction
    ways: tuple[tuple[CorrectionWay, TransitionRefused | None], ...]


def view(session: Session, deps: Deps, item: ContentItem, actor: Person) -> CorrectionView:
    """The correction of a published item as one person may act on it."""
    facing = situation(session, item, deps.now(), actor=actor, comment="…")
    state = workflow.correction_of(facing)
    found: list[tuple[CorrectionWay, TransitionRefused | None]] = []
    for way in (one for one in CORRECTIONS if one.origin is state):
        try:
            workflow.check_correction(facing, way.to, permissions(actor.roles))
        except TransitionRefused as refusal:
            found.append((way, refusal))
        else:
            found.append((way, None))
    return CorrectionView(state, tuple(found))


def step(
    session: Session, deps: Deps, actor: Person, item: ContentItem, to: Correction, *, comment: str = ""
) -> Message:
    """Take a correction one step on; an approved one goes out at once where the approver may send. The caller commits.

    Returns a sentence that says what happens now.

    Raises:
        TransitionRefused: a guard of `domain.workflow.CORRECTIONS` refuses.
    """
    facing = situation(session, item, deps.now(), actor=actor, comment=comment)
    before = workflow.correction_of(facing)
    way = workflow.check_correction(facing, to, permissions(actor.roles))
    says = Message(N_("Done: %(step)s."), {"step": way.says})
    match to:
        case Correction.IN_REVIEW:
            item.review_hash = item.content_hash
        case Correction.CHANGES_REQUESTED | Correction.APPROVED:
            session.add(_decision(deps, actor, item, to, comment))
            if to is Correction.APPROVED:
                item.approved_hash = item.content_hash
                says = _send_if_allowed(session, deps, actor, item)
        case Correction.GOING_OUT:
            says = _send(session, deps, item)
        case Correction.NONE:
            item.live_hash = item.content_hash
    _tell(session, deps, actor, item, to=to, comment=comment)
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="item.correction_moved",
        entity="item",
        entity_id=item.id,
        before={"correction": before.value},
        after={"correction": to.value} | ({"comment": comment.strip()} if comment.strip() else {}),
    )
    return says


def _tell(session: Session, deps: Deps, actor: Person, item: ContentItem, *, to: Correction, comment: str) -> None:
    if to is Correction.IN_REVIEW:
        review_notices.tell_approvers(session, deps, item, actor, says=review_notices.CORRECTED, comment=comment)
    elif to is Correction.CHANGES_REQUESTED:
        review_notices.tell_owner(
            session, deps, item, actor, says=review_notices.CORRECTION_GIVEN_BACK, comment=comment
        )


def stop(session: Session, item: ContentItem, now: datetime) -> None:
    """Cancel updates that carry a text which was changed again.

    Raises:
        GoingOut: one of them is being sent, or nobody knows whether it arrived.
    """
    jobs = distribution.live_jobs(session, item.id, lock=True)
    if any(job.state in IN_FLIGHT for job in jobs):
        raise GoingOut
    for job in jobs:
        scheduling.cancel_job(job, now)


def _decision(deps: Deps, actor: Person, item: ContentItem, to: Correction, comment: str) -> Approval:
    return Approval(
        item_id=item.id,
        content_hash=item.content_hash,
        person_id=actor.id,
        decision="approved" if to is Correction.APPROVED else "changes_requested",
        comment=comment.strip(),
        decided_at=deps.now(),
    )


def _send_if_allowed(session: Session, deps: Deps, actor: Person, item: ContentItem) -> Message:
    facing = situation(session, item, deps.now(), actor=actor)
    try:
        workflow.check_correction(facing, Correction.GOING_OUT, permissions(actor.roles))
    except TransitionRefused as refusal:
        if refusal.guard == "permission":
            return Message(N_("Approved. A publisher sends the correction."))
        return Message(N_("Approved, but it cannot go out yet: %(why)s"), {"why": refusal.says})
    return _send(session, deps, item)


def _send(session: Session, deps: Deps, item: ContentItem) -> Message:
    """An update job, due now, on every channel that carries the item."""
    now = deps.now()
    channels = distribution.channels_of_site(session, item.site_id)
    for channel in channels:
        session.add(
            DistributionJob(
                item_id=item.id,
                channel_id=channel.id,
                action=Action.UPDATE,
                state=JobState.QUEUED,
                due_at=now,
                anchor_kind=Anchor.ABSOLUTE,
                pinned=True,
                idem_key=deps.token(),
                content_hash=item.content_hash,
                repeat_of=_last_job(session, item.id, channel.id),
                created_at=now,
            )
        )
    session.flush()
    return Message.counted(
        NP_("The correction goes out on %(count)s channel now.", "The correction goes out on %(count)s channels now."),
        len(channels),
    )


def _last_job(session: Session, item_id: int, channel_id: int) -> int | None:
    wanted = select(DistributionJob.id).where(
        DistributionJob.item_id == item_id,
        DistributionJob.channel_id == channel_id,
        DistributionJob.state == JobState.SUCCEEDED,
    )
    return session.scalar(wanted.order_by(DistributionJob.id.desc()).limit(1))
