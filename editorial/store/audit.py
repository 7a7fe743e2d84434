"""Audits: one run over a site, who runs it, and how it goes. The face of the room: its other tables are named here too.

`audit_rows` holds what an audit saw, `audit_findings` what it found wrong.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    and_,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.store.audit_findings import (
    RANK,
    AuditFailure,
    AuditRuleCount,
    Finding,
    FindingHistory,
    give_findings,
)
from editorial.store.audit_rows import (
    ENOUGH_WORDS,
    FROM_SITEMAP,
    AuditAlternate,
    AuditFile,
    AuditFileNote,
    AuditForm,
    AuditFormPlace,
    AuditFormProbe,
    AuditFormShape,
    AuditLink,
    AuditLinkPack,
    AuditListed,
    AuditPage,
    AuditPlace,
    AuditStructure,
    AuditUrl,
    insert_rows,
)
from editorial.store.base import Base
from editorial.store.content import Site

__all__ = [
    "ENDED",
    "ENOUGH_WORDS",
    "FROM_SITEMAP",
    "LEASE",
    "RANK",
    "Audit",
    "AuditAlternate",
    "AuditFailure",
    "AuditFile",
    "AuditFileNote",
    "AuditForm",
    "AuditFormPlace",
    "AuditFormProbe",
    "AuditFormShape",
    "AuditLink",
    "AuditLinkPack",
    "AuditListed",
    "AuditPage",
    "AuditPlace",
    "AuditRuleCount",
    "AuditState",
    "AuditStructure",
    "AuditTrigger",
    "AuditUrl",
    "Finding",
    "FindingHistory",
    "claim",
    "give_findings",
    "has_work",
    "heartbeat",
    "insert_rows",
    "is_held",
    "latest_audit",
    "park",
    "release",
    "site_of",
    "under_way",
]

LEASE = timedelta(seconds=60)
"""A running audit that has not been heard of for so long has lost its process."""


class AuditState(StrEnum):
    """Where an audit stands. `stopped` ended before it saw everything, `failed` saw nothing."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class AuditTrigger(StrEnum):
    """Who asked for an audit."""

    SCHEDULE = "schedule"
    PERSON = "person"
    PUBLISH = "publish"
    COMMAND = "command"


FALLEN = "fallen"
"""In `Audit.counts`, where some did: ids of the site rules that raised."""
SIGHT = "sight"
"""In `Audit.counts`, once it was judged: what became of the known addresses, as `services.seeing.Sight` has it."""
ENDED = (AuditState.DONE, AuditState.STOPPED)
"""States of an audit whose pages were judged."""


class Audit(Base):
    """One run over a site, or over an address without one from the command line."""

    __tablename__ = "audit"
    __table_args__ = (
        Index(
            "uq_audit_running",
            "site_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index(
            "uq_audit_queued",
            "site_id",
            unique=True,
            sqlite_where=text("state = 'queued' AND whole_site"),
            postgresql_where=text("state = 'queued' AND whole_site"),
        ),
        Index("ix_audit_site_id", "site_id", "id"),
        Index("ix_audit_state", "state"),
        CheckConstraint("state <> 'running' OR heartbeat_at IS NOT NULL", name="running_has_heartbeat"),
        CheckConstraint("(state IN ('done', 'stopped', 'failed')) = (ended_at IS NOT NULL)", name="ended_has_time"),
        CheckConstraint("score IS NULL OR score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("coverage IS NULL OR coverage BETWEEN 0 AND 1", name="coverage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="RESTRICT"))
    start_url: Mapped[str] = mapped_column(String(2000))  # N1
    whole_site: Mapped[bool] = mapped_column(default=True)  # False: `start_url` alone, no links followed
    trigger: Mapped[AuditTrigger]
    state: Mapped[AuditState] = mapped_column(default=AuditState.QUEUED)
    requested_at: Mapped[datetime]
    requested_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(String(80))
    attempts: Mapped[int] = mapped_column(default=0)  # times a process took it up
    stop_requested: Mapped[bool] = mapped_column(default=False)
    paused: Mapped[bool] = mapped_column(default=False)  # asked to wait; no process takes it up until it goes on
    taken_up_at: Mapped[datetime | None]  # by its process of now, which began with `fetched_before` pages
    fetched_before: Mapped[int] = mapped_column(default=0)
    stop_reason: Mapped[str | None] = mapped_column(String(32))
    stop_detail: Mapped[str] = mapped_column(String(200), default="")
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the crawl's limits, as they were asked for
    ruleset: Mapped[str] = mapped_column(String(16), default="")  # hash of rule ids and versions
    reader: Mapped[str] = mapped_column(String(16), default="")  # what read the pages: `audit.gather.version`
    rules: Mapped[list[Any]] = mapped_column(default=list)  # page rules in the order of `AuditPage.outcomes`
    fetched: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    html_pages: Mapped[int] = mapped_column(default=0)
    robots_read: Mapped[bool] = mapped_column(default=False)
    coverage: Mapped[float | None]  # share of the known pages that were fetched
    score: Mapped[float | None]
    counts: Mapped[dict[str, Any]] = mapped_column(
        default=dict
    )  # failures by severity; findings by what became of them
    course: Mapped[dict[str, Any]] = mapped_column(default=dict)  # how the crawl goes: `audit.crawl.course`


