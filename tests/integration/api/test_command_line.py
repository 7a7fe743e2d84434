"""`editorial jobs`, `job` and `channels`: the same jobs, the same rights, from a terminal."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete

from editorial.__main__ import editorial
from editorial.domain.jobs import Health, JobState
from editorial.store import distribution
from editorial.store.distribution import Channel, DistributionJob
from tests.integration.plans import Desk

Run = Callable[..., Result]


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the desk's own database."""
    config = desk.deps.config
    monkeypatch.setattr("editorial.__main__.make_deps", lambda _: desk.deps)
    monkeypatch.setattr("editorial.__main__.read_config", lambda: config)
    return lambda *arguments: CliRunner().invoke(editorial, ["--lang", "en", *arguments])


def test_jobs_are_listed_with_what_filters_leave(desk: Desk, run: Run) -> None:
    desk.scheduled()
    lines = run("jobs").stdout.splitlines()

    assert len(lines) == 1
    assert "2026-12-15 02:00:00 UTC  Waiting for its time  Website  What a CFO will ask" in lines[0]
    assert run("jobs", "--state", "failed").stdout == ""
    assert run("jobs", "--days", "1").stdout == ""


def test_json_has_the_fields_of_the_api(desk: Desk, run: Run) -> None:
    desk.scheduled()
    found = json.loads(run("jobs", "--format", "json").stdout)

    assert [(one["state"], one["due_at"]) for one in found] == [("queued", "2026-12-15T02:00:00Z")]


def test_one_job_is_shown_with_what_happens_next(desk: Desk, run: Run) -> None:
    desk.scheduled()

    assert "Website" in run("job", "1").stdout
    assert json.loads(run("job", "1", "--format", "json").stdout)["attempts"] == []


def test_a_job_that_does_not_exist_is_one_sentence(run: Run) -> None:
    said = run("job", "7")

    assert (said.exit_code, said.stdout) == (1, "")
    assert "There is no job 7. Look for it in the queue." in said.stderr


def test_a_desk_without_channels_says_so(desk: Desk, run: Run) -> None:
    with desk.deps.sessions.begin() as session:
        session.execute(delete(Channel))
    said = run("channels")

    assert (said.exit_code, said.stdout, said.stderr) == (0, "", "No channel is connected yet.\n")


def test_a_publisher_cancels_a_job(desk: Desk, run: Run) -> None:
    desk.scheduled()
    said = run("job", "1", "cancel", "--as", desk.admin.email)

    assert (said.exit_code, "Cancelled" in said.stdout) == (0, True)
    with desk.deps.sessions() as session:
        assert distribution.live_jobs(session, 1) == []


def test_sending_now_keeps_card_and_job_together(desk: Desk, run: Run) -> None:
    item_id = desk.scheduled()
    run("job", "1", "send-now", "--as", desk.admin.email)
    with desk.deps.sessions() as session:
        (job,) = distribution.live_jobs(session, item_id)

    assert job.due_at == desk.item(item_id).publish_at == desk.deps.now()


@pytest.mark.parametrize("who", ["li.hang@northgauge.example", "nobody@northgauge.example"])
def test_who_may_not_decide_changes_nothing(desk: Desk, run: Run, who: str) -> None:
    desk.scheduled()
    said = run("job", "1", "cancel", "--as", who)
    with desk.deps.sessions() as session:
        (job,) = distribution.live_jobs(session, 1)

    assert (said.exit_code, job.state) == (1, "queued")


@pytest.mark.parametrize(
    "decision", [["send-again"], ["confirm", "--url", "https://northgauge.example/a/"], ["decline", "--reason", "No."]]
)
def test_a_decision_that_a_job_is_not_open_to_is_refused(desk: Desk, run: Run, decision: list[str]) -> None:
    desk.scheduled()
    said = run("job", "1", *decision, "--as", desk.admin.email)

    assert said.exit_code == 1
    assert "cannot become" in said.stderr


def test_channels_say_how_they_fare(desk: Desk, run: Run) -> None:
    desk.scheduled()

    assert "not asked yet  Website" in run("channels").stdout
    assert json.loads(run("channels", "--format", "json").stdout)[0]["waiting_jobs"] == 1


def test_a_check_lets_go_what_was_held_for_its_channel(desk: Desk, run: Run) -> None:
    desk.scheduled()
    with desk.deps.sessions.begin() as session:
        channel, job = session.get_one(Channel, 1), session.get_one(DistributionJob, 1)
        channel.kind, channel.settings = "handoff", {"does": "page"}
        job.state, job.last_error = JobState.HELD, {"id": "The credentials do not open."}
    said = run("channels", "--check")
    with desk.deps.sessions() as session:
        state = session.get_one(DistributionJob, 1).state

    assert (said.exit_code, state) == (0, JobState.QUEUED)


def test_a_check_that_fails_ends_with_1(desk: Desk, run: Run) -> None:
    said = run("channels", "--check")
    with desk.deps.sessions() as session:
        channel = session.get_one(Channel, 1)

    assert (said.exit_code, channel.health) == (1, Health.BROKEN)
    assert "broken  Website" in said.stdout
