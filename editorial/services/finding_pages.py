"""What the findings pages show: groups under filters, paged by key, counted for the overview and the rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Subquery, Tuple, and_, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, lazyload

from editorial.audit.rule import Severity
from editorial.domain.findings import OPEN, FindingState
from editorial.domain.locales import Language
from editorial.services.finding_filters import Grouping, Order, Place, Wanted, conditions, count, owner_number
from editorial.store.audit import RANK, Finding
from editorial.store.content import ContentItem
from editorial.store.people import Person

GROUPS = 25  # on a page
FIRST = 8  # findings shown of each group
ROWS = 100  # on a page of one group
CHUNK = 1000  # findings read at once for a download


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
    """Findings that stand together.

    `key` is a rule's id, an address, an owner's number ("0" for nobody), or a rule's id, a space and a template's key.
    """

    key: str
    severity: Severity
    count: int
    rows: Sequence[Row]

    @property
    def rule(self) -> str:
        """Id of the rule, of findings that stand together by rule or by template."""
        return self.key.partition(" ")[0]

    @property
    def template(self) -> str:
        """Key of the template; empty for pages of none."""
        return self.key.partition(" ")[2]


@dataclass(frozen=True)
class Listing:
    """One page of findings. `total` counts what the filters leave, `all_open` what is open at all."""

    groups: Sequence[Group]
    total: int
    all_open: int
    after: Place | None
    begins: int = 1
    """Position of the first group of this page, or of its first finding where they are listed one by one."""
    places: int = 0
    """Number of groups on all pages, or of findings."""
    one_by_one: bool = False

    @property
    def ends(self) -> int:
        """Position of the last."""
        shown = len(self.groups[0].rows) if self.one_by_one else len(self.groups)
        return self.begins + shown - 1


def listing(session: Session, wanted: Wanted) -> Listing:
    """The page of findings that somebody asked for."""
    total = count(session, wanted)
    all_open = total if not wanted.filtered else count(session, Wanted(wanted.site_id))
    if not total:
        return Listing((), 0, all_open, None)
    if wanted.one_group:
        groups, after = _one_group(session, wanted, total)
        begins = _rows_before(session, wanted, wanted.after) + 1 if wanted.after else 1
        return Listing(groups, total, all_open, after, begins, total, one_by_one=bool(groups))
    groups, after = _many_groups(session, wanted)
    begins, places = _groups_before(session, wanted) if wanted.after or after else (0, len(groups))
    return Listing(groups, total, all_open, after, begins + 1, places)


def first_groups(session: Session, wanted: Wanted) -> Sequence[Group]:
    """The groups of the first page alone; nothing around them is counted."""
    return _many_groups(session, wanted)[0]


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


def by_rule(session: Session, site_id: int, states: Sequence[FindingState] = OPEN) -> dict[str, int]:
    """How many findings of each rule a site has in these states."""
    counted = select(Finding.rule, func.count()).where(Finding.site_id == site_id, Finding.state.in_(states))
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


def one_by_one(session: Session, wanted: Wanted, *, page: int = ROWS) -> tuple[Sequence[Row], Place | None]:
    """One page of findings in the order asked for, then by address and number, whatever groups they belong to."""
    place = _row_place(wanted.order)
    rows = _joined().where(*conditions(session, wanted)).order_by(*place).limit(page + 1)
    if wanted.after is not None:
        rows = rows.where(tuple_(*place) > _row_after(wanted.after))
    found = _rows(session, rows)
    shown = found[:page]
    last = shown[-1].finding if len(found) > page else None
    return shown, Place(_row_rank(wanted.order, last), last.id, last.url) if last is not None else None


def every(session: Session, wanted: Wanted) -> Iterator[Row]:
    """All findings under the filters one by one, read some at a time: for a download."""
    rows = _joined().where(*conditions(session, wanted)).order_by(*_row_place(wanted.order))
    for row in session.execute(rows.execution_options(yield_per=CHUNK)):
        yield Row(*row)  # the session holds on to none of them


def _row_place(order: Order) -> tuple[ColumnElement[int], ColumnElement[str], ColumnElement[int]]:
    ranks: Mapping[Order, ColumnElement[int]] = {
        Order.NEWEST: -Finding.first_audit_id,
        Order.OLDEST: Finding.first_audit_id.expression,
        Order.NAME: Finding.site_id.expression,  # the same for all
    }
    return ranks.get(order, RANK), Finding.url.expression, Finding.id.expression


def _row_rank(order: Order, finding: Finding) -> int:
    """The first number of a finding's place: what `_row_place` says in SQL."""
    ranks = {Order.NEWEST: -finding.first_audit_id, Order.OLDEST: finding.first_audit_id, Order.NAME: finding.site_id}
    return ranks.get(order, Severity(finding.severity).rank)


def _row_after(after: Place) -> Tuple:
    return tuple_(literal(after.rank), literal(after.key), literal(after.number))


