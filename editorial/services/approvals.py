"""Decisions of approvers: each on one exact text, kept for good."""

from sqlalchemy.orm import Session

from editorial.domain.workflow import Status
from editorial.services.content import fresh_item, touch
from editorial.services.deps import Deps
from editorial.services.moving import move
from editorial.store.content import Approval, ContentItem
from editorial.store.people import Person


def approve(
    session: Session, deps: Deps, actor: Person, item_id: int, *, version: int, comment: str = ""
) -> ContentItem:
    """Approve the text that the approver has seen, and no other. The caller commits.

    Raises:
        Stale: the item was changed since the approver opened it.
        TransitionRefused: it is not in review, or the actor may not approve.
    """
    return _decide(session, deps, actor, item_id, Status.APPROVED, version=version, comment=comment)


def ask_for_changes(
    session: Session, deps: Deps, actor: Person, item_id: int, *, version: int, comment: str
) -> ContentItem:
    """Give the text back with a comment. The caller commits."""
    return _decide(session, deps, actor, item_id, Status.CHANGES_REQUESTED, version=version, comment=comment)


def _decide(
    session: Session, deps: Deps, actor: Person, item_id: int, to: Status, *, version: int, comment: str
) -> ContentItem:
    item = _take(session, deps, actor, item_id, to, version=version, comment=comment)
    session.add(
        Approval(
            item_id=item.id,
            content_hash=item.content_hash,
            person_id=actor.id,
            decision=to.value,
            comment=comment.strip(),
            decided_at=deps.now(),
        )
    )
    return item


def _take(
    session: Session, deps: Deps, actor: Person, item_id: int, to: Status, *, version: int, comment: str
) -> ContentItem:
    item = fresh_item(session, item_id, version)
    move(session, deps, item, to, actor, comment=comment.strip())
    touch(session, deps, item)
    return item
