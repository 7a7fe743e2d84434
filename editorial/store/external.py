"""Links that lead out of the sites: which targets there are, who links there, what they answered and whose turn it is.

Targets belong to the whole desk: two sites that link to the same page have it asked once. Rows come by the ten
thousand; they are written as plain rows in batches.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    String,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.external import LinkState
from editorial.store.audit import ENDED, Audit, AuditLink, AuditUrl, insert_rows
from editorial.store.base import Base
from editorial.store.content import Site

LONGEST_URL = 2000  # characters; longer ones are asked by nobody
LEASE = timedelta(minutes=10)
"""More than one look takes at its slowest: ten hops of two requests, each with its pause and its time-out."""
RESTING = timedelta(seconds=60)
"""Who may be asked only after that is left out of a round."""
CHUNK = 500  # rows of one statement


class ExternalTarget(Base):
    """An address outside that some site links to. One row for all spellings of it (N2)."""

    __tablename__ = "external_target"
    __table_args__ = (Index("ix_external_target_host", "host", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    n2: Mapped[str] = mapped_column(String(LONGEST_URL), unique=True)
    url: Mapped[str] = mapped_column(String(LONGEST_URL))  # N1: what is asked
    host: Mapped[str] = mapped_column(String(255))
    state: Mapped[LinkState] = mapped_column(default=LinkState.UNASKED, index=True)
    answer: Mapped[str] = mapped_column(String(40), default="")  # `external.Heard.answer`
    hops: Mapped[int] = mapped_column(default=0)
    final_url: Mapped[str] = mapped_column(String(LONGEST_URL), default="")  # where redirects led, if any
    asked_at: Mapped[datetime | None] = mapped_column(index=True)
    failures: Mapped[int] = mapped_column(default=0)  # days in a row on which it was not there
    failing_since: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    due_at: Mapped[datetime] = mapped_column(index=True)
    lease_until: Mapped[datetime | None]  # a process asks it now
    worker: Mapped[str | None] = mapped_column(String(80))


class ExternalUse(Base):
    """A site that links to a target, by the last audit of it that was read."""

    __tablename__ = "external_use"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    target_id: Mapped[int] = mapped_column(
        ForeignKey("external_target.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    audit_id: Mapped[int]
    url_no: Mapped[int]  # of the target's AuditUrl in that audit
    pages: Mapped[int]


class Linked(NamedTuple):
    """An address outside that pages of an audit link to. `no` is that of its AuditUrl."""

    no: int
    url: str
    n2: str
    pages: int


class ExternalReading(Base):
    """The last audit of a site whose links were read."""

    __tablename__ = "external_reading"

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="CASCADE"), primary_key=True)
    audit_id: Mapped[int]


class ExternalHost(Base):
    """When a host may be sent the next request, whoever sends it."""

    __tablename__ = "external_host"

    host: Mapped[str] = mapped_column(String(255), primary_key=True)
    next_at: Mapped[datetime]


class ExternalRobots(Base):
    """The robots.txt of an origin outside, as it was last read."""

    __tablename__ = "external_robots"

    origin: Mapped[str] = mapped_column(String(300), primary_key=True)
    read_at: Mapped[datetime]
    status: Mapped[int]
    error: Mapped[str | None] = mapped_column(String(32))
    content: Mapped[bytes] = mapped_column(LargeBinary)


# -- whose turn it is ---------------------------------------------------------------------------------------------


def linked() -> ColumnElement[bool]:
    """Targets that the last audit of some site links to, where the site wants to know."""
    wanted = (
        select(ExternalUse.target_id)
        .join(Site, Site.id == ExternalUse.site_id)
        .where(ExternalUse.target_id == ExternalTarget.id, Site.external_links, Site.active)
    )
    return wanted.exists()


def _free(now: datetime) -> ColumnElement[bool]:
    lost = or_(ExternalTarget.lease_until.is_(None), ExternalTarget.lease_until < now)
    return and_(ExternalTarget.due_at <= now, lost)


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a target is to be asked."""
    return session.scalar(select(ExternalTarget.id).where(_free(now), linked()).limit(1)) is not None


