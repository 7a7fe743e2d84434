"""What a crawl leaves for the next one, and what it left out: how to ask whether a page changed, and its traps."""

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from editorial.store.base import Base


class AuditValidator(Base):
    """How to ask whether a page changed since this audit read it (RFC 9110, 8.8)."""

    __tablename__ = "audit_validator"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    etag: Mapped[str] = mapped_column(Text)
    last_modified: Mapped[str] = mapped_column(String(40))
    wire_bytes: Mapped[int]  # of the answer's body when it was last sent
    reused: Mapped[int]  # audits in a row for which it was not sent again


class AuditTrap(Base):
    """A pattern of addresses that a crawl left out because they go on without end."""

    __tablename__ = "audit_trap"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))  # `audit.crawl.traps.TrapKind`
    pattern: Mapped[str] = mapped_column(Text)
    count: Mapped[int]  # addresses left out
    first: Mapped[str] = mapped_column(Text)  # examples, empty where there are fewer
    second: Mapped[str] = mapped_column(Text)
    third: Mapped[str] = mapped_column(Text)
