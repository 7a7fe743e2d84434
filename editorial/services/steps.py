"""The one place where an item's status changes: what the guards need to know, and the step itself.

Buttons, drags, undo, jobs and commands all end in `advance`; a test proves that no other line of the product sets it.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from editorial.domain import workflow
from editorial.domain.jobs import Health
from editorial.domain.people import GRANTS, Permission
from editorial.domain.workflow import Situation, Status, Way
from editorial.services.collisions import undecided
from editorial.services.plan_lines import carrying
from editorial.store import comments, content, distribution
from editorial.store.content import ContentItem
from editorial.store.people import Person, PersonRole, workspace

_RETURNS = frozenset({Status.ON_HOLD, Status.ARCHIVED})


def situation(
    session: Session, item: ContentItem, now: datetime, *, actor: Person | None = None, comment: str = "", url: str = ""
) -> Situation:
    """What the workflow's guards need to know of an item. `actor` None is the clock."""
    channels = distribution.channels_of_site(session, item.site_id)
    decided = next(
        (one for one in content.approvals_of(session, item.id) if one.content_hash == item.content_hash), None
    )
    return Situation(
        status=item.status,
        title=item.title,
        body=item.body,
        cells=len(item.cells),
        has_owner=item.owner_id is not None,
        content_hash=item.content_hash,
        approved_hash=item.approved_hash,
        review_hash=item.review_hash,
        has_site=item.site_id is not None,
        channels=len(channels),
        publish_at=item.publish_at,
        live_jobs=distribution.count_live_jobs(session, item_id=item.id),
        now=now,
        comment=comment,
        evidence_url=url,
        checks_open=_open_checks(session, item),
        collides_with=undecided(session, item),
        wrote_it=actor is not None and _author(session, item) == actor.id,
        self_approval=actor is None or self_approval(session),
        broken_channel=next((one.name for one in carrying(session, item) if one.health is Health.BROKEN), ""),
        held_from=item.held_from,
        archived_from=item.archived_from,
        review_by=item.review_by,
        live_hash=item.live_hash,
        given_back=decided is not None and decided.decision == "changes_requested",
    )


def advance(item: ContentItem, to: Status, facing: Situation, granted: frozenset[Permission], now: datetime) -> Way:
    """Take the item to `to`, if its machine allows it. The caller records and writes it.

    Raises:
        TransitionRefused: there is no such way, `granted` lacks the permission, or a guard refuses.
    """
    way = workflow.check(facing, to, granted)
    before, back = item.status, item.status in _RETURNS
    item.status, item.updated_at = to, now
    _leave(item, before, to)
    if to is Status.ON_HOLD and before is not Status.ARCHIVED:
        item.held_from = Status.APPROVED if before is Status.SCHEDULED else before
        item.hold_reason = facing.comment.strip()
    elif to is Status.ARCHIVED:
        item.archived_from, item.archived_at = before, now
    elif to is Status.REJECTED and not back:
        item.rejected_reason = facing.comment.strip()
    if not back:
        _enter(item, before, now)
    return way


def _leave(item: ContentItem, before: Status, to: Status) -> None:
    if before is Status.ARCHIVED:
        item.archived_from = item.archived_at = None
    elif before is Status.ON_HOLD and to is not Status.ARCHIVED:
        item.held_from, item.hold_reason = None, ""
    elif before is Status.REJECTED and to is not Status.ARCHIVED:
        item.rejected_reason = ""


def _enter(item: ContentItem, before: Status, now: datetime) -> None:
    """What a status brings along when it is reached on the way, not by coming back to it."""
    match item.status:
        case Status.IN_REVIEW | Status.CHANGES_REQUESTED:
            item.review_hash = item.content_hash  # what the round is about, and what an answer to it must differ from
            item.approved_hash = None
        case Status.APPROVED if before is Status.IN_REVIEW:
            item.approved_hash = item.content_hash
        case Status.PUBLISHED:
            item.live_hash = item.content_hash
            item.review_by = (now + timedelta(days=item.type.review_days)).date()
        case Status.BRIEF if before is Status.REFRESH_DUE:  # address, URL and query stay; its time is a new one
            item.target_date = item.publish_wall = item.publish_zone = item.publish_at = None
            item.publish_fold, item.approved_hash, item.review_hash = 0, None, None


def self_approval(session: Session) -> bool:
    """Whether people may approve what they wrote: as the workspace says, else only where nobody else could."""
    own = workspace(session)
    if own is not None and own.self_approval is not None:
        return own.self_approval
    approving = [role for role, granted in GRANTS.items() if Permission.APPROVE in granted]
    approvers = (
        select(func.count(Person.id.distinct())).join(PersonRole).where(Person.active, PersonRole.role.in_(approving))
    )
    return (session.scalar(approvers) or 0) <= 1


def _author(session: Session, item: ContentItem) -> int | None:
    newest = content.find_revision(session, item.id, item.content_hash)
    return newest.author_id if newest else None


def _open_checks(session: Session, item: ContentItem) -> int:
    required = {point["key"] for point in item.type.checklist if point.get("required")}
    return len(required - set(comments.ticks_of(session, item.id))) if required else 0
