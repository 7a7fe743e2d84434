"""What is published and past its review day is due for a refresh."""

import structlog
from sqlalchemy import select

from editorial.domain.people import Permission
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services.deps import Deps
from editorial.services.steps import advance, situation
from editorial.store import content, history
from editorial.store.content import ContentItem

log = structlog.get_logger()
CLOCK_MAY = frozenset({Permission.WRITE_CONTENT})


def mark_due(deps: Deps, *, limit: int = 200) -> int:
    """Move published items past their review day on; returns how many. Those with jobs under way wait."""
    today = deps.now().date()
    with deps.sessions() as session:
        due = select(ContentItem.id).where(ContentItem.status == Status.PUBLISHED, ContentItem.review_by < today)
        ids = session.scalars(due.order_by(ContentItem.review_by, ContentItem.id).limit(limit)).all()
    moved = 0
    for item_id in ids:
        with deps.sessions.begin() as session:
            item = content.get_item(session, item_id)
            before = item.status
            try:
                advance(item, Status.REFRESH_DUE, situation(session, item, deps.now()), CLOCK_MAY, deps.now())
            except TransitionRefused as refusal:
                log.info("item.refresh_waits", item_id=item_id, guard=refusal.guard)
                continue
            history.record(
                session,
                at=deps.now(),
                actor_id=None,
                action="item.status_changed",
                entity="item",
                entity_id=item_id,
                before={"status": before.value},
                after={"status": item.status.value},
            )
            moved += 1
    return moved
