"""Nobody waits for a slow hash: while a password is hashed or checked, everybody else may write."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask import Flask

from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.services import team, welcome
from editorial.services.deps import Deps
from editorial.services.team import Invitation
from editorial.store.people import Person
from tests.conftest import settings
from tests.web import PASSWORD, add_person, add_workspace, application, visitor

ANSWERS = {"name": "Li Hang", "password": "four quite unrelated words", "language": "en", "zone": "Asia/Shanghai"}
Token = Callable[[Deps, Person], str]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone: it has one writer at a time, so a lock held meanwhile shows."""
    return sqlite_url


@pytest.fixture
def hashed(deps: Deps, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was hashed or verified; each time another program writes."""
    seen: list[str] = []

    def beside_a_writer(name: str) -> None:
        slow = getattr(PasswordHasher, name)

        def watched(self: PasswordHasher, *args: str) -> object:
            other = sqlite3.connect(deps.config.database.removeprefix("sqlite:///"), timeout=0)
            other.execute("BEGIN IMMEDIATE")
            other.close()
            seen.append(name)
            return slow(self, *args)

        monkeypatch.setattr(PasswordHasher, name, watched)

    for name in ("hash", "verify"):
        beside_a_writer(name)
    return seen


def password_token(deps: Deps, person: Person) -> str:
    with deps.sessions.begin() as session:
        return team.password_link(session, deps, person, None).url.rsplit("=", 1)[1]


def invitation_token(deps: Deps, person: Person) -> str:
    wanted = Invitation("Li Hang", "li@northgauge.example", frozenset({Role.EDITOR}), Language.EN)
    with deps.sessions.begin() as session:
        return team.invite(session, deps, person, wanted).url.rsplit("=", 1)[1]


@pytest.mark.parametrize(("path", "token"), [("/password", password_token), ("/invitation", invitation_token)])
def test_at_a_link(deps: Deps, path: str, token: Token, hashed: list[str]) -> None:
    add_workspace(deps)
    person = add_person(deps)
    hashed.clear()

    answer = visitor(application(deps), deps).post(path, token=token(deps, person), **ANSWERS)

    assert (answer.status_code, hashed) == (302, ["hash"])


def test_at_the_set_up(deps: Deps, hashed: list[str]) -> None:
    link = welcome.invitation_link(deps)
    assert link is not None

    answer = visitor(application(deps), deps).post(
        "/welcome", token=link.rsplit("=", 1)[1], email="mei@northgauge.example", team="", **ANSWERS
    )

    assert (answer.status_code, hashed) == (302, ["hash"])


def test_at_a_sign_in_that_renews_an_old_hash(deps: Deps, tmp_path, hashed: list[str]) -> None:
    add_workspace(deps)
    person = add_person(deps)
    today = replace(deps, config=settings(tmp_path, deps.config.database, password_rounds=2))
    app: Flask = application(today)
    hashed.clear()

    answer = visitor(app, today).post("/sign-in", email=person.email, password=PASSWORD)

    assert (answer.status_code, hashed) == (302, ["verify", "hash"])
