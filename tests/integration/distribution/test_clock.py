"""The clock of the one-process desk, with real seconds."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from editorial.background.clock import Clock
from editorial.background.ticks import Threads, Tick, schedule
from editorial.domain.jobs import JobState
from editorial.services import clock_health
from editorial.services.deps import Deps
from editorial.store import clock as records
from editorial.store import distribution
from editorial.store.base import Sessions
from tests.conftest import Clock as MovedClock
from tests.integration.distribution.sites import Desk, Repository, make_desk

pytestmark = pytest.mark.thorough


@contextmanager
def ticking(deps: Deps) -> Iterator[Clock]:
    clock = Clock(deps)
    clock.start()
    try:
        yield clock
    finally:
        clock.stop()


def until(happened: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for something that another thread does."""
    deadline, pause = monotonic() + seconds, threading.Event()
    while not happened():
        assert monotonic() < deadline, "it did not happen in time"
        pause.wait(0.05)


def test_with_a_running_clock_an_item_is_in_the_repository_within_two_seconds_of_its_time(
    deps: Deps, repository: Repository
) -> None:
    deps = replace(deps, now=lambda: datetime.now(UTC))
    desk = make_desk(deps, repository)
    due = deps.now().replace(microsecond=0) + timedelta(seconds=3)
    with ticking(deps):
        desk.schedule(at=due)
        until(lambda: len(repository.commits()) == 2)
        arrived = deps.now()
        until(lambda: desk.job.state is JobState.SUCCEEDED)

    assert timedelta(0) <= arrived - due < timedelta(seconds=2)


def test_what_fell_due_while_no_clock_ran_goes_out_when_one_starts(desk: Desk, clock: MovedClock) -> None:
    desk.schedule()
    clock.forward(minutes=10)
    with ticking(desk.deps):
        until(lambda: desk.job.state is JobState.SUCCEEDED)

    assert len(desk.repository.commits()) == 2


def test_a_slow_push_does_not_hold_up_the_tick(desk: Desk, clock: MovedClock) -> None:
    desk.repository.hook("pre-receive", "sleep 1.5")
    desk.schedule()
    clock.forward(minutes=2)
    with ticking(desk.deps):
        until(lambda: desk.job.state is JobState.SENDING)
        clock.forward(seconds=3)
        until(lambda: clock_health.report(desk.deps).running)
        while_sending = desk.job.state

    assert while_sending is JobState.SENDING


def test_stopping_the_clock_lets_a_running_job_end(desk: Desk, clock: MovedClock) -> None:
    desk.repository.hook("pre-receive", "sleep 1")
    desk.schedule()
    clock.forward(minutes=2)
    with ticking(desk.deps):
        until(lambda: desk.job.state is JobState.SENDING)

    assert desk.job.state is JobState.SUCCEEDED


def test_a_tick_that_raises_is_written_down_and_stops_nothing(deps: Deps, sessions: Sessions) -> None:
    def broken(_: Deps) -> dict[str, int]:
        raise RuntimeError("no disk")

    Clock(deps).run(Tick("broken", broken, 1))

    with sessions() as session:
        state = records.tick_state(session, "broken")
    assert state is not None
    assert (state.error, state.completed_at) == ("RuntimeError: no disk", None)


def test_a_tick_without_work_leaves_no_history_but_a_time(deps: Deps, sessions: Sessions) -> None:
    publish = schedule(Threads())[0]
    Clock(deps).run(publish)

    with sessions() as session:
        state = records.tick_state(session, publish.name)
        runs = session.query(records.TickRun).count()
    assert state is not None
    assert (state.completed_at, runs) == (deps.now(), 0)


def test_a_broken_job_does_not_keep_the_others_from_going_out(desk: Desk, clock: MovedClock) -> None:
    with desk.deps.sessions.begin() as session:
        distribution.get_channel(session, desk.channel_id).settings = {"nonsense": True}
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    assert (desk.job.state, desk.reason.id) == (JobState.HELD, "The channel “%(name)s” is not set up right.")


def test_a_jump_of_the_wall_clock_is_noted_in_the_heartbeat(deps: Deps, clock: MovedClock, sessions: Sessions) -> None:
    steady = [0.0]
    metronome = Clock(deps, monotonic=lambda: steady[0])
    clock.forward(hours=1)
    steady[0] += 5
    metronome.run(Tick("heartbeat", metronome.beat, 5))

    with sessions() as session:
        beat = session.get(records.WorkerHeartbeat, deps.worker)
    assert beat is not None
    assert beat.skew_seconds == 3595


class TestHealth:
    """What the banner and /healthz say."""

    def test_before_the_first_tick_the_scheduler_has_never_run(self, deps: Deps) -> None:
        health = clock_health.report(replace(deps, config=deps.config.model_copy(update={"clock_enabled": True})))

        assert health.says is not None
        assert (health.healthy, health.says.id) == (False, "The scheduler has never run. %(waiting)s")

    def test_after_a_tick_all_is_well(self, deps: Deps) -> None:
        Clock(deps).run(schedule(Threads())[0])

        assert (clock_health.report(deps).healthy, clock_health.report(deps).says) == (True, None)

    def test_a_clock_that_stopped_is_told_with_what_waits(self, desk: Desk, clock: MovedClock) -> None:
        Clock(desk.deps).run(schedule(Threads())[0])
        desk.schedule()
        clock.forward(minutes=11)

        says = clock_health.report(desk.deps).says

        assert says is not None
        assert (
            desk.deps.catalogs["en"].say(says)
            == "The scheduler has not run for 11 minutes. 1 job waits; nothing is lost."
        )
