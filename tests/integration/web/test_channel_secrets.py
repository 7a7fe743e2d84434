"""The secrets of a channel on its pages: typed, made, shown once, and never told again."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from editorial.domain.people import Role
from editorial.services import credentials
from editorial.services.deps import Deps
from editorial.store import history
from editorial.store.distribution import Channel
from tests.integration.web.audited import add_site
from tests.receiver import Receiver
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def admin(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Cara", Role.CHANNEL_ADMIN))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def typed(site_id: int, url: str, **others: object) -> dict[str, object]:
    """What somebody types to connect a webhook."""
    fields: dict[str, object] = {
        "kind": "webhook",
        "name": "Hook",
        "site": site_id,
        "url": url,
        "does": "page",
        "url_pattern": "",
        "remembers_hours": "0",
        "timeout": "20",
        "late_ok_minutes": "60",
    }
    return fields | others


def the_channel(deps: Deps) -> Channel:
    with deps.sessions() as session:
        return session.scalars(select(Channel)).one()


@pytest.fixture
def made(admin: Visitor, deps: Deps, receiver: Receiver) -> str:
    """The answer to connecting a webhook without a secret of one's own."""
    return admin.post("/channels", **typed(add_site(deps), receiver.url)).text


def test_a_secret_that_may_be_left_empty_is_not_demanded_by_the_browser(admin: Visitor, deps: Deps) -> None:
    add_site(deps)

    page = BeautifulSoup(admin.get("/channels/new?kind=webhook"), "html.parser")

    secret = page.find("input", attrs={"name": "secret-secret"})
    assert secret is not None
    assert not secret.has_attr("required")


def secret_on(page: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    assert found is not None
    return found[0]


def test_a_made_secret_is_shown_in_the_answer_itself(made: str, deps: Deps) -> None:
    assert credentials.opened(deps, the_channel(deps)) == {"secret": secret_on(made)}


def test_it_is_kept_by_no_browser(admin: Visitor, deps: Deps, receiver: Receiver) -> None:
    answer = admin.post("/channels", **typed(add_site(deps), receiver.url))

    assert answer.headers["Cache-Control"] == "no-store"


def test_no_page_shows_it_again(made: str, admin: Visitor, deps: Deps) -> None:
    channel_id = the_channel(deps).id
    pages = [admin.get(path) for path in ("/channels", f"/channels/{channel_id}", f"/channels/{channel_id}/preview")]

    assert not [page for page in pages if secret_on(made).removeprefix("whsec_") in page]
    assert "Nobody can read it again." in pages[1]
    assert "Cara" in pages[1]


def test_a_secret_that_is_none_comes_back_with_its_error_and_without_itself(
    admin: Visitor, deps: Deps, receiver: Receiver
) -> None:
    answer = admin.post("/channels", **typed(add_site(deps), receiver.url, **{"secret-secret": "hunter2"}))

    assert answer.status_code == 422
    assert "This is no signing secret." in answer.text
    assert "hunter2" not in answer.text


def test_another_is_made_while_the_old_one_signs_along(made: str, admin: Visitor, deps: Deps) -> None:
    channel = the_channel(deps)
    answer = admin.post(f"/channels/{channel.id}/secrets/secret", **{"version": channel.version, "overlap-secret": "2"})

    opened = credentials.opened(deps, the_channel(deps))
    assert opened["secret"] == secret_on(answer.text)
    assert opened["secret.previous"] == secret_on(made)


@pytest.mark.parametrize("hours", ["", "-1", "721", "soon"])
def test_hours_that_make_no_sense_change_nothing(made: str, admin: Visitor, deps: Deps, hours: str) -> None:
    channel = the_channel(deps)
    answer = admin.post(
        f"/channels/{channel.id}/secrets/secret", **{"version": channel.version, "overlap-secret": hours}
    )

    assert answer.status_code == 422
    assert credentials.opened(deps, the_channel(deps)) == {"secret": secret_on(made)}


def test_who_may_only_read_replaces_none(made: str, app: Flask, deps: Deps) -> None:
    channel = the_channel(deps)
    reader = visitor(app, deps, add_person(deps, "Vera", Role.VIEWER))
    answer = reader.post(
        f"/channels/{channel.id}/secrets/secret", **{"version": channel.version, "overlap-secret": "2"}
    )

    assert answer.status_code == 403


def test_history_holds_no_secret(made: str, deps: Deps) -> None:
    channel = the_channel(deps)
    with deps.sessions() as session:
        events = history.of_entity(session, "channel", channel.id)

    assert {event.action for event in events} == {"channel.created", "channel.secrets_changed"}
    assert secret_on(made) not in str([(event.before, event.after) for event in events])


def test_enter_in_a_field_saves_and_makes_no_secret(made: str, admin: Visitor, deps: Deps) -> None:
    """A browser presses the first button that belongs to a form."""
    page = BeautifulSoup(admin.get(f"/channels/{the_channel(deps).id}"), "html.parser")
    form = page.select_one("form:has(#f-url)")
    assert form is not None
    own = [button for button in form.select("button[type=submit]") if not button.get("form")]

    assert [button.get_text(strip=True) for button in own] == ["Save"]
