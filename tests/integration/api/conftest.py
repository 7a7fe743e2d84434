"""A desk, and programs that talk to it with a token."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from editorial.domain.people import Scope
from editorial.services import api_tokens
from editorial.services.deps import Deps
from editorial.store.people import Person
from tests.integration.plans import Desk, make_desk


@dataclass
class Program:
    """A program with a token, and no cookie."""

    client: FlaskClient
    secret: str

    def ask(self, path: str, *, status: int = 200, **options: Any) -> dict[str, Any]:
        return self._read(self.client.get(path, headers=self._headers(options), **options), status)

    def send(self, path: str, *, status: int = 200, key: str = "", **fields: Any) -> dict[str, Any]:
        return self._read(self.post(path, key=key, **fields), status)

    def post(self, path: str, *, key: str = "", **fields: Any) -> TestResponse:
        more = {"Idempotency-Key": key} if key else {}
        return self.client.post(path, json=fields, headers=self._headers({}) | more)

    def patch(self, path: str, *, status: int = 200, **fields: Any) -> dict[str, Any]:
        return self._read(self.client.patch(path, json=fields, headers=self._headers({})), status)

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        headers: dict[str, str] = options.pop("headers", {})
        return {"Authorization": f"Bearer {self.secret}"} | headers

    def _read(self, answer: TestResponse, status: int) -> dict[str, Any]:
        assert answer.status_code == status, f"{answer.status_code}: {answer.text[:600]}"
        assert answer.mimetype == "application/json"
        found: dict[str, Any] = answer.get_json()
        return found


Programs = Callable[..., Program]


@pytest.fixture
def desk(deps: Deps) -> Desk:
    """People, a site, a channel, nothing planned."""
    return make_desk(deps)


@pytest.fixture
def program(desk: Desk) -> Programs:
    """Make a program that acts as somebody; the administrator where nobody is named."""

    def make(person: Person | None = None, *, scope: Scope = Scope.WRITE, days: int | None = None) -> Program:
        with desk.deps.sessions.begin() as session:
            made = api_tokens.make(session, desk.deps, person or desk.admin, name="Robot", scope=scope, days=days)
        return Program(desk.app.test_client(), made.secret)

    return make
