"""Who hears of publish jobs that go wrong, or wait for somebody: each event once, and never at the job's cost."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from editorial.adapters.channels.signature import make_secret
from editorial.domain.jobs import Gone, JobState, Nature, NotSent, Refused, Unclear
from editorial.domain.locales import Language
from editorial.domain.messages import Message
from editorial.domain.packing import pack
from editorial.domain.people import Role
from editorial.services import by_hand, channels, follow_ups, job_decisions, job_notices, notices, publishing
from editorial.services.deps import Deps
from editorial.store import content, distribution
from editorial.store.distribution import DistributionJob
from editorial.store.mail import OutgoingMail
from editorial.store.notices import Notice
from editorial.store.people import Person
from tests.conftest import Clock
from tests.integration.distribution.sites import TITLE, Desk, Repository
from tests.integration.distribution.stub_channel import Wire, add_channel, add_jobs
from tests.receiver import Mode, Receiver
from tests.web import add_person

SAYS = Message("The other side is down.")
HINT = Message("Wait.")


def refuse(error: Exception) -> Callable[[str, str], None]:
    def answer(channel: str, key: str) -> None:
        raise error

    return answer


def kinds(deps: Deps, person: Person | None = None) -> list[str]:
    """The kinds of the notices of somebody, or of everybody, in their order."""
    wanted = select(Notice.kind).order_by(Notice.id)
    with deps.sessions() as session:
        return list(session.scalars(wanted.where(Notice.person_id == person.id) if person else wanted))


def mails(deps: Deps, person: Person) -> list[OutgoingMail]:
    with deps.sessions() as session:
        found = select(OutgoingMail).where(OutgoingMail.person_id == person.id).order_by(OutgoingMail.id)
        return list(session.scalars(found))


def states(deps: Deps) -> list[JobState]:
    with deps.sessions() as session:
        return list(session.scalars(select(DistributionJob.state).order_by(DistributionJob.id)))


def one_job(desk: Desk, **channel: object) -> int:
    """A job on a stub channel, due now."""
    return add_jobs(desk, [add_channel(desk.deps, "Stub", **channel)], 1)[0]


def test_the_first_failure_is_told_and_no_later_retry(desk: Desk, wire: Wire, clock: Clock) -> None:
    one_job(desk)
    wire.answer = refuse(NotSent(SAYS))
    for _ in range(3):
        desk.tick()
        clock.forward(minutes=10)

    assert kinds(desk.deps) == ["job-retry"]


def test_the_last_failure_is_told_beside_the_first(desk: Desk, wire: Wire, clock: Clock) -> None:
    one_job(desk, late_ok_minutes=600)
    wire.answer = refuse(NotSent(SAYS))
    for _ in range(6):
        desk.tick()
        clock.forward(minutes=80)

    assert (states(desk.deps), kinds(desk.deps)) == ([JobState.FAILED], ["job-retry", "job-failed"])


def test_what_is_refused_at_once_is_told_once(desk: Desk, wire: Wire) -> None:
    one_job(desk)
    wire.answer = refuse(Refused(SAYS, hint=HINT))
    desk.tick()

    assert kinds(desk.deps) == ["job-failed"]


def test_a_missed_job_is_told(desk: Desk, wire: Wire, clock: Clock) -> None:
    one_job(desk)
    clock.forward(hours=3)
    desk.tick()

    assert kinds(desk.deps) == ["job-missed"]


def test_an_unknown_outcome_is_told_once_however_often_it_is_looked_at(desk: Desk, wire: Wire, clock: Clock) -> None:
    one_job(desk)
    wire.answer = refuse(Unclear())
    desk.tick()
    for _ in range(3):
        clock.forward(hours=1)
        desk.reap()

    assert kinds(desk.deps) == ["job-unknown"]


def test_a_worker_that_died_while_sending_is_told(desk: Desk, wire: Wire, clock: Clock) -> None:
    one_job(desk)

    def die(channel: str, key: str) -> None:
        raise SystemExit

    wire.answer = die
    with pytest.raises(SystemExit):
        desk.tick()
    clock.forward(minutes=10)
    follow_ups.reap_leases(desk.deps)

    assert kinds(desk.deps) == ["job-unknown"]


def test_a_job_that_is_held_back_is_told_once_for_each_reason(desk: Desk, wire: Wire) -> None:
    job_id = one_job(desk, enabled=False)
    desk.tick()
    with desk.deps.sessions.begin() as session:  # let go by hand, and held again
        job = distribution.lock_job(session, job_id)
        job.state, job.dispatched_at = JobState.QUEUED, None
    desk.tick()

    assert (states(desk.deps), kinds(desk.deps)) == ([JobState.HELD], ["job-held"])


def test_a_page_that_takes_a_moment_is_not_worth_a_word(desk: Desk, wire: Wire, clock: Clock) -> None:
    wire.nature = Nature.POINTING
    one_job(desk, nature=Nature.POINTING)
    told = []
    for _ in range(5):
        desk.tick()
        told.append(kinds(desk.deps))
        clock.forward(minutes=11)
        with desk.deps.sessions.begin() as session:
            distribution.wake_held(session, clock())

    assert (told[2], told[4]) == ([], ["job-held"])


def test_a_channel_that_is_gone_is_told_with_the_jobs_it_leaves_behind(desk: Desk, wire: Wire) -> None:
    admin = add_person(desk.deps, "Ada", Role.CHANNEL_ADMIN)
    channel_id = add_channel(desk.deps, "Stub")
    add_jobs(desk, [channel_id], 3, apart=timedelta(minutes=5))
    wire.answer = refuse(Gone(SAYS, hint=HINT))
    desk.tick()

    assert kinds(desk.deps, admin) == ["job-failed", "channel-gone"]
    assert "2 jobs are held back." in mails(desk.deps, admin)[-1].text
    assert kinds(desk.deps, desk.publisher) == ["job-failed"]


def test_owner_planner_and_channel_administrators_hear_of_it(desk: Desk, repository: Repository, clock: Clock) -> None:
    admin = add_person(desk.deps, "Ada", Role.CHANNEL_ADMIN)
    owner, viewer = add_person(desk.deps, "Oda", Role.EDITOR), add_person(desk.deps, "Vic", Role.VIEWER)
    with desk.deps.sessions.begin() as session:
        content.get_item(session, desk.item_id).owner_id = owner.id
    desk.schedule()
    clock.forward(hours=9)
    desk.tick()

    told = [kinds(desk.deps, person) for person in (admin, owner, desk.publisher, viewer)]
    assert told == [["job-missed"]] * 3 + [[]]


def test_a_mail_speaks_its_readers_language_and_hour(desk: Desk, wire: Wire, clock: Clock) -> None:
    li = add_person(desk.deps, "Li Hang", Role.CHANNEL_ADMIN, language=Language.ZH)
    one_job(desk)
    clock.forward(hours=3)
    desk.tick()

    english, chinese = mails(desk.deps, desk.publisher)[0], mails(desk.deps, li)[0]
    assert f"“{TITLE}” was missed on “Stub”: it was due at Wed 9 Dec, 10:00." in english.text
    assert f"《{TITLE}》错过了" in chinese.text
    assert "/queue/jobs/" in chinese.text


def test_more_than_three_of_one_channel_come_in_one_mail(desk: Desk, wire: Wire, clock: Clock) -> None:
    add_jobs(desk, [add_channel(desk.deps, "Stub")], 6)
    wire.answer = refuse(Refused(SAYS, hint=HINT))
    desk.tick()
    at_once = len(mails(desk.deps, desk.publisher))
    clock.forward(minutes=61)
    notices.write_digests(desk.deps)

    assert (at_once, len(kinds(desk.deps)), len(mails(desk.deps, desk.publisher))) == (3, 6, 4)


def test_nobody_is_told_what_they_cancelled_themselves(desk: Desk, wire: Wire) -> None:
    job_id = one_job(desk)
    desk.cancel(job_id)

    assert (states(desk.deps), kinds(desk.deps)) == ([JobState.CANCELLED], [])


def test_a_job_for_somebodys_hands_is_told_to_the_owner_and_called_to_mind_once(
    desk: Desk, wire: Wire, clock: Clock
) -> None:
    admin = add_person(desk.deps, "Ada", Role.CHANNEL_ADMIN)
    wire.by_hand = True
    one_job(desk, late_ok_minutes=600)
    desk.tick()
    before = kinds(desk.deps)
    for _ in range(4):
        clock.forward(hours=2)
        by_hand.call_to_mind(desk.deps)

    assert before == ["job-hand"]
    assert (kinds(desk.deps, desk.publisher), kinds(desk.deps, admin)) == (["job-hand", "job-reminder"], [])


def test_whoever_planned_it_hears_that_it_is_not_posted_by_hand(desk: Desk, wire: Wire) -> None:
    rosa = add_person(desk.deps, "Rosa", Role.PUBLISHER, Role.CHANNEL_ADMIN)
    wire.by_hand = True
    job_id = one_job(desk)
    desk.tick()
    with desk.deps.sessions.begin() as session:
        job_decisions.decline(session, desk.deps, job_id, rosa, "The page is closed for the week.")

    assert (kinds(desk.deps, desk.publisher), kinds(desk.deps, rosa)) == (["job-hand", "job-declined"], [])
    assert "> The page is closed for the week." in mails(desk.deps, desk.publisher)[-1].text


def test_a_job_whose_time_comes_while_it_is_held_is_told_then(desk: Desk, wire: Wire, clock: Clock) -> None:
    job_id = one_job(desk)
    with desk.deps.sessions.begin() as session:
        job = distribution.lock_job(session, job_id)
        job.state, job.due_at = JobState.HELD, clock() + timedelta(minutes=10)
        job.last_error = pack(Message("The text was changed after its approval."))
    before = job_notices.tell_held(desk.deps)
    clock.forward(minutes=11)
    for _ in range(2):
        job_notices.tell_held(desk.deps)

    assert (before, kinds(desk.deps)) == (0, ["job-held"])


def test_a_receiver_that_says_it_is_gone_is_told(desk: Desk, clock: Clock) -> None:
    with Receiver() as receiver:
        receiver.always(Mode.GONE)
        settings = {"url": receiver.url, "timeout": 5}
        with desk.deps.sessions.begin() as session:
            channels.create(
                session, desk.deps, kind="webhook", name="Hook", site_id=1, settings=settings,
                actor_id=desk.publisher.id, secrets={"secret": make_secret(bytes(range(32)))},
            )  # fmt: skip
        admin = add_person(desk.deps, "Ada", Role.CHANNEL_ADMIN)
        desk.schedule()
        clock.forward(minutes=2)
        desk.tick()

    assert kinds(desk.deps, admin) == ["job-failed", "channel-gone"]


def test_a_job_that_nobody_posted_by_hand_is_told_as_missed(desk: Desk, wire: Wire, clock: Clock) -> None:
    wire.by_hand = True
    one_job(desk)
    desk.tick()
    for _ in range(3):
        clock.forward(hours=1)
        by_hand.call_to_mind(desk.deps)

    assert kinds(desk.deps)[-1] == "job-missed"


def test_who_the_channel_names_is_asked_instead_of_the_owner(desk: Desk) -> None:
    rosa = add_person(desk.deps, "Rosa", Role.EDITOR)
    posts = {"service": "linkedin", "does": "page", "asked": rosa.email}
    add_jobs(desk, [add_channel(desk.deps, "LinkedIn", kind="handoff", settings=posts)], 1)
    desk.tick()

    assert (kinds(desk.deps, rosa), kinds(desk.deps, desk.publisher)) == (["job-hand"], [])


def test_a_notice_that_cannot_be_written_costs_the_job_nothing(
    desk: Desk, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_job(desk)
    wire.answer = refuse(Refused(SAYS, hint=HINT))

    def half(*_: object, **__: object) -> None:
        raise RuntimeError("the templates are gone")

    monkeypatch.setattr("editorial.services.mail.compose", half)
    desk.tick()

    assert (states(desk.deps), kinds(desk.deps)) == ([JobState.FAILED], [])


def test_two_workers_at_once_tell_each_job_once(desk: Desk, wire: Wire) -> None:
    add_jobs(desk, [add_channel(desk.deps, "Stub")], 4)
    wire.answer = refuse(Refused(SAYS, hint=HINT))
    with desk.deps.sessions.begin() as session:
        distribution.dispatch_due(session, desk.deps.now(), 10)
    start = threading.Barrier(2)

    def work() -> None:
        start.wait(timeout=10)
        while claimed := publishing.claim_some(desk.deps, 1):
            publishing.run(desk.deps, claimed[0])

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert (states(desk.deps), kinds(desk.deps)) == ([JobState.FAILED] * 4, ["job-failed"] * 4)
