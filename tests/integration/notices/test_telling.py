"""Telling people something: once for each cause, by mail where they want it, and never too often."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from editorial.adapters.smtp import SmtpServer
from editorial.domain.locales import Language
from editorial.domain.mails import MailState
from editorial.domain.messages import Message
from editorial.services import notices, sending
from editorial.store.mail import OutgoingMail
from editorial.store.notices import Notice
from editorial.store.people import Person
from tests.conftest import Clock
from tests.integration.plans import Desk
from tests.web import add_person

SAYS = Message("%(name)s mentions you in “%(title)s”.", {"name": "Jonas", "title": "Bearings"})


def tell(desk: Desk, *people: Person, key: str = "one", **others: object) -> list[Person]:
    values = {"kind": "mention", "dedupe_key": key, "message": SAYS, "link": "/items/1"} | others
    with desk.deps.sessions.begin() as session:
        return notices.notify(session, desk.deps, people, **values)  # type: ignore[arg-type]


def told(desk: Desk, person: Person) -> list[Notice]:
    with desk.deps.sessions() as session:
        return list(session.scalars(select(Notice).where(Notice.person_id == person.id).order_by(Notice.id)))


def mails(desk: Desk, person: Person) -> list[OutgoingMail]:
    with desk.deps.sessions() as session:
        found = select(OutgoingMail).where(OutgoingMail.person_id == person.id).order_by(OutgoingMail.id)
        return list(session.scalars(found))


def wants_no_mail(desk: Desk, person: Person) -> Person:
    with desk.deps.sessions.begin() as session:
        changed = session.get_one(Person, person.id)
        changed.notice_mail = False
    return changed


def test_the_same_thing_is_told_once(desk: Desk) -> None:
    first, second = tell(desk, desk.writer), tell(desk, desk.writer)

    assert ([one.id for one in first], second) == ([desk.writer.id], [])
    assert (len(told(desk, desk.writer)), len(mails(desk, desk.writer))) == (1, 1)


def test_two_transactions_at_once_tell_it_once(desk: Desk) -> None:
    start = threading.Barrier(2)
    found: list[int] = []

    def go() -> None:
        start.wait(timeout=10)
        found.append(len(tell(desk, desk.writer, desk.approver)))

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(found) == [0, 2]
    assert len(mails(desk, desk.writer)) == 1


def test_the_database_itself_refuses_a_second_telling(desk: Desk) -> None:
    tell(desk, desk.writer)
    row = told(desk, desk.writer)[0]

    with pytest.raises(IntegrityError), desk.deps.sessions.begin() as session:
        session.add(
            Notice(
                person_id=row.person_id,
                kind="mention",
                cause="x",
                dedupe_key=row.dedupe_key,
                message={"id": "x"},
                link="/",
                created_at=row.created_at,
            )
        )


@pytest.mark.parametrize("link", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_a_notice_leads_nowhere_but_to_this_desk(desk: Desk, link: str) -> None:
    with pytest.raises(IntegrityError):
        tell(desk, desk.writer, link=link)


def test_nobody_is_told_what_they_did_themselves(desk: Desk) -> None:
    assert [one.name for one in tell(desk, desk.writer, desk.approver, actor=desk.writer)] == [desk.approver.name]


def test_who_is_switched_off_is_told_nothing(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        gone = session.get_one(Person, desk.viewer.id)
        gone.active = False

    assert tell(desk, gone) == []


def test_the_mail_is_in_its_readers_language_and_leads_to_the_desk(desk: Desk) -> None:
    li = add_person(desk.deps, "Wang Min", language=Language.ZH)
    tell(desk, li, quote="Where is\n the number from?")

    mail = mails(desk, li)[0]

    assert mail.subject == "Jonas 在《Bearings》中提到了您"
    assert "> Where is the number from?" in mail.text
    assert f"{desk.deps.config.public_url}/items/1" in mail.text


def test_what_a_person_wrote_is_no_markup_in_the_mail(desk: Desk) -> None:
    tell(desk, desk.writer, quote="<img src=x onerror=alert(1)>")

    assert "<img" not in mails(desk, desk.writer)[0].html


def test_who_wants_no_mail_is_told_in_the_app_alone(desk: Desk) -> None:
    tell(desk, wants_no_mail(desk, desk.writer))

    assert ([one.mailed for one in told(desk, desk.writer)], mails(desk, desk.writer)) == ([False], [])


def test_what_is_not_worth_a_mail_is_told_in_the_app_alone(desk: Desk) -> None:
    tell(desk, desk.writer, by_mail=False)

    assert (len(told(desk, desk.writer)), mails(desk, desk.writer)) == (1, [])


def test_of_one_cause_three_are_mailed_and_the_others_counted_an_hour_later(desk: Desk, clock: Clock) -> None:
    for number in range(15):
        tell(desk, desk.writer, key=f"job-{number}", cause="channel:3")
        clock.forward(minutes=1)
    before = len(mails(desk, desk.writer)), notices.write_digests(desk.deps)
    clock.forward(minutes=50)

    written = notices.write_digests(desk.deps)

    digest = mails(desk, desk.writer)[-1]
    assert (before, written) == ((3, 0), 1)
    assert digest.subject == "12 more notices"
    assert (digest.text.count("Jonas mentions you"), "and 2 more" in digest.text) == (10, True)
    assert all(one.mailed for one in told(desk, desk.writer))


def test_a_steady_stream_is_one_digest_an_hour(desk: Desk, clock: Clock) -> None:
    digests = 0
    for number in range(36):  # every five minutes for three hours
        tell(desk, desk.writer, key=f"job-{number}", cause="channel:3")
        clock.forward(minutes=5)
        digests += notices.write_digests(desk.deps)

    assert (digests, len(mails(desk, desk.writer))) == (2, 5)


def test_another_cause_is_mailed_all_the_same(desk: Desk) -> None:
    for number in range(4):
        tell(desk, desk.writer, key=f"job-{number}", cause="channel:3")
    tell(desk, desk.writer, key="other", cause="channel:4")

    assert [one.mailed for one in told(desk, desk.writer)] == [True, True, True, False, True]


def test_what_was_read_meanwhile_is_in_no_digest(desk: Desk, clock: Clock) -> None:
    for number in range(5):
        tell(desk, desk.writer, key=f"job-{number}", cause="channel:3")
    with desk.deps.sessions.begin() as session:
        notices.read_all(session, desk.deps, desk.writer.id)
    clock.forward(hours=2)

    assert (notices.write_digests(desk.deps), len(mails(desk, desk.writer))) == (0, 3)


def test_a_digest_is_written_once(desk: Desk, clock: Clock) -> None:
    for number in range(5):
        tell(desk, desk.writer, key=f"job-{number}", cause="channel:3")
    clock.forward(hours=2)

    assert (notices.write_digests(desk.deps), notices.write_digests(desk.deps)) == (1, 0)


def test_who_switched_the_mails_off_gets_no_digest(desk: Desk, clock: Clock) -> None:
    for number in range(5):
        tell(desk, desk.writer, key=f"job-{number}", cause="channel:3")
    wants_no_mail(desk, desk.writer)
    clock.forward(hours=2)

    assert notices.write_digests(desk.deps) == 0


def test_a_notice_that_waited_days_for_a_mail_server_stays_in_the_app(desk: Desk, clock: Clock) -> None:
    tell(desk, desk.writer)
    clock.forward(days=4)

    sent = sending.send_due(desk.deps, SmtpServer(host="127.0.0.1", port=9, security="none"))  # nobody listens there

    assert sent == 0
    assert mails(desk, desk.writer)[0].state is MailState.CANCELLED


def test_what_was_read_is_forgotten_after_ninety_days(desk: Desk, clock: Clock) -> None:
    tell(desk, desk.writer, key="read")
    with desk.deps.sessions.begin() as session:
        notices.read_all(session, desk.deps, desk.writer.id)
    tell(desk, desk.writer, key="unread")
    clock.forward(days=89)
    early = notices.sweep(desk.deps)
    clock.forward(days=2)

    assert (early, notices.sweep(desk.deps)) == (0, 1)
    assert [one.dedupe_key for one in told(desk, desk.writer)] == ["unread"]
    assert timedelta(days=90) == notices.KEPT
