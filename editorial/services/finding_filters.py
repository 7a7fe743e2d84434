"""Which findings somebody wants to see: filters that hold together, in what order, and what each of them hides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from editorial.audit.rule import Severity
from editorial.audit.rulebook import ALL_RULES
from editorial.domain.errors import EditorialError
from editorial.domain.findings import OPEN, FindingState
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1, netloc_of, origin_of, path_of
from editorial.store.audit import Finding, FindingHistory
from editorial.store.campaigns import Campaign
from editorial.store.content import ContentItem, Site


class Grouping(StrEnum):
    """By what findings stand together."""

    RULE = "rule"
    TEMPLATE = "template"
    """Of a rule those whose pages one template makes: mended once, they are all mended."""
    PAGE = "page"
    OWNER = "owner"
    NONE = "none"
    """One by one."""


class Order(StrEnum):
    """What comes first."""

    WORST = "worst"
    MOST = "most"
    """Of groups the largest; single findings stand as in `WORST`."""
    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    """By address; groups by their rule, address or owner."""

    @property
    def label(self) -> Message:
        """The word in the list."""
        return ORDERS[self]


class Standing(StrEnum):
    """Which findings somebody wants to see, by what became of them."""

    OPEN = "open"
    NEW = "new"
    DISCOVERED = "newly_discovered"
    PERSISTING = "persisting"
    REOPENED = "reopened"
    FIXED = "fixed"
    GONE = "gone"
    MUTED = "muted"
    ALL = "all"

    @property
    def label(self) -> Message:
        """The word in the list."""
        return STANDINGS[self]


ORDERS = {
    Order.WORST: Message(N_("Worst first")),
    Order.MOST: Message(N_("Most frequent first")),
    Order.NEWEST: Message(N_("Newest first")),
    Order.OLDEST: Message(N_("Oldest first")),
    Order.NAME: Message(N_("By address")),
}
STANDINGS = {
    Standing.OPEN: Message(N_("Open")),
    Standing.NEW: Message(N_("New")),
    Standing.DISCOVERED: Message(N_("Newly discovered")),
    Standing.PERSISTING: Message(N_("Persisting")),
    Standing.REOPENED: Message(N_("Reopened")),
    Standing.FIXED: Message(N_("Fixed")),
    Standing.GONE: Message(N_("No longer applies")),
    Standing.MUTED: Message(N_("Muted")),
    Standing.ALL: Message(N_("All, also the fixed")),
}
SEVERITIES = {
    Severity.BLOCKER: Message(N_("Blocker")),
    Severity.ERROR: Message(N_("Error")),
    Severity.WARNING: Message(N_("Warning")),
    Severity.NOTICE: Message(N_("Notice")),
}


class BadPlace(EditorialError):
    """The address names a place in the list that cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            Message(N_("This address names a place in the list that does not exist.")),
            hint=Message(N_("Begin at the first page.")),
        )


@dataclass(frozen=True)
class Place:
    """The last row of the page before: two numbers that order the list, and its key. `Order` says which numbers."""

    rank: int
    number: int
    key: str

    def __str__(self) -> str:
        return f"{self.rank}.{self.number}.{self.key}"

    @classmethod
    def parse(cls, text: str) -> "Place | None":
        """The place that an address names; None for the first page. Raises `BadPlace`."""
        if not text:
            return None
        rank, _, rest = text.partition(".")
        number, dot, key = rest.partition(".")
        try:
            place = cls(int(rank), int(number), key)
        except ValueError as error:
            raise BadPlace from error
        if not dot or max(abs(place.rank), abs(place.number)) >= 2**31 or "\x00" in key:
            raise BadPlace
        return place


@dataclass(frozen=True)
class Wanted:
    """What somebody asked to see of a site's findings. Of owner and campaign, 0 stands for none and None for any."""

    site_id: int
    by: Grouping = Grouping.RULE
    standing: Standing = Standing.OPEN
    severity: Severity | None = None
    category: str = ""
    owner_id: int | None = None
    campaign_id: int | None = None
    text: str = ""
    rule: str = ""
    template: str = ""
    """Key of a page template (`audit.templates`)."""
    page: str = ""
    path: str = ""
    """Where the path of the address begins."""
    audit_id: int | None = None
    """That changed them: made them, fixed them, brought them back."""
    order: Order = Order.WORST
    after: Place | None = None

    @property
    def one_group(self) -> bool:
        """Whether only one group is left to show, so that its findings are listed one by one."""
        of_template = bool(self.rule and self.template)
        opened = {
            Grouping.RULE: self.rule,
            Grouping.TEMPLATE: of_template,
            Grouping.PAGE: self.page,
            Grouping.OWNER: self.owner_id is not None,
        }
        return bool(opened.get(self.by, True))

    @property
    def filters(self) -> Sequence[str]:
        """Names of the filters in force, in the order of `FILTERS`."""
        return [name for name, usual in FILTERS.items() if getattr(self, name) != usual]

    @property
    def filtered(self) -> bool:
        """Whether something besides "open" hides findings."""
        return bool(self.filters)

    def without(self, name: str) -> "Wanted":
        """The same with one filter taken off, from the first page."""
        return replace(self, after=None, **{name: FILTERS[name]})


