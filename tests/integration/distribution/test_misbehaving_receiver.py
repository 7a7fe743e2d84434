"""A receiver that misbehaves, through the desk's real clock and adapter: never a blind resend, and people are told."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import select

from editorial.background.clock import Clock as Metronome
from editorial.background.ticks import schedule
from editorial.domain.jobs import JobState
from editorial.domain.workflow import Status
from editorial.services import channels
from editorial.services.delivery import Delivery
from editorial.store import distribution
from editorial.store.distribution import DistributionJob
from editorial.store.notices import Notice
from tests.conftest import Clock
from tests.integration.distribution.four_ways import SECRET
from tests.integration.distribution.sites import Desk
from tests.receiver import Mode, Receiver
from tests.web import add_person

pytestmark = pytest.mark.thorough

BUSY = frozenset({JobState.DISPATCHED, JobState.CLAIMED, JobState.SENDING})


@dataclass
class Running:
    """The desk with its clock, whose seconds pass when a test says so; what it starts runs on its real threads."""

    desk: Desk
    receiver: Receiver
    clock: Clock
    metronome: Metronome
    channel_id: int

    def second(self) -> None:
        """One of each tick that moves jobs, and the end of what they began."""
        for tick in schedule(self.metronome.threads):
            if tick.name in {"publish-due", "reap", "by-hand"}:
                self.metronome.run(tick)
        looks, until, pause = self.metronome.threads.looks, monotonic() + 20, threading.Event()
        while self.job.state in BUSY or looks.free < looks.size:
            assert monotonic() < until, self.job.state
            pause.wait(0.01)

    def go_on(self, hours: float) -> None:
        """The desk goes on; the receiver behaves as it did."""
        for _ in range(int(hours * 6)):
            self.clock.forward(minutes=10)
            self.second()

    @property
    def job(self) -> DistributionJob:
        return next(job for job in self.desk.jobs if job.channel_id == self.channel_id)

    @property
    def asked(self) -> int:
        """How many requests came, taken or not."""
        return len(self.receiver.of(f"msg_{self.job.idem_key}"))

    @property
    def told(self) -> set[str]:
        """The kinds of notices that somebody got."""
        with self.desk.deps.sessions() as session:
            return set(session.scalars(select(Notice.kind)))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def running(desk: Desk, receiver: Receiver, clock: Clock) -> Iterator[Running]:
    """The item is due on a webhook alone, which may be a day late; somebody looks after channels."""
    add_person(desk.deps, "Ada")
    with desk.deps.sessions.begin() as session:
        website = distribution.get_channel(session, desk.channel_id)
        website.enabled = False
        hook = channels.create(
            session, desk.deps, kind="webhook", name="Hook", site_id=website.site_id, actor_id=desk.publisher.id,
            settings={"url": receiver.url, "timeout": 1, "url_pattern": f"{website.site.base_url}posts/{{slug}}/"},
            secrets={"secret": SECRET},
            delivery=Delivery(late_ok_minutes=24 * 60),
        )  # fmt: skip
    desk.schedule()
    clock.forward(minutes=2)
    metronome = Metronome(desk.deps)
    yield Running(desk, receiver, clock, metronome, hook.id)
    metronome.stop()


@pytest.mark.parametrize(
    "mode",
    [
        Mode.HANG_UP,
        Mode.RESET,
        Mode.LATE,
        Mode.BROKEN,
        Mode.BAD_GATEWAY,
        Mode.DOWN,
        Mode.HALF_HEADERS,
    ],
)
def test_where_nobody_can_tell_it_is_asked_once_and_a_person_decides(running: Running, mode: Mode) -> None:
    running.receiver.always(mode)
    running.second()
    running.receiver.always(Mode.ACCEPT)
    running.go_on(hours=5)

    assert (running.job.state, running.asked) == (JobState.UNKNOWN_OUTCOME, 1)
    assert running.told == {"job-unknown"}
    assert running.desk.item.status is Status.SCHEDULED


@pytest.mark.parametrize("mode", [Mode.BUSY, Mode.BUSY_SOMETIME, Mode.CLOSED_FOR_NOW])
def test_what_surely_was_not_taken_goes_out_later_by_itself(running: Running, mode: Mode) -> None:
    running.receiver.always(mode)
    running.second()
    waiting = running.job
    running.receiver.always(Mode.ACCEPT)
    running.go_on(hours=1)

    assert waiting.state is JobState.RETRY_WAIT
    assert waiting.next_try_at is not None
    assert waiting.next_try_at - running.job.due_at >= timedelta(minutes=1)
    assert (running.job.state, running.asked) == (JobState.SUCCEEDED, 2)
    assert running.receiver.taken(f"msg_{running.job.idem_key}") == 1
    assert running.told == {"job-retry"}


def test_a_receiver_that_stays_busy_is_left_alone_after_a_few_tries(running: Running) -> None:
    running.receiver.always(Mode.BUSY)
    running.second()
    running.go_on(hours=6)

    assert (running.job.state, running.asked) == (JobState.FAILED, running.job.max_attempts)
    assert running.told == {"job-retry", "job-failed"}
    assert (running.desk.item.status, running.desk.item.publish_failed) == (Status.APPROVED, True)


@pytest.mark.parametrize("mode", [Mode.FORBIDDEN, Mode.REDIRECT])
def test_a_refusal_is_told_and_not_tried_again(running: Running, mode: Mode) -> None:
    running.receiver.always(mode)
    running.second()
    running.receiver.always(Mode.ACCEPT)
    running.go_on(hours=2)

    assert (running.job.state, running.asked, len(running.receiver.deliveries)) == (JobState.FAILED, 1, 1)
    assert running.told == {"job-failed"}


def test_a_receiver_that_is_gone_is_switched_off_and_that_is_told(running: Running) -> None:
    running.receiver.always(Mode.GONE)
    running.second()
    running.go_on(hours=2)
    with running.desk.deps.sessions() as session:
        enabled = distribution.get_channel(session, running.channel_id).enabled

    assert (running.job.state, running.asked, enabled) == (JobState.FAILED, 1, False)
    assert running.told == {"job-failed", "channel-gone"}


@pytest.mark.parametrize("mode", [Mode.DRIP, Mode.HUGE, Mode.EARLY_HINTS])
def test_an_answer_that_says_yes_in_an_odd_way_is_a_yes(running: Running, mode: Mode) -> None:
    running.receiver.always(mode)
    running.second()
    running.go_on(hours=1)

    assert (running.job.state, running.asked, running.told) == (JobState.SUCCEEDED, 1, set())


def test_nobody_there_is_proof_that_nothing_arrived(running: Running) -> None:
    with running.desk.deps.sessions.begin() as session:
        channel = distribution.get_channel(session, running.channel_id)
        there = dict(channel.settings)
        channel.settings = there | {"url": "http://127.0.0.1:9/hook"}
    running.second()
    waiting = running.job.state
    with running.desk.deps.sessions.begin() as session:
        distribution.get_channel(session, running.channel_id).settings = there
    running.go_on(hours=1)

    assert (waiting, running.job.state, running.asked) == (JobState.RETRY_WAIT, JobState.SUCCEEDED, 1)
