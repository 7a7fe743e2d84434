"""Tasks: made from a finding with one click, closed by hand or by the audit that proves the repair."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.findings import OPEN, FindingState
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.slots import shown_in
from editorial.domain.tasks import Closing, TaskKind, TaskState, due_day
from editorial.services import findings, notices
from editorial.services.deps import Deps
from editorial.store import content, history
from editorial.store import tasks as store
from editorial.store.audit import Audit, AuditTrigger, Finding
from editorial.store.base import reading
from editorial.store.people import Person
from editorial.store.tasks import Task, TaskFinding

log = structlog.get_logger()
JUST_ENDED = timedelta(minutes=30)
"""How far back the clock looks for audits of published pages whose owners were not told."""


class BadTask(EditorialError):
    """The task cannot be like that."""


# -- making and closing -------------------------------------------------------------------------------------------


def make_for_finding(session: Session, deps: Deps, actor: Person, finding_id: int) -> Task:
    """A task for the owner of the piece behind a finding, or for who asks; the open one, if there is one already.

    Raises:
        BadTask: nothing is wrong any more. NotFound: no such finding.
    """
    finding = session.get(Finding, finding_id, with_for_update=True)
    if finding is None:
        raise NotFound
    existing = store.open_task_of(session, finding_id)
    if existing is not None:
        return existing
    if finding.state not in OPEN:
        raise BadTask(Message(N_("Only an open finding needs a task.")), hint=Message(N_("Look at the finding again.")))
    item = content.get_item(session, finding.content_item_id) if finding.content_item_id else None
    site = content.get_site(session, finding.site_id)
    today = shown_in(deps.now(), ZoneInfo(site.zone)).date()
    owner = item.owner if item is not None and item.owner is not None and item.owner.active else actor
    return record_made(
        session,
        deps,
        actor,
        Task(
            kind=TaskKind.FIX,
            item_id=finding.content_item_id,
            finding_id=finding.id,
            site_id=finding.site_id,
            rule=finding.rule,
            assignee_id=owner.id,
            due_on=due_day(finding.severity, today),
        ),
    )


def record_made(session: Session, deps: Deps, actor: Person, task: Task, findings_too: Sequence[int] = ()) -> Task:
    """Write a new task with the findings it shares, its history, and the notice of whom it is given to."""
    task.created_at, task.created_by = deps.now(), actor.id
    session.add(task)
    session.flush()
    session.add_all(TaskFinding(task_id=task.id, finding_id=one) for one in findings_too)
    session.flush()
    record(session, deps, actor, task, "task.made", after=_of_whom(task))
    tell_assigned(session, deps, actor, task)
    return task


def close(session: Session, deps: Deps, actor: Person, task_id: int) -> Task:
    """Close a task by hand: it is done. The caller commits."""
    task = store.get_task(session, task_id)
    if task.state is TaskState.OPEN:
        _close(task, deps.now(), Closing.HAND, actor.id)
        record(session, deps, actor, task, "task.closed", after=_of_whom(task))
    return task


def call_off(session: Session, deps: Deps, actor: Person, task_id: int) -> Task:
    """Close a task that nobody has to do any more. No audit opens it again. The caller commits.

    Raises:
        BadTask: it is closed already.
    """
    task = store.get_task(session, task_id)
    if task.state is not TaskState.OPEN:
        raise BadTask(Message(N_("This task is closed already.")), hint=Message(N_("Look at it again.")))
    _close(task, deps.now(), Closing.HAND, actor.id)
    task.called_off = True
    record(session, deps, actor, task, "task.called_off", after=_of_whom(task))
    _tell_of_decision(session, deps, actor, task, CALLED_OFF)
    return task


def reopen(session: Session, deps: Deps, actor: Person, task_id: int) -> Task:
    """Open a task again. The caller commits.

    Raises:
        BadTask: one of its findings has another open task by now.
    """
    task = store.get_task(session, task_id)
    if task.state is TaskState.DONE:
        about = {one.id for one in store.findings_of(session, task)}
        if store.free_of_tasks(session, about) < about:
            raise BadTask(
                Message(N_("There is another open task about this finding.")), hint=Message(N_("Use that one."))
            )
        _open(task)
        record(session, deps, actor, task, "task.reopened", after=_of_whom(task))
        _tell_of_decision(session, deps, actor, task, REOPENED)
    return task


def _close(task: Task, now: datetime, how: Closing, actor_id: int | None) -> None:
    task.state, task.closed_at, task.closed_how, task.closed_by = TaskState.DONE, now, how, actor_id


def _open(task: Task) -> None:
    task.state, task.closed_at, task.closed_how, task.closed_by = TaskState.OPEN, None, None, None
    task.called_off = False


def record(
    session: Session,
    deps: Deps,
    actor: Person | None,
    task: Task,
    action: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Leave what happened to a task in its history; without an actor an audit did it."""
    actor_id = actor.id if actor is not None else None
    history.record(
        session,
        at=deps.now(),
        actor_id=actor_id,
        action=action,
        entity="task",
        entity_id=task.id,
        before=dict(before or {}),
        after=dict(after or {}),
    )
    log.info(action, task_id=task.id)


