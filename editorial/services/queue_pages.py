"""What the queue's pages show: the agenda by day, and one job with everything that was tried."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from editorial.domain.errors import EditorialError
from editorial.domain.jobs import UNSENT, JobState
from editorial.domain.messages import N_, Message
from editorial.domain.packing import unpack
from editorial.domain.slots import day_bounds, shown_in
from editorial.store import history
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.people import Person

AHEAD = 7  # days, today included
BEHIND = timedelta(days=14)
PAGE = 100  # jobs


class View(StrEnum):
    """The three ways to look at the queue."""

    NEXT = "next"
    LATELY = "lately"
    NEEDS = "needs"


class Bunch(StrEnum):
    """Job states as somebody filters them."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    LIVE = "live"
    BROKEN = "broken"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Message:
        """The word in the list."""
        return BUNCHES[self][0]

    @property
    def states(self) -> frozenset[JobState]:
        """The states it stands for."""
        return BUNCHES[self][1]


_BROKEN = frozenset({JobState.FAILED, JobState.MISSED, JobState.UNKNOWN_OUTCOME, JobState.AWAITING_HUMAN})
_CANCELLED = frozenset({JobState.CANCELLED, JobState.CANCEL_REQUESTED})
_WAITING = UNSENT - {JobState.CLAIMED, JobState.AWAITING_HUMAN}
BUNCHES: dict[Bunch, tuple[Message, frozenset[JobState]]] = {
    Bunch.WAITING: (Message(N_("Waiting")), _WAITING),
    Bunch.UNDER_WAY: (Message(N_("Under way")), frozenset({JobState.CLAIMED, JobState.SENDING, JobState.ACCEPTED})),
    Bunch.LIVE: (Message(N_("Live")), frozenset({JobState.SUCCEEDED})),
    Bunch.BROKEN: (Message(N_("Failed, missed or unknown")), _BROKEN),
    Bunch.CANCELLED: (Message(N_("Cancelled")), _CANCELLED),
}
NEEDS_NOW = frozenset({JobState.UNKNOWN_OUTCOME, JobState.HELD, JobState.AWAITING_HUMAN})


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
    bunch: Bunch | None = None
    after: Cursor | None = None

    @property
    def filtered(self) -> bool:
        """Whether a filter hides jobs."""
        return self.channel_id is not None or self.bunch is not None


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
    needs: int
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
        needs=_count(session, _needs(now)),
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


def repeats_of(session: Session, job_id: int) -> Sequence[DistributionJob]:
    """The jobs that somebody made out of this one after it had ended."""
    repeats = select(DistributionJob).where(DistributionJob.repeat_of == job_id).order_by(DistributionJob.id)
    return session.scalars(repeats).all()


def _of_view(view: View, now: datetime, today: date, zone: ZoneInfo) -> ColumnElement[bool]:
    if view is View.NEEDS:
        return _needs(now)
    if view is View.LATELY:
        return DistributionJob.due_at.between(now - BEHIND, now)
    since, until = day_bounds(today, today + timedelta(days=AHEAD - 1), zone)
    return and_(DistributionJob.due_at >= since, DistributionJob.due_at < until)


def _needs(now: datetime) -> ColumnElement[bool]:
    """What waits for a person, and what went wrong lately and was not repeated."""
    repeat = aliased(DistributionJob)
    repeated = select(repeat.id).where(repeat.repeat_of == DistributionJob.id).exists()
    broken = and_(
        DistributionJob.state.in_({JobState.FAILED, JobState.MISSED}), DistributionJob.due_at >= now - BEHIND, ~repeated
    )
    return or_(DistributionJob.state.in_(NEEDS_NOW), broken)


