"""The threads that drain what is due: all of it in a tick, fairly, and with an orderly end."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from editorial.background.publishers import Publishers
from editorial.background.ticks.publish_due import publish_due
from editorial.background.ticks.reap import Patience
from editorial.domain.jobs import JobState
from editorial.services import follow_ups
from editorial.services.deps import Deps
from editorial.services.preparing import Looked, Passed, Prepared, prepare
from editorial.store import distribution
from editorial.store.distribution import DistributionJob, JobAttempt
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk
from tests.integration.distribution.stub_channel import TRACE, Wire, add_channel, add_jobs


@pytest.fixture
def publishers(desk: Desk) -> Iterator[Publishers]:
    made = Publishers(8)
    yield made
    made.close(desk.deps, 10)


def until(happened: Callable[[], bool], seconds: float = 15) -> None:
    """Wait for something that another thread does."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if happened():
            return
        pause.wait(0.02)
    raise AssertionError("it did not happen in time")


def states(desk: Desk) -> Counter[JobState]:
    with desk.deps.sessions() as session:
        grouped = select(DistributionJob.state, func.count()).group_by(DistributionJob.state)
        return Counter({row[0]: row[1] for row in session.execute(grouped)})


def test_one_tick_sends_more_jobs_than_there_are_threads(desk: Desk, wire: Wire, publishers: Publishers) -> None:
    add_jobs(desk, [add_channel(desk.deps, f"C{number}") for number in range(6)], 5)
    publish_due(desk.deps, publishers=publishers)
    until(lambda: states(desk)[JobState.SUCCEEDED] == 30)

    assert (len(wire.taken), len(set(wire.taken))) == (30, 30)


def test_a_channel_that_hangs_leaves_threads_to_the_others(desk: Desk, wire: Wire, publishers: Publishers) -> None:
    hanging, well = add_channel(desk.deps, "Hanging"), add_channel(desk.deps, "Well")
    let_go, waiting = threading.Event(), []

    def hang(channel: str, key: str) -> None:
        if channel == "Hanging":
            waiting.append(key)
            let_go.wait(20)

    wire.answer = hang
    add_jobs(desk, [hanging], 12)
    add_jobs(desk, [well], 3)
    publish_due(desk.deps, publishers=publishers)
    until(lambda: states(desk)[JobState.SUCCEEDED] == 3)
    held_up = len(waiting)
    let_go.set()
    until(lambda: states(desk)[JobState.SUCCEEDED] == 15)

    assert held_up == publishers.share == 2


def test_closing_ends_what_runs_and_gives_back_what_did_not_begin(
    desk: Desk, wire: Wire, publishers: Publishers
) -> None:
    let_go, waiting = threading.Event(), []

    def hang(_: str, key: str) -> None:
        waiting.append(key)
        let_go.wait(20)

    wire.answer = hang
    add_jobs(desk, [add_channel(desk.deps, "Slow")], 6)
    publish_due(desk.deps, publishers=publishers)
    until(lambda: len(waiting) == 2)
    publishers.close(desk.deps, 0)
    let_go.set()
    ended = publishers.close(desk.deps, 10)

    assert ended
    assert states(desk) == {JobState.SUCCEEDED: 2, JobState.QUEUED: 4}


def test_a_job_that_a_thread_still_works_on_is_not_reaped_when_the_clock_is_set_ahead(
    desk: Desk, wire: Wire, publishers: Publishers, clock: Clock
) -> None:
    let_go, waiting = threading.Event(), []

    def hang(_: str, key: str) -> None:
        waiting.append(key)
        let_go.wait(20)

    wire.answer = hang
    add_jobs(desk, [add_channel(desk.deps, "Slow")], 1)
    publish_due(desk.deps, publishers=publishers)
    until(lambda: len(waiting) == 1)
    clock.forward(hours=1)
    reaped = follow_ups.reap_leases(desk.deps, running=publishers.running)
    let_go.set()
    until(lambda: states(desk)[JobState.SUCCEEDED] == 1)

    assert reaped == 0


