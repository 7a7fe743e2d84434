"""What the queue's pages show: the agenda by day, and one job with everything that was tried."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from editorial.domain.errors import EditorialError
from editorial.domain.jobs import TERMINAL, UNSENT, JobState, Waits
from editorial.domain.messages import N_, Message
from editorial.domain.slots import day_bounds, shown_in
from editorial.store.content import ContentItem, Site
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.people import Person

AHEAD = 7  # days, today included
BEHIND = timedelta(days=7)
PAGE = 100  # jobs


class View(StrEnum):
    """The three ways to look at the queue."""

    NEXT = "next"
    LATELY = "lately"
    NEEDS = "needs"


class Bunch(StrEnum):
    """Job states as somebody filters them."""

    WAITING = "waiting"
    HELD = "held"
    UNDER_WAY = "under_way"
    BY_HAND = "by_hand"
    NO_ADDRESS = "no_address"
    LIVE = "live"
    UNKNOWN = "unknown"
    FAILED = "failed"
    MISSED = "missed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Message:
        """The word in the list."""
        return BUNCHES[self][0]

    @property
    def states(self) -> frozenset[JobState]:
        """The states it stands for."""
        return BUNCHES[self][1]


def _only(state: JobState) -> tuple[Message, frozenset[JobState]]:
    return state.label, frozenset({state})


_CANCELLED = frozenset({JobState.CANCELLED, JobState.CANCEL_REQUESTED})
_WAITING = UNSENT - {JobState.CLAIMED, JobState.AWAITING_HUMAN, JobState.HELD}
BUNCHES: dict[Bunch, tuple[Message, frozenset[JobState]]] = {
    Bunch.WAITING: (Message(N_("Waiting")), _WAITING),
    Bunch.HELD: _only(JobState.HELD),
    Bunch.UNDER_WAY: (Message(N_("Under way")), frozenset({JobState.CLAIMED, JobState.SENDING, JobState.ACCEPTED})),
    Bunch.BY_HAND: _only(JobState.AWAITING_HUMAN),
    Bunch.NO_ADDRESS: (Message(N_("Where is it?")), frozenset({JobState.ACCEPTED})),
    Bunch.LIVE: _only(JobState.SUCCEEDED),
    Bunch.UNKNOWN: _only(JobState.UNKNOWN_OUTCOME),
    Bunch.FAILED: _only(JobState.FAILED),
    Bunch.MISSED: _only(JobState.MISSED),
    Bunch.CANCELLED: (JobState.CANCELLED.label, _CANCELLED),
}
NEEDS = (Bunch.UNKNOWN, Bunch.FAILED, Bunch.MISSED, Bunch.NO_ADDRESS, Bunch.BY_HAND, Bunch.HELD)
"""What waits for somebody, the worst first."""
NEEDS_NOW = frozenset({JobState.UNKNOWN_OUTCOME, JobState.HELD, JobState.AWAITING_HUMAN})
_BROKEN = frozenset({JobState.FAILED, JobState.MISSED})
_OPEN = frozenset(JobState) - TERMINAL - NEEDS_NOW
WAITS = {
    Waits.PAGE: Message(N_("waits for the page it points at")),
    Waits.QUIET: Message(N_("waits for the end of the quiet hours")),
    Waits.RATE: Message(N_("waits for its turn on this account")),
    Waits.CATCHING_UP: Message(N_("waits for its turn after a pause of the scheduler")),
}


class BadCursor(EditorialError):
    """The address names a place in the list that cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            Message(N_("This address names a place in the list that does not exist.")),
            hint=Message(N_("Begin at the first page.")),
        )


