"""What the findings pages show: groups under filters, paged by key, and one finding with all that explains it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, lazyload

from editorial.audit.rule import Severity
from editorial.domain.errors import EditorialError
from editorial.domain.findings import OPEN, FindingState
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.store.audit import Finding
from editorial.store.content import ContentItem
from editorial.store.people import Person

GROUPS = 25  # on a page
FIRST = 8  # findings shown of each group
ROWS = 100  # on a page of one group
RANK = case({"blocker": 0, "error": 1, "warning": 2}, value=Finding.severity, else_=3)


class Grouping(StrEnum):
    """By what findings stand together."""

    RULE = "rule"
    PAGE = "page"
    OWNER = "owner"


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
    """The last row of the page before: rank of its severity, a number that orders within it, and its key."""

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
    """What somebody asked to see of a site's findings. `owner_id` 0 stands for nobody; None for anybody."""

    site_id: int
    by: Grouping = Grouping.RULE
    standing: Standing = Standing.OPEN
    severity: Severity | None = None
    owner_id: int | None = None
    text: str = ""
    rule: str = ""
    page: str = ""
    after: Place | None = None

    @property
    def one_group(self) -> bool:
        """Whether only one group is left to show, so that its findings are listed one by one."""
        opened = {Grouping.RULE: self.rule, Grouping.PAGE: self.page, Grouping.OWNER: self.owner_id is not None}
        return bool(opened[self.by])

    @property
    def filtered(self) -> bool:
        """Whether something besides "open" hides findings."""
        return replace(self, after=None, by=Grouping.RULE) != Wanted(self.site_id)


@dataclass(frozen=True)
class Row:
    """One finding with the piece behind its page."""

    finding: Finding
    item_id: int | None
    item_title: str | None
    item_language: Language | None
    owner: Person | None


@dataclass(frozen=True)
class Group:
    """Findings that stand together. `key` is a rule's id, an address or an owner's number ("0" for nobody)."""

    key: str
    severity: Severity
    count: int
    rows: Sequence[Row]


@dataclass(frozen=True)
class Listing:
    """One page of findings. `total` counts what the filters leave, `all_open` what is open at all."""

    groups: Sequence[Group]
    total: int
    all_open: int
    after: Place | None


def listing(session: Session, wanted: Wanted) -> Listing:
    """The page of findings that somebody asked for."""
    total = session.scalar(_count(wanted)) or 0
    all_open = session.scalar(_count(Wanted(wanted.site_id))) or 0
    groups, after = _one_group(session, wanted) if wanted.one_group else _many_groups(session, wanted)
    return Listing(groups, total, all_open, after)


def owners(session: Session, site_id: int) -> Sequence[Person]:
    """Whose pieces have findings on this site, by name."""
    with_findings = (
        select(ContentItem.owner_id)
        .join_from(Finding, ContentItem, Finding.content_item_id == ContentItem.id)
        .where(Finding.site_id == site_id)
    )
    wanted = select(Person).where(Person.id.in_(with_findings)).options(lazyload(Person.grants))
    return session.scalars(wanted.order_by(Person.name, Person.id)).all()


def open_by_severity(session: Session, site_id: int) -> dict[Severity, int]:
    """How many open findings of each severity a site has."""
    counted = select(Finding.severity, func.count()).where(Finding.site_id == site_id, Finding.state.in_(OPEN))
    found = dict(session.execute(counted.group_by(Finding.severity)).all())
    return {severity: found.get(severity.value, 0) for severity in Severity}


def muted_count(session: Session, site_id: int) -> int:
    """How many findings of a site are muted; they are counted apart from the open ones."""
    wanted = select(func.count()).select_from(Finding)
    return session.scalar(wanted.where(Finding.site_id == site_id, Finding.state == FindingState.MUTED)) or 0


def open_by_rule(session: Session, site_id: int) -> dict[str, int]:
    """How many open findings of each rule a site has."""
    counted = select(Finding.rule, func.count()).where(Finding.site_id == site_id, Finding.state.in_(OPEN))
    return dict(session.execute(counted.group_by(Finding.rule)).all())


def came_and_went(session: Session, site_id: int, since: datetime) -> tuple[int, int]:
    """How many findings came (new or back again) and were fixed since an instant."""
    came = and_(Finding.first_seen_at > since, ~Finding.newly_discovered)
    back = Finding.state == FindingState.REOPENED
    counts = select(func.count().filter(or_(came, back)), func.count().filter(Finding.fixed_at > since)).where(
        Finding.site_id == site_id
    )
    row = session.execute(counts).one()
    return row[0], row[1]


def _owner_number() -> ColumnElement[int]:
    """The owner of the piece behind a finding; 0 where there is neither."""
    return func.coalesce(ContentItem.owner_id, 0)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [Finding.site_id == wanted.site_id, *_standing(wanted.standing)]
    if wanted.severity is not None:
        found.append(Finding.severity == wanted.severity.value)
    if wanted.owner_id is not None:
        found.append(_owner_number() == wanted.owner_id)
    if wanted.rule:
        found.append(Finding.rule == wanted.rule)
    if wanted.page:
        found.append(Finding.url == wanted.page)
    if wanted.text:
        words = wanted.text.lower()
        found.append(
            or_(
                func.lower(Finding.url).contains(words, autoescape=True),
                func.lower(Finding.rule).contains(words.replace(" ", "-"), autoescape=True),
                func.lower(ContentItem.title).contains(words, autoescape=True),
            )
        )
    return found