def _rows_before(session: Session, wanted: Wanted, after: Place) -> int:
    before = _with_item(select(func.count()).select_from(Finding)).where(*conditions(session, wanted))
    return session.scalar(before.where(tuple_(*_row_place(wanted.order)) <= _row_after(after))) or 0


def _key(by: Grouping) -> ColumnElement[str]:
    if by is Grouping.OWNER:
        return cast(owner_number(), Finding.rule.type)
    if by is Grouping.TEMPLATE:
        return Finding.rule + literal(" ") + Finding.template
    return Finding.rule.expression if by is Grouping.RULE else Finding.url.expression


def _groups(session: Session, wanted: Wanted) -> Subquery:
    """One row a group: key, rank of its worst severity, count, and the two numbers of its place."""
    key, worst, number = _key(wanted.by).label("key"), func.min(RANK), func.count()
    newest, oldest = -func.max(Finding.first_audit_id), func.min(Finding.first_audit_id)
    same = func.min(Finding.site_id)
    first, second = {
        Order.WORST: (worst, -number),
        Order.MOST: (-number, worst),
        Order.NEWEST: (newest, -number),
        Order.OLDEST: (oldest, -number),
        Order.NAME: (same, same),
    }[wanted.order]
    columns = (key, worst.label("worst"), number.label("size"), first.label("first"), second.label("second"))
    found = _with_item(select(*columns).select_from(Finding))
    return found.where(*conditions(session, wanted)).group_by(key).subquery()


def _group_after(after: Place) -> Tuple:
    return tuple_(literal(after.rank), literal(after.number), literal(after.key))


def _many_groups(session: Session, wanted: Wanted) -> tuple[Sequence[Group], Place | None]:
    """The first groups of the order, each with its first findings."""
    group = _groups(session, wanted)
    place = (group.c.first, group.c.second, group.c.key)
    page = select(group).order_by(*place).limit(GROUPS + 1)
    if wanted.after is not None:
        page = page.where(tuple_(*place) > _group_after(wanted.after))
    found = session.execute(page).all()
    shown = found[:GROUPS]
    rows = _first_rows(session, wanted, [row.key for row in shown])
    groups = [Group(row.key, list(Severity)[row.worst], row.size, rows.get(row.key, ())) for row in shown]
    last = shown[-1] if len(found) > GROUPS else None
    return groups, Place(last.first, last.second, last.key) if last is not None else None


def _groups_before(session: Session, wanted: Wanted) -> tuple[int, int]:
    """How many groups stand on the pages before, and how many there are."""
    group = _groups(session, wanted)
    places = session.scalar(select(func.count()).select_from(group)) or 0
    if wanted.after is None:
        return 0, places
    place = tuple_(group.c.first, group.c.second, group.c.key)
    before = select(func.count()).select_from(group).where(place <= _group_after(wanted.after))
    return session.scalar(before) or 0, places


def _first_rows(session: Session, wanted: Wanted, keys: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    key, place = _key(wanted.by), _row_place(wanted.order)
    ordered = (
        _with_item(
            select(
                Finding.id.label("id"),
                key.label("key"),
                func.row_number().over(partition_by=key, order_by=place).label("position"),
            ).select_from(Finding)
        )
        .where(*conditions(session, wanted), key.in_(keys))
        .subquery()
    )
    first = select(ordered.c.id, ordered.c.key).where(ordered.c.position <= FIRST)
    key_of = {row.id: row.key for row in session.execute(first)}
    grouped: dict[str, list[Row]] = {}
    for row in _rows(session, _joined().where(Finding.id.in_(key_of)).order_by(*place)):
        grouped.setdefault(key_of[row.finding.id], []).append(row)
    return grouped


def _one_group(session: Session, wanted: Wanted, total: int) -> tuple[Sequence[Group], Place | None]:
    """One group alone, or all findings without groups."""
    shown, following = one_by_one(session, wanted)
    if not shown:
        return (), None
    of_template = f"{wanted.rule} {wanted.template}"
    keys = {
        Grouping.RULE: wanted.rule,
        Grouping.TEMPLATE: of_template,
        Grouping.PAGE: wanted.page,
        Grouping.OWNER: str(wanted.owner_id),
    }
    severity = min((Severity(row.finding.severity) for row in shown), key=lambda each: each.rank)
    return (Group(keys.get(wanted.by, ""), severity, total, shown),), following


Joined = Select[Finding, int | None, str | None, Language | None, Person | None]


def _with_item(wanted: Select[*tuple[object, ...]]) -> Select[*tuple[object, ...]]:
    return wanted.outerjoin(ContentItem, ContentItem.id == Finding.content_item_id)


def _joined() -> Joined:
    columns = select(Finding, ContentItem.id, ContentItem.title, ContentItem.language, Person)
    joined = columns.outerjoin(ContentItem, ContentItem.id == Finding.content_item_id)
    return joined.outerjoin(Person, Person.id == ContentItem.owner_id).options(lazyload(Person.grants))


def _rows(session: Session, wanted: Joined) -> list[Row]:
    return [Row(*row) for row in session.execute(wanted)]
