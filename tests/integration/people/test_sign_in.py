"""Signing in and out, throttling, and sessions that can be revoked."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from editorial.domain.people import Role
from editorial.services.deps import Deps
from editorial.store.people import Person, SignInAttempt
from editorial.web.guard import COOKIE
from tests.conftest import Clock
from tests.web import PASSWORD, Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def mei(app: Flask, deps: Deps) -> Person:
    return add_person(deps)


def sign_in(guest: Visitor, email: str = "mei.lin@northgauge.example", password: str = PASSWORD, **more: object) -> int:
    return guest.post("/sign-in", email=email, password=password, **more).status_code


def test_the_right_password_opens_a_session(app: Flask, deps: Deps, mei: Person) -> None:
    guest = visitor(app, deps)

    assert sign_in(guest) == 302
    assert mei.name in guest.get("/account")


def test_the_cookie_is_closed_to_scripts_and_other_sites(app: Flask, deps: Deps, mei: Person) -> None:
    answer = visitor(app, deps).post("/sign-in", email=mei.email, password=PASSWORD)

    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_wrong_password_and_an_unknown_person_read_the_same(app: Flask, deps: Deps, mei: Person) -> None:
    guest = visitor(app, deps)

    wrong = guest.post("/sign-in", email=mei.email, password="not it at all")
    unknown = guest.post("/sign-in", email="nobody@northgauge.example", password="not it at all")

    assert wrong.status_code == unknown.status_code == 422
    assert "The address or the password is wrong." in wrong.text
    assert "The address or the password is wrong." in unknown.text


def test_five_failures_close_the_account_for_a_quarter_of_an_hour(
    app: Flask, deps: Deps, mei: Person, clock: Clock
) -> None:
    guest = visitor(app, deps)
    failures = [sign_in(guest, password="not it at all") for _ in range(5)]

    closed = sign_in(guest)
    clock.forward(minutes=16)

    assert (failures, closed, sign_in(guest)) == ([422] * 5, 429, 302)


def test_a_stranger_who_fails_does_not_lock_out_a_browser_that_was_signed_in_before(
    app: Flask, deps: Deps, mei: Person
) -> None:
    own, stranger = visitor(app, deps), visitor(app, deps)
    sign_in(own)
    own.post("/sign-out")
    for _ in range(5):
        sign_in(stranger, password="not it at all")

    assert (sign_in(stranger), sign_in(own)) == (429, 302)


def test_a_known_browser_is_known_for_its_own_person_alone(app: Flask, deps: Deps, mei: Person) -> None:
    own, jonas = visitor(app, deps), add_person(deps, "Jonas Weber")
    sign_in(own)
    own.post("/sign-out")
    tries = [sign_in(own, email=jonas.email, password="not it at all") for _ in range(6)]

    assert tries == [422] * 5 + [429]


def test_a_known_browser_may_not_guess_for_ever(app: Flask, deps: Deps, mei: Person) -> None:
    own = visitor(app, deps)
    sign_in(own)
    own.post("/sign-out")
    tries = [sign_in(own, password="not it at all") for _ in range(31)]

    assert tries == [422] * 30 + [429]


def test_a_new_password_makes_every_other_browser_a_stranger(app: Flask, deps: Deps, mei: Person) -> None:
    phone, desk, stranger = visitor(app, deps), visitor(app, deps), visitor(app, deps)
    sign_in(phone)
    sign_in(desk)
    desk.post("/account/password", old_password=PASSWORD, password="four quite unrelated words")
    desk.post("/sign-out")
    for _ in range(5):
        sign_in(stranger, password="not it at all")

    assert [sign_in(browser, password="four quite unrelated words") for browser in (phone, desk)] == [429, 302]


@pytest.mark.parametrize(
    ("proxies", "said", "kept"),
    [
        (0, "203.0.113.7", "127.0.0.1"),  # anybody may send that header
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # what stands before it came from the visitor
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "203.0.113.7", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "x" * 300, "x" * 45),
    ],
)
def test_behind_proxies_of_ours_a_visitor_has_the_address_they_saw(
    deps: Deps, proxies: int, said: str, kept: str
) -> None:
    behind = replace(deps, config=deps.config.model_copy(update={"trusted_proxies": proxies}))
    add_workspace(behind)
    guest = visitor(application(behind), behind)
    token = guest.token()

    guest.client.post(
        "/sign-in",
        data={"csrf_token": token, "email": "mei@northgauge.example", "password": "not it at all"},
        headers={"X-Forwarded-For": said, "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"},
    )

    with deps.sessions() as session:
        assert session.scalars(select(SignInAttempt.address)).all() == [kept]


def test_behind_a_proxy_one_visitor_who_guesses_does_not_close_the_desk_to_the_others(deps: Deps) -> None:
    behind = replace(deps, config=deps.config.model_copy(update={"trusted_proxies": 1}))
    add_workspace(behind)
    app, mei = application(behind), add_person(behind)
    guesser, own = visitor(app, behind), visitor(app, behind)
    guesser.client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.7"
    own.client.environ_base["HTTP_X_FORWARDED_FOR"] = "203.0.113.8"
    tries = [sign_in(guesser, email=f"n{n}@northgauge.example", password="not it at all") for n in range(31)]

    assert (tries[-1], sign_in(own, email=mei.email)) == (429, 302)


def test_signing_out_ends_the_session_on_the_server(app: Flask, deps: Deps, mei: Person) -> None:
    guest = visitor(app, deps, mei)
    cookie = guest.client.get_cookie(COOKIE)
    assert cookie is not None
    guest.post("/sign-out")
    guest.client.set_cookie(COOKIE, cookie.value)

    guest.get("/account", status=302)


def test_signing_in_again_ends_the_session_that_this_browser_had(app: Flask, deps: Deps, mei: Person) -> None:
    guest = visitor(app, deps, mei)
    cookie = guest.client.get_cookie(COOKIE)
    assert cookie is not None
    elsewhere = visitor(app, deps, mei)

    sign_in(guest)

    visitor_with_old_cookie = visitor(app, deps)
    visitor_with_old_cookie.client.set_cookie(COOKIE, cookie.value)
    visitor_with_old_cookie.get("/account", status=302)
    elsewhere.get("/account")


def test_a_session_ends_by_itself_when_it_is_not_used(app: Flask, deps: Deps, mei: Person, clock: Clock) -> None:
    guest = visitor(app, deps, mei)
    clock.forward(days=31)

    guest.get("/account", status=302)


def test_one_of_several_sign_ins_can_be_ended_from_another(app: Flask, deps: Deps, mei: Person) -> None:
    phone, desk = visitor(app, deps, mei), visitor(app, deps, mei)

    desk.post("/account/sessions/1/revocation")

    phone.get("/account", status=302)
    desk.get("/account")


def test_nobody_ends_the_sign_in_of_somebody_else(app: Flask, deps: Deps, mei: Person) -> None:
    other = visitor(app, deps, add_person(deps, "Jonas Weber"))
    own = visitor(app, deps, mei)

    other.post("/account/sessions/2/revocation")

    own.get("/account")


def test_a_new_password_ends_all_other_sign_ins(app: Flask, deps: Deps, mei: Person) -> None:
    phone, desk = visitor(app, deps, mei), visitor(app, deps, mei)

    desk.post("/account/password", old_password=PASSWORD, password="four quite unrelated words")

    phone.get("/account", status=302)
    assert sign_in(visitor(app, deps), password="four quite unrelated words") == 302


@pytest.mark.parametrize(
    ("target", "led_to"),
    [
        ("/queue?view=needs", "/queue?view=needs"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),  # browsers leave a tab out, and so does Python when it writes the address
        ("/ /evil.example", "/"),
    ],
)
def test_the_way_back_after_signing_in_stays_on_the_desk(
    app: Flask, deps: Deps, mei: Person, target: str, led_to: str
) -> None:
    answer = visitor(app, deps).post("/sign-in", email=mei.email, password=PASSWORD, next=target)

    assert answer.headers["Location"] == led_to


def test_a_character_that_no_database_keeps_is_left_out(app: Flask, deps: Deps, mei: Person) -> None:
    own = visitor(app, deps, mei)

    own.post("/account", name="Mei\x00 Wang", language="en", zone="Asia/Shanghai", theme="system")

    assert 'value="Mei Wang"' in own.get("/account")


@pytest.mark.parametrize("name", ["Mei\x07 Wang", "Mei \u202eWang\u202c", "Mei\r\nWang", " Mei \x1b Wang"])
def test_nobody_passes_for_somebody_else_by_characters_that_are_not_seen(
    app: Flask, deps: Deps, mei: Person, name: str
) -> None:
    own = visitor(app, deps, mei)

    own.post("/account", name=name, language="en", zone="Asia/Shanghai", theme="system")

    assert 'value="Mei Wang"' in own.get("/account")


def test_nobody_gets_a_role_by_a_field_that_a_form_does_not_have(app: Flask, deps: Deps, mei: Person) -> None:
    viewer = visitor(app, deps, add_person(deps, "Jonas Weber", Role.VIEWER))

    viewer.post(
        "/account", name="Jonas", language="en", zone="UTC", theme="system", roles="workspace_admin", person_id="1"
    )

    viewer.get("/team", status=403)
    assert viewer.post("/team/2/roles", roles="workspace_admin").status_code == 403


def test_signing_out_takes_a_form_of_ours(app: Flask, deps: Deps, mei: Person) -> None:
    own = visitor(app, deps, mei)

    assert own.client.post("/sign-out").status_code == 400
    assert own.client.get("/sign-out").status_code == 405
    own.get("/account")


def test_a_cookie_that_somebody_else_has_planted_is_not_the_one_after_signing_in(
    app: Flask, deps: Deps, mei: Person
) -> None:
    guest = visitor(app, deps)
    guest.client.set_cookie(COOKIE, "planted")
    sign_in(guest)

    kept = guest.client.get_cookie(COOKIE)
    assert kept is not None
    assert kept.value != "planted"


def test_every_answer_carries_the_strict_policy(app: Flask, deps: Deps) -> None:
    headers = visitor(app, deps).client.get("/sign-in").headers

    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