def _standing(standing: Standing) -> list[ColumnElement[bool]]:
    if standing is Standing.ALL:
        return []
    if standing is Standing.OPEN:
        return [Finding.state.in_(OPEN)]
    if standing is Standing.DISCOVERED:
        return [Finding.state == FindingState.NEW, Finding.newly_discovered.is_(True)]
    if standing is Standing.NEW:
        return [Finding.state == FindingState.NEW, ~Finding.newly_discovered]
    return [Finding.state == FindingState(standing.value)]


def _count(wanted: Wanted) -> Select[int]:
    return (
        select(func.count())
        .select_from(Finding)
        .outerjoin(ContentItem, ContentItem.id == Finding.content_item_id)
        .where(*_conditions(wanted))
    )


def _key(by: Grouping) -> ColumnElement[str]:
    if by is Grouping.OWNER:
        return cast(_owner_number(), Finding.rule.type)
    return Finding.rule.expression if by is Grouping.RULE else Finding.url.expression


def _groups(wanted: Wanted) -> Subquery:
    key = _key(wanted.by).label("key")
    return (
        select(key, func.min(RANK).label("rank"), (-func.count()).label("less"))
        .select_from(Finding)
        .outerjoin(ContentItem, ContentItem.id == Finding.content_item_id)
        .where(*_conditions(wanted))
        .group_by(key)
        .subquery()
    )


def _many_groups(session: Session, wanted: Wanted) -> tuple[Sequence[Group], Place | None]:
    """The worst groups first, each with its first findings."""
    group = _groups(wanted)
    place = tuple_(group.c.rank, group.c.less, group.c.key)
    page = select(group).order_by(group.c.rank, group.c.less, group.c.key).limit(GROUPS + 1)
    if wanted.after is not None:
        after = wanted.after
        page = page.where(place > tuple_(literal(after.rank), literal(after.number), literal(after.key)))
    found = session.execute(page).all()
    shown = found[:GROUPS]
    rows = _first_rows(session, wanted, [row.key for row in shown])
    groups = [Group(row.key, list(Severity)[row.rank], -row.less, rows.get(row.key, ())) for row in shown]
    last = shown[-1] if len(found) > GROUPS else None
    return groups, Place(last.rank, last.less, last.key) if last is not None else None


def _first_rows(session: Session, wanted: Wanted, keys: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    key = _key(wanted.by)
    ordered = (
        select(
            Finding.id.label("id"),
            key.label("key"),
            func.row_number().over(partition_by=key, order_by=(RANK, Finding.url, Finding.id)).label("position"),
        )
        .select_from(Finding)
        .outerjoin(ContentItem, ContentItem.id == Finding.content_item_id)
        .where(*_conditions(wanted), key.in_(keys))
        .subquery()
    )
    first = select(ordered.c.id, ordered.c.key).where(ordered.c.position <= FIRST)
    key_of = {row.id: row.key for row in session.execute(first)}
    grouped: dict[str, list[Row]] = {}
    for row in _rows(session, _joined().where(Finding.id.in_(key_of)).order_by(RANK, Finding.url, Finding.id)):
        grouped.setdefault(key_of[row.finding.id], []).append(row)
    return grouped


def one_by_one(session: Session, wanted: Wanted, *, page: int = ROWS) -> tuple[Sequence[Row], Place | None]:
    """One page of findings by severity, address and number, whatever groups they belong to."""
    place = tuple_(RANK, Finding.url, Finding.id)
    rows = _joined().where(*_conditions(wanted)).order_by(RANK, Finding.url, Finding.id).limit(page + 1)
    if wanted.after is not None:
        after = wanted.after
        rows = rows.where(place > tuple_(literal(after.rank), literal(after.key), literal(after.number)))
    found = _rows(session, rows)
    shown = found[:page]
    last = shown[-1].finding if len(found) > page else None
    return shown, Place(Severity(last.severity).rank, last.id, last.url) if last is not None else None


def _one_group(session: Session, wanted: Wanted) -> tuple[Sequence[Group], Place | None]:
    """One group alone."""
    shown, following = one_by_one(session, wanted)
    if not shown:
        return (), None
    key = {Grouping.RULE: wanted.rule, Grouping.PAGE: wanted.page, Grouping.OWNER: str(wanted.owner_id)}[wanted.by]
    group = Group(key, Severity(shown[0].finding.severity), session.scalar(_count(wanted)) or 0, shown)
    return (group,), following


Joined = Select[Finding, int | None, str | None, Language | None, Person | None]


def _joined() -> Joined:
    columns = select(Finding, ContentItem.id, ContentItem.title, ContentItem.language, Person)
    joined = columns.outerjoin(ContentItem, ContentItem.id == Finding.content_item_id)
    return joined.outerjoin(Person, Person.id == ContentItem.owner_id).options(lazyload(Person.grants))


def _rows(session: Session, wanted: Joined) -> list[Row]:
    return [Row(*row) for row in session.execute(wanted)]
