"""Who else is after the same search query, and what was decided about it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.keywords import Decision, Intent
from editorial.domain.locales import Language
from editorial.domain.workflow import Status
from editorial.store.base import Base
from editorial.store.content import ContentItem


class QueryDecision(Base):
    """What was decided about one item after a query that another one is after, and why. Append-only."""

    __tablename__ = "query_decision"
    __table_args__ = (Index("ix_query_decision_item", "item_id", "query_key", "query_intent", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id", ondelete="CASCADE"))
    other_item_id: Mapped[int | None] = mapped_column(ForeignKey("content_item.id", ondelete="SET NULL"))
    query_key: Mapped[str] = mapped_column(String(200))
    query_intent: Mapped[Intent]
    language: Mapped[Language]
    decision: Mapped[Decision]
    reason: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime]


def items_after(
    session: Session, key: str, intent: Intent, language: Language, *, besides: int | None = None, limit: int = 5
) -> Sequence[ContentItem]:
    """Planned and live items after that query and intent in that language; those that are out come first."""
    if not key:
        return ()
    wanted = select(ContentItem).where(
        ContentItem.query_key == key,
        ContentItem.query_intent == intent,
        ContentItem.language == language,
        ContentItem.status.not_in([Status.ARCHIVED, Status.REJECTED]),
    )
    if besides is not None:
        wanted = wanted.where(ContentItem.id != besides)
    ordered = wanted.order_by(ContentItem.published_at.is_(None), ContentItem.id)
    return session.scalars(ordered.limit(limit)).all()


def decision_on(session: Session, item_id: int, key: str, intent: Intent, language: Language) -> QueryDecision | None:
    """The newest decision about an item and exactly this query, intent and language."""
    wanted = select(QueryDecision).where(
        QueryDecision.item_id == item_id,
        QueryDecision.query_key == key,
        QueryDecision.query_intent == intent,
        QueryDecision.language == language,
    )
    return session.scalars(wanted.order_by(QueryDecision.id.desc()).limit(1)).one_or_none()
