"""What the pages of tasks show: the board of everybody's tasks, and the tasks of a finding or an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session, lazyload

from editorial.domain.errors import EditorialError
from editorial.domain.findings import OPEN, FindingState
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.tasks import TaskState, is_late
from editorial.services import findings
from editorial.store.audit import Finding
from editorial.store.content import ContentItem
from editorial.store.people import Person
from editorial.store.tasks import Task

PAGE = 50
NO_DAY = date(9999, 12, 31)
"""Where a task without a day stands: last."""


class Whose(StrEnum):
    """Whose tasks somebody wants to see."""

    MINE = "mine"
    ALL = "all"


class When(StrEnum):
    """Which tasks somebody wants to see."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"


@dataclass(frozen=True)
class TaskView:
    """A task with what it is about."""

    task: Task
    finding: Finding | None
    item_title: str | None
    item_language: Language | None
    assignee: Person | None
    late: bool

    @property
    def name(self) -> Message | str:
        """Its own title, or what its finding is called."""
        return self.task.title or (findings.title_of(self.finding.rule) if self.finding is not None else "")

    @property
    def still_seen(self) -> bool:
        """Closed by hand, though the last audit still saw its finding."""
        task, finding = self.task, self.finding
        return (
            task.closed_at is not None
            and finding is not None
            and finding.state in OPEN
            and finding.last_seen_at > task.closed_at
        )

    @property
    def proof_ahead(self) -> bool:
        """Whether the next audit may prove it."""
        return self.finding is not None and self.finding.state is not FindingState.FIXED


@dataclass(frozen=True)
class Board:
    """One page of tasks; `after` begins the next one."""

    tasks: Sequence[TaskView]
    total: int
    after: str | None


class Marks(NamedTuple):
    """Open findings and open tasks by item."""

    findings: Mapping[int, int]
    tasks: Mapping[int, int]


class BadTaskPlace(EditorialError):
    """The address names a place in the list that cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            Message(N_("This address names a place in the list that does not exist.")),
            hint=Message(N_("Begin at the first page.")),
        )


_DUE = func.coalesce(Task.due_on, NO_DAY)
Joined = Select[Task, Finding | None, str | None, Language | None, Person | None]


def board(session: Session, viewer_id: int, today: date, *, whose: Whose, when: When, after: str = "") -> Board:
    """One page of tasks: open ones by their day, done ones the newest first.

    Raises:
        BadTaskPlace: `after` is not `after` of a page before.
    """
    where = _conditions(viewer_id, today, whose, when)
    total = session.scalar(select(func.count()).select_from(Task).where(*where)) or 0
    rows = _joined().where(*where)
    if when is When.DONE:
        rows = rows.order_by(Task.id.desc())
        rows = rows.where(Task.id < _number(after)) if after else rows
    else:
        rows = rows.order_by(_DUE, Task.id)
        if after:
            day, _, number = after.partition(".")
            rows = rows.where(tuple_(_DUE, Task.id) > tuple_(literal(_day(day)), literal(_number(number))))
    found = _views(session, rows.limit(PAGE + 1), today)
    following = None
    if len(found) > PAGE:
        last = found[PAGE - 1].task
        following = str(last.id) if when is When.DONE else f"{(last.due_on or NO_DAY).isoformat()}.{last.id}"
    return Board(found[:PAGE], total, following)


def counts(session: Session, viewer_id: int, today: date) -> dict[tuple[Whose, When], int]:
    """How many tasks stand behind each open or late choice."""
    return {
        (whose, when): session.scalar(
            select(func.count()).select_from(Task).where(*_conditions(viewer_id, today, whose, when))
        )
        or 0
        for whose in Whose
        for when in (When.OPEN, When.LATE)
    }


def of_finding(session: Session, finding_id: int, today: date) -> Sequence[TaskView]:
    """Every task about a finding, the newest first."""
    return _views(session, _joined().where(Task.finding_id == finding_id).order_by(Task.id.desc()), today)


def of_item(session: Session, item_id: int, today: date, *, limit: int = 20) -> Sequence[TaskView]:
    """The tasks of an item: open ones by their day, then the done."""
    wanted = _joined().where(Task.item_id == item_id).order_by(Task.state.desc(), _DUE, Task.id)
    return _views(session, wanted.limit(limit), today)


def marks_of_items(session: Session, item_ids: Sequence[int], out: Sequence[int]) -> Marks:
    """Open findings of the items that are out, and open tasks of all; items without one are left out. For cards."""
    if not item_ids:
        return Marks({}, {})
    task = select(Task.item_id.label("item"), literal(0).label("findings"), func.count().label("count"))
    asked = task.where(Task.item_id.in_(item_ids), Task.state == TaskState.OPEN).group_by(Task.item_id)
    if out:
        finding = select(Finding.content_item_id, literal(1), func.count())
        of_out = finding.where(Finding.content_item_id.in_(out), Finding.state.in_(OPEN))
        rows = session.execute(union_all(asked, of_out.group_by(Finding.content_item_id))).all()
    else:
        rows = session.execute(asked).all()
    found = [(int(item or 0), bool(of_finding), count) for item, of_finding, count in rows]
    return Marks(
        {item: count for item, of_finding, count in found if of_finding},
        {item: count for item, of_finding, count in found if not of_finding},
    )


def _conditions(viewer_id: int, today: date, whose: Whose, when: When) -> list[ColumnElement[bool]]:
    found = [Task.state == (TaskState.DONE if when is When.DONE else TaskState.OPEN)]
    if whose is Whose.MINE:
        found.append(Task.assignee_id == viewer_id)
    if when is When.LATE:
        found.append(Task.due_on < today)
    return found


def _joined() -> Joined:
    columns = select(Task, Finding, ContentItem.title, ContentItem.language, Person)
    joined = columns.outerjoin(Finding, Finding.id == Task.finding_id)
    joined = joined.outerjoin(ContentItem, ContentItem.id == Task.item_id)
    return joined.outerjoin(Person, Person.id == Task.assignee_id).options(lazyload(Person.grants))


def _views(session: Session, wanted: Joined, today: date) -> list[TaskView]:
    return [
        TaskView(task, finding, title, language, person, is_late(task.state, task.due_on, today))
        for task, finding, title, language, person in session.execute(wanted)
    ]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadTaskPlace from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadTaskPlace
    return int(text)
