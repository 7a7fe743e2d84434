"""Content items, what they are mapped to, and the seeded words of the method."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Enum,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, composite, joinedload, mapped_column, relationship

from editorial.domain.bilingual import Bilingual
from editorial.domain.errors import NotFound
from editorial.domain.keywords import Intent
from editorial.domain.locales import Language
from editorial.domain.mails import mail_weekday
from editorial.domain.workflow import Status
from editorial.store.base import Base, Wall
from editorial.store.campaigns import Campaign
from editorial.store.people import Person

_REMEMBERED = Enum(
    Status,
    native_enum=False,
    create_constraint=False,  # a second status in one table; its CHECK is named below
    length=32,
    values_callable=lambda kind: [member.value for member in kind],
)


class ContentType(Base):
    """A kind of piece: whitepaper, case study, post... A seeded row; wording and order may be edited, the key stays."""

    __tablename__ = "content_type"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name_en: Mapped[str] = mapped_column(String(80))
    name_zh: Mapped[str] = mapped_column(String(80))
    icon: Mapped[str] = mapped_column(String(20))  # symbol of the sprite, without k-
    lead_time_days: Mapped[int]
    review_days: Mapped[int]  # after so many days a published piece is due for a refresh
    needs_lead_form: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    fields: Mapped[list[Any]] = mapped_column(default=list)  # {key, en, zh, kind: line | number | url | date}
    checklist: Mapped[list[Any]] = mapped_column(default=list)  # {key, en, zh, required}

    name: Mapped[Bilingual] = composite("name_en", "name_zh")


class DecisionRole(Base):
    """Who must be convinced."""

    __tablename__ = "decision_role"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name_en: Mapped[str] = mapped_column(String(80))
    name_zh: Mapped[str] = mapped_column(String(80))
    concerns_en: Mapped[str] = mapped_column(Text)
    concerns_zh: Mapped[str] = mapped_column(Text)
    position: Mapped[int]

    name: Mapped[Bilingual] = composite("name_en", "name_zh")
    concerns: Mapped[Bilingual] = composite("concerns_en", "concerns_zh")


class BuyingStep(Base):
    """Where in the buying decision a piece works: seven steps of the purchase, then onboarding and renewal."""

    __tablename__ = "buying_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name_en: Mapped[str] = mapped_column(String(80))
    name_zh: Mapped[str] = mapped_column(String(80))
    position: Mapped[int] = mapped_column(unique=True)  # 1 to 9; the number people see

    name: Mapped[Bilingual] = composite("name_en", "name_zh")


class TypeCell(Base):
    """One cell of the coverage matrix that a content type usually answers. Seeded."""

    __tablename__ = "type_cell"

    type_id: Mapped[int] = mapped_column(ForeignKey("content_type.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("decision_role.id", ondelete="CASCADE"), primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("buying_step.id", ondelete="CASCADE"), primary_key=True)


class Site(Base):
    """A host set that the team publishes on and audits."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    base_url: Mapped[str] = mapped_column(String(500), unique=True)  # N1 form, with a trailing slash
    language: Mapped[Language]
    zone: Mapped[str] = mapped_column(String(64))  # IANA; the weekly audit and mail follow it
    audit_weekday: Mapped[int] = mapped_column(default=0)  # 0 is Monday
    audit_time: Mapped[str] = mapped_column(String(5), default="05:00")  # wall time in the zone
    mail_time: Mapped[str] = mapped_column(String(5), default="08:00")  # wall time of the weekly mail
    crawl_rate: Mapped[float | None]  # requests a second; None, here and below: what the desk uses
    crawl_connections: Mapped[int | None]  # at once
    crawl_max_pages: Mapped[int | None]
    crawl_options: Mapped[dict[str, Any]] = mapped_column(default=dict)  # `domain.crawl_options`, where it differs
    external_links: Mapped[bool] = mapped_column(default=True)  # whether targets outside are asked if they are there
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __table_args__ = (CheckConstraint("audit_weekday BETWEEN 0 AND 6", name="audit_weekday"),)
    __mapper_args__ = {"version_id_col": version}

    @property
    def mail_weekday(self) -> int:
        """The day of the weekly mail, 0 for Monday: it never comes before the audit it tells."""
        return mail_weekday(self.audit_weekday, self.audit_time, self.mail_time)


