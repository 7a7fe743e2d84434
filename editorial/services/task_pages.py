"""What the pages of tasks show: the board of everybody's tasks, and the tasks of a finding or an item."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, lazyload

from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.findings import CLOSED, OPEN
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.tasks import TaskState, is_late
from editorial.services import findings
from editorial.services.task_making import MOST_TOGETHER
from editorial.store import history
from editorial.store import tasks as store
from editorial.store.audit import RANK, Finding
from editorial.store.content import ContentItem, Site
from editorial.store.history import HistoryEvent
from editorial.store.people import Person
from editorial.store.tasks import Task, TaskFinding

PAGE = 50
NO_DAY = date(9999, 12, 31)
"""Where a task without a day stands: last."""


class Whose(StrEnum):
    """Whose tasks somebody wants to see."""

    MINE = "mine"
    ALL = "all"
    NOBODY = "nobody"


class When(StrEnum):
    """Which tasks somebody wants to see."""

    OPEN = "open"
    LATE = "late"
    DONE = "done"
    ALL = "all"


@dataclass(frozen=True)
class WantedTasks:
    """Which tasks are listed; what is empty asks nothing."""

    viewer_id: int
    whose: Whose = Whose.ALL
    when: When = When.OPEN
    site_id: int | None = None
    rule: str = ""
    item_id: int | None = None
    finding_id: int | None = None
    assignee_id: int | None = None

    @property
    def filtered(self) -> bool:
        """Whether a site or a rule hides some."""
        return self.site_id is not None or bool(self.rule)


class Shared(NamedTuple):
    """How many findings share a task, and how many of them are wrong no more."""

    all: int
    mended: int


@dataclass(frozen=True)
class TaskView:
    """A task with what it is about."""

    task: Task
    finding: Finding | None
    item_title: str | None
    item_language: Language | None
    assignee: Person | None
    late: bool
    shared: Shared | None = None

    @property
    def name(self) -> Message | str:
        """Its own title, or what its finding is called."""
        return self.task.title or (findings.title_of(self.finding.rule) if self.finding is not None else "")

    @property
    def page(self) -> str:
        """Address of the page it is about, or empty; of several none."""
        if self.shared is not None:
            return ""
        return self.finding.url if self.finding is not None else self.task.url

    @property
    def still_seen(self) -> bool:
        """Closed by hand, though the last audit still saw its finding."""
        task, finding = self.task, self.finding
        return (
            task.closed_at is not None
            and not task.called_off
            and finding is not None
            and finding.state in OPEN
            and finding.last_seen_at > task.closed_at
        )


@dataclass(frozen=True)
class Board:
    """One page of tasks; `after` begins the next one."""

    tasks: Sequence[TaskView]
    total: int
    after: str | None


@dataclass(frozen=True)
class Choice:
    """Findings that one task may take: those shown, how many there are, and how many are open at all."""

    findings: Sequence[Finding]
    free: int
    open: int


@dataclass(frozen=True)
class Happened:
    """One line of a task's history. `who` is None for an audit."""

    at: datetime
    who: str | None
    says: Message


@dataclass(frozen=True)
class TaskPage:
    """One task with everything about it."""

    view: TaskView
    findings: Sequence[Finding]
    site: Site | None
    maker: str | None
    trail: Sequence[Happened]


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


def board(session: Session, wanted: WantedTasks, today: date, *, after: str = "", page: int = PAGE) -> Board:
    """One page of tasks: open ones by their day, others the newest first.

    Raises:
        BadTaskPlace: `after` is not `after` of a page before.
    """
    where = _conditions(wanted, today)
    total = session.scalar(select(func.count()).select_from(Task).where(*where)) or 0
    rows = _joined().where(*where)
    by_day = wanted.when in (When.OPEN, When.LATE)
    if not by_day:
        rows = rows.order_by(Task.id.desc())
        rows = rows.where(Task.id < _number(after)) if after else rows
    else:
        rows = rows.order_by(_DUE, Task.id)
        if after:
            day, _, number = after.partition(".")
            rows = rows.where(tuple_(_DUE, Task.id) > tuple_(literal(_day(day)), literal(_number(number))))
    found = _views(session, rows.limit(page + 1), today)
    following = None
    if len(found) > page:
        last = found[page - 1].task
        following = f"{(last.due_on or NO_DAY).isoformat()}.{last.id}" if by_day else str(last.id)
    return Board(found[:page], total, following)


