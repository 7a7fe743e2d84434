"""Correcting what is published: it stays published, the new text is approved by its hash and goes out as an update."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain import workflow
from editorial.domain.guards import TransitionRefused
from editorial.domain.jobs import IN_FLIGHT, Action, Anchor, JobState, Nature, move
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import permissions
from editorial.domain.workflow import CORRECTIONS, Correction, CorrectionWay, Situation
from editorial.services import review_notices, scheduling
from editorial.services.deps import Deps
from editorial.services.plan_lines import carrying
from editorial.services.scheduling import GoingOut
from editorial.services.steps import situation
from editorial.store import content, distribution, history
from editorial.store.content import Approval, ContentItem
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person

CHANGED = Message(N_("The text was changed after its approval. It goes out once the correction is approved."))


@dataclass(frozen=True)
class CorrectionView:
    """Where a correction stands, the ways on, and what refuses each."""

    state: Correction
    ways: tuple[tuple[CorrectionWay, TransitionRefused | None], ...]


def view(session: Session, deps: Deps, item: ContentItem, actor: Person) -> CorrectionView:
    """The correction of a published item as one person may act on it."""
    facing = _situation(session, deps, item, actor, comment="…")
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
    facing = _situation(session, deps, item, actor, comment=comment)
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


def _situation(session: Session, deps: Deps, item: ContentItem, actor: Person, *, comment: str = "") -> Situation:
    """What the guards of a correction see: of the jobs only its own updates, not the posts that are still to come."""
    updates = sum(job.action is Action.UPDATE for job in distribution.live_jobs(session, item.id))
    return replace(situation(session, item, deps.now(), actor=actor, comment=comment), live_jobs=updates)


def _tell(session: Session, deps: Deps, actor: Person, item: ContentItem, *, to: Correction, comment: str) -> None:
    if to is Correction.IN_REVIEW:
        review_notices.tell_approvers(session, deps, item, actor, says=review_notices.CORRECTED, comment=comment)
    elif to is Correction.CHANGES_REQUESTED:
        review_notices.tell_owner(
            session, deps, item, actor, says=review_notices.CORRECTION_GIVEN_BACK, comment=comment
        )


def stop(session: Session, item: ContentItem, now: datetime) -> None:
    """Cancel updates that carry a text which was changed again; what else waits is held until the new one is approved.

    Raises:
        GoingOut: one of them is being sent, or nobody knows whether it arrived.
    """
    jobs = distribution.live_jobs(session, item.id, lock=True)
    if any(job.state in IN_FLIGHT for job in jobs):
        raise GoingOut
    for job in jobs:
        if job.action is Action.UPDATE:
            scheduling.cancel_job(job, now)
    session.flush()
    scheduling.hold_jobs(session, item, now, CHANGED)


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
    facing = _situation(session, deps, item, actor)
    try:
        workflow.check_correction(facing, Correction.GOING_OUT, permissions(actor.roles))
    except TransitionRefused as refusal:
        if refusal.guard == "permission":
            return Message(N_("Approved. A publisher sends the correction."))
        return Message(N_("Approved, but it cannot go out yet: %(why)s"), {"why": refusal.says})
    return _send(session, deps, item)


def _send(session: Session, deps: Deps, item: ContentItem) -> Message:
    """An update job, due now, on every channel that makes the item's page; posts that were held may go again.

    Where only the words of other channels have changed, the page stays as it is.
    """
    now = deps.now()
    released = _release(session, item)
    if _page_is_live(session, item):
        item.live_hash = item.content_hash
        return Message.counted(
            NP_("The page is as it was. %(count)s job goes on.", "The page is as it was. %(count)s jobs go on."),
            released,
        )
    channels = [one for one in carrying(session, item) if one.nature is Nature.PAGE_MAKING]
    if not channels:
        raise TransitionRefused(
            "channel",
            Message(N_("No channel makes the page of this item.")),
            Message(N_("Put the correction there by hand, then say that it is live.")),
        )
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


def _release(session: Session, item: ContentItem) -> int:
    """Let the posts go that were held for the correction, with the words that are approved now; returns how many."""
    held = [job for job in distribution.live_jobs(session, item.id, lock=True) if job.state is JobState.HELD]
    for job in held:
        job.state, job.content_hash, job.last_error = move(job.state, JobState.QUEUED), item.content_hash, None
    return len(held)


def _page_is_live(session: Session, item: ContentItem) -> bool:
    """Whether the page that is out says what the item says: only words of other channels differ."""
    out = content.find_revision(session, item.id, item.live_hash or "")
    now = content.find_revision(session, item.id, item.content_hash)
    if out is None or now is None:
        return False
    return (out.title, out.slug, out.description, out.body) == (now.title, now.slug, now.description, now.body)


def _last_job(session: Session, item_id: int, channel_id: int) -> int | None:
    wanted = select(DistributionJob.id).where(
        DistributionJob.item_id == item_id,
        DistributionJob.channel_id == channel_id,
        DistributionJob.state == JobState.SUCCEEDED,
    )
    return session.scalar(wanted.order_by(DistributionJob.id.desc()).limit(1))
