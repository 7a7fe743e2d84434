"""Channels that are asked in time whether they work, and who hears when one does not."""

import shutil
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from editorial.background.pool import Lane
from editorial.background.ticks.probes import begin_probing
from editorial.domain.jobs import Health, JobState, NotSent, Refused
from editorial.domain.messages import Message
from editorial.domain.packing import unpack
from editorial.domain.people import Role
from editorial.services import channel_probes, channels
from editorial.services.channel_probes import Fault, probe_due
from editorial.services.deps import Deps
from editorial.store import distribution, probes
from editorial.store.base import Sessions
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.notices import Notice
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk, Repository
from tests.integration.distribution.stub_channel import Wire, add_jobs
from tests.web import add_person

SILENT = NotSent(Message("Nobody answers."))
REFUSED = Refused(Message("The token has run out."), hint=Message("Make another."))


class Answers:
    """The other side: says what a test wants, and keeps when it was asked."""

    def __init__(self, clock: Clock, *says: Fault) -> None:
        self.clock, self.says, self.at = clock, list(says), []  # type: ignore[var-annotated]

    def __call__(self, deps: Deps, channel: Channel) -> Fault:
        self.at.append(self.clock())
        return self.says.pop(0) if self.says else None


@pytest.fixture(autouse=True)
def admin(desk: Desk) -> None:
    """Somebody who looks after channels."""
    add_person(desk.deps, "Ada", Role.CHANNEL_ADMIN)


def channel(desk: Desk) -> Channel:
    with desk.deps.sessions() as session:
        return distribution.get_channel(session, desk.channel_id)


def told(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Notice.kind).where(Notice.cause == "channel:1").order_by(Notice.id)))


