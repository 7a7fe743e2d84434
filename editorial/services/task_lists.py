"""Tasks as programs and the command line get them."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.messages import Message
from editorial.services.task_pages import TaskView
from editorial.store.tasks import TaskFinding

Say = Callable[[Message], str]


def facts(session: Session, views: Sequence[TaskView], say: Say) -> list[dict[str, Any]]:
    """Tasks with the numbers of what they are about; `title` is that of the rule where a task has none of its own."""
    shared: dict[int, list[int]] = {}
    ids = [one.task.id for one in views if one.shared is not None]
    for task_id, finding_id in session.execute(
        select(TaskFinding.task_id, TaskFinding.finding_id)
        .where(TaskFinding.task_id.in_(ids))
        .order_by(TaskFinding.finding_id)
    ):
        shared.setdefault(task_id, []).append(finding_id)
    return [_facts(one, say, shared.get(one.task.id)) for one in views]


def _facts(one: TaskView, say: Say, shared: list[int] | None) -> dict[str, Any]:
    task, name = one.task, one.name
    return {
        "id": task.id,
        "version": task.version,
        "title": say(name) if isinstance(name, Message) else name,
        "kind": task.kind,
        "state": task.state,
        "called_off": task.called_off,
        "late": one.late,
        "note": task.note,
        "rule": task.rule or None,
        "url": one.page or None,
        "site_id": task.site_id,
        "item_id": task.item_id,
        "finding_ids": shared or ([task.finding_id] if task.finding_id is not None else []),
        "assignee_id": task.assignee_id,
        "due_on": task.due_on,
        "created_at": task.created_at,
        "created_by": task.created_by,
        "closed_at": task.closed_at,
        "closed_by": task.closed_by,
        "closed_how": task.closed_how,
        "proven_at": task.proven_at,
        "returned_at": task.returned_at,
    }
