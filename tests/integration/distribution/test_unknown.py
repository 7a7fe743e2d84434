"""An answer that got lost: the channel is asked, and nothing is ever sent twice."""

from datetime import timedelta

import pytest

from editorial.adapters.channels.git import GitChannel
from editorial.domain.jobs import JobState, NotSent, Receipt, Unclear
from editorial.domain.messages import Message
from editorial.domain.workflow import Status
from editorial.services import follow_ups
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk


def lose_the_answer(monkeypatch: pytest.MonkeyPatch, *, arrived: bool) -> None:
    """The next push is carried out (or not), and its answer is lost."""
    publish = GitChannel.publish

    def lossy(self: GitChannel, *args: object, **kwargs: object) -> Receipt:
        monkeypatch.setattr(GitChannel, "publish", publish)
        if arrived:
            publish(self, *args, **kwargs)  # type: ignore[arg-type]
        raise Unclear

    monkeypatch.setattr(GitChannel, "publish", lossy)


@pytest.fixture
def due(desk: Desk, clock: Clock) -> Desk:
    desk.schedule()
    clock.forward(minutes=2)
    return desk


def test_what_had_arrived_is_found_by_its_key_and_not_sent_again(due: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_the_answer(monkeypatch, arrived=True)
    due.tick()
    unknown = due.job.state
    due.reap()

    assert (unknown, due.job.state, len(due.repository.commits())) == (
        JobState.UNKNOWN_OUTCOME,
        JobState.SUCCEEDED,
        2,
    )
    assert due.item.url == "https://www.example.com/posts/gateway/"


def test_what_had_not_arrived_is_sent_again(due: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_the_answer(monkeypatch, arrived=False)
    due.tick()
    due.reap()
    queued = due.job.state
    due.tick()

    assert (queued, due.job.state, len(due.repository.commits())) == (JobState.QUEUED, JobState.SUCCEEDED, 2)
    assert [attempt.outcome for attempt in due.job.attempts] == ["unclear", "accepted"]


def test_while_the_channel_cannot_be_asked_the_outcome_stays_unknown_and_says_why(
    due: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_the_answer(monkeypatch, arrived=True)
    due.tick()

    def away(*_: object) -> None:
        raise NotSent(Message("The repository could not be reached: %(said)s", {"said": "x"}))

    with monkeypatch.context() as patch:
        patch.setattr(GitChannel, "find", away)
        due.reap()
    asked_in_vain = due.job
    clock.forward(minutes=1)
    due.reap()

    assert (asked_in_vain.state, asked_in_vain.checks) == (JobState.UNKNOWN_OUTCOME, 1)
    assert due.job.state is JobState.SUCCEEDED


def test_a_process_that_comes_back_after_its_lease_ran_out_still_delivers_its_receipt(
    due: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = GitChannel.publish

    def slow(self: GitChannel, *args: object, **kwargs: object) -> Receipt:
        receipt = publish(self, *args, **kwargs)  # type: ignore[arg-type]
        clock.forward(minutes=10)
        follow_ups.reap_leases(due.deps)
        return receipt

    monkeypatch.setattr(GitChannel, "publish", slow)
    due.tick()

    assert (due.job.state, len(due.repository.commits())) == (JobState.SUCCEEDED, 2)


def test_a_job_cancelled_while_it_was_being_sent_and_not_found_is_cancelled(
    due: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled_meanwhile(*_: object, **__: object) -> Receipt:
        due.unschedule()
        raise Unclear

    monkeypatch.setattr(GitChannel, "publish", cancelled_meanwhile)
    due.tick()
    due.reap()

    assert (due.job.state, due.item.status) == (JobState.CANCELLED, Status.APPROVED)


def test_a_job_cancelled_by_itself_is_not_sent_again_though_its_item_stays_scheduled(
    due: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled_meanwhile(*_: object, **__: object) -> Receipt:
        due.cancel(due.job.id)
        raise Unclear

    with monkeypatch.context() as patch:
        patch.setattr(GitChannel, "publish", cancelled_meanwhile)
        due.tick()
    due.reap()
    due.tick()

    assert (due.job.state, len(due.repository.commits())) == (JobState.CANCELLED, 1)
    assert (due.item.status, due.item.publish_failed) == (Status.APPROVED, False)


def test_a_job_cancelled_too_late_still_publishes_its_item(due: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = GitChannel.publish

    def cancelled_meanwhile(self: GitChannel, *args: object, **kwargs: object) -> Receipt:
        due.unschedule()
        return publish(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(GitChannel, "publish", cancelled_meanwhile)
    due.tick()

    assert (due.job.state, due.item.status) == (JobState.SUCCEEDED, Status.PUBLISHED)


def test_a_job_that_is_never_found_in_time_is_missed(due: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_the_answer(monkeypatch, arrived=False)
    due.tick()
    clock.forward(seconds=timedelta(hours=2).total_seconds())
    due.reap()

    assert (due.job.state, due.item.publish_failed) == (JobState.MISSED, True)
