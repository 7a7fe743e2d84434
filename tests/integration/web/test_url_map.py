"""No route without a permission, no POST without CSRF protection, on every address there is."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from editorial.app import create_app
from editorial.domain.people import Permission
from editorial.services.deps import Deps
from editorial.web.guard import permission_of
from tests.web import add_person, add_workspace, application, visitor

PUBLIC = {
    "assets.file",
    "health.healthz",
    "people.welcome_page",
    "people.welcome_sent",
    "people.sign_in_page",
    "people.sign_in_sent",
    "mail.unsubscribe_page",
    "mail.unsubscribed",
    "team.invitation_page",
    "team.invitation_taken_up",
    "team.forgotten_page",
    "team.forgotten_sent",
    "team.password_page",
    "team.password_set",
    "api.document.document",  # what may be asked, and nothing of the team's
}
ONE_CLICK = {
    "mail.unsubscribed"
}  # RFC 8058: mail programs post there without a session; a signed token stands in for it
API = "/api/"  # opened by a token and by no cookie, so nobody's browser can be made to ask there in their name


def addresses(app: Flask) -> Iterator[tuple[str, str, frozenset[str]]]:
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:(\w+):)?\w+>", lambda place: "1" if place[1] == "int" else "x", rule.rule)
        yield rule.endpoint, path, frozenset(rule.methods or ())


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


def test_every_route_names_a_permission(app: Flask) -> None:
    silent = [endpoint for endpoint, _, _ in addresses(app) if permission_of(app, endpoint) is None]

    assert silent == []


def test_only_the_routes_listed_here_are_public(app: Flask) -> None:
    public = {endpoint for endpoint, _, _ in addresses(app) if permission_of(app, endpoint) is Permission.PUBLIC}

    assert public == PUBLIC


def test_a_stranger_is_sent_to_the_sign_in_by_every_other_page(app: Flask, deps: Deps) -> None:
    stranger = visitor(app, deps)

    let_in = [
        path
        for endpoint, path, methods in addresses(app)
        if endpoint not in PUBLIC
        and not path.startswith(API)
        and "GET" in methods
        and "/sign-in" not in stranger.client.get(path).headers.get("Location", "")
    ]

    assert let_in == []


def test_every_post_without_a_token_is_refused(app: Flask, deps: Deps) -> None:
    person = visitor(app, deps, add_person(deps))

    accepted = [
        (path, person.client.post(path).status_code)
        for endpoint, path, methods in addresses(app)
        if "POST" in methods
        and not path.startswith(API)
        and endpoint not in ONE_CLICK
        and person.client.post(path).status_code != 400
    ]

    assert accepted == []


def test_no_address_takes_other_ways_of_changing_things(app: Flask) -> None:
    pages, programs = {"GET", "HEAD", "OPTIONS", "POST"}, {"GET", "HEAD", "OPTIONS", "POST", "PATCH"}

    assert all(methods <= (programs if path.startswith(API) else pages) for _, path, methods in addresses(app))


def test_no_cookie_opens_the_api(app: Flask, deps: Deps) -> None:
    person = visitor(app, deps, add_person(deps))

    let_in = [
        (path, method)
        for endpoint, path, methods in addresses(app)
        if path.startswith(API) and endpoint not in PUBLIC
        for method in methods - {"HEAD", "OPTIONS"}
        if person.client.open(path, method=method).status_code != 401
    ]

    assert let_in == []


def test_the_wsgi_start_needs_no_clock(deps: Deps) -> None:
    assert create_app(deps.config, deps).url_map is not None
