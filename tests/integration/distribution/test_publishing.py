"""A scheduled item reaches a real repository at its time, once, or somebody is told."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from editorial.domain.jobs import JobState
from editorial.domain.workflow import Status
from editorial.services import channels, follow_ups, publishing
from editorial.store import distribution
from tests.conftest import Clock
from tests.integration.distribution.sites import DESCRIPTION, TITLE, Desk, Repository, make_repository


def test_nothing_goes_out_before_its_time(desk: Desk, clock: Clock) -> None:
    desk.schedule(wait=timedelta(minutes=2))
    clock.forward(seconds=119)

    assert (desk.tick(), len(desk.repository.commits())) == (0, 1)


def test_an_item_is_in_the_repository_at_its_minute_with_title_description_and_canonical(
    desk: Desk, clock: Clock
) -> None:
    desk.schedule(wait=timedelta(minutes=2))
    clock.forward(minutes=2)
    desk.tick()

    page = desk.repository.page()

    assert (page["title"], page["description"], page["canonical"]) == (
        TITLE,
        DESCRIPTION,
        "https://www.example.com/posts/gateway/",
    )
    assert page["date"] == "2026-12-09T10:02:00+08:00"


def test_the_commit_carries_the_key_and_the_job_its_receipt(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    newest = desk.repository.commits()[0]

    assert f"Editorial-Key: {desk.job.idem_key}" in newest.message.decode()
    assert (desk.job.state, desk.job.external_id) == (JobState.SUCCEEDED, newest.id.decode())


def test_the_item_is_published_and_knows_its_address(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    item = desk.item

    assert (item.status, item.url, item.published_at) == (
        Status.PUBLISHED,
        "https://www.example.com/posts/gateway/",
        clock(),
    )
    assert item.url_n2


def test_a_second_tick_sends_nothing_again(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()
    clock.forward(minutes=5)

    assert (desk.tick(), len(desk.repository.commits())) == (0, 2)


def test_a_push_that_a_hook_refuses_fails_with_its_words(desk: Desk, clock: Clock) -> None:
    desk.repository.hook("pre-receive", "echo 'policy: pushes are closed' >&2; exit 1")
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    job = desk.job

    assert job.state is JobState.FAILED
    assert "hook" in str(desk.reason.params["said"])
    assert job.attempts[0].outcome == "refused"


def test_an_item_whose_every_job_failed_is_approved_again_and_flagged(desk: Desk, clock: Clock) -> None:
    desk.repository.hook("pre-receive", "exit 1")
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    assert (desk.item.status, desk.item.publish_failed) == (Status.APPROVED, True)


def test_a_failed_item_can_be_scheduled_again(desk: Desk, clock: Clock) -> None:
    desk.repository.hook("pre-receive", "exit 1")
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()
    desk.repository.hook("pre-receive", "exit 0")

    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    assert (desk.item.status, desk.item.publish_failed, len(desk.repository.commits())) == (Status.PUBLISHED, False, 2)


def test_another_pushers_commit_in_between_is_kept(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    from editorial.adapters.channels.git import GitChannel

    commit_page = GitChannel._commit
    raced: list[int] = []

    def commit_after_somebody_else(*args: object) -> object:
        if not raced:
            raced.append(1)
            desk.repository.push_by_somebody_else()
        return commit_page(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(GitChannel, "_commit", commit_after_somebody_else)
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    assert desk.job.state is JobState.SUCCEEDED
    assert desk.repository.file("other.md") is not None
    assert len(desk.repository.commits()) == 3


def test_a_repository_that_is_away_is_tried_again_later(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    away = desk.repository.path.rename(desk.repository.path.with_name("away.git"))
    clock.forward(minutes=2)
    desk.tick()
    waiting = desk.job.state
    away.rename(desk.repository.path)

    clock.forward(minutes=2)
    desk.tick()

    assert (waiting, desk.job.state, desk.job.attempt) == (JobState.RETRY_WAIT, JobState.SUCCEEDED, 2)


def test_a_job_that_is_an_hour_late_is_missed_and_the_item_flagged(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=63)
    desk.tick()

    assert (desk.job.state, desk.item.status, desk.item.publish_failed) == (JobState.MISSED, Status.APPROVED, True)
    assert len(desk.repository.commits()) == 1


def test_a_job_less_than_an_hour_late_still_goes_out(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=61)
    desk.tick()

    assert desk.job.state is JobState.SUCCEEDED


def test_a_job_whose_channel_was_switched_off_is_held_with_the_reason(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    with desk.deps.sessions.begin() as session:
        distribution.get_channel(session, desk.channel_id).enabled = False
    clock.forward(minutes=2)
    desk.tick()

    assert desk.job.state is JobState.HELD
    assert desk.reason.id == "The channel is switched off."


def test_a_claimed_job_that_nobody_began_returns_to_the_queue(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    with desk.deps.sessions.begin() as session:
        distribution.dispatch_due(session, clock(), 10)
    publishing.claim_some(desk.deps, 1)  # and here the worker dies
    clock.forward(seconds=61)
    desk.reap()

    assert (desk.job.state, desk.tick(), desk.job.state) == (JobState.QUEUED, 1, JobState.SUCCEEDED)


def test_a_dispatched_job_that_nobody_claims_returns_to_the_queue(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    with desk.deps.sessions.begin() as session:
        distribution.dispatch_due(session, clock(), 10)
    clock.forward(seconds=61)
    with desk.deps.sessions.begin() as session:
        requeued = distribution.requeue_stale(session, clock())

    assert (requeued, desk.job.state) == (1, JobState.QUEUED)


def test_no_due_job_is_ever_silently_stuck(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=10)
    with desk.deps.sessions() as session:
        stuck_before = distribution.silently_stuck(session, clock())
    desk.tick()
    with desk.deps.sessions() as session:
        stuck_after = distribution.silently_stuck(session, clock())

    assert (stuck_before, stuck_after) == ([desk.job.id], [])


@pytest.fixture
def two_channels(desk: Desk, tmp_path: Path) -> tuple[Desk, Repository]:
    """The desk with a second channel of the same site, into a repository of its own."""
    (tmp_path / "second").mkdir()
    second = make_repository(tmp_path / "second")
    with desk.deps.sessions.begin() as session:
        channels.create(
            session, desk.deps, kind="git", name="Mirror", site_id=1, actor_id=None,
            settings={"repository": second.url, "url_pattern": "https://www.example.com/mirror/{slug}/"},
        )  # fmt: skip
    return desk, second


def test_f07_one_channel_that_fails_does_not_make_the_others_fail(
    two_channels: tuple[Desk, Repository], clock: Clock
) -> None:
    desk, second = two_channels
    second.hook("pre-receive", "exit 1")
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    with desk.deps.sessions() as session:
        states = {job.channel.name: job.state for job in distribution.jobs_of_item(session, desk.item_id)}
    assert states == {"Website": JobState.SUCCEEDED, "Mirror": JobState.FAILED}
    assert (desk.item.status, desk.item.publish_failed) == (Status.PUBLISHED, False)


def test_where_one_channel_fails_and_a_person_cancels_the_other_the_item_is_flagged(
    two_channels: tuple[Desk, Repository], clock: Clock
) -> None:
    desk, second = two_channels
    second.hook("pre-receive", "exit 1")
    website, _ = desk.schedule().jobs
    with desk.deps.sessions.begin() as session:
        distribution.get_job(session, website.id).due_at = clock() + timedelta(days=1)
    clock.forward(minutes=2)
    desk.tick()
    desk.cancel(website.id)

    assert (desk.item.status, desk.item.publish_failed) == (Status.APPROVED, True)


def test_an_item_whose_last_two_jobs_fail_at_the_same_moment_is_flagged(
    two_channels: tuple[Desk, Repository], clock: Clock
) -> None:
    desk, second = two_channels
    for repository in (desk.repository, second):
        repository.hook("pre-receive", "exit 1")
    desk.schedule()
    clock.forward(minutes=2)
    with desk.deps.sessions.begin() as session:
        distribution.dispatch_due(session, clock(), 10)
    threads = [
        threading.Thread(target=publishing.run, args=(desk.deps, job_id))
        for job_id in publishing.claim_some(desk.deps, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(threads), desk.item.status, desk.item.publish_failed) == (2, Status.APPROVED, True)


def test_what_waits_for_a_second_look_is_taken_by_one_process_only(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    with desk.deps.sessions.begin() as session:
        job = distribution.get_job(session, desk.job.id)
        job.state, job.next_try_at = JobState.UNKNOWN_OUTCOME, clock()

    assert (follow_ups.to_follow_up(desk.deps, 5), follow_ups.to_follow_up(desk.deps, 5)) == ([1], [])
