"""What people and jobs did: append-only, one row for each change that matters."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.store.base import Base


class HistoryEvent(Base):
    """One change: who, when, what, and the values before and after. Written in the change's own transaction."""

    __tablename__ = "history_event"
    __table_args__ = (Index("ix_history_event_entity", "entity", "entity_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))  # None: the clock
    action: Mapped[str] = mapped_column(String(60))  # noun.verb_past, such as item.moved
    entity: Mapped[str] = mapped_column(String(40))
    entity_id: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undo_token: Mapped[str | None] = mapped_column(String(64), unique=True)
    undo_of: Mapped[int | None] = mapped_column(ForeignKey("history_event.id", ondelete="SET NULL"))


def record(
    session: Session,
    *,
    at: datetime,
    actor_id: int | None,
    action: str,
    entity: str,
    entity_id: int,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    undo_token: str | None = None,
    undo_of: int | None = None,
) -> HistoryEvent:
    """Add one event to the running transaction. Values must be JSON: text, numbers, ISO dates."""
    event = HistoryEvent(
        at=at,
        actor_id=actor_id,
        action=action,
        entity=entity,
        entity_id=entity_id,
        before=before or {},
        after=after or {},
        undo_token=undo_token,
        undo_of=undo_of,
    )
    session.add(event)
    return event


def of_entity(session: Session, entity: str, entity_id: int, *, limit: int = 100) -> list[HistoryEvent]:
    """The newest events of one thing, newest first."""
    newest = select(HistoryEvent).where(HistoryEvent.entity == entity, HistoryEvent.entity_id == entity_id)
    return list(session.scalars(newest.order_by(HistoryEvent.id.desc()).limit(limit)))


def last_actor(session: Session, entity: str, entity_id: int, actions: Collection[str]) -> int | None:
    """Who did one of these things last; None where nobody did, or it was the clock."""
    newest = select(HistoryEvent.actor_id).where(HistoryEvent.entity == entity, HistoryEvent.entity_id == entity_id)
    return session.scalar(newest.where(HistoryEvent.action.in_(actions)).order_by(HistoryEvent.id.desc()).limit(1))


def find_undo(session: Session, token: str) -> HistoryEvent | None:
    """The event that an undo token belongs to."""
    return session.scalar(select(HistoryEvent).where(HistoryEvent.undo_token == token))
