"""Findings as programs and the command line get them, their sentences in the reader's language."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.errors import NotFound
from editorial.domain.messages import Message
from editorial.services import findings
from editorial.store import muting as mutes
from editorial.store.audit import Finding
from editorial.store.content import ContentItem
from editorial.store.muting import Mute
from editorial.store.tasks import Task, is_about

Say = Callable[[Message], str]


def facts(finding: Finding, say: Say, *, item_id: int | None, owner_id: int | None) -> dict[str, Any]:
    """A finding with the numbers of the piece behind its page and of its owner."""
    return {
        "id": finding.id,
        "site_id": finding.site_id,
        "rule": finding.rule,
        "title": say(findings.title_of(finding.rule)),
        "severity": finding.severity,
        "url": finding.url,
        "state": finding.state,
        "params": finding.params,
        "evidence": finding.evidence,
        "first_seen_at": finding.first_seen_at,
        "last_seen_at": finding.last_seen_at,
        "fixed_at": finding.fixed_at,
        "item_id": item_id,
        "owner_id": owner_id,
        "template": finding.template,
    }


def detail(session: Session, finding_id: int, say: Say) -> dict[str, Any]:
    """One finding with what its rule says, its history, its tasks, and what mutes it; or `NotFound`."""
    view = findings.get_finding(session, finding_id)
    if view is None:
        raise NotFound
    found = view.finding
    owner = session.scalar(select(ContentItem.owner_id).where(ContentItem.id == found.content_item_id))
    mute = mutes.mute_of(session, finding_id)
    return facts(found, say, item_id=found.content_item_id, owner_id=owner) | {
        "message": say(view.sentence),
        "why": say(view.why),
        "fix": say(view.fix),
        "source": view.source,
        "newly_discovered": found.newly_discovered,
        "first_audit_id": found.first_audit_id,
        "last_audit_id": found.last_audit_id,
        "history": [{"at": at, "event": event} for at, event in findings.history_of(session, finding_id)],
        "task_ids": _task_ids(session, finding_id),
        "mute": _mute(mute) if mute is not None else None,
    }


def _task_ids(session: Session, finding_id: int) -> list[int]:
    return list(session.scalars(select(Task.id).where(is_about(finding_id)).order_by(Task.id)))


def _mute(mute: Mute) -> dict[str, Any]:
    scope = "site" if mute.n2 is None else "finding" if mute.fingerprint is not None else "page"
    return {
        "scope": scope,
        "reason": mute.reason,
        "until": mute.until,
        "created_at": mute.created_at,
        "created_by": mute.created_by,
    }