@dataclass(frozen=True)
class Cursor:
    """A place in a list that is ordered by time: the last job of the page before."""

    due_at: datetime
    job_id: int

    def __str__(self) -> str:
        return f"{self.due_at.isoformat()}~{self.job_id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """The place that an address names; None for the first page. Raises `BadCursor`."""
        if not text:
            return None
        when, _, number = text.replace(" ", "+").partition("~")
        try:
            due_at, job_id = datetime.fromisoformat(when), int(number)
        except ValueError as error:
            raise BadCursor from error
        if due_at.tzinfo is None or abs(job_id) >= 2**31:
            raise BadCursor
        return cls(due_at, job_id)


@dataclass(frozen=True)
class Wanted:
    """What somebody asked to see."""

    view: View = View.NEXT
    channel_id: int | None = None
    site_id: int | None = None
    person_id: int | None = None
    """Who answers for the item."""
    bunch: Bunch | None = None
    after: Cursor | None = None

    @property
    def filtered(self) -> bool:
        """Whether a filter hides jobs."""
        return any(one is not None for one in (self.channel_id, self.site_id, self.person_id, self.bunch))


@dataclass(frozen=True)
class Day:
    """One day of the agenda in the reader's zone; `jobs` may be empty."""

    on: date
    jobs: Sequence[DistributionJob]


@dataclass(frozen=True)
class Agenda:
    """One page of the queue. `total` counts the jobs of the view with its filters, `hidden` those a filter hides."""

    days: Sequence[Day]
    today: date
    total: int
    hidden: int
    channels: int
    needs: Mapping[Bunch, int]
    """How many jobs wait for somebody, by what is the matter; none are left out."""
    unknown: Sequence[DistributionJob]
    after: Cursor | None


def agenda(session: Session, wanted: Wanted, *, now: datetime, zone: ZoneInfo) -> Agenda:
    """The page of the queue that somebody asked for, its days counted in their own zone."""
    today = shown_in(now, zone).date()
    whole = _of_view(wanted.view, now, today, zone)
    picked = and_(whole, *_filters(wanted))
    jobs, after = _page(session, wanted, picked)
    total = _count(session, picked)
    return Agenda(
        days=_days(jobs, wanted, today, zone, whole_week=after is None),
        today=today,
        total=total,
        hidden=_count(session, whole) - total if wanted.filtered else 0,
        channels=session.scalar(select(func.count(DistributionJob.channel_id.distinct())).where(picked)) or 0,
        needs=_needed(session, now),
        unknown=unknown_outcomes(session, limit=3),
        after=after,
    )


def unknown_outcomes(session: Session, *, limit: int) -> Sequence[DistributionJob]:
    """Jobs of which only a person can say whether they arrived, the oldest first."""
    unknown = _with_all(select(DistributionJob).where(DistributionJob.state == JobState.UNKNOWN_OUTCOME))
    return session.scalars(unknown.order_by(DistributionJob.due_at, DistributionJob.id).limit(limit)).all()


def channels_in_use(session: Session) -> Sequence[Channel]:
    """Every channel, to choose from."""
    return session.scalars(select(Channel).order_by(Channel.name, Channel.id)).all()


def owners(session: Session) -> Sequence[Person]:
    """Who is on the team, to choose from."""
    return session.scalars(select(Person).where(Person.active).order_by(Person.name, Person.id)).all()


def sites_in_use(session: Session) -> Sequence[Site]:
    """The sites that have a channel, to choose from."""
    having = select(Channel.site_id)
    return session.scalars(select(Site).where(Site.id.in_(having)).order_by(Site.name, Site.id)).all()


def repeats_of(session: Session, job_id: int) -> Sequence[DistributionJob]:
    """The jobs that somebody made out of this one after it had ended."""
    repeats = select(DistributionJob).where(DistributionJob.repeat_of == job_id).order_by(DistributionJob.id)
    return session.scalars(repeats).all()


def _of_view(view: View, now: datetime, today: date, zone: ZoneInfo) -> ColumnElement[bool]:
    if view is View.NEEDS:
        return _needs(now)
    if view is View.LATELY:
        return and_(DistributionJob.state.in_(TERMINAL), DistributionJob.due_at.between(now - BEHIND, now))
    since, until = day_bounds(today, today + timedelta(days=AHEAD - 1), zone)
    late = and_(DistributionJob.state.in_(_OPEN), DistributionJob.due_at < since)  # was due before, and still goes out
    # every state by name, because the index begins with it: what has ended years ago stays unread
    week = and_(DistributionJob.state.in_(JobState), DistributionJob.due_at >= since, DistributionJob.due_at < until)
    return or_(week, late)