class ContentItem(Base):
    """One piece of content, from idea to archive. Each channel it goes out on is a distribution job."""

    __tablename__ = "content_item"
    __table_args__ = (
        CheckConstraint("status <> 'scheduled' OR publish_at IS NOT NULL", name="scheduled_has_slot"),
        CheckConstraint(
            "status <> 'scheduled' OR (approved_hash IS NOT NULL AND approved_hash = content_hash)",
            name="scheduled_is_approved",
        ),
        CheckConstraint("status <> 'published' OR url IS NOT NULL", name="published_has_url"),
        CheckConstraint(
            "(publish_at IS NULL) = (publish_wall IS NULL) AND (publish_at IS NULL) = (publish_zone IS NULL)",
            name="slot_is_whole",
        ),
        CheckConstraint("publish_fold IN (0, 1)", name="fold"),
        CheckConstraint("priority BETWEEN 1 AND 3", name="priority"),
        CheckConstraint("status <> 'on_hold' OR hold_reason <> ''", name="hold_has_reason"),
        CheckConstraint("status <> 'on_hold' OR held_from IS NOT NULL", name="hold_remembers"),
        CheckConstraint("status <> 'rejected' OR rejected_reason <> ''", name="rejected_has_reason"),
        UniqueConstraint("site_id", "slug", name="uq_content_item_site_slug"),
        Index("ix_content_item_status", "status", "owner_id"),  # counts what came back to somebody without reading rows
        Index("ix_content_item_target_date", "target_date"),
        Index("ix_content_item_publish_at", "publish_at"),
        Index("ix_content_item_campaign_id", "campaign_id"),
        # what is late is counted on every page of the calendar
        Index("ix_content_item_late", "status", "publish_at", "target_date"),
        Index("ix_content_item_query_key", "query_key"),
        Index("ix_content_item_review_by", "review_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    type_id: Mapped[int] = mapped_column(ForeignKey("content_type.id", ondelete="RESTRICT"))
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str | None] = mapped_column(String(120))
    language: Mapped[Language]
    description: Mapped[str] = mapped_column(Text, default="")  # the page's meta description
    brief: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")  # Markdown
    status: Mapped[Status] = mapped_column(default=Status.IDEA)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id", ondelete="RESTRICT"))
    target_date: Mapped[date | None]  # the planned day; never fires anything
    publish_wall: Mapped[datetime | None] = mapped_column(Wall())
    publish_zone: Mapped[str | None] = mapped_column(String(64))
    publish_fold: Mapped[int] = mapped_column(default=0)
    publish_at: Mapped[datetime | None]  # the instant at which jobs fire
    url: Mapped[str | None] = mapped_column(String(2000))
    url_n2: Mapped[str | None] = mapped_column(String(2000), index=True)  # compare form, joins item and page
    published_at: Mapped[datetime | None]
    publish_failed: Mapped[bool] = mapped_column(default=False)  # every job of the last schedule ended without success
    content_hash: Mapped[str] = mapped_column(String(64))
    review_hash: Mapped[str | None] = mapped_column(String(64))
    approved_hash: Mapped[str | None] = mapped_column(String(64))
    live_hash: Mapped[str | None] = mapped_column(String(64))  # of the text that is out; None: nothing is
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))  # never deleted while it has items
    priority: Mapped[int] = mapped_column(default=2)  # 1 is the highest of three
    target_query: Mapped[str] = mapped_column(String(200), default="")  # as it was typed
    query_key: Mapped[str] = mapped_column(String(200), default="")  # its normalised form
    query_intent: Mapped[Intent] = mapped_column(default=Intent.INFORMATIONAL)
    is_offer: Mapped[bool] = mapped_column(default=False)  # a discount or promotion
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # values of the type's own fields, by key
    review_by: Mapped[date | None]  # a published item is due for a refresh after it
    hold_reason: Mapped[str] = mapped_column(Text, default="")
    held_from: Mapped[Status | None] = mapped_column(_REMEMBERED)  # where an item on hold goes back to
    rejected_reason: Mapped[str] = mapped_column(Text, default="")
    archived_at: Mapped[datetime | None]
    archived_from: Mapped[Status | None] = mapped_column(_REMEMBERED)  # where an archived item goes back to
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()  # the edit form carries it; a save on an older one is refused

    type: Mapped[ContentType] = relationship(lazy="joined", innerjoin=True)
    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    site: Mapped[Site | None] = relationship()
    campaign: Mapped[Campaign | None] = relationship()
    cells: Mapped[list["ItemRoleStep"]] = relationship(
        cascade="all, delete-orphan", order_by="ItemRoleStep.role_id, ItemRoleStep.step_id"
    )

    __mapper_args__ = {"version_id_col": version}


