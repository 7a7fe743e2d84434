"""A job that is due and does not go out at once: it says why, and goes by itself when its turn has come."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from editorial.background.ticks.publish_due import _hand_out
from editorial.domain.jobs import Action, Gone, Health, JobState, Nature, NotSent, Receipt, Unclear, Waits
from editorial.domain.messages import Message
from editorial.domain.packing import unpack
from editorial.domain.workflow import Status
from editorial.services import by_hand, follow_ups, gates, job_decisions, outcomes, publishing, turns
from editorial.store import distribution
from editorial.store.distribution import DistributionJob
from editorial.store.notices import Notice
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk
from tests.integration.distribution.stub_channel import Wire, add_channel, add_jobs

LATE = Message("late")


def tick(desk: Desk, at_once: int = 50) -> None:
    """What the clock does in its second, on this thread."""
    with desk.deps.sessions.begin() as session:
        distribution.wake_held(session, desk.deps.now())
    turns.catch_up(desk.deps)
    _hand_out(desk.deps)
    for job_id in publishing.claim_some(desk.deps, at_once):
        publishing.run(desk.deps, job_id)


def look(desk: Desk) -> None:
    """What it does every few seconds."""
    follow_ups.reap_leases(desk.deps)
    for job_id in follow_ups.to_follow_up(desk.deps, 50):
        follow_ups.follow_up(desk.deps, job_id)


def job_of(desk: Desk, job_id: int) -> DistributionJob:
    with desk.deps.sessions() as session:
        return distribution.get_job(session, job_id)


def says(job: DistributionJob) -> str:
    return unpack(job.last_error).id if job.last_error else ""


class TestQuietHours:
    """Wall times of the channel in which nothing goes out."""

    @pytest.fixture
    def quiet(self, desk: Desk, wire: Wire) -> int:
        """A job that is due at 10:00 in Shanghai, in the quiet hours of its channel."""
        return add_jobs(desk, [add_channel(desk.deps, "C", quiet_from="09:00", quiet_until="12:00")], 1)[0]

    def test_in_them_a_job_is_put_off_and_says_until_when(self, desk: Desk, quiet: int) -> None:
        tick(desk)
        job = job_of(desk, quiet)

        assert (job.state, job.waits_for, job.next_try_at) == (
            JobState.QUEUED,
            Waits.QUIET,
            datetime(2026, 12, 9, 4, tzinfo=UTC),
        )
        assert "quiet hours" in says(job)

    def test_nobody_is_promised_that_it_goes_out_now(self, desk: Desk, quiet: int) -> None:
        with pytest.raises(job_decisions.DecisionRefused) as refused, desk.deps.sessions.begin() as session:
            job_decisions.send_now(session, desk.deps, quiet, desk.publisher)

        assert "quiet hours" in refused.value.says.id

    def test_at_their_end_it_goes_out_by_itself_and_is_not_late(self, desk: Desk, quiet: int, clock: Clock) -> None:
        tick(desk)
        clock.forward(hours=2, seconds=1)
        tick(desk)
        job = job_of(desk, quiet)

        assert (job.state, job.waits_for, job.last_error) == (JobState.SUCCEEDED, None, None)

    def test_a_clock_that_slept_through_them_still_sends_it(self, desk: Desk, quiet: int, clock: Clock) -> None:
        clock.forward(hours=2, minutes=30)
        tick(desk)

        assert job_of(desk, quiet).state is JobState.SUCCEEDED

    def test_over_midnight_in_the_zone_of_the_channel(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        channel = add_channel(desk.deps, "C", quiet_from="22:00", quiet_until="07:00", quiet_zone="America/New_York")
        clock.forward(hours=2)  # 23:00 in New York
        (job_id,) = add_jobs(desk, [channel], 1)
        tick(desk)

        assert job_of(desk, job_id).next_try_at == datetime(2026, 12, 9, 12, tzinfo=UTC)


class TestRate:
    """At most so many in so many minutes."""

    def test_what_is_too_many_has_its_turn_later_in_due_order(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        channel = add_channel(desk.deps, "C", rate_count=2, rate_minutes=10)
        ids = add_jobs(desk, [channel], 5, apart=timedelta(seconds=1))
        clock.forward(seconds=10)
        now = clock()
        tick(desk)
        jobs = [job_of(desk, job_id) for job_id in ids]

        assert [job.state for job in jobs] == [JobState.SUCCEEDED] * 2 + [JobState.QUEUED] * 3
        assert [job.next_try_at for job in jobs[2:]] == [now + timedelta(minutes=m) for m in (10, 10, 20)]
        assert {job.waits_for for job in jobs[2:]} == {Waits.RATE}

    def test_every_one_goes_in_its_turn(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        ids = add_jobs(desk, [add_channel(desk.deps, "C", rate_count=2, rate_minutes=10)], 5)
        sent = []
        for _ in range(3):
            tick(desk)
            sent.append(len(wire.taken))
            clock.forward(minutes=10)

        assert sent == [2, 4, 5]
        assert {job_of(desk, job_id).state for job_id in ids} == {JobState.SUCCEEDED}


class TestDowntime:
    """The clock stood still and starts again."""

    def test_after_three_hours_late_jobs_go_one_by_one_in_due_order(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        channel = add_channel(desk.deps, "C", spacing_seconds=20, late_ok_minutes=24 * 60)
        ids = add_jobs(desk, [channel], 4, apart=timedelta(minutes=1))
        clock.forward(hours=3)
        sent = []
        for _ in range(4):
            tick(desk)
            sent.append(len(wire.taken))
            clock.forward(seconds=20)

        keys = [job_of(desk, job_id).idem_key for job_id in ids]
        assert (sent, wire.taken) == ([1, 2, 3, 4], keys)

    def test_those_that_wait_for_their_place_say_so(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        ids = add_jobs(desk, [add_channel(desk.deps, "C", spacing_seconds=20, late_ok_minutes=600)], 2)
        clock.forward(hours=3)
        tick(desk)
        job = job_of(desk, ids[1])

        assert (job.state, job.waits_for, says(job)) == (JobState.QUEUED, Waits.CATCHING_UP, turns.CATCHING_UP)

    def test_f16_after_three_days_every_job_is_missed_and_none_goes_out(
        self, desk: Desk, wire: Wire, clock: Clock
    ) -> None:
        ids = add_jobs(desk, [add_channel(desk.deps, "C", spacing_seconds=20)], 3)
        clock.forward(days=3)
        tick(desk)

        assert wire.taken == []
        assert {job_of(desk, job_id).state for job_id in ids} == {JobState.MISSED}

    def test_a_busy_minute_is_no_downtime(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        add_jobs(desk, [add_channel(desk.deps, "C", spacing_seconds=20)], 5)
        clock.forward(seconds=60)
        tick(desk)

        assert len(wire.taken) == 5


class TestClockJumps:
    """Somebody sets the machine's clock."""

    def test_an_hour_back_sends_nothing_twice(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        add_jobs(desk, [add_channel(desk.deps, "C")], 1)
        tick(desk)
        clock.forward(hours=-1)
        for _ in range(5):
            look(desk)
            tick(desk)
            clock.forward(minutes=20)

        assert len(wire.taken) == 1

    def test_an_hour_back_while_a_job_is_claimed_lets_it_wait_for_its_time(
        self, desk: Desk, wire: Wire, clock: Clock
    ) -> None:
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
        _hand_out(desk.deps)
        (claimed,) = publishing.claim_some(desk.deps, 1)
        clock.forward(hours=-1)
        state = publishing.run(desk.deps, claimed)
        clock.forward(hours=1, seconds=1)
        tick(desk)

        assert (state, job_of(desk, job_id).state) == (JobState.QUEUED, JobState.SUCCEEDED)

    def test_an_hour_ahead_makes_nothing_go_twice(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        add_jobs(desk, [add_channel(desk.deps, "C")], 1)
        wire.answer = lambda *_: clock.forward(hours=1)  # while it is being sent
        tick(desk)
        look(desk)
        tick(desk)

        assert len(wire.taken) == 1

    def test_what_was_proven_not_sent_is_tried_again_even_if_it_was_taken_for_dead(
        self, desk: Desk, wire: Wire, clock: Clock
    ) -> None:
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)

        def refuse(*_: str) -> None:
            clock.forward(minutes=10)
            follow_ups.reap_leases(desk.deps)  # another process thinks that this one died
            wire.answer = lambda *_: None
            raise NotSent(LATE)

        wire.answer = refuse
        tick(desk)
        between = job_of(desk, job_id)
        clock.forward(minutes=2)
        tick(desk)

        assert (between.state, job_of(desk, job_id).state) == (JobState.QUEUED, JobState.SUCCEEDED)


class TestGates:
    """What is looked at before a job goes."""

    @pytest.fixture
    def pointing(self, desk: Desk, wire: Wire) -> int:
        wire.nature = Nature.POINTING
        return add_jobs(desk, [add_channel(desk.deps, "Chat", nature=Nature.POINTING)], 1)[0]

    def test_a_pointing_job_waits_for_the_page_and_goes_when_it_is_live(
        self, desk: Desk, wire: Wire, pointing: int, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tick(desk)
        waiting = job_of(desk, pointing)
        monkeypatch.setattr(gates, "page_says", lambda *_: None)
        clock.forward(minutes=1)
        tick(desk)

        assert (waiting.state, waiting.waits_for, wire.taken) == (
            JobState.HELD,
            Waits.PAGE,
            [job_of(desk, pointing).idem_key],
        )
        assert says(waiting) == "The page that it points at is not out yet."

    def test_it_looks_at_once_when_the_page_comes_out(
        self, desk: Desk, wire: Wire, pointing: int, clock: Clock
    ) -> None:
        tick(desk)
        blog = add_channel(desk.deps, "Blog")
        with desk.deps.sessions.begin() as session:
            waiting = session.get_one(DistributionJob, pointing)
            waiting.next_try_at = desk.deps.now() + timedelta(minutes=9)
            page = DistributionJob(
                item_id=waiting.item_id, channel_id=blog, state=JobState.ACCEPTED,
                due_at=waiting.due_at, idem_key=desk.deps.token(), content_hash=waiting.content_hash,
                created_at=waiting.created_at, external_id="blog", external_url="https://www.example.com/page/",
            )  # fmt: skip
            session.add(page)
            session.flush()
            page_id = page.id
        with desk.deps.sessions.begin() as session:
            outcomes.complete(session, distribution.lock_job(session, page_id), desk.deps.now())

        assert job_of(desk, pointing).next_try_at == desk.deps.now()

    def test_past_its_time_it_is_missed(self, desk: Desk, pointing: int, clock: Clock) -> None:
        tick(desk)
        for _ in range(4):
            clock.forward(minutes=20)
            tick(desk)

        assert job_of(desk, pointing).state is JobState.MISSED

    def test_a_post_elsewhere_is_not_the_address_of_the_item(
        self, desk: Desk, pointing: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(gates, "page_says", lambda *_: None)
        tick(desk)

        assert job_of(desk, pointing).item.url is None

    def test_a_draft_with_an_error_is_held_and_says_which(
        self, desk: Desk, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
        monkeypatch.setattr(gates, "draft_says", lambda *_: Message("It has no title."))
        tick(desk)
        job = job_of(desk, job_id)

        assert (job.state, job.waits_for, says(job)) == (JobState.HELD, None, "It has no title.")


class TestByHand:
    """A person sends it."""

    @pytest.fixture
    def handed(self, desk: Desk, wire: Wire) -> int:
        wire.by_hand = True
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "Hand-off", late_ok_minutes=24 * 60)], 1)
        tick(desk)
        return job_id

    def test_at_its_time_it_waits_for_somebody_without_an_attempt(self, desk: Desk, wire: Wire, handed: int) -> None:
        job = job_of(desk, handed)

        assert (job.state, job.attempt, wire.taken) == (JobState.AWAITING_HUMAN, 0, [])

    def test_it_is_called_to_mind_once(self, desk: Desk, handed: int, clock: Clock) -> None:
        clock.forward(hours=4, seconds=1)

        assert by_hand.call_to_mind(desk.deps) == {"reminded": 1, "missed": 0}
        assert by_hand.call_to_mind(desk.deps) == {"reminded": 0, "missed": 0}

    def test_after_a_day_it_is_missed(self, desk: Desk, handed: int, clock: Clock) -> None:
        clock.forward(hours=24, seconds=2)
        by_hand.call_to_mind(desk.deps)

        assert job_of(desk, handed).state is JobState.MISSED


def test_f13_a_channel_that_is_gone_is_switched_off_and_what_waits_for_it_is_held(
    desk: Desk, wire: Wire, clock: Clock
) -> None:
    channel_id = add_channel(desk.deps, "C")
    first, second = add_jobs(desk, [channel_id], 2, apart=timedelta(hours=1))
    wire.answer = lambda *_: _raise(Gone(Message("The account was closed."), hint=Message("Connect another.")))
    tick(desk)
    with desk.deps.sessions() as session:
        channel = distribution.get_channel(session, channel_id)

    assert (channel.enabled, channel.health) == (False, Health.BROKEN)
    assert [job_of(desk, first).state, job_of(desk, second).state] == [JobState.FAILED, JobState.HELD]
    assert says(job_of(desk, second)) == "The account was closed."


class TestLostAnswers:
    """The channel may have it, and cannot be asked."""

    @pytest.fixture
    def lost(self, desk: Desk, wire: Wire) -> int:
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C", late_ok_minutes=24 * 60)], 1)
        wire.answer = lambda *_: _raise(Unclear())
        tick(desk)
        wire.answer = lambda *_: None
        return job_id

    def rounds(self, desk: Desk, clock: Clock) -> None:
        for _ in range(6):
            look(desk)
            tick(desk)
            clock.forward(minutes=1)

    def test_it_is_sent_again_with_its_key_where_the_key_is_remembered(
        self, desk: Desk, wire: Wire, lost: int, clock: Clock
    ) -> None:
        wire.remembers = timedelta(hours=24)
        self.rounds(desk, clock)
        job = job_of(desk, lost)

        assert (job.state, job.attempt, wire.taken) == (JobState.SUCCEEDED, 2, [job.idem_key])

    @pytest.mark.parametrize("hours", [0, 1])
    def test_a_person_decides_where_it_is_not_remembered_for_the_whole_retry_window(
        self, desk: Desk, wire: Wire, lost: int, clock: Clock, *, hours: int
    ) -> None:
        wire.remembers = timedelta(hours=hours)
        self.rounds(desk, clock)

        assert (job_of(desk, lost).state, wire.taken) == (JobState.UNKNOWN_OUTCOME, [])

    def test_it_stays_unknown_if_it_cannot_go_again(self, desk: Desk, wire: Wire, lost: int, clock: Clock) -> None:
        wire.remembers = timedelta(hours=24)
        look(desk)
        with desk.deps.sessions.begin() as session:
            distribution.get_job(session, lost).channel.enabled = False
        self.rounds(desk, clock)

        assert job_of(desk, lost).state is JobState.UNKNOWN_OUTCOME


def test_two_jobs_that_a_channel_gives_one_id_are_both_kept(
    desk: Desk, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = add_jobs(desk, [add_channel(desk.deps, "C")], 2)
    taken_of = outcomes.taken_of
    same: Any = partial(_same_id, taken_of, Receipt)
    monkeypatch.setattr(outcomes, "taken_of", same)
    tick(desk)

    assert [job_of(desk, job_id).state for job_id in ids] == [JobState.SUCCEEDED] * 2
    assert job_of(desk, ids[1]).external_id == f"the-same (job {ids[1]})"


def _same_id(taken_of: Any, receipt: Any, job_id: int, given: Any) -> Any:
    return taken_of(job_id, receipt("the-same", given.url))


def _raise(answer: Exception) -> None:
    raise answer


class TestCancelling:
    """F09: from every state in which a job has not ended; what is out there says so."""

    @pytest.mark.parametrize(
        "state", [JobState.PLANNED, JobState.HELD, JobState.QUEUED, JobState.DISPATCHED, JobState.RETRY_WAIT]
    )
    def test_f09_what_waits_is_cancelled_at_once(self, desk: Desk, wire: Wire, *, state: JobState) -> None:
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
        with desk.deps.sessions.begin() as session:
            distribution.get_job(session, job_id).state = state
        desk.cancel(job_id)
        tick(desk)

        assert (job_of(desk, job_id).state, wire.taken) == (JobState.CANCELLED, [])

    def test_f09_while_it_is_claimed_nothing_is_sent(self, desk: Desk, wire: Wire) -> None:
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
        _hand_out(desk.deps)
        publishing.claim_some(desk.deps, 1)
        desk.cancel(job_id)

        assert (publishing.run(desk.deps, job_id), wire.taken) == (JobState.CANCELLED, [])

    def test_f09_an_unknown_outcome_is_never_sent_again_after_it(self, desk: Desk, wire: Wire, clock: Clock) -> None:
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C", late_ok_minutes=24 * 60)], 1)
        wire.answer, wire.remembers = (lambda *_: _raise(Unclear())), timedelta(hours=24)
        tick(desk)
        wire.answer = lambda *_: None
        desk.cancel(job_id)
        for _ in range(5):
            look(desk)
            tick(desk)
            clock.forward(minutes=1)

        assert (job_of(desk, job_id).state, wire.taken) == (JobState.UNKNOWN_OUTCOME, [])

    def test_f09_what_the_channel_has_cannot_be_taken_back_and_says_why(self, desk: Desk, wire: Wire) -> None:
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "C")], 1)
        with desk.deps.sessions.begin() as session:
            job = distribution.get_job(session, job_id)
            job.state, job.external_id = JobState.ACCEPTED, "theirs"

        with pytest.raises(job_decisions.DecisionRefused, match="taken it already"):
            desk.cancel(job_id)