def due_hosts(session: Session, now: datetime, among: ColumnElement[bool], limit: int) -> list[str]:
    """Hosts with a target to be asked, the longest due first; without those that asked for a rest."""
    resting = select(ExternalHost.host).where(ExternalHost.next_at > now + RESTING)
    first = func.min(ExternalTarget.due_at)
    wanted = select(ExternalTarget.host).where(_free(now), among, ExternalTarget.host.not_in(resting))
    return list(session.scalars(wanted.group_by(ExternalTarget.host).order_by(first, ExternalTarget.host).limit(limit)))


def claim(session: Session, host: str, now: datetime, worker: str, among: ColumnElement[bool]) -> ExternalTarget | None:
    """Take up a target of a host for this worker. The caller commits at once. None if there is none to take."""
    first = (
        select(ExternalTarget.id)
        .where(ExternalTarget.host == host, _free(now), among)
        .order_by(ExternalTarget.due_at, ExternalTarget.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte()
    )
    taking = (
        update(ExternalTarget)
        .where(ExternalTarget.id.in_(select(first.c.id)), _free(now))
        .values(lease_until=now + LEASE, worker=worker)
        .returning(ExternalTarget.id)
        .execution_options(synchronize_session=False)
    )
    taken = session.scalar(taking)
    return session.get(ExternalTarget, taken, populate_existing=True) if taken is not None else None


def let_go(session: Session, target_id: int, worker: str, **learned: Any) -> bool:
    """End a claim, with what was learned. False, and nothing written, where another process has taken the target."""
    done = session.scalar(
        update(ExternalTarget)
        .where(ExternalTarget.id == target_id, ExternalTarget.worker == worker)
        .values(lease_until=None, worker=None, **learned)
        .returning(ExternalTarget.id)
        .execution_options(synchronize_session=False)
    )
    return done is not None


def audited(session: Session) -> set[str]:
    """Where the audits of the command line began."""
    return set(session.scalars(select(Audit.start_url).where(Audit.site_id.is_(None))))


def asked_since(session: Session, since: datetime) -> int:
    """How many targets were asked since then."""
    return session.scalar(select(func.count()).where(ExternalTarget.asked_at >= since)) or 0


def take_turn(session: Session, host: str, now: datetime, gap: timedelta, patience: timedelta) -> datetime | None:
    """The moment at which a request to a host may leave, kept free for the caller; None where it is too far off.

    Args:
        gap: until the next request to the host, whoever sends it.
        patience: how far off it may be.
    """
    _insert(session, ExternalHost, [{"host": host, "next_at": now}])
    row = session.get_one(ExternalHost, host, with_for_update=True, populate_existing=True)
    at = max(now, row.next_at)
    if at - now > patience:
        return None
    row.next_at = at + gap
    return at


def let_rest(session: Session, host: str, until: datetime) -> None:
    """Leave a host alone for a while, as it asked."""
    row = session.get(ExternalHost, host, with_for_update=True, populate_existing=True)
    if row is not None:
        row.next_at = max(row.next_at, until)


def any_stale(session: Session, site_id: int, before: datetime, now: datetime) -> bool:
    """Whether `look_again` would find one."""
    return session.scalar(select(ExternalTarget.id).where(_stale(site_id, before, now)).limit(1)) is not None


def look_again(session: Session, site_id: int, before: datetime, now: datetime) -> None:
    """Have the broken targets of a site asked now that were not asked since `before`."""
    stale = _stale(site_id, before, now)
    session.execute(update(ExternalTarget).where(stale).values(due_at=now).execution_options(synchronize_session=False))


def _stale(site_id: int, before: datetime, now: datetime) -> ColumnElement[bool]:
    target = ExternalTarget
    its = select(ExternalUse.target_id).where(ExternalUse.site_id == site_id)
    return and_(target.state == LinkState.BROKEN, target.asked_at < before, target.due_at > now, target.id.in_(its))


# -- which targets there are --------------------------------------------------------------------------------------


def unread_audits(session: Session) -> list[tuple[int, int]]:
    """Sites that want to know, and their last judged audits, where its links were not read yet."""
    last = (
        select(Audit.site_id, func.max(Audit.id).label("audit_id"))
        .where(Audit.whole_site, Audit.state.in_(ENDED))
        .group_by(Audit.site_id)
        .subquery()
    )
    wanted = (
        select(Site.id, last.c.audit_id)
        .join(last, last.c.site_id == Site.id)
        .outerjoin(ExternalReading, ExternalReading.site_id == Site.id)
        .where(Site.external_links, Site.active)
        .where(or_(ExternalReading.audit_id.is_(None), ExternalReading.audit_id < last.c.audit_id))
    )
    return [(site_id, audit_id) for site_id, audit_id in session.execute(wanted.order_by(Site.id))]


def targets_of(session: Session, audit_id: int, most: int) -> Iterator[list[Linked]]:
    """What an audit's pages link to outside, in batches; the most linked first."""
    pages = func.count()
    counted = (
        select(AuditLink.target, pages.label("pages"))
        .where(AuditLink.audit_id == audit_id, AuditLink.target.in_(outside(audit_id)))
        .group_by(AuditLink.target)
        .subquery()
    )
    wanted = (
        select(AuditUrl.no, AuditUrl.url, AuditUrl.n2, counted.c.pages)
        .join(counted, counted.c.target == AuditUrl.no)
        .where(AuditUrl.audit_id == audit_id, func.length(AuditUrl.url) <= LONGEST_URL)
        .where(func.length(AuditUrl.n2) <= LONGEST_URL)
        .order_by(counted.c.pages.desc(), AuditUrl.no)
        .limit(most)
    )
    for rows in session.execute(wanted).partitions(CHUNK):
        yield [Linked(*row) for row in rows]


def outside(audit_id: int) -> Select[Any]:
    """Numbers of the addresses of an audit that lie outside its site."""
    return select(AuditUrl.no).where(AuditUrl.audit_id == audit_id, ~AuditUrl.internal)


def add_targets(session: Session, found: Iterable[tuple[str, str, str]], now: datetime) -> None:
    """Write down targets (N1, N2, host); those that are known stay as they are."""
    rows = [{"url": url, "n2": n2, "host": host[:255], "due_at": now} for url, n2, host in found]
    _insert(session, ExternalTarget, [_NEW | row for row in rows])


def set_uses(session: Session, site_id: int, audit_id: int, found: Mapping[str, tuple[int, int]]) -> None:
    """Write down that a site links to targets: N2 to the number in its audit and the pages that do."""
    ids = session.execute(select(ExternalTarget.id, ExternalTarget.n2).where(ExternalTarget.n2.in_(found))).all()
    session.execute(
        delete(ExternalUse).where(ExternalUse.site_id == site_id, ExternalUse.target_id.in_([row.id for row in ids]))
    )
    rows = [(site_id, row.id, audit_id, *found[row.n2]) for row in ids]
    insert_rows(session.connection(), ExternalUse, rows)


def end_reading(session: Session, site_id: int, audit_id: int) -> None:
    """The links of an audit are read: what only earlier ones had is forgotten."""
    session.execute(delete(ExternalUse).where(ExternalUse.site_id == site_id, ExternalUse.audit_id != audit_id))
    session.merge(ExternalReading(site_id=site_id, audit_id=audit_id))


def forget(session: Session, before: datetime) -> None:
    """Drop what no site links to and nobody asked since `before`."""
    used = select(ExternalUse.target_id)
    old = or_(ExternalTarget.asked_at < before, and_(ExternalTarget.asked_at.is_(None), ExternalTarget.due_at < before))
    session.execute(delete(ExternalTarget).where(old, ExternalTarget.id.not_in(used)))


def forget_hosts(session: Session, before: datetime) -> int:
    """Drop robots.txt files that were read, and paces that ended, before then; returns how many rows."""
    robots = delete(ExternalRobots).where(ExternalRobots.read_at < before).returning(ExternalRobots.origin)
    paces = delete(ExternalHost).where(ExternalHost.next_at < before).returning(ExternalHost.host)
    return sum(len(session.scalars(rows).all()) for rows in (robots, paces))


_NEW = {"state": LinkState.UNASKED, "answer": "", "hops": 0, "final_url": "", "failures": 0}


def _insert(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert; a row whose key is there already is left as it is."""
    if not rows:
        return
    kind = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(kind(model).on_conflict_do_nothing(), rows)
