"""Whether the desk is alive: for machines by `/healthz`, for people by the banner and the page of the scheduler."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from editorial.background.ticks import Threads, schedule
from editorial.domain.jobs import JobState
from editorial.domain.people import Role
from editorial.services import clock_health
from editorial.services.deps import Deps
from editorial.store import clock as store
from editorial.store.distribution import DistributionJob
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk, make_desk, make_repository
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def running(deps: Deps) -> Deps:
    """A desk that is meant to run its clock."""
    return replace(deps, config=deps.config.model_copy(update={"clock_enabled": True}))


@pytest.fixture
def app(running: Deps) -> Flask:
    add_workspace(running)
    return application(running)


@pytest.fixture
def desk(running: Deps, tmp_path: Path) -> Desk:
    return make_desk(running, make_repository(tmp_path))


@pytest.fixture
def reader(app: Flask, running: Deps) -> Visitor:
    return visitor(app, running, add_person(running, "Vera", Role.VIEWER))


def ticked(deps: Deps, *, error: str = "", name: str = clock_health.PUBLISH_TICK, **counts: int) -> None:
    """One run of a tick that ends now."""
    with deps.sessions.begin() as session:
        store.record_tick(
            session,
            name,
            worker="desk:1",
            started_at=deps.now(),
            ended_at=deps.now(),
            milliseconds=12,
            counts=counts,
            error=error,
        )


def waiting_since(desk: Desk, clock: Clock, **ago: int) -> None:
    """A job that should have gone out some time ago."""
    desk.schedule()
    clock.forward(minutes=2)
    clock.forward(**ago)


def health(app: Flask, status: int = 200) -> dict[str, dict[str, object]]:
    answer = app.test_client().get("/healthz")
    assert answer.status_code == status
    body: dict[str, dict[str, object]] = answer.get_json()
    return body


def test_a_clock_that_ticks_is_healthy_and_tells_its_figures(app: Flask, running: Deps, clock: Clock) -> None:
    ticked(running)
    clock.forward(seconds=1)

    assert health(app)["clock"] == {
        "expected": True,
        "running": True,
        "last_tick_age_seconds": 1.0,
        "overdue_jobs": 0,
        "oldest_overdue_seconds": None,
        "skew_seconds": 0,
    }


def test_f01_a_stopped_worker_shows_a_banner_and_fails_the_check(
    app: Flask, running: Deps, reader: Visitor, clock: Clock
) -> None:
    ticked(running)
    clock.forward(seconds=11)  # two beats of its heart

    assert "The scheduler has not run for 11 seconds." in reader.get("/calendar/2026-12")
    assert health(app, 503)["clock"]["running"] is False


def test_f01_a_clock_that_ticks_beside_the_work_is_not_healthy(
    app: Flask, running: Deps, desk: Desk, reader: Visitor, clock: Clock
) -> None:
    waiting_since(desk, clock, seconds=90)
    ticked(running)

    assert "The scheduler is behind: the oldest job has waited for 90 seconds. 1 job waits" in reader.get("/queue")
    assert health(app, 503)["clock"]["oldest_overdue_seconds"] == 90.0


def test_a_later_try_is_overdue_from_its_own_time(app: Flask, running: Deps, desk: Desk, clock: Clock) -> None:
    waiting_since(desk, clock, minutes=30)
    with running.sessions.begin() as session:
        job = session.get_one(DistributionJob, desk.job.id)
        job.state, job.attempt, job.next_try_at = JobState.RETRY_WAIT, 2, running.now() - timedelta(seconds=3)
    ticked(running)

    assert health(app)["clock"]["oldest_overdue_seconds"] == 3.0


@pytest.mark.parametrize(("skew", "word"), [(3600.0, "forward by 60 minutes"), (-45.0, "back by 45 seconds")])
def test_a_clock_that_somebody_set_is_told_and_fails_nothing(
    app: Flask, running: Deps, reader: Visitor, skew: float, word: str
) -> None:
    ticked(running)
    with running.sessions.begin() as session:
        store.beat(session, "desk:1", running.now(), skew)

    assert f"The clock of the machine was set {word}." in reader.get("/queue")
    assert health(app)["clock"]["skew_seconds"] == skew


def test_a_process_that_ended_says_nothing_about_the_clock_of_the_machine(
    running: Deps, reader: Visitor, clock: Clock
) -> None:
    with running.sessions.begin() as session:
        store.beat(session, "desk:1", running.now(), 3600.0)
    clock.forward(minutes=1)
    ticked(running)

    assert "The clock of the machine" not in reader.get("/queue")


def test_f18_each_run_that_did_something_is_told_with_its_counts(app: Flask, running: Deps) -> None:
    ticked(running, dispatched=3, succeeded=2)
    ticked(running, error="OperationalError: the database is away", name="reap")
    with running.sessions.begin() as session:
        store.beat(session, "desk:1", running.now())

    page = visitor(app, running, add_person(running, "Cara", Role.CHANNEL_ADMIN)).get("/clock")

    assert "Handed out: 3, Live: 2" in page
    assert "OperationalError: the database is away" in page
    assert "Runs since" in page


def test_the_queue_calls_no_scheduler_well_that_has_stopped(app: Flask, deps: Deps, clock: Clock) -> None:
    ticked(deps)
    reader = visitor(application(deps), deps, add_person(deps, "Rita"))  # a desk whose clock runs elsewhere
    well = BeautifulSoup(reader.get("/queue"), "html.parser").select_one(".toolbar .stage")
    clock.forward(minutes=1)
    unwell = BeautifulSoup(reader.get("/queue"), "html.parser").select_one(".toolbar .stage")

    assert (well and well["data-tone"], unwell and unwell["data-tone"]) == ("ok", "warn")


def test_only_who_manages_channels_sees_the_scheduler(reader: Visitor) -> None:
    reader.get("/clock", status=403)


def test_many_runs_are_paged_by_key(app: Flask, running: Deps) -> None:
    for _ in range(60):
        ticked(running, dispatched=1)
    cara = visitor(app, running, add_person(running, "Cara", Role.CHANNEL_ADMIN))
    first = cara.get("/clock")
    following = first.split('rel="next" href="')[1].split('"')[0]

    assert (first.count("Handed out"), cara.get(following).count("Handed out")) == (50, 10)


def test_every_kind_of_tick_has_words_on_the_page_of_the_scheduler() -> None:
    assert set(clock_health.TICKS) == {tick.name for tick in schedule(Threads())} | {"heartbeat"}