FILTERS: Mapping[str, Any] = {
    "standing": Standing.OPEN,
    "severity": None,
    "category": "",
    "rule": "",
    "template": "",
    "owner_id": None,
    "campaign_id": None,
    "path": "",
    "page": "",
    "audit_id": None,
    "text": "",
}
"""Every filter, and what it is when it hides nothing."""


def conditions(session: Session, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a finding, joined to its item, must fulfil."""
    found = [Finding.site_id == wanted.site_id, *_standing(wanted.standing)]
    if wanted.severity is not None:
        found.append(Finding.severity == wanted.severity.value)
    if wanted.category:
        found.append(Finding.rule.in_([rule.id for rule in ALL_RULES if rule.category == wanted.category]))
    if wanted.owner_id is not None:
        found.append(owner_number() == wanted.owner_id)
    if wanted.campaign_id is not None:
        found.append(func.coalesce(ContentItem.campaign_id, 0) == wanted.campaign_id)
    exactly = {Finding.rule: wanted.rule, Finding.template: wanted.template, Finding.url: wanted.page}
    found += [column == value for column, value in exactly.items() if value]
    if wanted.audit_id is not None:
        changed = select(FindingHistory.finding_id).where(FindingHistory.audit_id == wanted.audit_id)
        found.append(Finding.id.in_(changed))
    if wanted.path:
        found.append(_below(session, wanted))
    if wanted.text:
        found.append(_says(wanted.text.lower()))
    return found


def owner_number() -> ColumnElement[int]:
    """The owner of the piece behind a finding; 0 where there is neither."""
    return func.coalesce(ContentItem.owner_id, 0)


def count(session: Session, wanted: Wanted) -> int:
    """How many findings the filters leave."""
    return session.scalar(_counted(session, wanted)) or 0


def hidden_by(session: Session, wanted: Wanted) -> dict[str, int]:
    """Where nothing is left: how many findings there would be without one filter, for each that alone hides any."""
    found = {name: count(session, wanted.without(name)) for name in wanted.filters}
    return {name: number for name, number in found.items() if number}


def campaigns(session: Session, site_id: int) -> Sequence[Campaign]:
    """The campaigns whose pieces have findings on this site, by name."""
    with_findings = (
        select(ContentItem.campaign_id)
        .join_from(Finding, ContentItem, Finding.content_item_id == ContentItem.id)
        .where(Finding.site_id == site_id)
    )
    return session.scalars(
        select(Campaign).where(Campaign.id.in_(with_findings)).order_by(Campaign.name, Campaign.id)
    ).all()


def _counted(session: Session, wanted: Wanted) -> Select[int]:
    joined = select(func.count()).select_from(Finding)
    if {"owner_id", "campaign_id", "text"} & set(wanted.filters):  # the others need nothing of the item
        joined = joined.outerjoin(ContentItem, ContentItem.id == Finding.content_item_id)
    return joined.where(*conditions(session, wanted))


def _says(words: str) -> ColumnElement[bool]:
    return or_(
        func.lower(Finding.url).contains(words, autoescape=True),
        func.lower(Finding.rule).contains(words.replace(" ", "-"), autoescape=True),
        func.lower(ContentItem.title).contains(words, autoescape=True),
    )


def _below(session: Session, wanted: Wanted) -> ColumnElement[bool]:
    """Whose path begins so, on any origin that is the site: with and without www, by http and https."""
    base = session.scalar(select(Site.base_url).where(Site.id == wanted.site_id)) or ""
    host = netloc_of(base).removeprefix("www.")
    typed = f"{origin_of(base)}/{wanted.path.lstrip('/')}"
    path = path_of(n1(typed) or typed)
    begins = [f"{scheme}://{www}{host}{path}" for scheme in ("https", "http") for www in ("", "www.")]
    # substr and not LIKE, which SQLite compares without regard to case
    return or_(*(func.substr(Finding.url, 1, len(begin)) == begin for begin in begins))


def _standing(standing: Standing) -> list[ColumnElement[bool]]:
    if standing is Standing.ALL:
        return []
    if standing is Standing.OPEN:
        return [Finding.state.in_(OPEN)]
    if standing is Standing.DISCOVERED:
        return [and_(Finding.state == FindingState.NEW, Finding.newly_discovered)]
    if standing is Standing.NEW:
        return [and_(Finding.state == FindingState.NEW, ~Finding.newly_discovered)]
    return [Finding.state == FindingState(standing.value)]
