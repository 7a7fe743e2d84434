"""What an audit found wrong, and the findings that live across audits."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, case, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from editorial.domain.findings import FindingEvent, FindingState
from editorial.store.base import Base


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
    template: Mapped[str] = mapped_column(String(120), default="", server_default="")  # key of its page's AuditTemplate


RANK = case({"blocker": 0, "error": 1, "warning": 2}, value=Finding.severity, else_=3)
"""How bad a finding is, 0 for the worst."""


class FindingHistory(Base):
    """What an audit changed about a finding. Persisting is no change; the sightings tell it."""

    __tablename__ = "finding_event"

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id", ondelete="CASCADE"), primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True, index=True)
    event: Mapped[FindingEvent]
    at: Mapped[datetime]


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