class ItemRoleStep(Base):
    """One cell of the coverage matrix that an item answers."""

    __tablename__ = "item_role_step"
    __table_args__ = (
        # one primary cell an item at most
        Index(
            "uq_item_role_step_primary",
            "item_id",
            unique=True,
            sqlite_where=text("is_primary"),
            postgresql_where=text("is_primary"),
        ),
    )

    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("decision_role.id", ondelete="RESTRICT"), primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("buying_step.id", ondelete="RESTRICT"), primary_key=True)
    is_primary: Mapped[bool] = mapped_column(default=False)


class Approval(Base):
    """One decision of one approver on one exact text. Append-only."""

    __tablename__ = "approval"
    __table_args__ = (CheckConstraint("decision IN ('approved', 'changes_requested')", name="decision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id", ondelete="CASCADE"), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    decision: Mapped[str] = mapped_column(String(20))
    comment: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime]


class ItemRevision(Base):
    """The text of an item as it was saved once, with its brief; what goes out names the revision by its hash."""

    __tablename__ = "item_revision"
    __table_args__ = (UniqueConstraint("item_id", "n"), Index("ix_item_revision_hash", "item_id", "content_hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("content_item.id", ondelete="CASCADE"))
    n: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str | None] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text)
    brief: Mapped[str] = mapped_column(Text, default="")  # not part of the hash: it stays in the house
    body: Mapped[str] = mapped_column(Text)
    texts: Mapped[list[Any]] = mapped_column(default=list)  # own words on channels: [channel id, variant, text]
    content_hash: Mapped[str] = mapped_column(String(64))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]


OwnWords = tuple[int, str, str]
"""Own words of an item on a channel: channel id, variant, text."""


def hash_of(
    *, title: str, slug: str | None, description: str, body: str, language: str, texts: Iterable[OwnWords] = ()
) -> str:
    """SHA-256 (hex) of everything of an item that goes out; an approval is bound to it.

    `texts` are its own words on channels, the empty ones left out. An item without any has the hash of its text alone.
    """
    parts = "\x00".join((title, slug or "", description, body, language))
    for channel_id, variant, words in sorted(texts):
        parts += f"\x00{channel_id}\x00{variant}\x00{words}"
    return hashlib.sha256(parts.encode()).hexdigest()


def get_item(session: Session, item_id: int) -> ContentItem:
    """The item with owner, site and cells, or `NotFound`."""
    wanted = select(ContentItem).where(ContentItem.id == item_id)
    wanted = wanted.options(
        joinedload(ContentItem.owner),
        joinedload(ContentItem.site),
        joinedload(ContentItem.campaign),
        joinedload(ContentItem.cells),
    )
    item = session.scalars(wanted).unique().one_or_none()
    if item is None:
        raise NotFound
    return item


