"""What becomes of a mail in the outbox: never twice, never silently lost."""

import socket
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from editorial.adapters.smtp import SmtpServer
from editorial.background.clock import Clock
from editorial.background.ticks.mails import enqueue_weekly_mails, send_mails
from editorial.domain.errors import EditorialError
from editorial.domain.mails import CLAIM_LEASE, SEND_LEASE, MailMoveRefused, MailState
from editorial.domain.packing import unpack
from editorial.services import sending
from editorial.store import mail
from editorial.store.mail import OutgoingMail
from editorial.store.people import Person
from tests.integration.mail.conftest import HANG, free_port


def rows(deps) -> list[OutgoingMail]:
    with deps.sessions() as session:
        return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def states(deps) -> list[str]:
    return [row.state.value for row in rows(deps)]


@pytest.fixture
def written(deps, team):
    """Two weekly mails in the outbox."""
    assert enqueue_weekly_mails(deps) == 2
    return deps


def test_without_a_mail_server_mails_wait(written) -> None:
    assert (send_mails(written), states(written)) == (0, ["waiting", "waiting"])


def test_a_mail_server_that_is_down_keeps_them_waiting_and_says_why(written, with_smtp, clock) -> None:
    down = with_smtp(written, free_port())
    send_mails(down)

    first, second = rows(down)
    assert (first.state, first.attempts, first.next_try_at) == (MailState.WAITING, 1, clock() + timedelta(minutes=1))
    assert first.last_error is not None
    assert first.last_error["params"]["said"]
    assert second.attempts == 0  # the others need not each wait for the same time-out


def test_an_answer_lost_after_the_text_is_unknown_and_never_sent_again_by_itself(
    written, with_smtp, scripted, clock
) -> None:
    other = scripted(end=None)
    cut = with_smtp(written, other.port)
    send_mails(cut)
    clock.forward(days=3)
    send_mails(cut)

    assert states(cut) == ["unknown", "unknown"]
    assert len(other.taken) == 2


def test_a_passing_no_is_tried_again_later_with_the_same_message_id(written, with_smtp, scripted, inbox, clock) -> None:
    busy = scripted(rcpt="450 4.2.0 greylisted, come back")
    send_mails(with_smtp(written, busy.port))
    ids = [row.message_id for row in rows(written)]
    works = with_smtp(written, inbox.port)
    at_once = send_mails(works)
    clock.forward(minutes=1)
    later = send_mails(works)

    assert (at_once, later, states(written)) == (0, 2, ["sent", "sent"])
    assert sorted(one["Message-ID"] for one in inbox.mails) == sorted(filter(None, ids))


def test_a_permanent_no_is_shown_and_not_tried_again(written, with_smtp, scripted, clock) -> None:
    other = scripted(rcpt="550 5.1.1 no such user")
    refusing = with_smtp(written, other.port)
    send_mails(refusing)
    clock.forward(days=1)
    send_mails(refusing)

    assert states(refusing) == ["refused", "refused"]
    assert other.connections == 2


def test_a_no_to_one_reader_is_none_to_the_others(written, with_smtp, scripted) -> None:
    other = scripted()
    other.answers["RCPT chen@northgauge.example"] = "550 5.1.1 no such user"
    send_mails(with_smtp(written, other.port))

    assert {row.name: row.state.value for row in rows(written)} == {"Mei Lin": "sent", "陈宇": "refused"}
    assert len(other.taken) == 1


def test_a_server_that_falls_silent_after_the_text_leaves_a_question_and_no_second_mail(
    written, with_smtp, scripted, clock
) -> None:
    other = scripted(end=HANG)
    hasty = SmtpServer("127.0.0.1", other.port, "none", body_seconds=0.2)
    sending.send_due(written, hasty)
    clock.forward(days=2)
    sending.send_due(written, hasty)

    assert states(written) == ["unknown", "unknown"]
    assert len(other.taken) == 2


def test_a_connection_cut_before_the_text_is_tried_again_and_arrives_once(
    written, with_smtp, scripted, inbox, clock
) -> None:
    send_mails(with_smtp(written, scripted(data=None).port))
    before = states(written)
    clock.forward(minutes=1)
    send_mails(with_smtp(written, inbox.port))

    assert (before, states(written), len(inbox.raw)) == (["waiting", "waiting"], ["sent", "sent"], 2)


def test_patience_ends_after_four_days_of_later_and_somebody_is_asked(written, with_smtp, scripted, clock) -> None:
    busy = with_smtp(written, scripted(rcpt="452 4.2.2 mailbox full").port)
    began = clock()
    while states(busy)[0] == "waiting":
        send_mails(busy)
        clock.forward(hours=1)

    assert timedelta(days=4) < clock() - began < timedelta(days=5)  # RFC 5321, 4.5.4.1
    assert states(busy) == ["refused", "refused"]
    assert say(busy, rows(busy)[0]) == (
        "We gave up after 100 tries. The mail server asks to try later: 452 4.2.2 mailbox full"
    )


def say(deps, row: OutgoingMail) -> str:
    """Why it did not leave, as a person reads it."""
    return str(deps.catalogs["en"].say(unpack(row.last_error or {})))


