"""The SMTP adapter tells four answers apart, whatever the other side does."""

import socket
import ssl
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from editorial.adapters.smtp import SmtpServer, Unreachable
from editorial.domain.jobs import NotSent, Refused, Unclear
from tests.integration.mail.conftest import HANG, Inbox, _Keep, free_port

PEM = Path(__file__).with_name("localhost.pem")  # made for these tests; nobody trusts it
MAIL = b"Subject: x\r\n\r\n.one dot\r\nlast line\r\n"
FROM, TO = "desk@northgauge.example", "mei@northgauge.example"


def server(port: int, **others: object) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, **({"security": "none", "command_seconds": 2.0, "body_seconds": 0.3} | others))  # type: ignore[arg-type]


def test_a_taken_mail_gives_the_servers_own_words_and_arrives_byte_for_byte(inbox) -> None:
    receipt = server(inbox.port).deliver(FROM, TO, MAIL)

    assert receipt.external_id == "2.0.0 queued as 4F2A"
    assert (inbox.raw, inbox.readers, inbox.senders) == ([MAIL], [TO], [FROM])


@pytest.mark.parametrize("verb", ["mail", "rcpt", "data", "end"])
def test_a_permanent_no_refuses_this_mail(scripted, verb) -> None:
    with pytest.raises(Refused) as no:
        server(scripted(**{verb: "550 5.1.1 no such user"}).port).deliver(FROM, TO, MAIL)

    assert no.value.says.params == {"code": "550", "said": "5.1.1 no such user"}


@pytest.mark.parametrize("verb", ["mail", "rcpt", "data", "end"])
def test_a_passing_no_is_proof_that_nothing_was_taken(scripted, verb) -> None:
    with pytest.raises(NotSent) as later:
        server(scripted(**{verb: "451 4.7.1 greylisted"}).port).deliver(FROM, TO, MAIL)

    assert not isinstance(later.value, Unreachable)


@pytest.mark.parametrize("verb", ["mail", "rcpt", "data"])
def test_a_connection_that_breaks_before_the_text_has_sent_nothing(scripted, verb) -> None:
    with pytest.raises(NotSent):
        server(scripted(**{verb: None}).port).deliver(FROM, TO, MAIL)


def test_an_answer_lost_after_the_text_is_unclear_for_the_server_may_have_it(scripted) -> None:
    other = scripted(end=None)

    with pytest.raises(Unclear):
        server(other.port).deliver(FROM, TO, MAIL)
    assert len(other.taken) == 1


@pytest.mark.parametrize("answer", ["250-2.0.0 taken", "354 go on", "hello there", "999 what"])
def test_an_answer_to_the_text_that_means_nothing_is_no_proof_either_way(scripted, answer) -> None:
    """RFC 5321, 4.2.1: only a code that begins with 4 or 5 says that the server did not take it."""
    with pytest.raises(Unclear):
        server(scripted(end=answer).port).deliver(FROM, TO, MAIL)


@pytest.mark.parametrize("answer", ["200 fine", "259 2.6.8 something new"])
def test_any_code_that_begins_with_2_takes_the_mail(scripted, answer) -> None:
    assert server(scripted(end=answer).port).deliver(FROM, TO, MAIL).external_id == answer[4:]


def test_a_server_that_says_goodbye_after_the_text_has_not_taken_it(scripted) -> None:
    with pytest.raises(NotSent):
        server(scripted(end="421 4.3.2 shutting down").port).deliver(FROM, TO, MAIL)


def test_an_answer_that_takes_too_long_is_unclear_as_well(scripted) -> None:
    other = scripted(end=HANG)

    with pytest.raises(Unclear) as lost:
        server(other.port).deliver(FROM, TO, MAIL)
    assert (str(lost.value.says.params["said"])[-9:], len(other.taken)) == ("timed out", 1)


def test_a_connection_that_is_cut_in_the_middle_of_the_text_is_unclear(scripted) -> None:
    other = scripted()
    other.chokes = 10_000

    with pytest.raises(Unclear):
        server(other.port).deliver(FROM, TO, MAIL + b"a line of text\r\n" * 200_000)
    assert other.taken == []


@pytest.mark.parametrize("verb", ["mail", "rcpt", "data"])
def test_a_server_that_falls_silent_before_the_text_has_taken_nothing(scripted, verb) -> None:
    with pytest.raises(NotSent):
        server(scripted(**{verb: HANG}).port, command_seconds=0.2).deliver(FROM, TO, MAIL)


@pytest.mark.parametrize(
    "answers", [{"greeting": "554 go away"}, {"greeting": "421 busy"}, {"greeting": None}, {"ehlo": None}]
)
def test_a_server_that_does_not_let_us_in_is_unreachable_whatever_the_mail(scripted, answers) -> None:
    with pytest.raises(Unreachable):
        server(scripted(**answers).port).deliver(FROM, TO, MAIL)


def test_a_refused_connection_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        server(free_port()).deliver(FROM, TO, MAIL)


def test_a_silent_server_is_given_up_after_the_time_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable):
        server(silent.getsockname()[1], connect_seconds=0.2).deliver(FROM, TO, MAIL)


def test_a_mail_never_goes_out_in_clear_where_starttls_is_asked_for(inbox) -> None:
    with pytest.raises(Unreachable):
        server(inbox.port, security="starttls").deliver(FROM, TO, MAIL)

    assert inbox.raw == []


def test_a_wrong_password_holds_all_mails_back_instead_of_refusing_them(scripted) -> None:
    other = scripted(mail="530 5.7.0 authentication required")

    with pytest.raises(Unreachable):
        server(other.port).deliver(FROM, TO, MAIL)


def protected(inbox: Inbox) -> Controller:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    return Controller(
        _Keep(inbox),
        hostname="127.0.0.1",
        port=inbox.port,
        tls_context=context,
        require_starttls=True,
        authenticator=lambda *given: AuthResult(success=given[-1].password == b"open sesame", handled=False),
        auth_required=True,
    )


@pytest.fixture
def secure_inbox():
    inbox = Inbox(port=free_port())
    controller = protected(inbox)
    controller.start()
    yield inbox
    controller.stop()


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(PEM))


def test_starttls_and_a_sign_in_lead_in(secure_inbox) -> None:
    door = server(secure_inbox.port, security="starttls", user="desk", password="open sesame", context=trusting)
    door.deliver(FROM, TO, MAIL)

    assert secure_inbox.raw == [MAIL]


def test_a_wrong_password_is_told_as_such(secure_inbox) -> None:
    with pytest.raises(Unreachable) as no:
        server(secure_inbox.port, security="starttls", user="desk", password="x", context=trusting).deliver(
            FROM, TO, MAIL
        )

    assert "user or the password" in str(no.value)


def test_a_certificate_that_nobody_trusts_ends_the_talk(secure_inbox) -> None:
    with pytest.raises(Unreachable) as no:
        server(secure_inbox.port, security="starttls", user="desk", password="open sesame").deliver(FROM, TO, MAIL)

    assert "prove who it is" in str(no.value)
    assert secure_inbox.raw == []


def test_no_command_can_be_smuggled_in_by_an_address(scripted) -> None:
    other = scripted()

    with pytest.raises(ValueError, match="newline"):
        server(other.port).deliver(FROM, "mei@x.example>\r\nRCPT TO:<all@x.example", MAIL)
