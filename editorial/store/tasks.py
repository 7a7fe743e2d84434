"""What somebody has to do by a day: for an item, about a page, about a finding or many, or just by its title."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    CompoundSelect,
    ForeignKey,
    Index,
    String,
    Text,
    bindparam,
    func,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.errors import NotFound
from editorial.domain.tasks import Closing, TaskKind, TaskState
from editorial.store.audit import Finding
from editorial.store.base import Base

_OPEN = text("state = 'open'")


class Task(Base):
    """One thing to do. Without a title of its own it is called like its finding.

    About several findings of one rule it has a `TaskFinding` for each, and `finding_id` is the worst of them.
    """

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
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    url: Mapped[str] = mapped_column(Text, default="", server_default="")  # a page; that of its finding stands there
    rule: Mapped[str] = mapped_column(String(80), default="", server_default="")  # that of its findings
    note: Mapped[str] = mapped_column(Text, default="", server_default="")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    due_on: Mapped[date | None]
    state: Mapped[TaskState] = mapped_column(default=TaskState.OPEN)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))  # None: an audit
    closed_how: Mapped[Closing | None]
    called_off: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # closed by hand, not done
    proven_at: Mapped[datetime | None]  # an audit fetched the page again and the rule passed
    returned_at: Mapped[datetime | None]  # the finding came back after that
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class TaskFinding(Base):
    """One of several findings that a task is about."""

    __tablename__ = "task_finding"
    __table_args__ = (Index("ix_task_finding_finding_id_task_id", "finding_id", "task_id"),)

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True)


def get_task(session: Session, task_id: int) -> Task:
    """The task, or `NotFound`."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound
    return task


def is_about(finding_id: int) -> ColumnElement[bool]:
    """A task about a finding alone, or about it and others."""
    among = select(TaskFinding.task_id).where(TaskFinding.finding_id == finding_id)
    return or_(Task.finding_id == finding_id, Task.id.in_(among))


def open_task_of(session: Session, finding_id: int) -> Task | None:
    """The open task about a finding: its own, or the one it shares with others."""
    mine = select(Task).where(is_about(finding_id), Task.state == TaskState.OPEN)
    return session.scalar(mine.order_by(Task.id).limit(1))


def free_of_tasks(session: Session, finding_ids: Collection[int]) -> set[int]:
    """Which of these findings no open task is about."""
    return set(session.scalars(select(Finding.id).where(Finding.id.in_(finding_ids), IS_FREE)))


_TAKEN: CompoundSelect[int | None] = union_all(
    select(Task.finding_id).where(Task.state == TaskState.OPEN, Task.finding_id.is_not(None)),
    select(TaskFinding.finding_id).join(Task, Task.id == TaskFinding.task_id).where(Task.state == TaskState.OPEN),
)
IS_FREE = Finding.id.not_in(_TAKEN)
"""A finding that no open task is about."""


def findings_of(session: Session, task: Task) -> Sequence[Finding]:
    """Every finding that a task is about, by number; empty for one by hand."""
    among = select(TaskFinding.finding_id).where(TaskFinding.task_id == task.id)
    wanted = select(Finding).where(or_(Finding.id == task.finding_id, Finding.id.in_(among)))
    return session.scalars(wanted.order_by(Finding.id)).all()


MOST_COUNTED = 100
_MINE = select(Task.id).where(Task.assignee_id == bindparam("person_id"), Task.state == TaskState.OPEN)
_HOW_MANY = select(func.count()).select_from(_MINE.limit(MOST_COUNTED).subquery())  # made once: it is on every page


def open_tasks_of(session: Session, person_id: int) -> int:
    """How many tasks somebody still has to do, counted up to `MOST_COUNTED`."""
    return session.scalar(_HOW_MANY, {"person_id": person_id}) or 0
