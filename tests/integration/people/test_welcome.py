"""The first start: one link, one person, one workspace."""

from sqlalchemy import select

from editorial.domain.people import Role
from editorial.services import welcome
from editorial.services.deps import Deps
from editorial.store.people import Person, workspace
from tests.web import application, visitor

ANSWERS = {
    "name": "Mei Lin",
    "email": "Mei.Lin@Northgauge.example",
    "password": "three unrelated words",
    "language": "zh_Hans_CN",
    "zone": "Asia/Shanghai",
    "team": "Northgauge",
}


def token_of(deps: Deps) -> str:
    link = welcome.invitation_link(deps)
    assert link is not None
    return link.rsplit("=", 1)[1]


def test_the_printed_link_leads_to_a_signed_in_administrator(deps: Deps) -> None:
    guest = visitor(application(deps), deps)
    token = token_of(deps)
    guest.get(f"/welcome?token={token}")

    answer = guest.post("/welcome", token=token, **ANSWERS)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    with deps.sessions() as session:
        person = session.scalars(select(Person)).one()
        assert (person.email, person.roles) == ("mei.lin@northgauge.example", frozenset({Role.WORKSPACE_ADMIN}))
    assert "账户" in guest.get("/account")


def test_the_link_works_once(deps: Deps) -> None:
    guest = visitor(application(deps), deps)
    token = token_of(deps)
    guest.post("/welcome", token=token, **ANSWERS)

    second = guest.post("/welcome", token=token, **(ANSWERS | {"email": "other@northgauge.example"}))

    assert second.status_code == 403
    assert welcome.invitation_link(deps) is None


def test_a_guessed_token_opens_nothing(deps: Deps) -> None:
    token_of(deps)

    page = visitor(application(deps), deps).get("/welcome?token=guessed", status=403)

    assert "does not open the set-up" in page


def test_a_new_start_ends_the_link_of_the_one_before(deps: Deps) -> None:
    first = token_of(deps)
    token_of(deps)

    visitor(application(deps), deps).get(f"/welcome?token={first}", status=403)


def test_a_wrong_zone_is_answered_with_the_right_one_and_keeps_what_was_typed(deps: Deps) -> None:
    answer = visitor(application(deps), deps).post(
        "/welcome", token=token_of(deps), **(ANSWERS | {"zone": "Bejing", "language": "en"})
    )

    assert answer.status_code == 422
    assert "There is no time zone “Bejing”. Did you mean Asia/Shanghai?" in answer.text
    assert 'value="Mei.Lin@Northgauge.example"' in answer.text
    with deps.sessions() as session:
        assert workspace(session) is None


def test_all_wrong_answers_are_said_at_once(deps: Deps) -> None:
    answer = visitor(application(deps), deps).post(
        "/welcome",
        token=token_of(deps),
        **(ANSWERS | {"name": " ", "email": "mei.lin", "password": "short", "zone": "Bejing", "language": "en"}),
    )

    assert [field for field in ANSWERS if f'id="f-{field}-error"' in answer.text] == [
        "name",
        "email",
        "password",
        "zone",
    ]


def test_each_wrong_answer_gets_a_sentence_of_its_own(deps: Deps) -> None:
    app, token = application(deps), token_of(deps)
    said = {}
    for field, value in {"name": " ", "email": "mei.lin", "password": "short"}.items():
        answer = visitor(app, deps).post("/welcome", token=token, **(ANSWERS | {"language": "en", field: value}))
        said[field] = (answer.status_code, f'id="f-{field}-error"' in answer.text)

    assert said == {"name": (422, True), "email": (422, True), "password": (422, True)}
