"""What the calendar shows: cards by the viewer's day, what has no day, and what needs somebody."""

import calendar as gregorian
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.domain.bilingual import Bilingual
from editorial.domain.cards import OUT, Card, Fix, Trouble, flag_of
from editorial.domain.errors import NotFound
from editorial.domain.jobs import JobState
from editorial.domain.people import Permission, permissions
from editorial.domain.slots import day_bounds, shown_in
from editorial.domain.workflow import Status
from editorial.services.clock_health import ClockHealth, clock_health
from editorial.services.deps import Deps
from editorial.services.findings import open_counts_of_items
from editorial.store import calendar as store
from editorial.store import distribution
from editorial.store.calendar import CardRow
from editorial.store.people import Person, workspace

DAY_CAP = 4
"""Cards a day shows in the month; the rest is behind "+3 more"."""
DRAWER_LIMIT = 200
LIST_LIMIT = 20
FIRST_YEAR, LAST_YEAR = 1990, 2100
_TROUBLES = {
    JobState.UNKNOWN_OUTCOME: Trouble.UNKNOWN,
    JobState.FAILED: Trouble.FAILED,
    JobState.MISSED: Trouble.MISSED,
    JobState.HELD: Trouble.HELD,
}


@dataclass(frozen=True)
class Viewer:
    """Whose clock the calendar follows, and what it shows right now."""

    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """The date on the viewer's wall."""
        return shown_in(self.now, self.zone).date()


@dataclass(frozen=True)
class Day:
    """One cell of the month."""

    date: date
    cards: tuple[Card, ...] = ()

    @property
    def shown(self) -> tuple[Card, ...]:
        """What fits into the cell."""
        return self.cards if len(self.cards) <= DAY_CAP else self.cards[:DAY_CAP]

    @property
    def more(self) -> int:
        """How many cards do not fit."""
        return len(self.cards) - len(self.shown)

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
        return not any(day.cards for week in self.weeks for day in week)


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
class Health:
    """The line above the grid."""

    overdue: tuple[Card, ...]
    overdue_count: int
    waiting: tuple[Card, ...]
    """What waits for the viewer: reviews, and own items that were given back."""
    waiting_count: int
    broken: int
    """Jobs of the last weeks that failed, were missed or have an unknown outcome."""
    clock: ClockHealth


def month_of(session: Session, viewer: Viewer, year: int, month: int, *, week_start: int = 0) -> Month:
    """A month with the cards of every day it shows, those of its neighbours in the first and last week too.

    Args:
        week_start: 0 is Monday.

    Raises:
        NotFound: there is no such month between 1990 and 2100.
    """
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        raise NotFound
    weeks = list(gregorian.Calendar(firstweekday=week_start).monthdatescalendar(year, month))
    cards = cards_by_day(session, viewer, weeks[0][0], weeks[-1][-1])
    return Month(
        date(year, month, 1), tuple(tuple(Day(day, tuple(cards.get(day, ()))) for day in week) for week in weeks)
    )


def day_of(session: Session, viewer: Viewer, day: date) -> Day:
    """One day with all its cards."""
    return Day(day, tuple(cards_by_day(session, viewer, day, day).get(day, ())))


def cards_by_day(session: Session, viewer: Viewer, first: date, last: date) -> dict[date, list[Card]]:
    """The cards from `first` to `last`, grouped by the viewer's day and in order. One query, one look at the jobs."""
    start, end = day_bounds(first, last, viewer.zone)
    found: dict[date, list[Card]] = {}
    for card in dressed(session, viewer, store.cards_between(session, first, last, start, end)):
        if card.day is not None:
            found.setdefault(card.day, []).append(card)
    for cards in found.values():
        cards.sort(key=Card.sort_key)
    return found


def drawer(session: Session, viewer: Viewer) -> Drawer:
    """What has no day yet: the furthest along first, so that what is ready is planned first."""
    cards = dressed(session, viewer, store.undated_cards(session, DRAWER_LIMIT))
    order = list(Status)
    cards.sort(key=lambda card: -order.index(card.status))  # stable: within a status, last touched first
    return Drawer(tuple(cards), store.undated_count(session) if len(cards) == DRAWER_LIMIT else len(cards))


def health(session: Session, deps: Deps, viewer: Viewer, person: Person) -> Health:
    """What needs somebody, counted over everything and not only over the month that is shown."""
    overdue = dressed(session, viewer, store.overdue_cards(session, viewer.today, viewer.now, LIST_LIMIT))
    mine = (Status.IN_REVIEW,) if Permission.APPROVE in permissions(person.roles) else ()
    waiting = dressed(session, viewer, store.waiting_cards(session, mine, person.id, LIST_LIMIT))
    full = {len(overdue), len(waiting)} & {LIST_LIMIT}
    return Health(
        overdue=tuple(overdue),
        overdue_count=store.overdue_count(session, viewer.today, viewer.now) if full else len(overdue),
        waiting=tuple(waiting),
        waiting_count=store.waiting_count(session, mine, person.id) if full else len(waiting),
        broken=store.broken_jobs(session, viewer.now - timedelta(days=14)),
        clock=clock_health(session, viewer.now, expected=deps.config.clock_enabled),
    )


def card_of(session: Session, viewer: Viewer, item_id: int) -> Card:
    """The card of one item, or `NotFound`."""
    rows = store.cards_of(session, [item_id])
    if not rows:
        raise NotFound
    return dressed(session, viewer, rows)[0]


def week_start(session: Session) -> int:
    """The first day of the team's week; 0 is Monday."""
    team = workspace(session)
    return team.week_start if team else 0


def dressed(session: Session, viewer: Viewer, rows: Sequence[CardRow]) -> list[Card]:
    """Rows with everything a card says; each time is converted once, here."""
    troubles = _troubles(session, (row.id for row in rows if row.publish_at is not None))
    findings = open_counts_of_items(session, [row.id for row in rows if row.status in OUT])
    today = viewer.today
    cards = []
    for row in rows:
        trouble = troubles.get(row.id)
        flag, days_late = flag_of(
            row.status,
            target_date=row.target_date,
            publish_at=row.publish_at,
            publish_failed=row.publish_failed,
            trouble=trouble,
            today=today,
            now=viewer.now,
        )
        cards.append(
            Card(
                id=row.id,
                title=row.title,
                language=row.language,
                status=row.status,
                kind=Bilingual(row.kind_en, row.kind_zh),
                icon=row.icon,
                version=row.version,
                target_date=row.target_date,
                publish_at=row.publish_at,
                publish_zone=row.publish_zone,
                local=shown_in(row.publish_at, viewer.zone) if row.publish_at else None,
                fix=_fix(row.status),
                flag=flag,
                days_late=days_late,
                trouble=trouble,
                findings=findings.get(row.id, 0),
            )
        )
    return cards


def _fix(status: Status) -> Fix:
    if status in OUT:
        return Fix.LIVE
    return Fix.SLOT if status is Status.SCHEDULED else Fix.PLAN


def _troubles(session: Session, item_ids: Iterable[int]) -> dict[int, Trouble]:
    """The worst of what became of each item's last jobs."""
    worst: dict[int, Trouble] = {}
    order = list(Trouble)
    for item_id, jobs in distribution.jobs_of_items(session, item_ids).items():
        found = [_TROUBLES[job.state] for job in jobs if job.state in _TROUBLES]
        if found:
            worst[item_id] = min(found, key=order.index)
    return worst