def test_the_attempt_keeps_what_was_said_on_the_wire(desk: Desk, wire: Wire, publishers: Publishers) -> None:
    add_jobs(desk, [add_channel(desk.deps, "C")], 1)
    publish_due(desk.deps, publishers=publishers)
    until(lambda: states(desk)[JobState.SUCCEEDED] == 1)

    with desk.deps.sessions() as session:
        attempt = session.scalars(select(JobAttempt)).one()
    assert (attempt.http_status, attempt.request, attempt.answer) == (TRACE.status, TRACE.request, TRACE.answer)
    assert attempt.milliseconds is not None


def test_f18_the_tick_tells_what_came_of_the_jobs(desk: Desk, wire: Wire, publishers: Publishers) -> None:
    add_jobs(desk, [add_channel(desk.deps, "C")], 2)
    first = publish_due(desk.deps, publishers=publishers)
    until(lambda: not publishers.running and states(desk)[JobState.SUCCEEDED] == 2)

    assert first["dispatched"] == 2
    assert publish_due(desk.deps, publishers=publishers) == {"succeeded": 2}


def test_a_job_due_next_month_goes_out_then_and_not_before(
    desk: Desk, wire: Wire, publishers: Publishers, clock: Clock
) -> None:
    """F11: longer ahead than a timer of 32 bits can count milliseconds, 24.8 days."""
    channel = add_channel(desk.deps, "C")
    add_jobs(desk, [channel], 2, apart=timedelta(days=40))
    publish_due(desk.deps, publishers=publishers)
    until(lambda: states(desk)[JobState.SUCCEEDED] == 1)
    clock.forward(days=39, hours=23)
    early = publish_due(desk.deps, publishers=publishers).get("dispatched", 0)
    clock.forward(hours=1)
    publish_due(desk.deps, publishers=publishers)
    until(lambda: states(desk)[JobState.SUCCEEDED] == 2)

    assert early == 0


def test_a_job_over_which_the_program_falls_is_held_with_a_reason_and_stops_no_other(
    desk: Desk, wire: Wire, publishers: Publishers, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = add_jobs(desk, [add_channel(desk.deps, "C")], 2)

    def fall(deps: Deps, looked: Looked, passed: Passed) -> Prepared:
        if looked.job.id == first:
            raise ZeroDivisionError
        return prepare(deps, looked, passed)

    monkeypatch.setattr("editorial.services.publishing.prepare", fall)
    publish_due(desk.deps, publishers=publishers)
    until(lambda: states(desk) == {JobState.HELD: 1, JobState.SUCCEEDED: 1})

    with desk.deps.sessions() as session:
        assert distribution.get_job(session, first).last_error is not None
        assert distribution.get_job(session, second).state is JobState.SUCCEEDED


def test_a_lease_runs_out_only_while_nobody_renews_it(deps: Deps) -> None:
    steady = [0.0]
    patience, end = Patience(lambda: steady[0]), deps.now()
    first = patience.too_early([(7, end)])
    steady[0] += 9
    renewed = patience.too_early([(7, end + timedelta(minutes=1))])
    steady[0] += 9

    assert [sorted(first), sorted(renewed)] == [[7], [7]]
    assert patience.too_early([(7, end + timedelta(minutes=1))]) == frozenset()


def test_a_running_job_of_another_process_is_not_reaped_after_the_clock_was_set_ahead(
    desk: Desk, wire: Wire, publishers: Publishers, clock: Clock
) -> None:
    let_go, waiting = threading.Event(), []

    def hang(_: str, key: str) -> None:
        waiting.append(key)
        let_go.wait(20)

    wire.answer = hang
    add_jobs(desk, [add_channel(desk.deps, "Slow")], 1)
    publish_due(desk.deps, publishers=publishers)
    until(lambda: len(waiting) == 1)
    clock.forward(hours=1)
    with desk.deps.sessions.begin() as session:
        before = distribution.expired_since(session, clock())
        distribution.renew_leases(session, clock(), desk.deps.worker, publishers.running)
        after = distribution.expired_since(session, clock())
    let_go.set()
    until(lambda: states(desk)[JobState.SUCCEEDED] == 1)

    assert (len(before), after) == (1, [])