def counts(session: Session, wanted: WantedTasks, today: date) -> dict[tuple[Whose, When], int]:
    """How many tasks stand behind each open or late choice, under the same site and rule."""
    choices = [(whose, when) for whose in Whose for when in (When.OPEN, When.LATE)]
    columns = [
        func.count().filter(*_conditions(replace(wanted, whose=whose, when=when), today)) for whose, when in choices
    ]
    found = session.execute(select(*columns).select_from(Task).where(Task.state == TaskState.OPEN)).one()
    return dict(zip(choices, found, strict=True))


def to_be_shared(session: Session, site_id: int, rule: str, template: str = "") -> Choice:
    """The open findings of a rule on a site that have no task yet, the worst first; not more than one task takes.

    Args:
        template: of the pages that this template makes alone; one task takes them all.
    """
    all_open = [Finding.site_id == site_id, Finding.rule == rule, Finding.state.in_(OPEN)]
    if template:
        all_open.append(Finding.template == template)
    free = (*all_open, store.IS_FREE)
    rows = select(Finding).where(*free).order_by(RANK, Finding.url, Finding.id)
    count = select(func.count()).select_from(Finding)
    return Choice(
        session.scalars(rows.limit(MOST_TOGETHER)).all(),
        session.scalar(count.where(*free)) or 0,
        session.scalar(count.where(*all_open)) or 0,
    )


def rules_of_tasks(session: Session) -> Sequence[str]:
    """Every rule that a task is about."""
    return session.scalars(select(Task.rule).where(Task.rule != "").distinct().order_by(Task.rule)).all()


def task_page(session: Session, task_id: int, today: date) -> TaskPage:
    """One task, or `NotFound`."""
    found = _views(session, _joined().where(Task.id == task_id), today)
    if not found:
        raise NotFound
    task = found[0].task
    return TaskPage(
        view=found[0],
        findings=store.findings_of(session, task),
        site=session.get(Site, task.site_id) if task.site_id is not None else None,
        maker=session.scalar(select(Person.name).where(Person.id == task.created_by)),
        trail=_trail(session, task_id),
    )


def of_finding(session: Session, finding_id: int, today: date) -> Sequence[TaskView]:
    """Every task about a finding, the newest first."""
    return _views(session, _joined().where(store.is_about(finding_id)).order_by(Task.id.desc()), today)


def of_item(session: Session, item_id: int, today: date, *, limit: int = 20) -> Sequence[TaskView]:
    """The tasks of an item: open ones by their day, then the done."""
    shared = select(TaskFinding.task_id).join(Finding, Finding.id == TaskFinding.finding_id)
    mine = or_(Task.item_id == item_id, Task.id.in_(shared.where(Finding.content_item_id == item_id)))
    wanted = _joined().where(mine).order_by(Task.state.desc(), _DUE, Task.id)
    return _views(session, wanted.limit(limit), today)


def marks_of_items(session: Session, item_ids: Sequence[int], out: Sequence[int]) -> Marks:
    """Open findings of the items that are out, and open tasks of all; items without one are left out. For cards."""
    if not item_ids:
        return Marks({}, {})
    open_ones = select(Task.item_id.label("item"), literal(0).label("findings"), func.count().label("count"))
    asked = open_ones.where(Task.item_id.in_(item_ids), Task.state == TaskState.OPEN).group_by(Task.item_id)
    shared = (  # a task about pages of several items stands at each of them
        select(Finding.content_item_id, literal(0), func.count(Task.id.distinct()))
        .join_from(Task, TaskFinding, TaskFinding.task_id == Task.id)
        .join(Finding, Finding.id == TaskFinding.finding_id)
        .where(Task.state == TaskState.OPEN, Task.item_id.is_(None), Finding.content_item_id.in_(item_ids))
        .group_by(Finding.content_item_id)
    )
    parts = [asked, shared]
    if out:
        finding = select(Finding.content_item_id, literal(1), func.count())
        of_out = finding.where(Finding.content_item_id.in_(out), Finding.state.in_(OPEN))
        parts.append(of_out.group_by(Finding.content_item_id))
    marks: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    for item, of_finding, count in session.execute(union_all(*parts)):
        marks[bool(of_finding)][int(item or 0)] += count
    return Marks(dict(marks[1]), dict(marks[0]))


