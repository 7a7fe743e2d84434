"""Coverage, counted where the rows are."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from editorial.domain.calendar import Filter
from editorial.domain.coverage import Cover, Tally
from editorial.domain.workflow import Status
from editorial.store.calendar import Asks, matching
from editorial.store.content import ContentItem, ContentType, ItemRoleStep, TypeCell

_Item = ContentItem


def tallies(session: Session, wanted: Filter, asks: Asks) -> list[Tally]:
    """How many items of each type do what for each cell. Archived and rejected ones do nothing."""
    cover = _cover(session, asks.today, asks.now).label("cover")
    counted = (
        select(
            ItemRoleStep.role_id,
            ItemRoleStep.step_id,
            _Item.type_id,
            cover,
            func.count(),
            func.sum(case((ItemRoleStep.is_primary, 1), else_=0)),
            func.min(case((_Item.status == Status.SCHEDULED, _Item.publish_wall))),
        )
        .join(_Item, _Item.id == ItemRoleStep.item_id)
        .where(*matching(session, wanted, asks))
        .group_by(ItemRoleStep.role_id, ItemRoleStep.step_id, _Item.type_id, cover)
    )
    return [
        Tally(role, step, kind, Cover(does), items, int(primary or 0), first.date() if first else None)
        for role, step, kind, does, items, primary, first in session.execute(counted)
    ]


def usual_types(session: Session) -> dict[tuple[int, int], list[int]]:
    """The content types that usually answer a role at a step, in the team's order."""
    wanted = (
        select(TypeCell.role_id, TypeCell.step_id, TypeCell.type_id)
        .join(ContentType, ContentType.id == TypeCell.type_id)
        .order_by(ContentType.position)
    )
    found: dict[tuple[int, int], list[int]] = {}
    for role, step, kind in session.execute(wanted):
        found.setdefault((role, step), []).append(kind)
    return found


def past_review(session: Session, today: date, now: datetime) -> ColumnElement[bool]:
    """A published item whose day of review has passed; without such a day, its type's interval counts."""
    intervals: dict[int, list[int]] = {}
    for type_id, days in session.execute(select(ContentType.id, ContentType.review_days)):
        intervals.setdefault(days, []).append(type_id)
    by_type: Iterable[ColumnElement[bool]] = (
        and_(_Item.type_id.in_(type_ids), _Item.published_at < now - timedelta(days=days))
        for days, type_ids in intervals.items()
    )
    return or_(_Item.review_by < today, and_(_Item.review_by.is_(None), or_(*by_type)))


def _cover(session: Session, today: date, now: datetime) -> ColumnElement[str]:
    return case(
        (_Item.status == Status.REFRESH_DUE, Cover.STALE.value),
        (and_(_Item.status == Status.PUBLISHED, past_review(session, today, now)), Cover.STALE.value),
        (_Item.status == Status.PUBLISHED, Cover.LIVE.value),
        (_Item.status == Status.SCHEDULED, Cover.COMING.value),
        (_Item.status == Status.IDEA, Cover.IDEA.value),
        else_=Cover.WORK.value,
    )