def test_the_message_id_is_stored_before_the_network_is_touched(written, with_smtp, inbox, monkeypatch) -> None:
    seen: list[tuple[MailState, bool]] = []
    deliver = SmtpServer.deliver

    def look(server, *what):
        seen.extend((row.state, row.message_id is not None) for row in rows(written) if row.attempts)
        return deliver(server, *what)

    monkeypatch.setattr(SmtpServer, "deliver", look)
    send_mails(with_smtp(written, inbox.port))

    assert seen[0] == (MailState.SENDING, True)


def test_a_sender_that_died_with_the_text_on_its_way_leaves_a_question(written, with_smtp, inbox, clock) -> None:
    works = with_smtp(written, inbox.port)
    with works.sessions.begin() as session:
        lost = mail.claim_one(session, clock(), "dead-worker") or 0
        mail.begin_sending(session, lost, now=clock(), worker="dead-worker", message_id="<lost@northgauge.example>")
    clock.forward(seconds=SEND_LEASE.total_seconds())
    send_mails(works)

    assert states(works) == ["unknown", "sent"]


def test_a_sender_that_died_before_that_hands_the_mail_back(written, with_smtp, inbox, clock) -> None:
    works = with_smtp(written, inbox.port)
    with works.sessions.begin() as session:
        mail.claim_one(session, clock(), "dead-worker")
    at_once = send_mails(works)
    clock.forward(seconds=CLAIM_LEASE.total_seconds())

    assert (at_once, send_mails(works), states(works)) == (1, 1, ["sent", "sent"])


def test_four_senders_at_once_deliver_each_mail_once(written, with_smtp, inbox) -> None:
    works = with_smtp(written, inbox.port)
    together = threading.Barrier(4)

    def run() -> None:
        together.wait()
        send_mails(works)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(inbox.raw), states(works)) == (2, ["sent", "sent"])


def test_a_reader_who_left_or_wants_no_mail_gets_none(written, with_smtp, inbox, team) -> None:
    with written.sessions.begin() as session:
        session.get_one(Person, team.mei).weekly_mail = False
        session.get_one(Person, team.chen).active = False

    send_mails(with_smtp(written, inbox.port))
    assert (inbox.raw, states(written)) == ([], ["cancelled", "cancelled"])


# -- what a person does -------------------------------------------------------------------------------------------


@pytest.fixture
def unknown(written, with_smtp, scripted):
    """The parts with a working server set up, and the first mail unknown."""
    send_mails(with_smtp(written, scripted(end=None).port))
    return written


def test_an_unknown_mail_goes_out_again_when_somebody_says_so(unknown, with_smtp, inbox, team) -> None:
    works = with_smtp(unknown, inbox.port)
    first = rows(works)[0]
    with works.sessions.begin() as session:
        sending.send_again(session, works, first.id, team.admin)
    send_mails(works)

    assert (states(works), inbox.mails[0]["Message-ID"]) == (["sent", "unknown"], first.message_id)


def test_an_unknown_mail_that_arrived_is_never_sent_again(unknown, with_smtp, inbox, team) -> None:
    works = with_smtp(unknown, inbox.port)
    with works.sessions.begin() as session:
        sending.mark_sent(session, works, rows(works)[0].id, team.admin)
    send_mails(works)

    assert (states(works)[0], inbox.raw) == ("sent", [])


def test_nothing_is_put_in_line_before_a_server_is_set_up(unknown, team) -> None:
    with pytest.raises(sending.NoServer), unknown.sessions.begin() as session:
        sending.send_again(session, unknown, rows(unknown)[0].id, team.admin)


def test_a_sent_mail_can_neither_be_cancelled_nor_sent_again(written, with_smtp, inbox, team) -> None:
    works = with_smtp(written, inbox.port)
    send_mails(works)
    for step in (sending.cancel, sending.send_again, sending.mark_sent):
        with pytest.raises(MailMoveRefused), works.sessions.begin() as session:
            step(session, works, rows(works)[0].id, team.admin)


def test_a_mail_on_its_way_is_left_alone(written, clock, team) -> None:
    with written.sessions.begin() as session:
        on_its_way = mail.claim_one(session, clock(), "busy") or 0

    with pytest.raises(EditorialError, match="at this moment"), written.sessions.begin() as session:
        sending.cancel(session, written, on_its_way, team.admin)


# -- the table itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "state = 'sending', worker = 'w', lease_until = created_at",  # without a Message-ID
        "state = 'sending', message_id = '<x>', attempts = 1",  # nobody's
        "state = 'sent'",
        "state = 'refused'",
        "state = 'lost'",
        "person_id = NULL",
        "attempts = -1",
    ],
)
def test_the_table_refuses_what_cannot_be(written, database, change) -> None:
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(text(f"UPDATE outgoing_mail SET {change}"))


def test_the_table_itself_holds_one_mail_a_site_week_and_reader(written, database) -> None:
    copied = (
        "kind, site_id, week, person_id, name, address, language, subject, text, html, headers, state, attempts,"
        " next_try_at, created_at"
    )
    twin = text(f"INSERT INTO outgoing_mail ({copied}, dedupe_key) SELECT {copied}, 'another' FROM outgoing_mail")

    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(twin)


def test_stopping_the_desk_does_not_wait_for_a_mail_server_that_says_nothing(written, with_smtp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        clock = Clock(with_smtp(written, silent.getsockname()[1]))
        clock.start()
        with silent.accept()[0]:  # the mail tick has knocked, and now waits for a greeting
            clock.stop(timeout=0.2)
            left = states(written)[0]
    clock.threads.mails.close(10)

    assert left == "sending"  # what its lease is for; when the wait for a greeting ends it is another
