"""Audits: one run over a site, every address and page it saw, what failed, and the findings that live across audits.

Rows of a crawl come by the ten thousand: they have no key of their own but the audit's number and theirs within it,
are written as plain rows in batches, and are never loaded as objects. Nothing of an earlier audit is changed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    case,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.findings import FindingEvent, FindingState
from editorial.store.base import Base
from editorial.store.content import Site

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


FROM_SITEMAP = 1_000_000  # position of the first hreflang entry that a sitemap names; a page's own begin at 0
ENOUGH_WORDS = 50  # of a main text that is worth comparing; of fewer many are the same by chance
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


class AuditUrl(Base):
    """An address an audit heard of, numbered from 1 within it."""

    __tablename__ = "audit_url"
    __table_args__ = (  # by compare form: links meet pages in it, 60 times faster with an index on 528 pages
        Index("ix_audit_url_n2", "audit_id", "n2"),
        {"sqlite_with_rowid": False},
    )

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(Text)
    n2: Mapped[str] = mapped_column(Text)
    internal: Mapped[bool]
    wanted: Mapped[bool]  # to be fetched; without a page it still waits
    depth: Mapped[int | None]  # clicks on the way by which the crawl came first; None for what only a sitemap named


class AuditPage(Base):
    """A page that was fetched or tried; its number is that of its address."""

    __tablename__ = "audit_page"
    __table_args__ = (Index("ix_audit_page_final_n2", "audit_id", "final_n2"),)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    final_url: Mapped[str] = mapped_column(Text)
    final_n2: Mapped[str] = mapped_column(Text)
    canonical_n2: Mapped[str | None] = mapped_column(Text)
    status: Mapped[int]  # 0 without an answer
    error: Mapped[str | None] = mapped_column(String(32))
    truncated: Mapped[bool]
    elapsed_ms: Mapped[int]
    body_bytes: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(Text)
    title_folded: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(20))
    is_html: Mapped[bool]
    is_results_page: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(32))  # of the main text
    words: Mapped[int] = mapped_column(default=0)  # of the main text; two Han characters count as one
    description: Mapped[str] = mapped_column(Text, default="")
    description_folded: Mapped[str] = mapped_column(Text, default="")
    noindex: Mapped[bool] = mapped_column(default=False)  # for one engine at least
    hops: Mapped[int] = mapped_column(default=0)  # redirects on the way to the final address
    moved: Mapped[str] = mapped_column(Text, default="")  # what they change: `crawl.records.move_of`
    outcomes: Mapped[str] = mapped_column(Text)  # one letter a rule of `Audit.rules`: F, P, N, I
    facts: Mapped[bytes] = mapped_column(LargeBinary)


class AuditLink(Base):
    """A link of a page, one row a target."""

    __tablename__ = "audit_link"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    target: Mapped[int]  # number of an AuditUrl
    nofollow: Mapped[bool]
    text: Mapped[str] = mapped_column(Text)


class AuditAlternate(Base):
    """An hreflang entry of a page."""

    __tablename__ = "audit_alternate"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(80))
    n2: Mapped[str] = mapped_column(Text)


class AuditForm(Base):
    """A lead form that the next audit looks for: one the page has, or one it had and is still missed."""

    __tablename__ = "audit_form"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(16))
    shown: Mapped[str] = mapped_column(String(60))
    type: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(Text)  # N2 of where it sends, or empty
    meanings: Mapped[str] = mapped_column(Text)  # what it asks for, separated by commas


class AuditFormShape(Base):
    """A lead form of an audit without its pages: `audit.form_inventory.Shape`."""

    __tablename__ = "audit_form_shape"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    shape: Mapped[str] = mapped_column(Text)  # JSON


class AuditFormPlace(Base):
    """A lead form on a page, in their order there."""

    __tablename__ = "audit_form_place"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(16))  # of its AuditFormShape
    mark: Mapped[str] = mapped_column(String(200))  # the keys of findings about it begin with this
    address: Mapped[str] = mapped_column(Text)  # N1 of where it is sent, or empty where there is nothing to ask about


class AuditFormProbe(Base):
    """What an audit learned of an address that lead forms are sent to: asked once, and never sent anything."""

    __tablename__ = "audit_form_probe"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(String(2000), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(16))  # `audit.form_answers.Verdict`
    certain: Mapped[bool]
    answer: Mapped[str] = mapped_column(String(40))  # what people are told: 404, TLS


class AuditFile(Base):
    """robots.txt or a sitemap, as an audit fetched it."""

    __tablename__ = "audit_file"
    __table_args__ = (CheckConstraint("kind IN ('robots', 'sitemap')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    url: Mapped[str] = mapped_column(Text)
    status: Mapped[int]
    error: Mapped[str | None] = mapped_column(String(32))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    no: Mapped[int] = mapped_column(default=0)  # of its AuditUrl: findings about the file stand at its address
    listed: Mapped[bool] = mapped_column(
        default=True
    )  # False: a sitemap by its usual name that nobody named, or a robots.txt that leads to another origin's
    challenged: Mapped[bool] = mapped_column(default=False)  # a bot check answered instead


class AuditFileNote(Base):
    """Something about robots.txt or a sitemap that a rule judges: `audit.crawl.files` names the kinds."""

    __tablename__ = "audit_file_note"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(40))
    line: Mapped[int]  # counted from 1; 0 for the whole file
    text: Mapped[str] = mapped_column(Text)


class AuditListed(Base):
    """An address that a sitemap names."""

    __tablename__ = "audit_listed"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # of the sitemap
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    target: Mapped[int]  # number of an AuditUrl


class AuditFailure(Base):
    """One failure of one rule on one page in one audit: the sighting of a finding."""

    __tablename__ = "audit_failure"
    __table_args__ = (
        Index("ix_audit_failure_no", "audit_id", "no"),
        CheckConstraint("severity IN ('blocker', 'error', 'warning', 'notice')", name="severity"),
    )

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32), primary_key=True)
    no: Mapped[int]
    rule: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    severity: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(Text)
    params: Mapped[str] = mapped_column(Text)  # JSON
    evidence: Mapped[str] = mapped_column(Text)  # JSON


class AuditRuleCount(Base):
    """How many pages a rule answered what about."""

    __tablename__ = "audit_rule_count"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(80), primary_key=True)
    failed: Mapped[int]
    passed: Mapped[int]
    not_applicable: Mapped[int]
    inconclusive: Mapped[int]


class Finding(Base):
    """A failure that lives across the audits of a site. Holds no prose: rule, params and evidence make the sentence."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("site_id", "fingerprint", name="uq_finding_fingerprint"),
        Index("ix_finding_state", "site_id", "state", "severity"),
        Index("ix_finding_n2", "site_id", "n2"),
        CheckConstraint("severity IN ('blocker', 'error', 'warning', 'notice')", name="severity"),
        CheckConstraint("(state = 'fixed') = (fixed_at IS NOT NULL)", name="fixed_has_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="RESTRICT"))
    fingerprint: Mapped[str] = mapped_column(String(32))
    rule: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    url: Mapped[str] = mapped_column(Text)  # N1
    n2: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    severity: Mapped[str] = mapped_column(String(16))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    evidence: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[FindingState]
    newly_discovered: Mapped[bool] = mapped_column(default=False)  # its page was not seen before: not a new problem
    first_audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="RESTRICT"))
    first_seen_at: Mapped[datetime]
    last_audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="RESTRICT"))
    last_seen_at: Mapped[datetime]
    fixed_at: Mapped[datetime | None]
    content_item_id: Mapped[int | None] = mapped_column(ForeignKey("content_item.id", ondelete="SET NULL"), index=True)


