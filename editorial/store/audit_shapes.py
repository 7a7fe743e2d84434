"""What an audit compares its pages by, the templates it tells them apart into, and which texts are alike."""

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from editorial.store.base import Base


class AuditShape(Base):
    """How an HTML page is made. Numbers are those of pages."""

    __tablename__ = "audit_shape"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    layout: Mapped[str] = mapped_column(String(8))  # `gather.signature.layout_of`
    template: Mapped[int | None]  # number of its AuditTemplate, once the audit has ended
    sketch: Mapped[bytes] = mapped_column(LargeBinary)  # `gather.signature.sketch_of`; empty for a text that is short


class AuditTemplate(Base):
    """Pages that are made alike: of one layout, at addresses of one pattern."""

    __tablename__ = "audit_template"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # from 1, the largest first
    key: Mapped[str] = mapped_column(String(120))  # `audit.templates`: the same from one audit to the next
    example: Mapped[str] = mapped_column(Text)  # address of one of its pages (N1)
    pages: Mapped[int]
    words: Mapped[int | None]  # the median of their main texts; None where none is for search engines to show


class AuditAlike(Base):
    """A page whose main text stands on others too: word for word (`exact`), or nearly."""

    __tablename__ = "audit_alike"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    exact: Mapped[bool] = mapped_column(primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    main: Mapped[int]  # number of the page to keep, as it seems; it names the group
    other: Mapped[int]  # number of the page that is most like this one; of copies the one to keep, or the next
    percent: Mapped[int]  # of the shingles of both texts, those that they share
    pages: Mapped[int]  # of the group