def _of_whom(task: Task) -> dict[str, object]:
    return {"assignee": task.assignee_id, "due_on": task.due_on.isoformat() if task.due_on else None}


# -- what an audit proves -----------------------------------------------------------------------------------------


def settle(deps: Deps) -> dict[str, int]:
    """Close tasks whose finding an audit proved fixed, and open those whose finding came back. For the clock.

    It compares what is stored, so that a process that died between an audit and this loses nothing.
    """
    with reading(deps.sessions) as session:
        if session.scalar(_fixed().limit(1)) is None and session.scalar(_returned().limit(1)) is None:
            return {}
    done = {"proven": 0, "returned": 0}
    with deps.sessions.begin() as session:
        for task in session.scalars(_fixed().with_for_update(of=Task)):
            about = store.findings_of(session, task)
            if task.state is TaskState.OPEN:
                _close(task, deps.now(), Closing.PROOF, None)
                record(session, deps, None, task, "task.proven", after=_of_whom(task))
                done["proven"] += 1
            task.proven_at = max(one.fixed_at for one in about if one.fixed_at is not None)
            _tell(session, deps, task, about, PROVEN)
        for task in session.scalars(_returned().with_for_update(of=Task)):
            about = [one for one in store.findings_of(session, task) if one.state in OPEN]
            task.returned_at, task.proven_at = max(one.last_seen_at for one in about), None
            if len(store.free_of_tasks(session, [one.id for one in about])) == len(about):
                _open(task)
                record(session, deps, None, task, "task.returned", after=_of_whom(task))
                done["returned"] += 1
                _tell(session, deps, task, about, RETURNED)
            session.flush()
    return done


_SHARED = select(TaskFinding.task_id).where(TaskFinding.task_id == Task.id).exists()


def _alone(state: ColumnElement[bool]) -> ColumnElement[bool]:
    """A task about one finding, which stands like this."""
    return and_(select(Finding.id).where(Finding.id == Task.finding_id, state).exists(), ~_SHARED)


def _among(state: ColumnElement[bool]) -> ColumnElement[bool]:
    """A task about several findings, of which one at least stands like this."""
    joined = select(TaskFinding.task_id).join(Finding, Finding.id == TaskFinding.finding_id)
    return joined.where(TaskFinding.task_id == Task.id, state).exists()


def _fixed() -> Select[Task]:
    """Tasks whose finding is fixed and that do not know it; of several none may be open any more.

    What is muted or gone does not hold up the others, and proves nothing by itself. A proof counts once: who opens a
    proven task again knows of it.
    """
    unknown = or_(Task.proven_at.is_(None), Finding.fixed_at > Task.proven_at)
    mended = and_(Finding.state == FindingState.FIXED, Finding.fixed_at >= Task.created_at, unknown)
    all_mended = and_(_among(mended), ~_among(Finding.state.in_(OPEN)))
    about = (Task.finding_id.is_not(None), ~Task.called_off, or_(_alone(mended), all_mended))
    return select(Task).where(*about).order_by(Task.id)


def _returned() -> Select[Task]:
    """Tasks that were proven done and whose finding is open again."""
    proven = and_(Task.state == TaskState.DONE, Task.proven_at.is_not(None), ~Task.called_off)
    back = Finding.state.in_(OPEN)
    return select(Task).where(proven, or_(_alone(back), _among(back))).order_by(Task.id.desc())


# -- telling ------------------------------------------------------------------------------------------------------

PUBLISHED = NP_(
    "“%(title)s” is out, and its page has %(count)s open finding.",
    "“%(title)s” is out, and its page has %(count)s open findings.",
)
Sentences = tuple[str, str, tuple[str, str]]
PROVEN: Sentences = (
    "task-proven",
    N_("The audit has proven the repair of %(page)s: %(finding)s. Its task is closed."),
    NP_(
        "The audit has proven the repair of %(count)s page: %(finding)s. Its task is closed.",
        "The audit has proven the repair of %(count)s pages: %(finding)s. Their task is closed.",
    ),
)
RETURNED: Sentences = (
    "task-returned",
    N_("%(finding)s is back on %(page)s. Its task is open again."),
    NP_(
        "%(finding)s is back on %(count)s page. Its task is open again.",
        "%(finding)s is back on %(count)s pages. Their task is open again.",
    ),
)
ASSIGNED = "task-assigned"
ASSIGNED_FINDING = N_("%(name)s gave you a task until %(day)s: %(finding)s on %(page)s.")
ASSIGNED_UNTIL = N_("%(name)s gave you a task until %(day)s: %(title)s.")
ASSIGNED_PLAIN = N_("%(name)s gave you a task: %(title)s.")
CALLED_OFF = ("task-called-off", N_("%(name)s called your task off: %(title)s."))
REOPENED = ("task-reopened", N_("%(name)s opened your task again: %(title)s."))
ON_PAGES = NP_("%(finding)s on %(count)s page", "%(finding)s on %(count)s pages")