def _conditions(wanted: WantedTasks, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.when is not When.ALL:
        found.append(Task.state == (TaskState.DONE if wanted.when is When.DONE else TaskState.OPEN))
    if wanted.when is When.LATE:
        found.append(Task.due_on < today)
    if wanted.whose is Whose.MINE:
        found.append(Task.assignee_id == wanted.viewer_id)
    if wanted.whose is Whose.NOBODY:
        found.append(Task.assignee_id.is_(None))
    for column, value in (
        (Task.site_id, wanted.site_id),
        (Task.rule, wanted.rule or None),
        (Task.item_id, wanted.item_id),
        (Task.assignee_id, wanted.assignee_id),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.finding_id is not None:
        found.append(store.is_about(wanted.finding_id))
    return found


def _joined() -> Joined:
    columns = select(Task, Finding, ContentItem.title, ContentItem.language, Person)
    joined = columns.outerjoin(Finding, Finding.id == Task.finding_id)
    joined = joined.outerjoin(ContentItem, ContentItem.id == Task.item_id)
    return joined.outerjoin(Person, Person.id == Task.assignee_id).options(lazyload(Person.grants))


def _views(session: Session, wanted: Joined, today: date) -> list[TaskView]:
    rows = session.execute(wanted).all()
    shared = _shared(session, [row[0].id for row in rows if row[0].finding_id is not None])
    return [
        TaskView(task, finding, title, language, person, is_late(task.state, task.due_on, today), shared.get(task.id))
        for task, finding, title, language, person in rows
    ]


def _shared(session: Session, task_ids: Sequence[int]) -> dict[int, Shared]:
    if not task_ids:
        return {}
    mended = func.count().filter(Finding.state.in_(CLOSED))
    wanted = select(TaskFinding.task_id, func.count(), mended).join(Finding, Finding.id == TaskFinding.finding_id)
    found = session.execute(wanted.where(TaskFinding.task_id.in_(task_ids)).group_by(TaskFinding.task_id))
    return {task_id: Shared(count, done) for task_id, count, done in found}


def _trail(session: Session, task_id: int) -> Sequence[Happened]:
    events = history.of_entity(session, "task", task_id)
    ids = {one.actor_id for one in events} | {one.after.get("assignee_id") for one in events}
    names = {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))}
    return [Happened(one.at, names.get(one.actor_id or 0), _says(one, names)) for one in events]


_SAYS = {
    "task.made": Message(N_("Made the task")),
    "task.closed": Message(N_("Closed it: done")),
    "task.called_off": Message(N_("Called it off")),
    "task.reopened": Message(N_("Opened it again")),
    "task.proven": Message(N_("Proved the repair")),
    "task.returned": Message(N_("Saw it again, and opened the task")),
}
_CHANGED = {
    "title": Message(N_("Changed the title")),
    "note": Message(N_("Changed the note")),
    "kind": Message(N_("Changed the kind")),
    "url": Message(N_("Changed what it is about")),
    "item_id": Message(N_("Changed what it is about")),
    "site_id": Message(N_("Changed what it is about")),
}


def _says(event: HistoryEvent, names: Mapping[int, str]) -> Message:
    """What somebody did, in a few words: of a change the most important part."""
    after = event.after
    if event.action != "task.changed":
        return _SAYS.get(event.action, Message(N_("Changed")))
    if "assignee_id" in after:
        name = names.get(after["assignee_id"] or 0)
        return (
            Message(N_("Gave it to %(name)s"), {"name": name})
            if name
            else Message(N_("Took it from whom it was given"))
        )
    if "due_on" in after:
        day = after["due_on"]
        if day is None:
            return Message(N_("Took its day away"))
        return Message(N_("Moved its day to %(day)s"), {"day": date.fromisoformat(day)})
    return next((says for name, says in _CHANGED.items() if name in after), Message(N_("Changed")))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadTaskPlace from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadTaskPlace
    return int(text)
