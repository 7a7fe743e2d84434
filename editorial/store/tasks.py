"""What somebody has to do by a day: for an item, about a finding, or both."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.errors import NotFound
from editorial.domain.tasks import Closing, TaskKind, TaskState
from editorial.store.base import Base

_OPEN = text("state = 'open'")


class Task(Base):
    """One thing to do. Without a title of its own it is called like its finding."""

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_assignee", "assignee_id", "state", "due_on"),
        Index("ix_task_item", "item_id", "state"),
        Index("ix_task_due", "state", "due_on", "id"),
        Index("uq_task_open_finding", "finding_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        CheckConstraint("(state = 'done') = (closed_at IS NOT NULL)", name="done_has_time"),
        CheckConstraint("(closed_at IS NULL) = (closed_how IS NULL)", name="done_has_reason"),
        CheckConstraint("item_id IS NOT NULL OR finding_id IS NOT NULL OR title <> ''", name="about_something"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TaskKind]
    title: Mapped[str] = mapped_column(String(200), default="")
    item_id: Mapped[int | None] = mapped_column(ForeignKey("content_item.id", ondelete="CASCADE"))
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), index=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    due_on: Mapped[date | None]
    state: Mapped[TaskState] = mapped_column(default=TaskState.OPEN)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))  # None: an audit
    closed_how: Mapped[Closing | None]
    proven_at: Mapped[datetime | None]  # an audit fetched the page again and the rule passed
    returned_at: Mapped[datetime | None]  # the finding came back after that
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


def get_task(session: Session, task_id: int) -> Task:
    """The task, or `NotFound`."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound
    return task


def open_task_of(session: Session, finding_id: int) -> Task | None:
    """The open task about a finding."""
    return session.scalar(select(Task).where(Task.finding_id == finding_id, Task.state == TaskState.OPEN))
