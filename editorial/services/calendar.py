"""What the calendar shows: cards by the viewer's day, what has no day, and what needs somebody."""

import calendar as gregorian
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from editorial.domain.calendar import Filter, Late
from editorial.domain.cards import Card, place_of
from editorial.domain.errors import NotFound
from editorial.domain.slots import day_bounds, shown_in
from editorial.domain.workflow import Status
from editorial.services.cards import Viewer, card_of, dressed
from editorial.services.clock_health import PUBLISH_TICK, STOPPED_AFTER
from editorial.store import calendar as store
from editorial.store import clock
from editorial.store.calendar import CardRow, Span
from editorial.store.people import workspace

__all__ = ["Viewer", "card_of", "dressed"]

DAY_CAP = 4
"""Cards a day shows in the month; the rest is behind "+3 more"."""
DRAWER_LIMIT = 40
"""Cards the drawer shows at once; its search finds the others."""
FIRST_YEAR, LAST_YEAR = 1990, 2100
FIRST_HOUR, LAST_HOUR = 9, 17
"""Hours of the week with a row each; those before and after share one."""
EVERYTHING = Filter()


@dataclass(frozen=True)
class Day:
    """One cell of the month, or one day of its own."""

    date: date
    cards: tuple[Card, ...] = ()
    """What it shows: in the month the first four, or all where there are no more."""
    count: int = 0
    """All it holds."""

    @property
    def more(self) -> int:
        """How many cards do not fit."""
        return self.count - len(self.cards)

    @property
    def weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.date.weekday() >= 5


@dataclass(frozen=True)
class Month:
    """One month in whole weeks."""

    first: date
    """The first of the month."""
    weeks: tuple[tuple[Day, ...], ...]

    @property
    def previous(self) -> date:
        """The first of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date:
        """The first of the month after."""
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def empty(self) -> bool:
        """Nothing stands on any of its days."""
        return not any(day.count for week in self.weeks for day in week)

    @property
    def span(self) -> tuple[date, date]:
        """Its first and last day, those of the neighbouring months in its weeks too."""
        return self.weeks[0][0].date, self.weeks[-1][-1].date


@dataclass(frozen=True)
class Band:
    """One row of the week: an hour, several quiet ones, or what has no time."""

    first: int | None
    """None: no time."""
    last: int
    slots: tuple[tuple[Card, ...], ...]
    """The cards of each day."""

    @property
    def hours(self) -> int:
        """How many hours it spans."""
        return self.last - self.first + 1 if self.first is not None else 0

    @property
    def name(self) -> str:
        """`09`, `00–08` or `18–24`; nothing for what has no time."""
        if self.first is None:
            return ""
        if self.first == self.last:
            return f"{self.first:02}"
        return f"{self.first:02}–{self.last if self.last < LAST_HOUR else 24:02}"


@dataclass(frozen=True)
class Week:
    """Seven days: what has no time first, then the hours, which grow with what they hold."""

    days: tuple[Day, ...]
    bands: tuple[Band, ...]

    @property
    def first(self) -> date:
        """Its first day."""
        return self.days[0].date

    @property
    def number(self) -> int:
        """The ISO number of the week that its Thursday lies in."""
        return next(day.date for day in self.days if day.date.weekday() == 3).isocalendar().week

    @property
    def count(self) -> int:
        """All it holds."""
        return sum(day.count for day in self.days)


@dataclass(frozen=True)
class Drawer:
    """Items without a day, what is ready first."""

    cards: tuple[Card, ...]
    count: int

    @property
    def groups(self) -> tuple[tuple[Status, tuple[Card, ...]], ...]:
        """The cards by status, in their order."""
        return tuple((status, tuple(cards)) for status, cards in groupby(self.cards, key=lambda card: card.status))


@dataclass(frozen=True)
class HidingPart:
    """What one part of a filter does to it."""

    name: str
    """As the address calls it."""
    hides: int
    """How many items it would hide if it stood alone."""
    frees: int
    """How many items would pass if it alone were taken away."""


@dataclass(frozen=True)
class Hidden:
    """What a filter that lets nothing pass keeps away."""

    count: int = 0
    """All its parts together."""
    by: tuple[HidingPart, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.count)


@dataclass(frozen=True)
class Health:
    """The line above the grid. Each number is a filter."""

    late: dict[Late, int]
    waiting: int
    """What waits for the viewer: reviews, and own items that were given back."""
    broken: int
    """Jobs of the last weeks that failed, were missed or have an unknown outcome."""
    clock_runs: bool
    """The scheduler ticked a moment ago. That it stands still is said by the banner of every page."""


def month_of(
    session: Session, viewer: Viewer, year: int, month: int, *, week_start: int = 0, wanted: Filter = EVERYTHING
) -> Month:
    """A month with the cards of every day it shows, those of its neighbours in the first and last week too.

    Args:
        week_start: 0 is Monday.

    Raises:
        NotFound: there is no such month between 1990 and 2100.
    """
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        raise NotFound
    weeks = list(gregorian.Calendar(firstweekday=week_start).monthdatescalendar(year, month))
    days = days_between(session, viewer, weeks[0][0], weeks[-1][-1], wanted, cap=DAY_CAP)
    return Month(date(year, month, 1), tuple(tuple(days[day] for day in week) for week in weeks))


def week_of(session: Session, viewer: Viewer, day: date, *, week_start: int = 0, wanted: Filter = EVERYTHING) -> Week:
    """The week that a day lies in, by hours of the viewer's clock."""
    first = checked_day(day) - timedelta(days=(day.weekday() - week_start) % 7)
    days = tuple(days_between(session, viewer, first, first + timedelta(days=6), wanted, tall=True).values())
    return Week(days, bands_of(days))


