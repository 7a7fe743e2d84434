"""What the team says about an item, and what of its checklist is done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.errors import NotFound
from editorial.store.base import Base


class Comment(Base):
    """One comment on an item, or an answer to one. The first of a thread is resolved, never an answer."""

    __tablename__ = "comment"
    __table_args__ = (CheckConstraint("parent_id IS NULL OR resolved_at IS NULL", name="threads_are_resolved"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id", ondelete="CASCADE"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    body: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[Any]] = mapped_column(default=list)  # ids of people
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class ChecklistTick(Base):
    """One point of the type's checklist that somebody ticked for one item."""

    __tablename__ = "checklist_tick"

    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    ticked_at: Mapped[datetime]


def comments_of(session: Session, item_id: int) -> Sequence[Comment]:
    """Every comment on an item, oldest first."""
    return session.scalars(select(Comment).where(Comment.item_id == item_id).order_by(Comment.id)).all()


def get_comment(session: Session, comment_id: int) -> Comment:
    """The comment, or `NotFound`."""
    comment = session.get(Comment, comment_id)
    if comment is None:
        raise NotFound
    return comment


def ticks_of(session: Session, item_id: int) -> dict[str, ChecklistTick]:
    """What of its checklist is done, by key."""
    return {tick.key: tick for tick in session.scalars(select(ChecklistTick).where(ChecklistTick.item_id == item_id))}