RANK = case({"blocker": 0, "error": 1, "warning": 2}, value=Finding.severity, else_=3)
"""How bad a finding is, 0 for the worst."""


class FindingHistory(Base):
    """What an audit changed about a finding. Persisting is no change; the sightings tell it."""

    __tablename__ = "finding_event"

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True, index=True)
    event: Mapped[FindingEvent]
    at: Mapped[datetime]


def insert_rows(connection: Connection, model: type[Base], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write plain tuples in the order of the table's columns; a row whose key is there already is left as it is.

    Past the ORM and its types on purpose: 20 times faster by measure. Values must be what the driver knows.
    """
    if not rows:
        return
    table = cast("Table", model.__table__)
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join([mark] * len(table.columns))
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 -- names of our own tables
        list(rows),
    )


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


def give_findings(session: Session, item_id: int, site_id: int | None, address: str) -> None:
    """Join the findings of a page to the item that has just been published there: an audit may have been faster.

    Args:
        session: the caller's transaction.
        item_id: the item.
        site_id: its site; findings of other sites stay as they are.
        address: compare form (N2) of the page.
    """
    theirs = update(Finding).where(Finding.site_id == site_id, Finding.n2 == address, Finding.content_item_id.is_(None))
    session.execute(theirs.values(content_item_id=item_id))
