"""Tasks: listed, made by hand or from findings, changed, done, opened again, called off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.slots import shown_in
from editorial.domain.tasks import Closing, TaskKind, TaskState
from editorial.services import task_lists, task_making, task_pages, tasks
from editorial.services.task_making import (
    LONGEST_NOTE,
    LONGEST_TITLE,
    LONGEST_URL,
    MOST_TOGETHER,
    TaskDraft,
    TemplateKey,
)
from editorial.services.task_pages import WantedTasks, When, Whose
from editorial.store import tasks as store
from editorial.store.base import reading
from editorial.store.tasks import Task
from editorial.web.api.contract import ONE_LINE, WHOLE, Asked, Day, Given, Id, Shown, done_once, operation
from editorial.web.api.errors import WithSides
from editorial.web.api.items import Limit
from editorial.web.context import deps, person, say, zone

bp = Blueprint("tasks", __name__)


class TaskShown(Shown):
    """What somebody has to do."""

    id: int
    version: int
    title: str
    """Its own, else that of the rule of its findings."""
    kind: TaskKind
    state: TaskState
    called_off: bool
    """Closed without being done: nobody has to do it any more."""
    late: bool
    note: str
    rule: str | None
    url: str | None
    site_id: int | None
    item_id: int | None
    finding_ids: list[int]
    assignee_id: int | None
    due_on: date | None
    created_at: datetime
    created_by: int | None
    closed_at: datetime | None
    closed_by: int | None
    closed_how: Closing | None
    """`proof`: an audit fetched the page again, and the rule passed."""
    proven_at: datetime | None
    returned_at: datetime | None


class Tasks(Shown):
    """One page of tasks: open ones by their day, others the newest first."""

    tasks: list[TaskShown]
    next: str | None


class TasksAsked(Asked):
    """Which tasks; what is left out asks nothing."""

    state: When = When.OPEN
    whose: Whose = Whose.ALL
    assignee: Id | None = None
    site: Id | None = None
    item: Id | None = None
    finding: Id | None = None
    rule: Annotated[str, Field(max_length=80)] = ""
    after: Annotated[str, Field(max_length=40)] = ""
    limit: Limit = 50


class TaskGiven(Given):
    """What a task may be made of."""

    title: Annotated[str, Field(max_length=LONGEST_TITLE), ONE_LINE] = ""
    kind: TaskKind = TaskKind.OTHER
    note: Annotated[str, Field(max_length=LONGEST_NOTE), WHOLE] = ""
    assignee_id: Id | None = None
    due_on: Day | None = None
    item_id: Id | None = None
    site_id: Id | None = None
    url: Annotated[str, Field(max_length=LONGEST_URL), ONE_LINE] = ""
    """A page: a whole address, or a path on the site."""


class NewTask(TaskGiven):
    """A task by hand, which needs a title; or one about open findings of one rule, which takes the rest from them."""

    findings: Annotated[list[Id], Field(max_length=MOST_TOGETHER)] = Field(default_factory=list)
    template: Annotated[str, Field(max_length=120)] = ""
    """Key of a page template: with `rule` and `site_id`, all open findings of the rule on its pages."""
    rule: Annotated[str, Field(max_length=80)] = ""


class TaskPatch(TaskGiven):
    """What is to be changed; what is left out stays as it is."""

    version: Id


class TaskWish(Given):
    """No more has to be said."""


_OF_FINDINGS = ("title", "kind", "item_id", "site_id", "url")


@bp.get("/tasks")
@operation(Permission.READ, "List tasks: open ones by their day, others the newest first.", Tasks, query=TasksAsked)
def task_list(query: TasksAsked) -> Tasks:
    """One page of tasks."""
    wanted = WantedTasks(
        person().id,
        whose=query.whose,
        when=query.state,
        site_id=query.site,
        rule=query.rule.replace("\x00", ""),
        item_id=query.item,
        finding_id=query.finding,
        assignee_id=query.assignee,
    )
    with reading(deps().sessions) as session:
        found = task_pages.board(session, wanted, _today(), after=query.after, page=query.limit)
        shown = task_lists.facts(session, found.tasks, say)
    return Tasks(tasks=[TaskShown(**one) for one in shown], next=found.after)


@bp.get("/tasks/<int:task_id>")
@operation(Permission.READ, "Read a task.", TaskShown)
def task_one(task_id: int) -> TaskShown:
    """One task."""
    with reading(deps().sessions) as session:
        return _shown(session, task_id)


@bp.post("/tasks")
@operation(
    Permission.WRITE_CONTENT,
    "Make a task by hand, or one about open findings of one rule.",
    TaskShown,
    body=NewTask,
    status=201,
    keyed=True,
)
def task_made(body: NewTask) -> Response:
    """A new task. Whom it is given to is told."""

    def act(session: Session) -> TaskShown:
        if body.template:
            made = _of_template(session, body)
        elif body.findings:
            made = _of_findings(session, body)
        else:
            made = task_making.make(session, deps(), person(), _draft(TaskDraft(), body, set(type(body).model_fields)))
        return _shown(session, made.id)

    return done_once(act, status=201)


@bp.patch("/tasks/<int:task_id>")
@operation(Permission.WRITE_CONTENT, "Change fields of a task.", TaskShown, body=TaskPatch)
def task_changed(task_id: int, body: TaskPatch) -> TaskShown:
    """Some fields of a task."""
    sent = body.model_fields_set - {"version"}
    try:
        with deps().sessions.begin() as session:
            before = task_making.draft_of(store.get_task(session, task_id))
            draft = _draft(before, body, sent)
            task_making.save(session, deps(), person(), task_id, draft, version=body.version)
            return _shown(session, task_id)
    except StaleVersion as error:
        with reading(deps().sessions) as session:
            theirs = _shown(session, task_id).model_dump(mode="json")
        yours = body.model_dump(mode="json", include=sent | {"version"})
        kept = {name: value for name, value in theirs.items() if name in sent | {"version", "state"}}
        raise WithSides(error, yours=yours, theirs=kept) from error


@bp.post("/tasks/<int:task_id>/done")
@operation(Permission.WRITE_CONTENT, "Close a task: it is done.", TaskShown, body=TaskWish, keyed=True)
def task_done(task_id: int, body: TaskWish) -> Response:
    """Done."""
    return _decided(task_id, lambda session: tasks.close(session, deps(), person(), task_id))


@bp.post("/tasks/<int:task_id>/reopen")
@operation(Permission.WRITE_CONTENT, "Open a task again.", TaskShown, body=TaskWish, keyed=True)
def task_reopened(task_id: int, body: TaskWish) -> Response:
    """To be done after all."""
    return _decided(task_id, lambda session: tasks.reopen(session, deps(), person(), task_id))


@bp.post("/tasks/<int:task_id>/call-off")
@operation(
    Permission.WRITE_CONTENT,
    "Close a task that nobody has to do any more; no audit opens it again.",
    TaskShown,
    body=TaskWish,
    keyed=True,
)
def task_called_off(task_id: int, body: TaskWish) -> Response:
    """Not to be done."""
    return _decided(task_id, lambda session: tasks.call_off(session, deps(), person(), task_id))


def _decided(task_id: int, decide: Callable[[Session], Task]) -> Response:
    def act(session: Session) -> TaskShown:
        decide(session)
        return _shown(session, task_id)

    return done_once(act)


def _of_template(session: Session, body: NewTask) -> Task:
    _take_rest_from_findings(body, ("title", "kind", "item_id", "url", "findings"))
    if body.site_id is None or not body.rule:
        raise EditorialError(
            Message(N_("A task about a template needs “%(field)s”."), {"field": "rule" if body.site_id else "site_id"}),
            hint=Message(N_("Say the site and the rule whose findings it is to take.")),
            field="rule" if body.site_id else "site_id",
        )
    return task_making.make_for_template(
        session,
        deps(),
        person(),
        TemplateKey(body.site_id, body.rule.replace("\x00", ""), body.template.replace("\x00", "")),
        assignee_id=body.assignee_id,
        due_on=body.due_on,
        note=body.note.strip(),
    )


def _take_rest_from_findings(body: NewTask, names: tuple[str, ...]) -> None:
    wrong = next((name for name in names if name in body.model_fields_set), None)
    if wrong is not None:
        raise EditorialError(
            Message(N_("A task about findings takes “%(field)s” from them."), {"field": wrong}),
            hint=Message(N_("Leave it out.")),
            field=wrong,
        )


def _of_findings(session: Session, body: NewTask) -> Task:
    _take_rest_from_findings(body, _OF_FINDINGS)
    return task_making.make_together(
        session,
        deps(),
        person(),
        body.findings,
        assignee_id=body.assignee_id,
        due_on=body.due_on,
        note=body.note.strip(),
    )


def _draft(before: TaskDraft, body: TaskGiven, sent: set[str]) -> TaskDraft:
    known = set(TaskGiven.model_fields) & sent
    values = {name: getattr(body, name) for name in known}
    if "note" in values:
        values["note"] = body.note.strip()
    return replace(before, **values)


def _shown(session: Session, task_id: int) -> TaskShown:
    session.flush()
    view = task_pages.task_page(session, task_id, _today()).view
    (shown,) = task_lists.facts(session, [view], say)
    return TaskShown(**shown)


def _today() -> date:
    return shown_in(deps().now(), zone()).date()
