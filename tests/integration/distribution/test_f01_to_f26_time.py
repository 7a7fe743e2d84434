"""F10–F12, F15, F18, F20–F22: what fires, fires at its instant, whatever clocks, zones and restarts do.

F01 stands with the health of the clock (tests/integration/web/test_health.py), more of F22 with the look round before
the first tick (test_clock_command.py).
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from editorial.domain.errors import EditorialError
from editorial.domain.jobs import JobState
from editorial.services import calendar
from editorial.services.cards import Viewer
from editorial.store import distribution
from editorial.store.base import make_engine, make_sessions
from editorial.store.distribution import DistributionJob, JobAttempt
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk
from tests.integration.distribution.stub_channel import Wire, add_channel, add_jobs
from tests.integration.distribution.test_turns import job_of, look, tick

BERLIN = "Europe/Berlin"
THOROUGH = pytest.mark.thorough


def sent_at(desk: Desk) -> datetime:
    """When the only attempt of the newest job of the item began."""
    (attempt,) = desk.job.attempts
    assert isinstance(attempt, JobAttempt)
    return attempt.started_at


def run_minutes(desk: Desk, clock: Clock, around: datetime, minutes: int = 90) -> None:
    """The clock of the desk, a tick a minute, through an instant."""
    clock.instant = around - timedelta(minutes=minutes)
    for _ in range(2 * minutes):
        if clock() >= desk.job.due_at or clock().minute % 10 == 0:  # what is far away is looked at now and then
            desk.tick()
        clock.forward(minutes=1)


def test_f10_while_a_channel_is_slow_people_can_work_on_the_job_it_sends(desk: Desk, wire: Wire) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "Slow")], 1)
    wire.answer = lambda *_: desk.cancel(job_id)  # a click in the middle of the conversation, on any database
    tick(desk)

    assert (job_of(desk, job_id).cancel_asked, job_of(desk, job_id).state) == (True, JobState.SUCCEEDED)


@pytest.mark.parametrize("ahead", [11, 24 * 60, 40 * 24 * 60, 400 * 24 * 60], ids=["minutes", "day", "weeks", "year"])
def test_f11_what_is_planned_long_ahead_goes_out_at_its_minute(
    desk: Desk, wire: Wire, clock: Clock, *, ahead: int
) -> None:
    channel = add_channel(desk.deps, "C")
    clock.forward(minutes=ahead)
    (job_id,) = add_jobs(desk, [channel], 1)
    due = clock()
    clock.forward(minutes=-ahead)
    for instant in (clock(), due - timedelta(days=1), due - timedelta(seconds=1)):
        clock.instant = instant
        tick(desk)
    early = len(wire.taken)
    clock.instant = due
    tick(desk)

    assert (early, job_of(desk, job_id).state) == (0, JobState.SUCCEEDED)


def test_f12_a_process_that_starts_anew_knows_every_plan_of_the_one_before(
    desk: Desk, wire: Wire, clock: Clock, database_url: str
) -> None:
    add_jobs(desk, [add_channel(desk.deps, "C")], 2, apart=timedelta(days=100))
    for days in (0, 100):
        clock.forward(days=days)
        engine = make_engine(database_url)  # nothing of the process before is left but its database
        tick(replace(desk, deps=replace(desk.deps, sessions=make_sessions(engine), worker=f"after-{days}")))
        engine.dispose()

    assert len(wire.taken) == 2


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("Europe/Amsterdam", datetime(2027, 1, 15, 10, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2027, 1, 15, 5, 30, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2027, 1, 15, 19, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2027, 1, 14, 21, tzinfo=UTC)),
    ],
)
def test_f15_eleven_in_the_morning_is_eleven_where_it_was_said(
    desk: Desk, clock: Clock, *, zone: str, due: datetime
) -> None:
    desk.schedule_wall(datetime(2027, 1, 15, 11), zone)
    clock.instant = due - timedelta(seconds=1)
    early = desk.tick()
    clock.forward(seconds=1)

    assert (early, desk.tick(), desk.job.due_at) == (0, 1, due)


def test_f20_what_is_planned_for_tonight_does_not_go_out_at_once(desk: Desk, clock: Clock) -> None:
    clock.instant = datetime(2026, 12, 9, 4, 30, tzinfo=UTC)  # 10:00 in Kolkata
    desk.schedule_wall(datetime(2026, 12, 9, 21), "Asia/Kolkata")
    at_once = desk.tick()

    assert (at_once, desk.job.due_at) == (0, datetime(2026, 12, 9, 15, 30, tzinfo=UTC))


def test_f20_a_time_of_which_nobody_knows_the_zone_is_kept_nowhere(desk: Desk) -> None:
    desk.schedule()
    with desk.deps.sessions() as session, pytest.raises(Exception, match=r"(?i)naive|zone|tz"):
        session.execute(select(DistributionJob).where(DistributionJob.due_at <= datetime(2026, 12, 9, 10))).all()


@pytest.fixture(params=["UTC", "America/New_York", "Nowhere/Land"])
def zone_of_the_machine(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("zone_of_the_machine")
def test_f22_the_zone_of_the_machine_changes_no_publish_time(desk: Desk, clock: Clock) -> None:
    desk.schedule_wall(datetime(2026, 12, 9, 10, 30), "Asia/Shanghai")
    clock.instant = datetime(2026, 12, 9, 2, 29, 59, tzinfo=UTC)
    early = desk.tick()
    clock.forward(seconds=1)

    assert (early, desk.tick()) == (0, 1)


class TestNights:
    """F21 and the nights in which clocks are changed."""

    @pytest.mark.parametrize(
        ("wall", "due"),
        [
            pytest.param(datetime(2027, 3, 27, 10), datetime(2027, 3, 27, 9, tzinfo=UTC), marks=THOROUGH),
            pytest.param(datetime(2027, 3, 28, 1, 59), datetime(2027, 3, 28, 0, 59, tzinfo=UTC), marks=THOROUGH),
            (datetime(2027, 3, 28, 3), datetime(2027, 3, 28, 1, tzinfo=UTC)),
            pytest.param(datetime(2027, 3, 28, 10), datetime(2027, 3, 28, 8, tzinfo=UTC), marks=THOROUGH),
            (datetime(2027, 10, 31, 2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
            pytest.param(datetime(2027, 10, 31, 3), datetime(2027, 10, 31, 2, tzinfo=UTC), marks=THOROUGH),
        ],
    )
    def test_f21_beyond_a_change_of_clocks_it_goes_out_and_is_shown_at_the_hour_that_was_said(
        self, desk: Desk, clock: Clock, *, wall: datetime, due: datetime
    ) -> None:
        desk.schedule_wall(wall, BERLIN)
        with desk.deps.sessions() as session:
            shown = calendar.card_of(session, Viewer(ZoneInfo(BERLIN), clock()), desk.item_id).local
        run_minutes(desk, clock, due)

        assert (shown, sent_at(desk)) == (wall, due)

    def test_an_hour_that_does_not_exist_is_refused_with_one_that_does(self, desk: Desk) -> None:
        with pytest.raises(EditorialError) as refused:
            desk.schedule_wall(datetime(2027, 3, 28, 2, 30), BERLIN)

        assert "03:30" in desk.deps.catalogs["en"].say(refused.value.hint)
        assert desk.jobs == []

    def test_in_the_hour_that_comes_twice_it_goes_out_once(self, desk: Desk, clock: Clock) -> None:
        desk.schedule_wall(datetime(2027, 10, 31, 2, 30), BERLIN)
        run_minutes(desk, clock, datetime(2027, 10, 31, 1, tzinfo=UTC), 120)

        assert len(desk.repository.commits()) == 2
        assert sent_at(desk) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)

    def test_the_second_of_two_equal_hours_can_be_meant(self, desk: Desk, clock: Clock) -> None:
        desk.schedule_wall(datetime(2027, 10, 31, 2, 30), BERLIN, fold=1)
        run_minutes(desk, clock, datetime(2027, 10, 31, 1, tzinfo=UTC), 120)

        assert sent_at(desk) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    @pytest.mark.parametrize(("zone", "month"), [("America/New_York", (2026, 11)), (BERLIN, (2027, 3))])
    def test_f21_no_day_of_the_grid_comes_twice_or_is_missing(
        self, desk: Desk, clock: Clock, *, zone: str, month: tuple[int, int]
    ) -> None:
        with desk.deps.sessions() as session:
            grid = calendar.month_of(session, Viewer(ZoneInfo(zone), clock()), *month)
        days = [day.date for week in grid.weeks for day in week]

        assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


class TestClockAndPauses:
    """The machine's clock is set, or nobody was there for a while."""

    @pytest.mark.parametrize("hours", [1, -1])
    def test_a_jump_of_an_hour_between_two_ticks_sends_each_once(
        self, desk: Desk, wire: Wire, clock: Clock, *, hours: int
    ) -> None:
        add_jobs(desk, [add_channel(desk.deps, "C", spacing_seconds=0)], 6, apart=timedelta(minutes=20))
        tick(desk)
        clock.forward(hours=hours)
        for _ in range(40):
            tick(desk)
            look(desk)
            clock.forward(minutes=5)

        assert (len(wire.taken), len(set(wire.taken))) == (6, 6)

    @pytest.mark.parametrize(("pause", "sent"), [(timedelta(hours=3), 2), (timedelta(days=3), 0)])
    def test_after_a_pause_what_may_still_go_goes_and_the_rest_says_that_it_was_missed(
        self, desk: Desk, wire: Wire, clock: Clock, *, pause: timedelta, sent: int
    ) -> None:
        """Of each pair one was due at its beginning; the channel that may be a day late still sends both."""
        patient = add_channel(desk.deps, "Patient", late_ok_minutes=24 * 60, spacing_seconds=30)
        strict = add_channel(desk.deps, "Strict", spacing_seconds=30)
        add_jobs(desk, [patient, strict], 2, apart=timedelta(minutes=10))
        clock.forward(seconds=pause.total_seconds())
        for _ in range(20):
            tick(desk)
            clock.forward(seconds=10)
        with desk.deps.sessions() as session:
            states = Counter(session.scalars(select(DistributionJob.state)))
            stuck = distribution.silently_stuck(session, clock())

        assert (len(wire.taken), len(set(wire.taken)), stuck) == (sent, sent, [])
        assert states == Counter({JobState.SUCCEEDED: sent, JobState.MISSED: 4 - sent}) - Counter()