def _filters(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.channel_id is not None:
        yield DistributionJob.channel_id == wanted.channel_id
    if wanted.bunch is not None:
        yield DistributionJob.state.in_(wanted.bunch.states)


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
    return [Day(on, found.get(on, [])) for on in (today + timedelta(days=n) for n in range(AHEAD))]


def _count(session: Session, where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(DistributionJob).where(where)) or 0


def _with_all(wanted: Select[DistributionJob]) -> Select[DistributionJob]:
    return wanted.options(
        joinedload(DistributionJob.item).joinedload(ContentItem.owner), joinedload(DistributionJob.channel)
    )


# -- one job ------------------------------------------------------------------------------------------------------

NEXT_STEPS = {
    JobState.PLANNED: Message(N_("It is planned, but not released yet.")),
    JobState.HELD: Message(N_("It is held back. Nothing goes out until the reason is gone.")),
    JobState.QUEUED: Message(N_("It goes out by itself at its time.")),
    JobState.DISPATCHED: Message(N_("It is due and goes out within seconds.")),
    JobState.CLAIMED: Message(N_("It is being prepared. Nothing has left the desk.")),
    JobState.SENDING: Message(N_("It is being sent at this moment.")),
    JobState.ACCEPTED: Message(N_("The channel has it. It counts as live once its page is seen.")),
    JobState.SUCCEEDED: Message(N_("It is live. Nothing more happens.")),
    JobState.RETRY_WAIT: Message(N_("Nothing arrived, for sure. It is tried again by itself.")),
    JobState.FAILED: Message(N_("It did not go out and is not tried again by itself.")),
    JobState.UNKNOWN_OUTCOME: Message(
        N_(
            "We sent it and the answer got lost. Sent again, it might be there twice. "
            "So nothing more happens until you decide."
        )
    ),
    JobState.MISSED: Message(N_("Its time was missed by too much for it to go out by itself.")),
    JobState.CANCEL_REQUESTED: Message(N_("It was being sent when it was cancelled; it may still arrive.")),
    JobState.CANCELLED: Message(N_("It was cancelled. Nothing goes out.")),
    JobState.AWAITING_HUMAN: Message(N_("Somebody has to post it by hand.")),
}
OUTCOMES = {
    "accepted": ("ok", Message(N_("The channel took it."))),
    "refused": ("bad", Message(N_("The channel refused it."))),
    "not_sent": ("warn", Message(N_("It was not taken; for sure nothing arrived."))),
    "unclear": ("warn", Message(N_("No clear answer came."))),
    "died": ("warn", Message(N_("The program ended while it was being sent."))),
}
DECISIONS = {
    "job.resolved_live": ("ok", N_("%(name)s saw it live.")),
    "job.repeated": ("note", N_("%(name)s sent it again as a new job.")),
    "job.sent_now": ("note", N_("%(name)s let it go out at once.")),
    "job.cancelled_by_hand": ("note", N_("%(name)s cancelled it.")),
    "job.declined": ("note", N_("%(name)s did not post it.")),
    "job.succeeded": ("ok", N_("Live.")),
    "job.failed": ("bad", N_("Given up.")),
    "job.missed": ("bad", N_("Missed.")),
    "job.cancelled": ("note", N_("Cancelled.")),
    "job.unknown_outcome": ("warn", N_("Stopped: nobody knows whether it arrived.")),
}


@dataclass(frozen=True)
class Step:
    """Something that happened to a job. `detail` says it in the words of the attempt, the other side's among them."""

    at: datetime
    tone: str
    says: Message
    detail: Message | None = None


def next_step(job: DistributionJob) -> Message:
    """What happens next, in one sentence."""
    return NEXT_STEPS[job.state]


def reason_of(job: DistributionJob) -> Message | None:
    """Why the job is where it is, if something said so."""
    return unpack(job.last_error) if job.last_error else None


def trail(session: Session, job: DistributionJob) -> Sequence[Step]:
    """Everything that happened to a job, oldest first."""
    steps = [Step(job.created_at, "note", Message(N_("Made, for %(when)s."), {"when": job.due_at}))]
    for attempt in job.attempts:
        params: dict[str, object] = {"n": attempt.n, "most": job.max_attempts}
        steps.append(Step(attempt.started_at, "pencil", Message(N_("Attempt %(n)s of %(most)s began."), params)))
        if attempt.ended_at is not None and attempt.outcome in OUTCOMES:
            tone, says = OUTCOMES[attempt.outcome]
            detail = unpack(attempt.reason) if attempt.reason else None
            steps.append(Step(attempt.ended_at, tone, says, detail))
    events = history.of_entity(session, "job", job.id)
    names = _names(session, {event.actor_id for event in events if event.actor_id is not None})
    for event in reversed(events):
        if event.action in DECISIONS:
            tone, text = DECISIONS[event.action]
            by = {"name": names.get(event.actor_id or 0, "–")} if "%(name)s" in text else {}
            steps.append(Step(event.at, tone, Message(text, by)))
    return sorted(steps, key=lambda step: step.at)  # stable: an attempt ends before what came of it


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())
