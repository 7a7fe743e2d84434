"""F01–F26, the failures of others that a publisher's job may not repeat: sent once, or told.

Which of the twenty-six stand where (each test is named after its scenario):

- here: F02–F09, F13, F14, F16, F17, and what else was worth a test;
- `test_f01_to_f26_time.py`: F01, F10–F12, F15, F18, F20–F22;
- `test_f01_to_f26_paths.py`: F19, F23–F26.

Part of two does not apply yet: series (F23) are no rows of the calendar in this stage, so of F23 stands here what a
published piece and “send again” do; and there is no account whose token is renewed by itself (F24), so of F24 stand the
probe, its reason and the wrong secret. Calendar feeds (“iCal without a zone”) do not exist yet either.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from editorial.adapters.channels import live
from editorial.domain.jobs import Gone, JobState, NotSent, Refused, Unclear
from editorial.domain.messages import Message
from editorial.domain.workflow import Status
from editorial.services import follow_ups, job_decisions, notices, outcomes, publishing
from editorial.services.deps import Deps
from editorial.store import distribution
from editorial.store.content import ContentItem, get_item
from editorial.store.distribution import DistributionJob
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk, Repository, make_desk
from tests.integration.distribution.stub_channel import Wire, add_channel, add_jobs
from tests.integration.distribution.test_turns import look, tick

SAID = Message("The other side says no.")


def refuse() -> Refused:
    return Refused(SAID, hint=SAID)


def job_of(desk: Desk, job_id: int) -> DistributionJob:
    with desk.deps.sessions() as session:
        return distribution.get_job(session, job_id)


def item_of(desk: Desk, job_id: int) -> ContentItem:
    with desk.deps.sessions() as session:
        return get_item(session, distribution.get_job(session, job_id).item_id)


def answering(*answers: Exception | None) -> Callable[[str, str], None]:
    """What the channel answers, one after the other; None takes it, and so does everything after."""
    left = list(answers)

    def answer(*_: str) -> None:
        following = left.pop(0) if left else None
        if following is not None:
            raise following

    return answer


def hours_of_clock(desk: Desk, clock: Clock, hours: float) -> None:
    for _ in range(int(hours * 6)):
        tick(desk)
        look(desk)
        clock.forward(minutes=10)


@pytest.mark.parametrize(
    "answer",
    [None, refuse(), NotSent(SAID), Unclear(), Gone(SAID, hint=SAID), RuntimeError("its library fell over")],
    ids=["taken", "refused", "not sent", "lost", "gone", "fell over"],
)
def test_f02_every_due_job_ends_or_says_what_it_waits_for(
    desk: Desk, wire: Wire, clock: Clock, *, answer: Exception | None
) -> None:
    job_ids = add_jobs(desk, [add_channel(desk.deps, "C")], 3)
    wire.answer = answering(answer)
    for _ in range(3):
        tick(desk)
        look(desk)
        clock.forward(minutes=6)

    with desk.deps.sessions() as session:
        assert distribution.silently_stuck(session, clock()) == []
    jobs = [job_of(desk, job_id) for job_id in job_ids]
    assert all(job.state is JobState.SUCCEEDED or job.last_error for job in jobs)


def test_f03_what_was_taken_and_could_not_be_marked_is_never_sent_again(
    desk: Desk, wire: Wire, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)

    def away(*_: object) -> None:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(outcomes, "close", away)
        with pytest.raises(RuntimeError):
            tick(desk)
    kept = job_of(desk, job_id)
    hours_of_clock(desk, clock, 1)
    job = job_of(desk, job_id)

    assert (kept.state, kept.external_id) == (JobState.ACCEPTED, kept.idem_key)
    assert (job.state, wire.taken) == (JobState.SUCCEEDED, [job.idem_key])


def test_f04_a_page_that_cannot_be_read_afterwards_makes_no_failure_of_a_success(
    deps: Deps, repository: Repository, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(deps, repository, live_check=True)
    monkeypatch.setattr(live, "read_page", lambda *_, **__: None)
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()
    for _ in range(12):
        clock.forward(minutes=20)
        desk.reap()
        desk.tick()

    assert (desk.job.state, len(desk.repository.commits())) == (JobState.ACCEPTED, 2)
    assert desk.reason.id == "It was handed over, but %(url)s does not show it yet."


def test_f05_an_answer_that_got_lost_is_never_sent_again_by_itself(desk: Desk, wire: Wire, clock: Clock) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C", late_ok_minutes=24 * 60)], 1)
    reached: list[str] = []

    def lose(_: str, key: str) -> None:
        reached.append(key)
        raise Unclear

    wire.answer = lose
    hours_of_clock(desk, clock, 12)

    assert (len(reached), job_of(desk, job_id).state) == (1, JobState.UNKNOWN_OUTCOME)


def test_f06_many_clicks_on_send_again_make_one_job(desk: Desk, wire: Wire) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
    wire.answer = answering(refuse())
    tick(desk)
    barrier = threading.Barrier(4)
    answers: list[str] = []

    def click() -> None:
        barrier.wait()
        try:
            with desk.deps.sessions.begin() as session:
                job_decisions.send_again(session, desk.deps, job_id, desk.publisher, looked=True)
            answers.append("sent")
        except Exception as refusal:  # noqa: BLE001 -- what each of them was answered is looked at below
            answers.append(type(refusal).__name__)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tick(desk)

    assert (answers.count("sent"), len(wire.taken)) == (1, 1), answers


def test_f07_one_channel_that_fails_leaves_the_others_alone_and_only_it_is_sent_again(
    desk: Desk, wire: Wire, clock: Clock
) -> None:
    good, bad = add_jobs(desk, [add_channel(desk.deps, "Good"), add_channel(desk.deps, "Bad")], 1)

    def by_name(channel: str, _: str) -> None:
        if channel == "Bad":
            raise refuse()

    wire.answer = by_name
    tick(desk)
    before = [job_of(desk, job_id).state for job_id in (good, bad)]
    wire.answer = answering()
    with desk.deps.sessions.begin() as session:
        again = job_decisions.send_again(session, desk.deps, bad, desk.publisher, looked=True)
    tick(desk)

    assert before == [JobState.SUCCEEDED, JobState.FAILED]
    assert wire.taken == [job_of(desk, good).idem_key, job_of(desk, again.id).idem_key]


def test_f08_a_notice_that_cannot_be_written_strands_no_job(
    desk: Desk, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the mail room is on fire")

    monkeypatch.setattr(notices, "notify", broken)
    wire.answer = answering(refuse())
    tick(desk)

    assert job_of(desk, job_id).state is JobState.FAILED


def test_f09_a_worker_that_died_leaves_no_job_that_is_publishing_for_ever(desk: Desk, wire: Wire, clock: Clock) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
    with desk.deps.sessions.begin() as session:
        distribution.dispatch_due(session, clock(), 10)
    publishing.claim_some(desk.deps, 1)  # and here it dies
    clock.forward(minutes=2)
    look(desk)
    tick(desk)

    assert (job_of(desk, job_id).state, len(wire.taken)) == (JobState.SUCCEEDED, 1)


def test_f09_a_job_is_cancelled_though_its_worker_died(desk: Desk, wire: Wire, clock: Clock) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
    with desk.deps.sessions.begin() as session:
        distribution.dispatch_due(session, clock(), 10)
    publishing.claim_some(desk.deps, 1)
    desk.cancel(job_id)
    hours_of_clock(desk, clock, 1)

    assert (job_of(desk, job_id).state, wire.taken) == (JobState.CANCELLED, [])


def test_f13_what_is_refused_for_good_goes_back_to_where_it_can_be_edited(desk: Desk, wire: Wire, clock: Clock) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C", late_ok_minutes=24 * 60)], 1)
    wire.answer = answering(*[refuse()] * 9)
    hours_of_clock(desk, clock, 6)
    item = item_of(desk, job_id)

    assert (item.status, item.publish_failed) == (Status.APPROVED, True)
    assert (job_of(desk, job_id).attempt, job_of(desk, job_id).last_error is not None) == (1, True)


def test_f14_nothing_is_called_live_without_evidence(desk: Desk, wire: Wire) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)

    with desk.deps.sessions() as session:
        job = distribution.get_job(session, job_id)
        job.state, job.ended_at = JobState.SUCCEEDED, desk.deps.now()
        with pytest.raises(IntegrityError, match="evidence"):
            session.flush()


def test_f16_what_fell_due_during_a_short_pause_goes_out_once(desk: Desk, wire: Wire, clock: Clock) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
    clock.forward(minutes=40)
    hours_of_clock(desk, clock, 3)

    assert wire.taken == [job_of(desk, job_id).idem_key]


def test_f16_what_fell_due_during_a_long_pause_is_missed_and_can_be_sent_by_a_click(
    desk: Desk, wire: Wire, clock: Clock
) -> None:
    (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
    clock.forward(hours=3)
    tick(desk)
    missed = job_of(desk, job_id).state
    with desk.deps.sessions.begin() as session:
        job_decisions.send_again(session, desk.deps, job_id, desk.publisher, looked=True)
    tick(desk)

    assert (missed, len(wire.taken), item_of(desk, job_id).status) == (JobState.MISSED, 1, Status.PUBLISHED)


def test_f17_a_piece_that_fails_leaves_the_plans_of_others_and_its_own_day(
    desk: Desk, wire: Wire, clock: Clock
) -> None:
    failing, waiting = add_jobs(desk, [add_channel(desk.deps, "C")], 2, apart=timedelta(days=1))
    wire.answer = answering(refuse())
    tick(desk)
    day = item_of(desk, failing).publish_at
    clock.forward(days=1)
    tick(desk)

    assert day == job_of(desk, failing).due_at
    assert job_of(desk, waiting).state is JobState.SUCCEEDED


class TestWorthATest:
    """The line below the table."""

    def test_a_page_that_is_still_the_old_one_is_not_called_live(
        self, deps: Deps, repository: Repository, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """“Published, but the cache is still old.”"""
        desk = make_desk(deps, repository, live_check=True)
        monkeypatch.setattr(outcomes, "seen_live", lambda *_: False)
        desk.schedule()
        clock.forward(minutes=2)
        desk.tick()
        handed_over = desk.item.status
        monkeypatch.setattr(outcomes, "seen_live", lambda *_: True)
        clock.forward(minutes=1)
        desk.reap()

        assert (handed_over, desk.item.status) == (Status.SCHEDULED, Status.PUBLISHED)

    @pytest.mark.parametrize("way", ["by its tick", "by its second look", "on somebody's word"])
    def test_whatever_way_it_was_published_its_item_knows(
        self, desk: Desk, wire: Wire, clock: Clock, *, way: str
    ) -> None:
        """“Hooks must run on every publish path”; “the label stays stale after success”."""
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C", late_ok_minutes=24 * 60)], 1)
        wire.answer = answering(*([] if way == "by its tick" else [Unclear()]))
        if way == "by its second look":
            wire.remembers = timedelta(days=3)
        tick(desk)
        if way == "on somebody's word":
            with desk.deps.sessions.begin() as session:
                job_decisions.resolve_live(session, desk.deps, job_id, desk.publisher, url="https://www.example.com/a/")
        hours_of_clock(desk, clock, 0.5)
        item = item_of(desk, job_id)

        assert (item.status, item.url is not None, item.live_hash) == (Status.PUBLISHED, True, item.content_hash)

    def test_a_job_that_ended_is_followed_up_no_more(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        add_jobs(desk, [add_channel(desk.deps, "C")], 1)
        tick(desk)
        clock.forward(days=2)

        assert follow_ups.to_follow_up(desk.deps, 10) == []