def claim(session: Session, now: datetime, worker: str, audit_id: int | None = None) -> Audit | None:
    """Take up a queued audit, or one whose process was lost. The caller commits at once. None if there is none to take.

    Args:
        audit_id: this one only; otherwise the oldest whose site is not being audited.
    """
    wanted = _claimable(now)
    if audit_id is not None:
        wanted = and_(Audit.id == audit_id, wanted)
    first = select(Audit.id).where(wanted).order_by(Audit.id).limit(1).with_for_update(skip_locked=True).cte()
    taking = (
        update(Audit)
        .where(Audit.id.in_(select(first.c.id)), wanted)
        .values(
            state=AuditState.RUNNING,
            worker=worker,
            heartbeat_at=now,
            started_at=func.coalesce(Audit.started_at, now),
            taken_up_at=now,
            fetched_before=Audit.fetched,
            attempts=Audit.attempts + 1,
        )
        .returning(Audit.id)
        .execution_options(synchronize_session=False)
    )
    try:
        with session.begin_nested():
            taken = session.scalar(taking)
    except IntegrityError:  # in this moment another process took an audit of the same site; it was not committed yet
        return None
    return session.get(Audit, taken, populate_existing=True) if taken else None


def has_work(session: Session, now: datetime) -> bool:
    """Whether there is an audit to take up."""
    return session.scalar(select(Audit.id).where(_claimable(now)).limit(1)) is not None


def give_up(session: Session, audit_id: int, worker: str, now: datetime, reason: str) -> bool:
    """Let an audit fail that cannot be judged. False if it is another's by now."""
    closed = session.execute(
        update(Audit)
        .where(Audit.id == audit_id, Audit.state == AuditState.RUNNING, Audit.worker == worker)
        .values(state=AuditState.FAILED, ended_at=now, stop_reason=reason)
        .returning(Audit.id)
        .execution_options(synchronize_session=False)
    )
    return closed.first() is not None


def release(session: Session, audit_id: int, worker: str, now: datetime) -> None:
    """Leave a running audit as it is: the next process goes on with it at once, and it does not count as lost."""
    session.execute(
        update(Audit)
        .where(Audit.id == audit_id, Audit.state == AuditState.RUNNING, Audit.worker == worker)
        .values(heartbeat_at=now - 2 * LEASE, attempts=Audit.attempts - 1)
        .execution_options(synchronize_session=False)
    )


def park(session: Session, audit_id: int, worker: str) -> bool:
    """Put a running audit that was asked to wait back into the queue, with all it saw. False if nobody asked."""
    parked = session.scalar(
        update(Audit)
        .where(Audit.id == audit_id, Audit.state == AuditState.RUNNING, Audit.worker == worker)
        .where(Audit.paused, ~Audit.stop_requested)
        .values(state=AuditState.QUEUED, heartbeat_at=None, attempts=Audit.attempts - 1)
        .returning(Audit.id)
        .execution_options(synchronize_session=False)
    )
    return parked is not None


def _claimable(now: datetime) -> ColumnElement[bool]:
    """Queued and its site not being audited, or running without a sign of life."""
    busy = select(Audit.site_id).where(Audit.state == AuditState.RUNNING, Audit.site_id.is_not(None))
    lost = and_(Audit.state == AuditState.RUNNING, Audit.heartbeat_at < now - LEASE)
    queued = and_(
        Audit.state == AuditState.QUEUED, ~Audit.paused, or_(Audit.site_id.is_(None), Audit.site_id.not_in(busy))
    )
    return or_(lost, queued)


def heartbeat(session: Session, audit_id: int, worker: str, now: datetime, *, fetched: int, known: int) -> bool:
    """Say that the audit lives. False if it was asked to stop, or if another process has taken it up."""
    goes_on = session.scalar(
        update(Audit)
        .where(Audit.id == audit_id, Audit.state == AuditState.RUNNING, Audit.worker == worker)
        .values(heartbeat_at=now, fetched=fetched, known=known)
        .returning(and_(~Audit.stop_requested, ~Audit.paused))
        .execution_options(synchronize_session=False)
    )
    return bool(goes_on)


def renew(session: Session, audit_id: int, worker: str, now: datetime) -> bool:
    """Say that an audit that is being judged lives. False if another process has taken it up."""
    held = session.scalar(
        update(Audit)
        .where(Audit.id == audit_id, Audit.state == AuditState.RUNNING, Audit.worker == worker)
        .values(heartbeat_at=now)
        .returning(Audit.id)
        .execution_options(synchronize_session=False)
    )
    return held is not None


def is_held(session: Session, audit_id: int, worker: str) -> bool:
    """Whether this process runs the audit. The row stays locked until the transaction ends."""
    wanted = select(Audit.id).where(Audit.id == audit_id, Audit.state == AuditState.RUNNING, Audit.worker == worker)
    return session.scalar(wanted.with_for_update()) is not None


def latest_audit(session: Session, site_id: int, *, before: int | None = None) -> Audit | None:
    """The newest audit of the whole site that was judged, or the newest before audit `before`."""
    wanted = select(Audit).where(Audit.site_id == site_id, Audit.whole_site, Audit.state.in_(ENDED))
    if before is not None:
        wanted = wanted.where(Audit.id < before)
    return session.scalars(wanted.order_by(Audit.id.desc()).limit(1)).one_or_none()


def under_way(session: Session, site_id: int) -> Audit | None:
    """The audit of the whole site that is queued or runs now."""
    wanted = select(Audit).where(Audit.site_id == site_id, Audit.whole_site)
    wanted = wanted.where(Audit.state.in_((AuditState.QUEUED, AuditState.RUNNING)))
    return session.scalars(wanted.order_by(Audit.id.desc()).limit(1)).one_or_none()


def site_of(session: Session, audit: Audit) -> Site | None:
    """The site of an audit; None for one from the command line."""
    return session.get(Site, audit.site_id) if audit.site_id else None
