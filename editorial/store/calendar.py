"""What calendar cards show, as plain rows: no entity, no text of an item is loaded for them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from editorial.domain.jobs import JobState
from editorial.domain.locales import Language
from editorial.domain.workflow import Status
from editorial.store.content import ContentItem, ContentType
from editorial.store.distribution import DistributionJob


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
    icon: str
    kind_en: str
    kind_zh: str


SHELVED = (Status.ARCHIVED, Status.REJECTED)
DONE = (Status.PUBLISHED, Status.REFRESH_DUE)
"""Out in the world: their day is past and stays."""
_IN_WORK = tuple(status for status in Status if status not in {*SHELVED, *DONE})
"""Asked for by name and not by "not in": the index of the status then finds them among thousands that are out."""
_Item = ContentItem


def cards_between(session: Session, first: date, last: date, start: datetime, end: datetime) -> list[CardRow]:
    """The cards of some days. A publish time wins over a planned day; an item stands on one day only.

    Args:
        first, last: planned days, both included.
        start, end: instants at which `first` begins and the day after `last` begins for the viewer.
    """
    # "no slot" is asked of the wall time: asked of the instant, SQLite walks the index of all that have none
    planned = and_(_Item.publish_wall.is_(None), _Item.target_date.between(first, last))
    timed = and_(_Item.publish_at >= start, _Item.publish_at < end)
    wanted = _cards().where(or_(planned, timed), _Item.status.not_in(SHELVED))
    return _rows(session, wanted)


def cards_of(session: Session, item_ids: Iterable[int]) -> list[CardRow]:
    """The cards of certain items."""
    return _rows(session, _cards().where(_Item.id.in_(list(item_ids))))


def undated_cards(session: Session, limit: int) -> list[CardRow]:
    """Items in work without a day, last touched first."""
    wanted = _cards().where(_undated()).order_by(_Item.updated_at.desc(), _Item.id.desc()).limit(limit)
    return _rows(session, wanted)


def undated_count(session: Session) -> int:
    """How many items in work have no day."""
    return session.scalar(select(func.count()).select_from(_Item).where(_undated())) or 0


def overdue_cards(session: Session, today: date, now: datetime, limit: int) -> list[CardRow]:
    """Items whose planned day or publish time has passed and that are neither out nor on their way, oldest first."""
    wanted = _cards().where(_overdue(today, now)).order_by(_Item.target_date, _Item.publish_at, _Item.id).limit(limit)
    return _rows(session, wanted)


def overdue_count(session: Session, today: date, now: datetime) -> int:
    """How many items `overdue_cards` would give without its limit."""
    return session.scalar(select(func.count()).select_from(_Item).where(_overdue(today, now))) or 0


def waiting_cards(session: Session, statuses: Iterable[Status], owner_id: int | None, limit: int) -> list[CardRow]:
    """Items in one of the statuses, or given back to their owner for changes, longest waiting first."""
    wanted = _cards().where(_waiting(statuses, owner_id)).order_by(_Item.updated_at, _Item.id).limit(limit)
    return _rows(session, wanted)


def waiting_count(session: Session, statuses: Iterable[Status], owner_id: int | None) -> int:
    """How many items `waiting_cards` would give without its limit."""
    return session.scalar(select(func.count()).select_from(_Item).where(_waiting(statuses, owner_id))) or 0


def any_item(session: Session) -> bool:
    """Whether anything was ever planned."""
    return session.scalar(select(_Item.id).limit(1)) is not None


def _rows(session: Session, wanted: Select[*tuple[Any, ...]]) -> list[CardRow]:
    return [CardRow._make(row) for row in session.execute(wanted)]


def _cards() -> Select[*tuple[Any, ...]]:
    return select(
        _Item.id,
        _Item.title,
        _Item.language,
        _Item.status,
        _Item.target_date,
        _Item.publish_at,
        _Item.publish_zone,
        _Item.publish_failed,
        _Item.version,
        ContentType.icon,
        ContentType.name_en,
        ContentType.name_zh,
    ).join(ContentType, ContentType.id == _Item.type_id)


def _waiting(statuses: Iterable[Status], owner_id: int | None) -> ColumnElement[bool]:
    given_back = and_(_Item.status == Status.CHANGES_REQUESTED, _Item.owner_id == owner_id)
    return or_(_Item.status.in_(list(statuses)), given_back)


def _undated() -> ColumnElement[bool]:
    return and_(_Item.target_date.is_(None), _Item.publish_at.is_(None), _Item.status.in_(_IN_WORK))


def _overdue(today: date, now: datetime) -> ColumnElement[bool]:
    open_still = _Item.status.in_([status for status in _IN_WORK if status not in {Status.ON_HOLD, Status.SCHEDULED}])
    planned = and_(_Item.publish_at.is_(None), _Item.target_date < today)
    return and_(open_still, or_(planned, _Item.publish_at < now))


def broken_jobs(session: Session, since: datetime) -> int:
    """Distribution jobs due since then that failed or were missed, and all whose outcome nobody knows."""
    over = and_(DistributionJob.state.in_((JobState.FAILED, JobState.MISSED)), DistributionJob.due_at >= since)
    wanted = or_(over, DistributionJob.state == JobState.UNKNOWN_OUTCOME)
    return session.scalar(select(func.count()).select_from(DistributionJob).where(wanted)) or 0