def _needs(now: datetime) -> ColumnElement[bool]:
    """What waits for a person, and what went wrong lately and was not repeated."""
    repeat = aliased(DistributionJob)
    repeated = select(repeat.id).where(repeat.repeat_of == DistributionJob.id).exists()
    broken = and_(DistributionJob.state.in_(_BROKEN), DistributionJob.due_at >= now - BEHIND, ~repeated)
    # the states once more at the front: then both databases begin at the index
    return and_(
        DistributionJob.state.in_(NEEDS_NOW | _BROKEN | {JobState.ACCEPTED}),
        or_(DistributionJob.state.in_(NEEDS_NOW), DistributionJob.lacks_address, broken),
    )


def _needed(session: Session, now: datetime) -> dict[Bunch, int]:
    counted = select(DistributionJob.state, func.count()).where(_needs(now)).group_by(DistributionJob.state)
    by_state = dict(session.execute(counted).all())
    found = {bunch: sum(by_state.get(state, 0) for state in bunch.states) for bunch in NEEDS}
    return {bunch: count for bunch, count in found.items() if count}


def _filters(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.channel_id is not None:
        yield DistributionJob.channel_id == wanted.channel_id
    if wanted.site_id is not None:
        yield DistributionJob.channel_id.in_(select(Channel.id).where(Channel.site_id == wanted.site_id))
    if wanted.person_id is not None:
        yield DistributionJob.item_id.in_(select(ContentItem.id).where(ContentItem.owner_id == wanted.person_id))
    if wanted.bunch is not None:
        yield DistributionJob.state.in_(wanted.bunch.states)
    if wanted.bunch is Bunch.NO_ADDRESS:
        yield and_(DistributionJob.lacks_address)


def _page(
    session: Session, wanted: Wanted, picked: ColumnElement[bool]
) -> tuple[Sequence[DistributionJob], Cursor | None]:
    place = tuple_(DistributionJob.due_at, DistributionJob.id)
    newest_first = wanted.view is View.LATELY
    rows = _with_all(select(DistributionJob).where(picked)).limit(PAGE + 1)
    if newest_first:
        rows = rows.order_by(DistributionJob.due_at.desc(), DistributionJob.id.desc())
    else:
        rows = rows.order_by(DistributionJob.due_at, DistributionJob.id)
    if wanted.after is not None:
        last = tuple_(literal(wanted.after.due_at, DistributionJob.due_at.type), literal(wanted.after.job_id))
        rows = rows.where(place < last if newest_first else place > last)
    found = session.scalars(rows).all()
    if len(found) <= PAGE:
        return found, None
    last_shown = found[PAGE - 1]
    return found[:PAGE], Cursor(last_shown.due_at, last_shown.id)


def _days(
    jobs: Sequence[DistributionJob], wanted: Wanted, today: date, zone: ZoneInfo, *, whole_week: bool
) -> Sequence[Day]:
    by_day = [(on, list(group)) for on, group in groupby(jobs, key=lambda job: shown_in(job.due_at, zone).date())]
    if wanted.view is not View.NEXT or wanted.filtered or wanted.after is not None or not whole_week:
        return [Day(on, group) for on, group in by_day]
    found = dict(by_day)
    week = [today + timedelta(days=n) for n in range(AHEAD)]
    return [Day(on, found[on]) for on in found if on < today] + [Day(on, found.get(on, [])) for on in week]


def _count(session: Session, where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(DistributionJob).where(where)) or 0


def _with_all(wanted: Select[DistributionJob]) -> Select[DistributionJob]:
    return wanted.options(
        joinedload(DistributionJob.item).joinedload(ContentItem.owner), joinedload(DistributionJob.channel)
    )
