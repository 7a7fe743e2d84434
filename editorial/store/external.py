"""Links that lead out of the sites: which targets there are, who links there, what they answered and whose turn it is.

Targets belong to the whole desk: two sites that link to the same page have it asked once. Rows come by the ten
thousand; they are written as plain rows in batches.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from editorial.domain.external import LinkState
from editorial.store.base import Base

LONGEST_URL = 2000  # characters; longer ones are asked by nobody


class ExternalTarget(Base):
    """An address outside that some site links to. One row for all spellings of it (N2)."""

    __tablename__ = "external_target"
    __table_args__ = (Index("ix_external_target_host", "host", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    n2: Mapped[str] = mapped_column(String(LONGEST_URL), unique=True)
    url: Mapped[str] = mapped_column(String(LONGEST_URL))  # N1: what is asked
    host: Mapped[str] = mapped_column(String(255))
    state: Mapped[LinkState] = mapped_column(default=LinkState.UNASKED)
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