def bands_of(days: Sequence[Day]) -> tuple[Band, ...]:
    """Some days side by side, by the hours of the viewer's clock; what has no time stands first."""
    hours: list[tuple[int | None, int]] = [(None, 0), (0, FIRST_HOUR - 1)]
    hours += [(hour, hour) for hour in range(FIRST_HOUR, LAST_HOUR + 1)] + [(LAST_HOUR + 1, 23)]
    return tuple(
        Band(first, last, tuple(tuple(card for card in day.cards if _in_band(card, first, last)) for day in days))
        for first, last in hours
    )


def day_of(session: Session, viewer: Viewer, day: date, *, wanted: Filter = EVERYTHING, tall: bool = False) -> Day:
    """One day with all its cards."""
    return days_between(session, viewer, checked_day(day), day, wanted, tall=tall)[day]


def cell_of(session: Session, viewer: Viewer, day: date, *, wanted: Filter = EVERYTHING) -> Day:
    """One day as the month shows it."""
    return days_between(session, viewer, checked_day(day), day, wanted, cap=DAY_CAP)[day]


def days_between(
    session: Session,
    viewer: Viewer,
    first: date,
    last: date,
    wanted: Filter = EVERYTHING,
    *,
    cap: int | None = None,
    tall: bool = False,
) -> dict[date, Day]:
    """Every day from `first` to `last` with its cards, by the viewer's clock and in order.

    One query finds the rows; only those that a day shows (`cap`, with one more where it alone would be hidden) are
    dressed as cards.
    """
    where = store.matching(session, wanted, viewer.asks)
    found: dict[date, list[tuple[tuple[object, ...], CardRow]]] = {}
    for row in store.cards_between(session, span_of(viewer, first, last), where):
        local = shown_in(row.publish_at, viewer.zone) if row.publish_at else None
        day = local.date() if local else row.target_date
        if day is not None:
            found.setdefault(day, []).append((place_of(local, row.status, row.id), row))
    shown: dict[date, list[CardRow]] = {}
    for day, placed in found.items():
        placed.sort(key=lambda one: one[0])
        shown[day] = [row for _, row in (placed if cap is None else placed[:cap])]
    cards = {
        card.id: card for card in dressed(session, viewer, [r for rows in shown.values() for r in rows], tall=tall)
    }
    return {
        day: Day(day, tuple(cards[row.id] for row in shown.get(day, ())), len(found.get(day, ())))
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
    }


def hidden_between(session: Session, viewer: Viewer, first: date, last: date, wanted: Filter) -> Hidden:
    """What a filter that lets nothing of these days pass keeps away."""
    span = span_of(viewer, first, last)
    return hidden_by(
        wanted, lambda asked: store.count_between(session, span, store.matching(session, asked, viewer.asks))
    )


def hidden_by(wanted: Filter, count: Callable[[Filter], int]) -> Hidden:
    """Which part of a filter hides how many.

    Args:
        wanted: lets nothing pass.
        count: how many items another filter lets pass.
    """
    if not wanted:
        return Hidden()
    total = count(EVERYTHING)
    return Hidden(
        total,
        tuple(
            HidingPart(part, max(total - count(wanted.only(part)), 0), count(wanted.without(part)))
            for part in wanted.parts()
        ),
    )


def drawer(session: Session, viewer: Viewer, *, wanted: Filter = EVERYTHING) -> Drawer:
    """What has no day yet: the furthest along first, so that what is ready is planned first."""
    where = store.matching(session, wanted, viewer.asks)
    cards = dressed(session, viewer, store.undated_cards(session, DRAWER_LIMIT, where))
    return Drawer(tuple(cards), store.undated_count(session, where) if len(cards) == DRAWER_LIMIT else len(cards))


def health(session: Session, viewer: Viewer) -> Health:
    """What needs somebody, counted over everything and not only over the days that are shown."""
    needs = store.needs(session, viewer.asks, viewer.now - timedelta(days=14))
    return Health(needs.late, needs.waiting, needs.broken, clock_runs=_clock_runs(session, viewer.now))


def span_of(viewer: Viewer, first: date, last: date) -> Span:
    """Some days as the viewer's clock bounds them."""
    return Span(first, last, *day_bounds(first, last, viewer.zone))


def week_start(session: Session) -> int:
    """The first day of the team's week; 0 is Monday."""
    team = workspace(session)
    return team.week_start if team else 0


def checked_day(day: date) -> date:
    """The day, if the calendar goes so far; else `NotFound`."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotFound
    return day


def _clock_runs(session: Session, now: datetime) -> bool:
    tick = clock.tick_state(session, PUBLISH_TICK)
    done = tick.completed_at if tick is not None else None
    return done is not None and (now - done).total_seconds() <= STOPPED_AFTER


def _in_band(card: Card, first: int | None, last: int) -> bool:
    if card.local is None or first is None:
        return card.local is None and first is None
    return first <= card.local.hour <= last