def content_types(session: Session) -> Sequence[ContentType]:
    """Every content type, in the team's order."""
    return session.scalars(select(ContentType).order_by(ContentType.position)).all()


def decision_roles(session: Session) -> Sequence[DecisionRole]:
    """The decision roles, in the team's order."""
    return session.scalars(select(DecisionRole).order_by(DecisionRole.position)).all()


def buying_steps(session: Session) -> Sequence[BuyingStep]:
    """The buying steps, 1 to 9."""
    return session.scalars(select(BuyingStep).order_by(BuyingStep.position)).all()


def active_sites(session: Session) -> Sequence[Site]:
    """The sites that are published on and audited, by name."""
    return session.scalars(select(Site).where(Site.active).order_by(Site.name, Site.id)).all()


def get_site(session: Session, site_id: int) -> Site:
    """The site, or `NotFound`."""
    site = session.get(Site, site_id)
    if site is None:
        raise NotFound
    return site


def next_revision(session: Session, item_id: int) -> int:
    """The number of the revision to be saved next, from 1."""
    return (session.scalar(select(func.max(ItemRevision.n)).where(ItemRevision.item_id == item_id)) or 0) + 1


def slugs_like(session: Session, site_id: int | None, start: str, *, besides: int | None = None) -> set[str]:
    """Every slug of the site's items that begins with `start`, those of archived items too."""
    if site_id is None:
        return set()
    wanted = select(ContentItem.slug).where(ContentItem.site_id == site_id, ContentItem.slug.startswith(start))
    if besides is not None:
        wanted = wanted.where(ContentItem.id != besides)
    return {slug for slug in session.scalars(wanted) if slug}


def approvals_of(session: Session, item_id: int) -> Sequence[Approval]:
    """Every decision on an item, newest first."""
    return session.scalars(select(Approval).where(Approval.item_id == item_id).order_by(Approval.id.desc())).all()


def find_revision(session: Session, item_id: int, content_hash: str) -> ItemRevision | None:
    """The saved text of an item with that hash: where it was saved several times, the start of its newest run.

    Whoever saved that one wrote the text; the others of the run changed the brief alone.
    """
    of_item, same = ItemRevision.item_id == item_id, ItemRevision.content_hash == content_hash
    newest = select(func.max(ItemRevision.n)).where(of_item, same).scalar_subquery()
    before = select(func.coalesce(func.max(ItemRevision.n), 0)).where(of_item, ~same, ItemRevision.n < newest)
    wanted = select(ItemRevision).where(of_item, same, ItemRevision.n > before.scalar_subquery())
    return session.scalars(wanted.order_by(ItemRevision.n).limit(1)).one_or_none()


def revisions_of(session: Session, item_id: int, *, limit: int = 200) -> Sequence[ItemRevision]:
    """The saved texts of an item, newest first."""
    wanted = select(ItemRevision).where(ItemRevision.item_id == item_id)
    return session.scalars(wanted.order_by(ItemRevision.n.desc()).limit(limit)).all()


def get_revision(session: Session, item_id: int, n: int) -> ItemRevision:
    """One saved text by its number, or `NotFound`."""
    wanted = select(ItemRevision).where(ItemRevision.item_id == item_id, ItemRevision.n == n)
    revision = session.scalars(wanted).one_or_none()
    if revision is None:
        raise NotFound
    return revision


def type_cells(session: Session) -> dict[int, list[tuple[int, int]]]:
    """What each content type usually answers: type id to (role id, step id)."""
    found: dict[int, list[tuple[int, int]]] = {}
    for row in session.scalars(select(TypeCell).order_by(TypeCell.type_id, TypeCell.role_id, TypeCell.step_id)):
        found.setdefault(row.type_id, []).append((row.role_id, row.step_id))
    return found
