"""The calendar as a list: page after page in order of the days, found by key and not by counting."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from editorial.domain.calendar import Filter
from editorial.domain.cards import Card
from editorial.domain.slots import LAST_YEAR, day_bounds, shown_in
from editorial.services.calendar import EVERYTHING, FIRST_YEAR, Day, Hidden, hidden_by
from editorial.services.cards import Viewer, dressed
from editorial.store import calendar as store
from editorial.store.calendar import CardRow, Span

PAGE = 100
_EPOCH, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
FIRST_DAY = date(FIRST_YEAR, 1, 1)


@dataclass(frozen=True)
class Place:
    """After which item a page begins. As text `day_instant_id` with a publish time, `day__id` with a plan,
    and `__id` without a day.

    Within a day what has a time comes first, as in the month.
    """

    day: date | None
    at: datetime | None
    item_id: int

    def __str__(self) -> str:
        day = self.day.isoformat() if self.day else ""
        return f"{day}_{(self.at - _EPOCH) // _TICK if self.at else ''}_{self.item_id}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place of an address; None (the beginning) where it makes no sense."""
        try:
            day, at, item_id = text.split("_")
            on = date.fromisoformat(day) if day else None
            if on is not None and not FIRST_YEAR <= on.year <= LAST_YEAR:
                return None
            return cls(
                on,
                _EPOCH + int(at) * _TICK if at else None,
                min(int(item_id), 2**31 - 1),
            )
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Listing:
    """One page of the list."""

    days: tuple[Day, ...]
    undated: tuple[Card, ...]
    """What has no day stands at the end of a list that has none."""
    following: Place | None

    @property
    def count(self) -> int:
        """How many items it holds."""
        return sum(day.count for day in self.days) + len(self.undated)


def list_of(
    session: Session,
    viewer: Viewer,
    first: date,
    last: date | None = None,
    *,
    wanted: Filter = EVERYTHING,
    after: Place | None = None,
    page: int = PAGE,
) -> Listing:
    """One page of what stands on `first` or later, until `last` where it is given.

    Args:
        last: None: to the end, and what has no day after it.
        after: where the page before ended.
    """
    where = store.matching(session, wanted, viewer.asks)
    span = _span(viewer, first, last)
    rows: list[CardRow] = []
    if after is None or after.day is not None:
        timed = store.timed_page(session, _timed_from(viewer, span, after), where, page + 1, _timed_key(after))
        planned = store.planned_page(session, _planned_from(span, after), where, page + 1, _planned_key(after))
        rows = sorted([*timed, *planned], key=lambda row: _order(viewer, row))[: page + 1]
    if last is None and len(rows) <= page:
        start = after.item_id if after is not None and after.day is None else 0
        rows += store.undated_cards(session, page + 1 - len(rows), where, after=start, by_id=True)
    cards = dressed(session, viewer, rows[:page], tall=True)
    dated = [card for card in cards if card.day is not None]
    days = []
    for day, group in groupby(dated, key=lambda card: card.day):
        of_day = tuple(group)
        if day is not None:
            days.append(Day(day, of_day, len(of_day)))
    end = cards[-1] if len(rows) > page else None
    return Listing(
        tuple(days),
        tuple(card for card in cards if card.day is None),
        Place(end.day, end.publish_at, end.id) if end else None,
    )


def hidden(session: Session, viewer: Viewer, first: date, last: date | None, wanted: Filter) -> Hidden:
    """What a filter that lets nothing of these days pass keeps away."""
    span = _span(viewer, first, last or date(LAST_YEAR, 12, 31))

    def count(asked: Filter) -> int:
        where = store.matching(session, asked, viewer.asks)
        dated = store.count_between(session, span, where)
        return dated if last is not None else dated + store.undated_count(session, where)

    return hidden_by(wanted, count)


def _span(viewer: Viewer, first: date, last: date | None) -> Span:
    start, end = day_bounds(first, last or first, viewer.zone)
    return Span(first, last, start, end if last else None)


def _timed_from(viewer: Viewer, span: Span, after: Place | None) -> Span:
    """After a plan, times go on with the next day: within a day they come before the plans."""
    if after is None or after.day is None or after.at is not None:
        return span
    _, end_of_day = day_bounds(after.day, after.day, viewer.zone)
    return Span(span.first, span.last, max(end_of_day, span.start), span.end)


def _planned_from(span: Span, after: Place | None) -> Span:
    """After a time, plans go on with its own day."""
    if after is None or after.day is None or after.at is None:
        return span
    return Span(max(after.day, span.first), span.last, span.start, span.end)


def _timed_key(after: Place | None) -> tuple[datetime, int] | None:
    return (after.at, after.item_id) if after is not None and after.at is not None else None


def _planned_key(after: Place | None) -> tuple[date, int] | None:
    return (after.day, after.item_id) if after is not None and after.at is None and after.day is not None else None


def _order(viewer: Viewer, row: CardRow) -> tuple[object, ...]:
    if row.publish_at is not None:
        return shown_in(row.publish_at, viewer.zone).date(), 0, row.publish_at.timestamp(), row.id
    return row.target_date or date.max, 1, 0.0, row.id
