"""What calendar cards show, as plain rows: no entity, no text of an item is loaded for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from editorial.domain.calendar import NOBODY, Facet, Filter, Late
from editorial.domain.jobs import TERMINAL, JobState
from editorial.domain.locales import Language
from editorial.domain.workflow import Status
from editorial.store.campaigns import Campaign
from editorial.store.content import BuyingStep, ContentItem, ContentType, DecisionRole, ItemRoleStep
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.people import Person


class CardRow(NamedTuple):
    """What the database knows of one card."""

    id: int
    title: str
    language: Language
    status: Status
    target_date: date | None
    publish_at: datetime | None
    publish_zone: str | None
    publish_failed: bool
    version: int
    bar: int | None
    icon: str
    kind_en: str
    kind_zh: str
    type_id: int
    campaign_id: int | None
    owner_id: int | None


class JobRow(NamedTuple):
    """What a card needs of one job."""

    item_id: int
    channel_id: int
    variant: str
    occurrence: str
    state: JobState
    kind: str
    channel: str
    """Its name."""
    last_error: dict[str, Any] | None
    """Why it is where it is: a packed message."""


class FootRow(NamedTuple):
    """Who answers for an item."""

    id: int
    owner_id: int
    owner: str
    initials: str


class MapRow(NamedTuple):
    """One cell that an item is mapped to."""

    id: int
    step: int
    role_en: str
    role_zh: str
    is_primary: bool


@dataclass(frozen=True)
class Asks:
    """Who looks, and when: what "late" and "mine" depend on."""

    today: date
    now: datetime
    person_id: int = 0
    reviews: bool = False
    """Whether reviews wait for this person."""


@dataclass(frozen=True)
class Span:
    """Some days of a viewer: planned days from `first` to `last`, both included, and the instants around them.

    A list without an end has neither `last` nor `end`.
    """

    first: date
    last: date | None
    start: datetime
    """`first` begins."""
    end: datetime | None
    """The day after `last` begins."""


@dataclass(frozen=True)
class Needs:
    """What needs somebody, over everything there is."""

    late: dict[Late, int]
    waiting: int
    """Items that wait for the person who looks."""
    broken: int
    """Jobs that failed or were missed lately, and all whose outcome nobody knows."""


Where = Sequence[ColumnElement[bool]]
SHELVED = (Status.ARCHIVED, Status.REJECTED)
DONE = (Status.PUBLISHED, Status.REFRESH_DUE)
"""Out in the world: their day is past and stays."""
JOB_GRACE = timedelta(minutes=5)
"""A due job that has not ended for so long is overdue."""
_IN_WORK = tuple(status for status in Status if status not in {*SHELVED, *DONE})
"""Asked for by name and not by "not in": the index of the status then finds them among thousands that are out."""
_OPEN_JOBS = tuple(state for state in JobState if state not in TERMINAL)
_Item = ContentItem


def cards_between(session: Session, days: Span, where: Where = ()) -> list[CardRow]:
    """The cards of some days. A publish time wins over a planned day; an item stands on one day only.

    Args:
        where: what the viewer's filter asks besides, from `matching`.
    """
    return _rows(session, _cards().where(_between(days), *where))


def count_between(session: Session, days: Span, where: Where = ()) -> int:
    """How many cards `cards_between` would give."""
    return _count(session, _between(days), *where)


def cards_of(session: Session, item_ids: Iterable[int]) -> list[CardRow]:
    """The cards of certain items."""
    return _rows(session, _cards().where(_Item.id.in_(list(item_ids))))


def undated_cards(
    session: Session, limit: int, where: Where = (), *, after: int = 0, by_id: bool = False
) -> list[CardRow]:
    """Items in work without a day, the furthest along first, last touched first; or by id, from `after` on."""
    wanted = _cards().where(_undated(), *where)
    if by_id:
        return _rows(session, wanted.where(_Item.id > after).order_by(_Item.id).limit(limit))
    return _rows(session, wanted.order_by(_RANK.desc(), _Item.updated_at.desc(), _Item.id.desc()).limit(limit))


def undated_count(session: Session, where: Where = ()) -> int:
    """How many items in work have no day."""
    return _count(session, _undated(), *where)


def planned_page(
    session: Session, days: Span, where: Where, limit: int, after: tuple[date, int] | None = None
) -> list[CardRow]:
    """Cards without a publish time by their planned day, then id: one page of the list, found by the index."""
    wanted = _cards().where(_Item.publish_wall.is_(None), _Item.target_date >= days.first, *where)
    if days.last is not None:
        wanted = wanted.where(_Item.target_date <= days.last)
    if after is not None:
        day, item_id = after
        wanted = wanted.where(or_(_Item.target_date > day, and_(_Item.target_date == day, _Item.id > item_id)))
    return _rows(session, wanted.order_by(_Item.target_date, _Item.id).limit(limit))


def timed_page(
    session: Session, days: Span, where: Where, limit: int, after: tuple[datetime, int] | None = None
) -> list[CardRow]:
    """Cards with a publish time in its order, then by id: one page of the list, found by the index."""
    wanted = _cards().where(_Item.publish_at >= days.start, *where)
    if days.end is not None:
        wanted = wanted.where(_Item.publish_at < days.end)
    if after is not None:
        at, item_id = after
        wanted = wanted.where(or_(_Item.publish_at > at, and_(_Item.publish_at == at, _Item.id > item_id)))
    return _rows(session, wanted.order_by(_Item.publish_at, _Item.id).limit(limit))


def matching(session: Session, wanted: Filter, asks: Asks) -> list[ColumnElement[bool]]:
    """The conditions of a filter. Archived and rejected items are shown to those who ask for them by status."""
    found: list[ColumnElement[bool]] = [
        _Item.status.in_(sorted(wanted.status)) if wanted.status else _Item.status.not_in(SHELVED)
    ]
    for facet, column in _COLUMNS.items():
        if wanted.values(facet):
            found.append(_one_of(column, wanted.values(facet)))
    if wanted.role or wanted.step:
        found.append(_mapped(wanted))
    if wanted.text:
        found.append(func.lower(_Item.title).contains(wanted.text.lower(), autoescape=True))
    if wanted.late:
        found.append(_late(session, wanted.late, asks))
    if wanted.mine:
        found.append(_waiting(asks))
    return found


def needs(session: Session, asks: Asks, broken_since: datetime) -> Needs:
    """How much needs somebody, counted in one statement: it stands above every page of the calendar.

    Every part is a range of an index: "one or the other" in one condition is counted ten times slower.
    """
    open_still, planned, timed = _past_its_day(asks)
    job, again = DistributionJob, aliased(DistributionJob)
    repeated = select(again.id).where(again.repeat_of == job.id).exists()  # somebody has sent it once more
    over = and_(job.state.in_((JobState.FAILED, JobState.MISSED)), job.due_at >= broken_since, ~repeated)
    counts = session.execute(
        select(
            _counting(_Item, open_still, planned),
            _counting(_Item, open_still, timed),
            _counting(_Item, _late(session, Late.PRODUCTION, asks)),
            _counting(_Item, _late(session, Late.JOB, asks)),
            _counting(_Item, _given_back(asks)),
            _counting(_Item, _Item.status == Status.IN_REVIEW),
            _counting(job, over),
            _counting(job, job.state == JobState.UNKNOWN_OUTCOME),
        )
    ).one()
    past, timed_past, production, jobs, given_back, in_review, failed, unknown = counts
    late = {Late.PRODUCTION: production, Late.TARGET: past + timed_past, Late.JOB: jobs}
    return Needs(late, given_back + (in_review if asks.reviews else 0), failed + unknown)


def any_item(session: Session) -> bool:
    """Whether anything was ever planned."""
    return session.scalar(select(_Item.id).limit(1)) is not None


def jobs_of(session: Session, item_ids: Iterable[int]) -> list[JobRow]:
    """The jobs of some items, oldest first."""
    job = DistributionJob
    wanted = (
        select(
            job.item_id,
            job.channel_id,
            job.variant,
            job.occurrence,
            job.state,
            Channel.kind,
            Channel.name,
            job.last_error,
        )
        .join(Channel, Channel.id == job.channel_id)
        .where(job.item_id.in_(list(item_ids)))
        .order_by(job.id)
    )
    return [JobRow._make(row) for row in session.execute(wanted)]


def owners_of(session: Session, item_ids: Iterable[int]) -> list[FootRow]:
    """Who answers for each of some items; those without an owner are left out."""
    wanted = select(_Item.id, Person).join(Person, Person.id == _Item.owner_id).where(_Item.id.in_(list(item_ids)))
    return [FootRow(item_id, owner.id, owner.name, owner.initials) for item_id, owner in session.execute(wanted)]


def main_roles_of(session: Session, item_ids: Iterable[int]) -> dict[int, int]:
    """The role that each of some items works for above all; those that name nobody are left out."""
    cell = ItemRoleStep
    wanted = select(cell.item_id, cell.role_id).where(cell.item_id.in_(list(item_ids)), cell.is_primary)
    return {row.item_id: row.role_id for row in session.execute(wanted)}


def maps_of(session: Session, item_ids: Iterable[int]) -> list[MapRow]:
    """The cells of some items, by step."""
    cell = ItemRoleStep
    wanted = (
        select(cell.item_id, BuyingStep.position, DecisionRole.name_en, DecisionRole.name_zh, cell.is_primary)
        .join(BuyingStep, BuyingStep.id == cell.step_id)
        .join(DecisionRole, DecisionRole.id == cell.role_id)
        .where(cell.item_id.in_(list(item_ids)))
        .order_by(BuyingStep.position, DecisionRole.position)
    )
    return [MapRow._make(row) for row in session.execute(wanted)]


_COLUMNS = {
    Facet.OWNER: _Item.owner_id,
    Facet.TYPE: _Item.type_id,
    Facet.CAMPAIGN: _Item.campaign_id,
    Facet.SITE: _Item.site_id,
    Facet.LANGUAGE: _Item.language,
}
_ORDER = list(Status)
_RANK = case(*((_Item.status == status, _ORDER.index(status)) for status in _IN_WORK), else_=0)


def _rows(session: Session, wanted: Select[*tuple[Any, ...]]) -> list[CardRow]:
    return [CardRow._make(row) for row in session.execute(wanted)]


def _counting(table: type[ContentItem | DistributionJob], *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(_Item).where(*where)) or 0


def _cards() -> Select[*tuple[Any, ...]]:
    wanted = select(
        _Item.id,
        _Item.title,
        _Item.language,
        _Item.status,
        _Item.target_date,
        _Item.publish_at,
        _Item.publish_zone,
        _Item.publish_failed,
        _Item.version,
        Campaign.bar,
        ContentType.icon,
        ContentType.name_en,
        ContentType.name_zh,
        _Item.type_id,
        _Item.campaign_id,
        _Item.owner_id,
    )
    return wanted.join(ContentType, ContentType.id == _Item.type_id).outerjoin(
        Campaign, Campaign.id == _Item.campaign_id
    )


def _between(days: Span) -> ColumnElement[bool]:
    # "no slot" is asked of the wall time: asked of the instant, SQLite walks the index of all that have none
    planned = and_(_Item.publish_wall.is_(None), _Item.target_date.between(days.first, days.last))
    return or_(planned, and_(_Item.publish_at >= days.start, _Item.publish_at < days.end))


def _one_of(column: Any, values: frozenset[Any]) -> ColumnElement[bool]:
    some: ColumnElement[bool] = column.in_(sorted(value for value in values if value != NOBODY))
    return or_(column.is_(None), some) if NOBODY in values else some


def _mapped(wanted: Filter) -> ColumnElement[bool]:
    """One cell fits both: the role at the step, not the role somewhere and the step elsewhere."""
    cell = aliased(ItemRoleStep)
    found = select(cell.item_id).where(cell.item_id == _Item.id)
    if wanted.role:
        found = found.where(cell.role_id.in_(sorted(wanted.role)))
    if wanted.step:
        found = found.where(cell.step_id.in_(sorted(wanted.step)))
    return found.correlate(_Item).exists()


def _waiting(asks: Asks) -> ColumnElement[bool]:
    given_back = _given_back(asks)
    return or_(_Item.status == Status.IN_REVIEW, given_back) if asks.reviews else given_back


def _given_back(asks: Asks) -> ColumnElement[bool]:
    # coalesced, so that the few given back are read by their status and not all that the person owns
    return and_(_Item.status == Status.CHANGES_REQUESTED, func.coalesce(_Item.owner_id, NOBODY) == asks.person_id)


def _undated() -> ColumnElement[bool]:
    return and_(_Item.target_date.is_(None), _Item.publish_at.is_(None), _Item.status.in_(_IN_WORK))


def _late(session: Session, kind: Late, asks: Asks) -> ColumnElement[bool]:
    if kind is Late.TARGET:
        open_still, planned, timed = _past_its_day(asks)
        return and_(open_still, or_(planned, timed))
    if kind is Late.JOB:
        return _Item.id.in_(
            select(DistributionJob.item_id).where(
                DistributionJob.state.in_(_OPEN_JOBS), DistributionJob.due_at < asks.now - JOB_GRACE
            )
        )
    return _not_begun(session, asks)


def _past_its_day(asks: Asks) -> tuple[ColumnElement[bool], ColumnElement[bool], ColumnElement[bool]]:
    """Neither out nor on its way; its planned day has passed; its publish time has."""
    open_still = _Item.status.in_([status for status in _IN_WORK if status not in {Status.ON_HOLD, Status.SCHEDULED}])
    return open_still, and_(_Item.publish_at.is_(None), _Item.target_date < asks.today), _Item.publish_at < asks.now


def _not_begun(session: Session, asks: Asks) -> ColumnElement[bool]:
    """Still an idea or a brief, though its type needs longer than what is left until its day."""
    days: dict[int, list[int]] = {}
    for type_id, lead in session.execute(select(ContentType.id, ContentType.lead_time_days)):
        days.setdefault(lead, []).append(type_id)
    too_near = [
        and_(_Item.type_id.in_(type_ids), _Item.target_date < asks.today + timedelta(days=lead))
        for lead, type_ids in days.items()
    ]
    return and_(
        _Item.status.in_((Status.IDEA, Status.BRIEF)),
        _Item.publish_at.is_(None),
        _Item.target_date >= asks.today,
        _Item.target_date < asks.today + timedelta(days=max(days, default=0)),  # so far the index goes
        or_(*too_near),
    )