def name_of(session: Session, task: Task) -> Message | str:
    """Its own title; else what its finding is called, of several with the number of their pages."""
    if task.title or not task.rule:
        return task.title
    pages = _pages(store.findings_of(session, task))
    title = findings.title_of(task.rule)
    return Message.counted(ON_PAGES, pages, finding=title) if pages > 1 else title


def _pages(about: Sequence[Finding]) -> int:
    return len({one.n2 for one in about})


def _tell(session: Session, deps: Deps, task: Task, about: Sequence[Finding], what: Sentences) -> None:
    person = session.get(Person, task.assignee_id) if task.assignee_id else None
    if person is None or not about:
        return
    kind, one_page, many_pages = what
    last = max(about, key=lambda one: (one.last_audit_id, one.id))
    said: dict[str, object] = {"finding": findings.title_of(last.rule), "page": last.url}
    pages = _pages(about)
    notices.notify(
        session,
        deps,
        [person],
        kind=kind,
        dedupe_key=f"{kind}:{task.id}:{last.last_audit_id}:{last.fixed_at or ''}",
        message=Message.counted(many_pages, pages, **said) if pages > 1 else Message(one_page, said),
        link=link_of(task, about),
        cause=f"tasks:{last.site_id}",
    )


def link_of(task: Task, about: Sequence[Finding]) -> str:
    """Where a task is seen best: beside its finding, else on its own page."""
    return f"/audits/findings/{about[0].id}" if len(about) == 1 else f"/tasks/{task.id}"


def tell_assigned(session: Session, deps: Deps, actor: Person, task: Task) -> None:
    """Tell somebody that a task is theirs now."""
    about = store.findings_of(session, task)
    said: dict[str, object] = {"name": actor.name, "title": name_of(session, task), "day": task.due_on}
    if task.due_on is None:
        says = ASSIGNED_PLAIN
    elif len(about) == 1 and not task.title:
        says = ASSIGNED_FINDING
        said |= {"finding": findings.title_of(about[0].rule), "page": about[0].url}
    else:
        says = ASSIGNED_UNTIL
    _tell_assignee(session, deps, actor, task, kind=ASSIGNED, message=Message(says, said))


def _tell_of_decision(session: Session, deps: Deps, actor: Person, task: Task, what: tuple[str, str]) -> None:
    kind, says = what
    message = Message(says, {"name": actor.name, "title": name_of(session, task)})
    _tell_assignee(session, deps, actor, task, kind=kind, message=message)


def _tell_assignee(session: Session, deps: Deps, actor: Person, task: Task, *, kind: str, message: Message) -> None:
    person = session.get(Person, task.assignee_id) if task.assignee_id else None
    if person is None:
        return
    session.flush()  # the version tells this time from others
    notices.notify(
        session,
        deps,
        [person],
        kind=kind,
        dedupe_key=f"{kind}:{task.id}:{task.version}",
        message=message,
        link=link_of(task, store.findings_of(session, task)),
        actor=actor,
        cause=f"tasks:{task.site_id}" if task.site_id else "tasks",
    )


def tell_of_published(deps: Deps) -> int:
    """Tell owners what the audit of their page, just published, has found; returns how many were told."""
    with reading(deps.sessions) as session:
        ended = session.scalars(
            select(Audit.id).where(
                Audit.trigger == AuditTrigger.PUBLISH, Audit.ended_at > deps.now() - JUST_ENDED, ~Audit.whole_site
            )
        ).all()
        found = [
            (audit_id, item_id)
            for audit_id in ended
            for item_id in session.scalars(
                select(Finding.content_item_id)
                .where(Finding.last_audit_id == audit_id, Finding.state.in_(OPEN), Finding.content_item_id.is_not(None))
                .distinct()
            )
        ]
    told = 0
    for audit_id, item_id in found:
        with deps.sessions.begin() as session:
            told += _tell_owner(session, deps, audit_id, item_id or 0)
    return told


def _tell_owner(session: Session, deps: Deps, audit_id: int, item_id: int) -> int:
    item = content.get_item(session, item_id)
    wanted = select(func.count(Finding.id)).where(
        Finding.last_audit_id == audit_id, Finding.content_item_id == item_id, Finding.state.in_(OPEN)
    )
    count = session.scalar(wanted) or 0
    if item.owner is None or not count:
        return 0
    told = notices.notify(
        session,
        deps,
        [item.owner],
        kind="published-findings",
        dedupe_key=f"published-findings:{audit_id}:{item_id}",
        message=Message.counted(PUBLISHED, count, title=item.title),
        link=f"/items/{item_id}",
        cause=f"published:{item.site_id}",
    )
    return len(told)