class TestNoAddress:
    """A receiver that makes a page and does not say where."""

    @pytest.fixture
    def taken(self, desk: Desk, wire: Wire) -> int:
        wire.names_address = False
        (job_id,) = add_jobs(desk, [add_channel(desk.deps, "Shop")], 1)
        tick(desk)
        return job_id

    def test_the_job_waits_for_somebody_who_says_where(self, desk: Desk, taken: int) -> None:
        job = job_of(desk, taken)

        assert (job.state, job.item.status) == (JobState.ACCEPTED, Status.SCHEDULED)
        assert says(job).startswith("The channel took it and did not say where it can be read.")
        assert job_decisions.open_to(job, repeated=False).confirm

    def test_later_looks_change_nothing(self, desk: Desk, taken: int, clock: Clock, wire: Wire) -> None:
        for _ in range(3):
            clock.forward(minutes=30)
            look(desk)

        assert (job_of(desk, taken).state, len(wire.taken)) == (JobState.ACCEPTED, 1)

    def test_people_hear_of_it_once(self, desk: Desk, taken: int, clock: Clock) -> None:
        clock.forward(minutes=30)
        look(desk)
        with desk.deps.sessions() as session:
            told = session.scalars(select(Notice).where(Notice.link == f"/queue/jobs/{taken}")).all()

        assert {notice.kind for notice in told} == {"job-no-address"}
        assert len(told) == len({notice.person_id for notice in told}) > 0

    def test_their_word_publishes_the_item(self, desk: Desk, taken: int) -> None:
        with desk.deps.sessions.begin() as session:
            job_decisions.resolve_live(session, desk.deps, taken, desk.publisher, url="https://www.example.com/there/")
        job = job_of(desk, taken)

        assert (job.state, job.item.status) == (JobState.SUCCEEDED, Status.PUBLISHED)
        assert job.item.url == "https://www.example.com/there/"

    def test_a_correction_needs_no_address_again(self, desk: Desk, taken: int, clock: Clock) -> None:
        with desk.deps.sessions.begin() as session:
            job = job_decisions.resolve_live(
                session, desk.deps, taken, desk.publisher, url="https://www.example.com/there/"
            )
            job.item.live_hash = "older"
            again = DistributionJob(
                item_id=job.item_id, channel_id=job.channel_id, state=JobState.QUEUED, due_at=desk.deps.now(),
                idem_key=desk.deps.token(), content_hash=job.content_hash, created_at=desk.deps.now(),
                action=Action.UPDATE,
            )  # fmt: skip
            session.add(again)
            session.flush()
            again_id = again.id
        tick(desk)
        done = job_of(desk, again_id)

        assert (done.state, done.item.live_hash) == (JobState.SUCCEEDED, done.content_hash)
