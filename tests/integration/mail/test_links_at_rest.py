"""A one-time link stays in the outbox for as long as somebody may have to pass it on, and no longer."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from editorial.background.ticks.mails import send_mails
from editorial.domain.locales import Language
from editorial.domain.mails import MailState, without_tokens
from editorial.domain.people import Role
from editorial.services import links_at_rest, sending, team, team_mail
from editorial.services.deps import Deps
from editorial.services.team import Invitation
from editorial.store.mail import OutgoingMail
from editorial.store.people import Person
from tests.conftest import Clock
from tests.integration.mail.conftest import Inbox, free_port
from tests.web import add_person, add_workspace, application, visitor

LI = Invitation("Li Hang", "li@northgauge.example", frozenset({Role.EDITOR}), Language.EN)
WithSmtp = Callable[[Deps, int], Deps]


@pytest.fixture
def mei(deps: Deps) -> Person:
    add_workspace(deps)
    return add_person(deps)


@pytest.fixture
def token(deps: Deps, mei: Person) -> str:
    """Of an invitation whose mail lies in the outbox."""
    with deps.sessions.begin() as session:
        issued = team.invite(session, deps, mei, LI)
        team_mail.send_invitation(session, deps, issued, mei)
    return issued.url.split("token=")[1]


def lying(deps: Deps) -> OutgoingMail:
    with deps.sessions() as session:
        return session.scalars(select(OutgoingMail)).one()


def holds(deps: Deps, token: str) -> bool:
    row = lying(deps)
    return token in row.text or token in row.html


def test_an_administrator_can_copy_the_link_while_no_mail_server_is_set_up(deps: Deps, mei: Person, token: str) -> None:
    links_at_rest.forget_links(deps)

    assert token in visitor(application(deps), deps, mei).get("/outbox/1")


def test_the_mail_goes_out_with_its_link_and_stays_without(
    deps: Deps, token: str, with_smtp: WithSmtp, inbox: Inbox
) -> None:
    send_mails(with_smtp(deps, inbox.port))

    plain = inbox.mails[0].get_body(("plain",))
    assert plain is not None
    assert token in plain.get_content()
    assert (lying(deps).state, holds(deps, token)) == (MailState.SENT, False)
    assert "token=…" in lying(deps).text


def test_passed_on_by_hand_it_stays_without_its_link(deps: Deps, mei: Person, token: str) -> None:
    with deps.sessions.begin() as session:
        sending.mark_sent(session, deps, 1, mei.id)

    assert not holds(deps, token)


def test_a_try_that_failed_keeps_it_for_the_next(deps: Deps, token: str, with_smtp: WithSmtp) -> None:
    down = with_smtp(deps, free_port())
    send_mails(down)
    links_at_rest.forget_links(down)

    assert holds(deps, token)


def run_out(deps: Deps, _: Person, __: str) -> None:
    clock = deps.now
    assert isinstance(clock, Clock)
    clock.forward(days=7)


def be_revoked(deps: Deps, mei: Person, _: str) -> None:
    with deps.sessions.begin() as session:
        team.revoke(session, deps, mei, 1)


def be_used(deps: Deps, _: Person, token: str) -> None:
    team.join(deps, token, name="Li", password="three unrelated words", language=Language.EN, zone="Asia/Shanghai")


@pytest.mark.parametrize("end", [run_out, be_revoked, be_used])
def test_once_it_opens_nothing_it_goes_and_so_does_the_mail(
    deps: Deps, mei: Person, token: str, end: Callable[[Deps, Person, str], None]
) -> None:
    end(deps, mei, token)
    links_at_rest.forget_links(deps)

    assert (lying(deps).state, holds(deps, token)) == (MailState.CANCELLED, False)
    assert links_at_rest.forget_links(deps) == 0


def test_a_mail_without_its_link_is_not_sent_again(
    deps: Deps, mei: Person, token: str, with_smtp: WithSmtp, inbox: Inbox
) -> None:
    be_revoked(deps, mei, token)
    links_at_rest.forget_links(deps)
    connected = with_smtp(deps, inbox.port)
    page = visitor(application(connected), connected, mei)

    assert "/outbox/1/dispatch" not in page.get("/outbox/1")
    refused = page.post("/outbox/1/dispatch")

    assert (refused.status_code, "The link in this mail does not work any more." in refused.text) == (409, True)


def test_every_token_of_a_text_is_made_useless() -> None:
    text = "https://desk.example/invitation?token=Ab-_9&x=1 and https://desk.example/password?token=zz\n."

    assert without_tokens(text) == (
        "https://desk.example/invitation?token=…&x=1 and https://desk.example/password?token=…\n."
    )
