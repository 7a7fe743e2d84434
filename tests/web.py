"""What tests of pages share: an application on a test database, people of each role, a client that is signed in."""

import re
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.test import TestResponse

from editorial.app import create_app
from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.services import passwords, sign_in
from editorial.services.deps import Deps
from editorial.store.people import Person, PersonRole, Workspace
from editorial.web.guard import COOKIE

PASSWORD = "three unrelated words"


def application(deps: Deps, *, pseudo: bool = False, alone: bool = False) -> Flask:
    """The real application on test parts.

    Args:
        deps: the parts.
        pseudo: every translated text is bracketed.
        alone: it shares its routes with no other application, so that a test may add some.
    """
    own = alone or deps.config.trusted_proxies or not deps.config.secret_key.get_secret_value()
    app = create_app(deps.config, deps) if own else _like_another(deps)
    app.testing = True
    app.config["PSEUDO_LOCALE"] = pseudo
    app.jinja_env.bytecode_cache = _CompiledOnce()
    return app


_BUILT: dict[str, Flask] = {}


def _like_another(deps: Deps) -> Flask:
    """A copy of an application with the same settings, on parts of its own.

    To compile 120 routes and read their templates again costs 40 ms, in every one of a thousand tests.
    """
    settings = deps.config.model_dump_json(exclude={"instance_dir", "database_url"})
    settings += deps.config.secret_key.get_secret_value()
    if settings not in _BUILT:
        _BUILT[settings] = create_app(deps.config, deps)
    built = _BUILT[settings]
    app = copy(built)
    app.config = copy(built.config)
    app.config["STARTED_AT"] = deps.now()
    app.extensions = {**built.extensions, "editorial": deps}
    return app


def add_workspace(deps: Deps, *, zone: str = "Asia/Shanghai") -> None:
    """Set-up is done."""
    with deps.sessions.begin() as session:
        session.add(Workspace(id=1, name="Northgauge", language=Language.EN, zone=zone, created_at=deps.now()))


def add_person(
    deps: Deps,
    name: str = "Mei Lin",
    *roles: Role,
    language: Language = Language.EN,
    zone: str = "Asia/Shanghai",
    created_at: datetime | None = None,
) -> Person:
    """Somebody on the team; an administrator where no role is named."""
    with deps.sessions.begin() as session:
        person = Person(
            name=name,
            email=f"{name.lower().replace(' ', '.')}@northgauge.example",
            language=language,
            zone=zone,
            password_hash=passwords.hash_password(deps.config, PASSWORD),
            created_at=created_at or deps.now(),
            grants=[PersonRole(role=role) for role in roles or (Role.WORKSPACE_ADMIN,)],
        )
        session.add(person)
    return person


class _CompiledOnce(BytecodeCache):
    """The code of every template, compiled once a test process instead of once an application: 8 ms each."""

    _codes: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What an application before this one compiled; the bucket itself sees whether the file has changed."""
        if (code := self._codes.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next."""
        self._codes[bucket.key] = bucket.bytecode_to_string()


@dataclass
class Visitor:
    """A browser without JavaScript: keeps its cookies and sends the token of the page's forms."""

    client: FlaskClient

    def get(self, path: str, *, status: int = 200, **options: object) -> str:
        """The page's HTML."""
        answer = self.client.get(path, **options)
        assert answer.status_code == status, f"{path} answered {answer.status_code}: {answer.text[:500]}"
        return answer.text

    def post(self, path: str, /, **fields: object) -> TestResponse:
        """Send a form with a fresh token."""
        return self.client.post(path, data={"csrf_token": self.token(), **fields})

    def send(self, path: str, /, **fields: object) -> TestResponse:
        """Send a form as the page's scripts do, asking for JSON."""
        return self.client.post(
            path, data={"csrf_token": self.token(), **fields}, headers={"Accept": "application/json"}
        )

    def token(self) -> str:
        """The token that every page carries."""
        page = self.client.get("/sign-in", follow_redirects=True)
        found = re.search(r'data-csrf="([^"]+)"', page.text)
        assert found, page.text[:400]
        return found[1]


def visitor(app: Flask, deps: Deps, person: Person | None = None) -> Visitor:
    """A visitor, signed in as `person` if one is given."""
    client = app.test_client()
    if person is not None:
        with deps.sessions.begin() as session:
            _, token = sign_in.open_session(session, deps, person, address="127.0.0.1", agent="test")
        client.set_cookie(COOKIE, token)
    return Visitor(client)
