"""What somebody muted: one finding, a rule on one page, or a rule on a whole site; with a reason, and not for ever."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, and_, delete, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.findings import MuteEnd
from editorial.store.audit import Finding
from editorial.store.base import Base

_ACTIVE = text("ended_at IS NULL")


class Mute(Base):
    """One decision to leave something be. Without `n2` it covers the whole site, without `fingerprint` the page.

    Never deleted: its row is the history of who muted what, why, for how long, and how it ended.
    """

    __tablename__ = "mute"
    __table_args__ = (
        Index("ix_mute_active", "site_id", "rule", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
        CheckConstraint("fingerprint IS NULL OR n2 IS NOT NULL", name="finding_has_page"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id", ondelete="RESTRICT"), index=True)
    rule: Mapped[str] = mapped_column(String(80))
    n2: Mapped[str | None] = mapped_column(Text)
    fingerprint: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(500))
    until: Mapped[datetime | None]  # None: until what was seen changes
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))  # None: the clock
    ended_how: Mapped[MuteEnd | None]


class MutedFinding(Base):
    """A finding that a mute covers now, with a hash of what was seen then."""

    __tablename__ = "muted_finding"

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True)
    mute_id: Mapped[int] = mapped_column(ForeignKey("mute.id", ondelete="CASCADE"), index=True)
    seen: Mapped[str] = mapped_column(String(32))


def active_mutes(session: Session, site_id: int, now: datetime) -> Sequence[Mute]:
    """What holds at an instant on a site."""
    return session.scalars(
        select(Mute).where(
            Mute.site_id == site_id, Mute.ended_at.is_(None), or_(Mute.until.is_(None), Mute.until > now)
        )
    ).all()


def expired(session: Session, now: datetime) -> Sequence[Mute]:
    """Mutes whose day has come and that nobody ended yet."""
    wanted = select(Mute).where(Mute.ended_at.is_(None), Mute.until <= now).order_by(Mute.id)
    return session.scalars(wanted.with_for_update(skip_locked=True)).all()


def covered(session: Session, mute_id: int) -> Sequence[Finding]:
    """The findings that a mute covers now."""
    wanted = select(Finding).join(MutedFinding, MutedFinding.finding_id == Finding.id)
    return session.scalars(wanted.where(MutedFinding.mute_id == mute_id).order_by(Finding.id)).all()


def mute_of(session: Session, finding_id: int) -> Mute | None:
    """The mute that covers a finding now."""
    wanted = select(Mute).join(MutedFinding, MutedFinding.mute_id == Mute.id)
    return session.scalar(wanted.where(MutedFinding.finding_id == finding_id))


def history(session: Session, finding: Finding) -> Sequence[Mute]:
    """Every mute that was ever about a finding, its page or its rule on the whole site; oldest first."""
    mine = or_(
        Mute.fingerprint == finding.fingerprint,
        and_(Mute.fingerprint.is_(None), Mute.n2 == finding.n2),
        and_(Mute.fingerprint.is_(None), Mute.n2.is_(None)),
    )
    wanted = select(Mute).where(Mute.site_id == finding.site_id, Mute.rule == finding.rule, mine)
    return session.scalars(wanted.order_by(Mute.id)).all()


def seen_of(session: Session, site_id: int) -> dict[int, tuple[int, str]]:
    """Mute and hash of every finding of a site that is muted, by its id."""
    wanted = select(MutedFinding.finding_id, MutedFinding.mute_id, MutedFinding.seen)
    wanted = wanted.join(Finding, Finding.id == MutedFinding.finding_id).where(Finding.site_id == site_id)
    return {row.finding_id: (row.mute_id, row.seen) for row in session.execute(wanted)}


def uncover(session: Session, finding_ids: Iterable[int]) -> None:
    """No mute covers these findings any more."""
    found = list(finding_ids)
    for place in range(0, len(found), 500):
        session.execute(delete(MutedFinding).where(MutedFinding.finding_id.in_(found[place : place + 500])))
