"""Inviting, joining, roles, switching off, and the way back in."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.event import listen

from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.services import forgotten, team
from editorial.services.deps import Deps
from editorial.services.team import Invitation
from editorial.store.links import PasswordRequest
from editorial.store.mail import OutgoingMail
from editorial.store.people import Person, find_person
from tests.conftest import Clock
from tests.web import PASSWORD, Visitor, add_person, add_workspace, application, visitor

LI = Invitation(
    name="Li Hang", email="Li.Hang@northgauge.example", roles=frozenset({Role.EDITOR}), language=Language.ZH
)
ANSWERS = {"name": "李航", "password": "three unrelated words", "language": "zh_Hans_CN", "zone": "Asia/Shanghai"}


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def mei(app: Flask, deps: Deps) -> Person:
    return add_person(deps)


@pytest.fixture
def admin(app: Flask, deps: Deps, mei: Person) -> Visitor:
    return visitor(app, deps, mei)


def invite(deps: Deps, author: Person, invitation: Invitation = LI) -> str:
    with deps.sessions.begin() as session:
        return token_of(team.invite(session, deps, author, invitation).url)


def token_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["token"][0]


def test_an_invited_person_joins_with_the_roles_of_the_invitation(app: Flask, deps: Deps, mei: Person) -> None:
    guest, token = visitor(app, deps), invite(deps, mei)
    guest.get(f"/invitation?token={token}")

    answer = guest.post("/invitation", token=token, **ANSWERS)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    with deps.sessions() as session:
        joined = find_person(session, "li.hang@northgauge.example")
        assert joined is not None
        assert (joined.name, joined.roles) == ("李航", frozenset({Role.EDITOR}))


def test_the_invitation_lies_in_the_outbox_in_the_language_of_its_reader(admin: Visitor, deps: Deps) -> None:
    page = admin.post(
        "/team/invitations", name="Li Hang", email="li@northgauge.example", language="zh_Hans_CN", roles=["editor"]
    )

    with deps.sessions() as session:
        mail = session.scalars(select(OutgoingMail)).one()
    assert (page.status_code, mail.address, mail.language) == (200, "li@northgauge.example", Language.ZH)
    assert "邀请" in mail.subject
    assert mail.text.split("token=")[1][:43] in page.text


def test_all_wrong_answers_to_an_invitation_are_said_at_once(app: Flask, deps: Deps, mei: Person) -> None:
    wrong = ANSWERS | {"name": "", "password": "short", "zone": "Bejing"}
    answer = visitor(app, deps).post("/invitation", token=invite(deps, mei), **wrong)

    assert answer.status_code == 422
    assert [field for field in ANSWERS if f'id="f-{field}-error"' in answer.text] == ["name", "password", "zone"]


def test_an_invitation_gives_the_roles_it_was_made_with_whatever_is_sent(app: Flask, deps: Deps, mei: Person) -> None:
    more = {"roles": "workspace_admin", "email": "other@northgauge.example"}
    visitor(app, deps).post("/invitation", token=invite(deps, mei), **ANSWERS, **more)

    with deps.sessions() as session:
        joined = find_person(session, "li.hang@northgauge.example")
        assert joined is not None
        assert joined.roles == frozenset({Role.EDITOR})


@pytest.mark.parametrize("email", ["li\x01@northgauge.example", "li@north\x7fgauge.example", "l" * 65 + "@x.example"])
def test_an_address_that_no_mail_would_reach_is_refused(admin: Visitor, email: str) -> None:
    answer = admin.post("/team/invitations", name="Li", email=email, language="en", roles=["viewer"])

    assert (answer.status_code, "is not an e-mail address" in answer.text) == (422, True)


def test_an_invitation_works_once(app: Flask, deps: Deps, mei: Person) -> None:
    token = invite(deps, mei)
    visitor(app, deps).post("/invitation", token=token, **ANSWERS)

    assert visitor(app, deps).post("/invitation", token=token, **ANSWERS).status_code == 403


def test_an_invitation_runs_out_after_a_week(app: Flask, deps: Deps, mei: Person, clock: Clock) -> None:
    token = invite(deps, mei)
    clock.forward(days=7, seconds=1)

    visitor(app, deps).get(f"/invitation?token={token}", status=403)


def test_inviting_again_ends_the_link_of_the_first_invitation(app: Flask, deps: Deps, mei: Person) -> None:
    first, second = invite(deps, mei), invite(deps, mei)

    visitor(app, deps).get(f"/invitation?token={first}", status=403)
    visitor(app, deps).get(f"/invitation?token={second}")


def test_a_revoked_invitation_opens_nothing(app: Flask, deps: Deps, mei: Person, admin: Visitor) -> None:
    token = invite(deps, mei)
    admin.post("/team/invitations/1/revocation")

    visitor(app, deps).get(f"/invitation?token={token}", status=403)


@pytest.mark.parametrize(
    ("path", "fields"), [("roles", {"roles": ["editor"]}), ("access", {"active": "no"})], ids=["role", "access"]
)
def test_an_invitation_ends_when_its_author_may_no_longer_invite(
    app: Flask, deps: Deps, admin: Visitor, path: str, fields: dict[str, object]
) -> None:
    jonas = add_person(deps, "Jonas Weber", Role.WORKSPACE_ADMIN)
    token = invite(deps, jonas)

    admin.post(f"/team/{jonas.id}/{path}", **fields)

    visitor(app, deps).get(f"/invitation?token={token}", status=403)
    assert "li@northgauge.example" not in admin.get("/team")


def test_an_invitation_stays_while_its_author_may_invite(app: Flask, deps: Deps, admin: Visitor) -> None:
    jonas = add_person(deps, "Jonas Weber", Role.WORKSPACE_ADMIN)
    token = invite(deps, jonas)

    admin.post(f"/team/{jonas.id}/roles", roles=["workspace_admin", "editor"])

    visitor(app, deps).get(f"/invitation?token={token}")


def test_somebody_on_the_team_is_not_invited_again(admin: Visitor, mei: Person) -> None:
    answer = admin.post("/team/invitations", name="Mei", email=mei.email, language="en", roles=["viewer"])

    assert answer.status_code == 422
    assert "is on the team already" in answer.text


def test_an_invitation_without_a_role_is_refused_and_keeps_what_was_typed(admin: Visitor) -> None:
    answer = admin.post("/team/invitations", name="Li Hang", email="li@northgauge.example", language="en")

    assert answer.status_code == 422
    assert "No role is chosen." in answer.text
    assert 'value="li@northgauge.example"' in answer.text


def test_the_last_administrator_stays_one(admin: Visitor, mei: Person, deps: Deps) -> None:
    answer = admin.post(f"/team/{mei.id}/roles", roles=["viewer"])

    assert answer.status_code == 422
    assert "is the last administrator" in answer.text
    with deps.sessions() as session:
        assert session.get_one(Person, mei.id).roles == frozenset({Role.WORKSPACE_ADMIN})


def test_roles_are_changed(admin: Visitor, deps: Deps) -> None:
    jonas = add_person(deps, "Jonas Weber", Role.VIEWER)

    admin.post(f"/team/{jonas.id}/roles", roles=["editor", "approver"])

    with deps.sessions() as session:
        assert session.get_one(Person, jonas.id).roles == frozenset({Role.EDITOR, Role.APPROVER})


def test_switching_an_account_off_ends_its_sign_ins_at_once(app: Flask, deps: Deps, admin: Visitor) -> None:
    jonas = add_person(deps, "Jonas Weber", Role.EDITOR)
    his = visitor(app, deps, jonas)
    admin.post(f"/team/{jonas.id}/access", active="no")

    his.get("/account", status=302)
    assert visitor(app, deps).post("/sign-in", email=jonas.email, password=PASSWORD).status_code == 422


def test_nobody_but_an_administrator_sees_the_team_page(app: Flask, deps: Deps) -> None:
    visitor(app, deps, add_person(deps, "Jonas Weber", Role.EDITOR)).get("/team", status=403)


def test_a_forgotten_password_is_set_anew_by_a_mailed_link(app: Flask, deps: Deps, mei: Person) -> None:
    guest = visitor(app, deps)
    guest.post("/password/forgotten", email=mei.email)
    forgotten.answer_requests(deps)
    with deps.sessions() as session:
        token = session.scalars(select(OutgoingMail)).one().text.split("token=")[1][:43]
    guest.get(f"/password?token={token}")

    guest.post("/password", token=token, password="four quite unrelated words")

    assert guest.post("/sign-in", email=mei.email, password="four quite unrelated words").status_code == 302


def test_the_page_says_the_same_about_an_unknown_address(app: Flask, deps: Deps, mei: Person) -> None:
    guest = visitor(app, deps)

    known, unknown = (
        guest.post("/password/forgotten", email=email) for email in (mei.email, "nobody@northgauge.example")
    )

    assert known.text.split("<main")[1].split("</main>")[0] == unknown.text.split("<main")[1].split("</main>")[0]


def test_asking_is_the_same_work_for_an_address_on_the_team_and_for_any_other(
    app: Flask, deps: Deps, mei: Person, database: Engine
) -> None:
    guest, done = visitor(app, deps), []
    token = guest.token()
    listen(database, "before_cursor_execute", lambda _c, _k, statement, *_: done.append(statement))
    for email in (mei.email, "nobody@northgauge.example"):
        done.append("next")
        guest.client.post("/password/forgotten", data={"csrf_token": token, "email": email})

    second = done.index("next", 1)
    assert done[:second] == done[second:]


def test_a_wish_for_an_address_of_nobody_is_forgotten_without_a_mail(app: Flask, deps: Deps, mei: Person) -> None:
    visitor(app, deps).post("/password/forgotten", email="nobody@northgauge.example")
    forgotten.answer_requests(deps)

    with deps.sessions() as session:
        assert session.scalars(select(OutgoingMail)).all() == []
        assert session.scalars(select(PasswordRequest)).all() == []


def test_no_more_than_three_links_an_hour_are_mailed_to_one_person(app: Flask, deps: Deps, mei: Person) -> None:
    guest = visitor(app, deps)
    for _ in range(5):
        guest.post("/password/forgotten", email=mei.email)
    forgotten.answer_requests(deps)

    with deps.sessions() as session:
        assert len(session.scalars(select(OutgoingMail)).all()) == 3


def test_one_visitor_asks_for_ten_links_and_then_waits(app: Flask, deps: Deps, mei: Person, clock: Clock) -> None:
    guest = visitor(app, deps)
    answers = [guest.post("/password/forgotten", email=f"p{n}@northgauge.example").status_code for n in range(11)]
    refused = guest.post("/password/forgotten", email=mei.email)

    assert answers == [200] * 10 + [429]
    assert "From here a link was asked for too often." in refused.text
    assert f'value="{mei.email}"' in refused.text
    assert guest.post("/sign-in", email=mei.email, password=PASSWORD).status_code == 302
    clock.forward(minutes=15, seconds=1)
    assert guest.post("/password/forgotten", email=mei.email).status_code == 200


def test_a_password_link_runs_out_after_two_hours(app: Flask, deps: Deps, mei: Person, clock: Clock) -> None:
    with deps.sessions.begin() as session:
        token = token_of(team.password_link(session, deps, mei, None).url)
    clock.forward(hours=2, seconds=1)

    visitor(app, deps).get(f"/password?token={token}", status=403)
