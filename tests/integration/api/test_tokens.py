"""Tokens: shown once, worth what their person is worth, dead when they should be."""

import re
from datetime import datetime

import pytest
from sqlalchemy import select

from editorial.domain.people import Scope
from editorial.services import sign_in, team
from editorial.store.api import ApiToken
from editorial.store.history import HistoryEvent
from tests.integration.api.conftest import Program, Programs
from tests.integration.plans import Desk

ME = "/api/v1/me"


def code(answer: dict[str, dict[str, str]]) -> str:
    return answer["error"]["code"]


def test_without_a_token_nothing_is_told(desk: Desk) -> None:
    answer = desk.app.test_client().get(ME)

    assert (answer.status_code, code(answer.get_json())) == (401, "token_refused")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_speaks_for_its_person(desk: Desk, program: Programs) -> None:
    found = program(desk.writer, scope=Scope.READ).ask(ME)

    assert (found["email"], found["token"]["scope"]) == (desk.writer.email, "read")


def test_a_token_that_may_read_changes_nothing(desk: Desk, program: Programs) -> None:
    robot = program(scope=Scope.READ)

    assert code(robot.send("/api/v1/items", status=403, title="A", type_id=1, language="en")) == "not_allowed"


def test_a_token_never_may_more_than_its_person(desk: Desk, program: Programs) -> None:
    robot, item_id = program(desk.writer), desk.approved()
    answer = robot.send(f"/api/v1/items/{item_id}/publish-now", status=403, version=1)

    assert code(answer) == "not_allowed"


def test_a_token_dies_with_its_revocation_and_the_other_lives(desk: Desk, program: Programs) -> None:
    first, second = program(), program()
    with desk.deps.sessions() as session:
        token_id = session.scalar(select(ApiToken.id).order_by(ApiToken.id))
    desk.as_(desk.admin).post(f"/account/tokens/{token_id}/revocation")

    assert code(first.ask(ME, status=401)) == "token_refused"
    assert second.ask(ME)["id"] == desk.admin.id


def test_nobody_revokes_the_token_of_somebody_else(desk: Desk, program: Programs) -> None:
    robot = program()
    desk.as_(desk.writer).post("/account/tokens/1/revocation")

    assert robot.ask(ME)["id"] == desk.admin.id


def test_a_token_dies_at_its_end(desk: Desk, program: Programs, clock: object) -> None:
    robot = program(days=30)
    clock.forward(days=31)  # type: ignore[attr-defined]

    robot.ask(ME, status=401)


def test_a_token_dies_when_its_person_is_switched_off_and_does_not_come_back(desk: Desk, program: Programs) -> None:
    robot = program(desk.writer)
    for active in (False, True):
        with desk.deps.sessions.begin() as session:
            team.set_active(session, desk.deps, desk.admin, desk.writer.id, active=active)

    robot.ask(ME, status=401)


def test_a_token_opens_no_page(desk: Desk, program: Programs) -> None:
    answer = desk.app.test_client().get("/account", headers={"Authorization": f"Bearer {program().secret}"})

    assert "/sign-in" in answer.headers["Location"]


def test_guessing_is_throttled_and_those_with_a_token_are_let_in(desk: Desk, program: Programs) -> None:
    guesser, robot = Program(desk.app.test_client(), "edt_guess"), program()
    for _ in range(sign_in.PER_ADDRESS):
        guesser.ask(ME, status=401)

    assert code(guesser.ask(ME, status=429)) == "too_many_tries"
    assert robot.ask(ME)["id"] == desk.admin.id


def test_guessing_tokens_closes_nobodys_sign_in(desk: Desk) -> None:
    for _ in range(sign_in.PER_ADDRESS):
        Program(desk.app.test_client(), "edt_guess").ask(ME, status=401)
    person, _ = sign_in.sign_in(
        desk.deps, desk.admin.email, "three unrelated words", address="127.0.0.1", agent="test"
    )  # fmt: skip

    assert person.id == desk.admin.id


def test_the_page_shows_a_fresh_token_once(desk: Desk) -> None:
    visit = desk.as_(desk.admin)
    answer = visit.post("/account/tokens", token_name="Reports", token_scope="read", token_days="30")
    secret = re.search(r'value="(edt_[^"]+)"', answer.text)
    assert secret

    assert Program(desk.app.test_client(), secret[1]).ask(ME)["token"]["name"] == "Reports"
    assert answer.headers["Cache-Control"] == "no-store"
    assert secret[1] not in visit.get("/account")


@pytest.mark.parametrize("fields", [{"token_name": " "}, {"token_days": "400"}, {"token_scope": "all"}])
def test_a_token_that_cannot_be_made_is_refused_beside_its_field(desk: Desk, fields: dict[str, str]) -> None:
    sent = {"token_name": "Reports", "token_scope": "read", "token_days": "30"} | fields
    answer = desk.as_(desk.admin).post("/account/tokens", **sent)

    assert answer.status_code == 422
    assert f'id="f-{next(iter(fields))}-error"' in answer.text


def test_neither_the_database_nor_the_log_holds_a_token(
    desk: Desk, program: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    robot = program()
    robot.ask(ME)
    Program(robot.client, robot.secret + "x").ask(ME, status=401)
    printed = capsys.readouterr()
    with desk.deps.sessions() as session:
        rows = [str(vars(row)) for kind in (ApiToken, HistoryEvent) for row in session.scalars(select(kind))]

    assert robot.secret not in printed.out + printed.err + "".join(rows)


def test_the_history_knows_who_made_a_token(desk: Desk, program: Programs) -> None:
    program(desk.writer)
    with desk.deps.sessions() as session:
        made = session.scalar(select(HistoryEvent).where(HistoryEvent.action == "token.made"))

    assert made is not None
    assert made.actor_id == desk.writer.id


def test_the_last_use_is_noted(desk: Desk, program: Programs) -> None:
    program().ask(ME)
    with desk.deps.sessions() as session:
        used: datetime | None = session.scalar(select(ApiToken.last_used_at))

    assert used == desk.deps.now()
