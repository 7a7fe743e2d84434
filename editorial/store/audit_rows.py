"""What an audit saw: every address and page, their links, forms, files, and where they stand in the link graph.

Rows of a crawl come by the ten thousand: they have no key of their own but the audit's number and theirs within it,
are written as plain rows in batches, and are never loaded as objects. Nothing of an earlier audit is changed.
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, LargeBinary, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from editorial.store.base import Base

FROM_SITEMAP = 1_000_000  # position of the first hreflang entry that a sitemap names; a page's own begin at 0
ENOUGH_WORDS = 50  # of a main text that is worth comparing; of fewer many are the same by chance


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
    depth: Mapped[int | None]  # on the way by which the crawl came first, for its own limit; people see AuditPlace's


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
    moved: Mapped[str] = mapped_column(Text, default="")  # what they change: `crawl.moves.move_of`
    outcomes: Mapped[str] = mapped_column(Text)  # one letter a rule of `Audit.rules`: F, P, N, I
    facts: Mapped[bytes] = mapped_column(LargeBinary)


class AuditLink(Base):
    """A link of a page, one row a target; of pages with an `AuditLinkPack` only those that somebody asks for."""

    __tablename__ = "audit_link"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    target: Mapped[int]  # number of an AuditUrl
    nofollow: Mapped[bool]  # by the link itself, or by the robots directives of the page
    text: Mapped[str] = mapped_column(Text)
    in_main: Mapped[bool] = mapped_column(default=True)  # outside nav, header, footer and aside


class AuditLinkPack(Base):
    """All links of a page in one piece: `store.link_packs`."""

    __tablename__ = "audit_link_pack"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    targets: Mapped[bytes] = mapped_column(LargeBinary)
    texts: Mapped[bytes] = mapped_column(LargeBinary)


class AuditPlace(Base):
    """Where a page stands in the link graph of its site, worked out at the end of an audit (`audit.graph`).

    Redirects, copies and other spellings of one address are one place: they share all of it but `rank`.
    """

    __tablename__ = "audit_place"
    __table_args__ = ({"sqlite_with_rowid": False},)

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    depth: Mapped[int | None]  # clicks from the start over links that are followed; None where none lead there
    via: Mapped[int | None]  # number of the page that a shortest way comes from
    rank: Mapped[int | None]  # 0 to 100, logarithmic; None but for the page that search engines would show
    links_in: Mapped[int]  # other places that link to it, followed or not
    named: Mapped[bool]  # another page of the site leads to it, by a link or as its translation
    listed: Mapped[bool]  # a sitemap names it, or another spelling of it
    important: Mapped[bool]  # the page of an item that the plan puts first
    canonical_steps: Mapped[int]  # canonicals to the last page of the chain; 0 for itself, -1 in a circle
    canonical_end: Mapped[int | None]  # number of that page, where it is another


class AuditStructure(Base):
    """What the link graph of an audit adds up to: `services.structure` knows its shape."""

    __tablename__ = "audit_structure"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    summary: Mapped[dict[str, Any]] = mapped_column(default=dict)


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
