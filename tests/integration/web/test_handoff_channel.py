"""A hand-off channel as people set it up and look at it."""

import pytest
from flask import Flask
from sqlalchemy import select

from editorial.domain.jobs import Health, Nature
from editorial.domain.people import Role
from editorial.services.deps import Deps
from editorial.store.distribution import Channel
from tests.integration.web.audited import add_site
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def admin(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Cara", Role.CHANNEL_ADMIN))


def _typed(site_id: int, **others: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "kind": "handoff",
        "name": "X",
        "site": site_id,
        "service": "x",
        "does": "points",
        "text_limit": "0",
        "asked": "",
        "instructions": "Sign in as the company.",
        "late_ok_minutes": "1440",
    }
    return fields | others


def test_its_form_begins_with_a_day_for_its_person(admin: Visitor, deps: Deps) -> None:
    add_site(deps)
    page = admin.get("/channels/new?kind=handoff")

    assert 'value="1440"' in page
    assert "Who is asked" in page


def test_it_is_connected_and_needs_no_network(admin: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    answer = admin.post("/channels", **_typed(site))
    with deps.sessions() as session:
        channel = session.scalars(select(Channel)).one()

    assert answer.status_code == 302
    assert (channel.nature, channel.health) == (Nature.POINTING, Health.OK)
    assert (channel.late_ok_minutes, channel.settings["service"]) == (1440, "x")


@pytest.mark.parametrize("wrong", [{"asked": "Li Na"}, {"text_limit": "many"}, {"service": "myspace"}, {"does": ""}])
def test_what_cannot_be_is_refused_beside_its_field(admin: Visitor, deps: Deps, wrong: dict[str, object]) -> None:
    page = admin.post("/channels", **_typed(add_site(deps), **wrong))

    assert page.status_code == 422
    assert "Sign in as the company." in page.text
