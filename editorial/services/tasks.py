"""Tasks: made from a finding with one click, closed by hand or by the audit that proves the repair."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, NotFound, StaleVersion
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
from editorial.store.tasks import Task

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
    task = Task(
        kind=TaskKind.FIX,
        item_id=finding.content_item_id,
        finding_id=finding.id,
        assignee_id=owner.id,
        due_on=due_day(finding.severity, today),
        created_at=deps.now(),
        created_by=actor.id,
    )
    session.add(task)
    session.flush()
    _record(session, deps, actor, task, "task.made")
    _tell_assigned(session, deps, actor, task, owner)
    return task


def close(session: Session, deps: Deps, actor: Person, task_id: int) -> Task:
    """Close a task by hand. The caller commits."""
    task = store.get_task(session, task_id)
    if task.state is TaskState.OPEN:
        _close(task, deps.now(), Closing.HAND, actor.id)
        _record(session, deps, actor, task, "task.closed")
    return task


def reopen(session: Session, deps: Deps, actor: Person, task_id: int) -> Task:
    """Open a task again. The caller commits.

    Raises:
        BadTask: its finding has another open task by now.
    """
    task = store.get_task(session, task_id)
    if task.state is TaskState.DONE:
        if task.finding_id is not None and store.open_task_of(session, task.finding_id) is not None:
            raise BadTask(
                Message(N_("There is another open task about this finding.")), hint=Message(N_("Use that one."))
            )
        _open(task)
        _record(session, deps, actor, task, "task.reopened")
    return task


def change(
    session: Session,
    deps: Deps,
    actor: Person,
    task_id: int,
    *,
    version: int,
    assignee_id: int | None,
    due_on: date | None,
) -> Task:
    """Give a task to somebody else, or another day. The caller commits.

    Raises:
        StaleVersion: somebody changed it meanwhile. BadTask: nobody works here under this number.
    """
    task = store.get_task(session, task_id)
    if task.version != version:
        raise StaleVersion(
            Message(N_("Somebody else changed this task in the meantime.")),
            hint=Message(N_("Look at it again, and change it then.")),
        )
    person = session.get(Person, assignee_id) if assignee_id is not None else None
    if assignee_id is not None and (person is None or not person.active) and assignee_id != task.assignee_id:
        raise BadTask(
            Message(N_("This person is not on the team.")), hint=Message(N_("Choose another.")), field="assignee"
        )
    before = task.assignee_id
    task.assignee_id, task.due_on = assignee_id, due_on
    session.flush()
    _record(session, deps, actor, task, "task.changed")
    if person is not None and person.id != before:
        _tell_assigned(session, deps, actor, task, person)
    return task


def _close(task: Task, now: datetime, how: Closing, actor_id: int | None) -> None:
    task.state, task.closed_at, task.closed_how, task.closed_by = TaskState.DONE, now, how, actor_id


def _open(task: Task) -> None:
    task.state, task.closed_at, task.closed_how, task.closed_by = TaskState.OPEN, None, None, None


def _record(session: Session, deps: Deps, actor: Person | None, task: Task, action: str) -> None:
    after = {"assignee": task.assignee_id, "due_on": task.due_on.isoformat() if task.due_on else None}
    actor_id = actor.id if actor is not None else None
    history.record(
        session, at=deps.now(), actor_id=actor_id, action=action, entity="task", entity_id=task.id, after=after
    )
    log.info(action, task_id=task.id)


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
            finding = session.get_one(Finding, task.finding_id)
            if task.state is TaskState.OPEN:
                _close(task, deps.now(), Closing.PROOF, None)
                _record(session, deps, None, task, "task.proven")
                done["proven"] += 1
            task.proven_at = finding.fixed_at
            _tell(session, deps, task, finding, PROVEN)
        for task in session.scalars(_returned().with_for_update(of=Task)):
            finding = session.get_one(Finding, task.finding_id)
            task.returned_at, task.proven_at = finding.last_seen_at, None
            if store.open_task_of(session, finding.id) is None:
                _open(task)
                _record(session, deps, None, task, "task.returned")
                done["returned"] += 1
                _tell(session, deps, task, finding, RETURNED)
            session.flush()
    return done


def _fixed() -> Select[Task]:
    """Tasks whose finding is fixed and that do not know it."""
    wanted = select(Task).join(Finding, Finding.id == Task.finding_id).where(Finding.state == FindingState.FIXED)
    unproven = or_(Task.proven_at.is_(None), Task.state == TaskState.OPEN)
    return wanted.where(unproven, Finding.fixed_at >= Task.created_at).order_by(Task.id)


def _returned() -> Select[Task]:
    """Tasks that were proven done and whose finding is open again."""
    wanted = select(Task).join(Finding, Finding.id == Task.finding_id).where(Finding.state.in_(OPEN))
    return wanted.where(Task.state == TaskState.DONE, Task.proven_at.is_not(None)).order_by(Task.id.desc())


PUBLISHED = NP_(
    "“%(title)s” is out, and its page has %(count)s open finding.",
    "“%(title)s” is out, and its page has %(count)s open findings.",
)
PROVEN = ("task-proven", N_("The audit has proven the repair of %(page)s: %(finding)s. Its task is closed."))
RETURNED = ("task-returned", N_("%(finding)s is back on %(page)s. Its task is open again."))
ASSIGNED = ("task-assigned", N_("%(name)s gave you a task until %(day)s: %(finding)s on %(page)s."))
ASSIGNED_PLAIN = N_("%(name)s gave you a task: %(title)s.")


def _tell(session: Session, deps: Deps, task: Task, finding: Finding, what: tuple[str, str]) -> None:
    person = session.get(Person, task.assignee_id) if task.assignee_id else None
    if person is None:
        return
    kind, says = what
    notices.notify(
        session,
        deps,
        [person],
        kind=kind,
        dedupe_key=f"{kind}:{task.id}:{finding.last_audit_id}:{finding.fixed_at or ''}",
        message=Message(says, {"finding": findings.title_of(finding.rule), "page": finding.url}),
        link=f"/audits/findings/{finding.id}",
        cause=f"tasks:{finding.site_id}",
    )


def _tell_assigned(session: Session, deps: Deps, actor: Person, task: Task, person: Person) -> None:
    finding = session.get(Finding, task.finding_id) if task.finding_id else None
    kind, says = ASSIGNED
    if finding is not None and task.due_on is not None:
        about = {"finding": findings.title_of(finding.rule), "page": finding.url, "day": task.due_on}
        message, link = Message(says, {"name": actor.name, **about}), f"/audits/findings/{finding.id}"
        cause = f"tasks:{finding.site_id}"
    else:
        title = task.title or (findings.title_of(finding.rule) if finding is not None else "")
        message, link, cause = Message(ASSIGNED_PLAIN, {"name": actor.name, "title": title}), "/tasks", "tasks"
    notices.notify(
        session,
        deps,
        [person],
        kind=kind,
        dedupe_key=f"{kind}:{task.id}:{task.version}",
        message=message,
        link=link,
        actor=actor,
        cause=cause,
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