def asked_within(desk: Desk, clock: Clock, answers: Answers, *, minutes: int, step: int = 1) -> int:
    """How often the channel was asked while the clock ticked on for so long."""
    before = len(answers.at)
    for _ in range(minutes // step):
        clock.forward(minutes=step)
        probe_due(desk.deps, ask=answers)
    return len(answers.at) - before


def test_a_channel_that_was_never_asked_is_asked_at_once(desk: Desk) -> None:
    done = probe_due(desk.deps)

    assert (done["asked"], channel(desk).health) == (1, Health.OK)


def test_a_channel_is_asked_once_a_day(desk: Desk, clock: Clock) -> None:
    answers = Answers(clock)
    probe_due(desk.deps, ask=answers)

    assert asked_within(desk, clock, answers, minutes=3 * 24 * 60, step=30) == 3


def test_a_channel_is_asked_before_its_jobs(desk: Desk, clock: Clock) -> None:
    desk.schedule(wait=timedelta(hours=100))
    answers, due_at = Answers(clock), desk.job.due_at
    for _ in range(400):
        probe_due(desk.deps, ask=answers)
        clock.forward(minutes=15)

    for ahead in (72, 24, 1):
        mark = due_at - timedelta(hours=ahead)
        assert any(mark <= at < mark + timedelta(minutes=15) for at in answers.at), ahead


def test_jobs_in_close_succession_need_no_question_each(desk: Desk, wire: Wire, clock: Clock) -> None:
    clock.forward(minutes=70)
    add_jobs(desk, [desk.channel_id], 60, apart=timedelta(minutes=1))
    clock.forward(minutes=-70)
    answers = Answers(clock)
    probe_due(desk.deps, ask=answers)

    assert asked_within(desk, clock, answers, minutes=60) <= 4


def test_a_channel_that_is_switched_off_is_not_asked(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        distribution.get_channel(session, desk.channel_id).enabled = False

    assert probe_due(desk.deps)["asked"] == 0


def test_one_silence_is_no_break_and_is_asked_about_soon(desk: Desk, clock: Clock) -> None:
    answers = Answers(clock, None, SILENT, None)
    probe_due(desk.deps, ask=answers)
    clock.forward(days=1)
    probe_due(desk.deps, ask=answers)
    healthy = channel(desk).health

    assert (healthy, asked_within(desk, clock, answers, minutes=10)) == (Health.OK, 1)
    assert told(desk.deps.sessions) == []


def test_two_silences_in_a_row_are_a_break_that_is_told_once(desk: Desk, clock: Clock) -> None:
    answers = Answers(clock, *[SILENT] * 10)
    probe_due(desk.deps, ask=answers)
    asked_within(desk, clock, answers, minutes=60)

    assert (channel(desk).health, told(desk.deps.sessions)) == (Health.BROKEN, ["channel-broken"])


def test_a_refusal_is_a_break_at_once_and_says_why(desk: Desk, clock: Clock) -> None:
    probe_due(desk.deps, ask=Answers(clock, REFUSED))
    with desk.deps.sessions() as session:
        notice = session.scalars(select(Notice)).one()
    says = unpack(notice.message)

    assert channel(desk).health is Health.BROKEN
    assert desk.deps.catalogs["en"].say(says) == (
        "The channel “Website” does not work. The token has run out. Make another. Mend it before the next job is due."
    )


def test_each_break_and_each_recovery_is_told_once(desk: Desk, clock: Clock) -> None:
    answers = Answers(clock, REFUSED, REFUSED, None, None, REFUSED, None)
    probe_due(desk.deps, ask=answers)
    asked_within(desk, clock, answers, minutes=30)
    clock.forward(days=1)
    probe_due(desk.deps, ask=answers)
    clock.forward(days=1)
    asked_within(desk, clock, answers, minutes=30)

    assert told(desk.deps.sessions) == ["channel-broken", "channel-mended"] * 2


def test_a_question_that_hangs_counts_as_silence(desk: Desk) -> None:
    over = threading.Event()

    def hang(deps: Deps, asked: Channel) -> Fault:
        over.wait(timeout=30)
        return None

    probe_due(desk.deps, ask=hang, patience=0.05)
    over.set()
    with desk.deps.sessions() as session:
        known = session.get_one(probes.ChannelProbe, desk.channel_id)

    assert (known.silent, known.lease_until) == (1, None)


def test_an_adapter_that_falls_over_costs_the_others_nothing(desk: Desk) -> None:
    def fall(deps: Deps, asked: Channel) -> Fault:
        raise RuntimeError("a bug")

    assert probe_due(desk.deps, ask=fall)["asked"] == 1


def test_two_processes_ask_a_channel_once(desk: Desk) -> None:
    start, asked = threading.Barrier(2), []

    def count(deps: Deps, one: Channel) -> Fault:
        asked.append(one.id)
        return None

    def go() -> None:
        start.wait(timeout=10)
        probe_due(desk.deps, ask=count)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert asked == [desk.channel_id]


def test_an_answer_about_settings_that_were_changed_meanwhile_is_dropped(desk: Desk) -> None:
    def change(deps: Deps, asked: Channel) -> Fault:
        with deps.sessions.begin() as session:
            distribution.get_channel(session, asked.id).late_ok_minutes = 90
        return REFUSED

    probe_due(desk.deps, ask=change)

    assert (channel(desk).health, told(desk.deps.sessions)) == (Health.UNKNOWN, [])


def test_the_tick_asks_on_a_thread_of_its_own(desk: Desk) -> None:
    lane = Lane("probes")
    first = begin_probing(desk.deps, lane=lane)
    for thread in threading.enumerate():
        if thread.name == "probes":
            thread.join(timeout=20)

    assert (first, begin_probing(desk.deps, lane=lane), channel(desk).health) == ({"started": 1}, {}, Health.OK)


def test_who_mends_it_with_the_button_has_the_others_told_soon(desk: Desk, clock: Clock) -> None:
    answers = Answers(clock, REFUSED)
    probe_due(desk.deps, ask=answers)
    channels.probe(desk.deps, desk.channel_id)
    asked_within(desk, clock, answers, minutes=15)

    assert told(desk.deps.sessions) == ["channel-broken", "channel-mended"]


# -- held jobs ----------------------------------------------------------------------------------------------------


def _state(desk: Desk) -> JobState:
    return desk.job.state


def _hold(desk: Desk, clock: Clock, why: str = "The credentials do not open.") -> None:
    """The item's job is due, and was held back because of its channel."""
    desk.schedule()
    clock.forward(minutes=2)
    with desk.deps.sessions.begin() as session:
        job = session.scalars(select(DistributionJob)).one()
        job.state, job.last_error = JobState.HELD, {"id": why}


def test_held_jobs_go_out_once_their_channel_works_again(desk: Desk, repository: Repository, clock: Clock) -> None:
    away = repository.path.with_name("away.git")
    _hold(desk, clock)
    shutil.move(repository.path, away)
    probe_due(desk.deps)
    shutil.move(away, repository.path)
    clock.forward(minutes=11)
    done = probe_due(desk.deps)
    desk.tick()

    assert (done["let_go"], _state(desk)) == (1, JobState.SUCCEEDED)
    assert told(desk.deps.sessions) == ["channel-broken", "channel-mended"]


def test_held_jobs_that_are_too_late_stay(desk: Desk, clock: Clock) -> None:
    _hold(desk, clock)
    clock.forward(hours=2)

    assert (probe_due(desk.deps)["let_go"], _state(desk)) == (0, JobState.HELD)


def test_what_the_draft_itself_holds_no_channel_can_mend(desk: Desk, clock: Clock) -> None:
    _hold(desk, clock, "The page would have an error. %(rule)s: %(says)s")

    assert (probe_due(desk.deps)["let_go"], _state(desk)) == (0, JobState.HELD)


def test_what_waits_for_an_approval_stays(desk: Desk, clock: Clock) -> None:
    _hold(desk, clock)
    with desk.deps.sessions.begin() as session:
        session.scalars(select(DistributionJob)).one().content_hash = "of another text"

    assert (probe_due(desk.deps)["let_go"], _state(desk)) == (0, JobState.HELD)


def test_the_button_asks_as_the_clock_does(desk: Desk) -> None:
    assert channels.probe(desk.deps, desk.channel_id).health is Health.OK
    assert channel_probes.due(desk.deps) == []
