"""The pages of a site's links to other sites: the list, one target, asking again, the table for spreadsheets."""

import pytest
from flask import Flask
from sqlalchemy import select

from editorial.domain.external import LinkState
from editorial.domain.people import Role
from editorial.services.deps import Deps
from editorial.store.content import Site
from editorial.store.external import ExternalTarget
from editorial.store.history import HistoryEvent
from tests.conftest import Clock
from tests.integration.audit.outside import answered, due_later, read
from tests.integration.web.audited import BASE, add_site
from tests.web import Visitor, add_person, add_workspace, application, visitor

GONE, THERE = "https://other.example/gone", "https://else.example/there"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone; the queries are shown on both in tests/integration/store/test_external.py."""
    return sqlite_url


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def site(deps: Deps) -> int:
    """A site of two pages; both link to a target that is not there, one to one that is."""
    number = add_site(deps)
    read(deps, number, [(1, GONE), (2, GONE), (2, THERE)])
    answered(deps, GONE, LinkState.BROKEN, "404")
    answered(deps, THERE, LinkState.WORKS, "200")
    return number


@pytest.fixture
def reader(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Vera", Role.VIEWER))


def target(deps: Deps, url: str) -> ExternalTarget:
    with deps.sessions() as session:
        return session.scalars(select(ExternalTarget).where(ExternalTarget.url == url)).one()


def test_targets_are_listed_with_the_number_of_pages_that_link_to_them(reader: Visitor, site: int) -> None:
    listed = reader.get(f"/audits/sites/{site}/external-links")

    assert "2 targets outside the site." in listed
    assert listed.index("other.example") < listed.index("else.example")  # the worst first
    assert "broken link (1)" in listed


def test_the_list_is_filtered_by_state_and_text(reader: Visitor, site: int) -> None:
    works = reader.get(f"/audits/sites/{site}/external-links?state=works")
    nothing = reader.get(f"/audits/sites/{site}/external-links?q=nowhere")

    assert ("else.example" in works, "other.example" in works) == (True, False)
    assert "No target fits these filters." in nothing


def test_one_target_shows_who_links_to_it(reader: Visitor, deps: Deps, site: int) -> None:
    shown = reader.get(f"/audits/sites/{site}/external-links/{target(deps, GONE).id}")

    assert all(f">{path}<" in shown for path in ("/1", "/2"))
    assert "Ask again" not in shown  # a reader may not


def test_asking_again_makes_a_target_due_and_is_written_down(app: Flask, deps: Deps, site: int, clock: Clock) -> None:
    clock.forward(hours=1)
    number = target(deps, THERE).id
    due_later(deps)
    editor = visitor(app, deps, add_person(deps, "Edda", Role.EDITOR))

    editor.post(f"/audits/sites/{site}/external-links/{number}/asking")

    assert target(deps, THERE).due_at == clock.instant
    with deps.sessions() as session:
        assert (
            session.scalar(select(HistoryEvent.action).order_by(HistoryEvent.id.desc())) == "external_link.asked_again"
        )


def test_the_table_for_spreadsheets_has_a_row_for_each_target_or_link(reader: Visitor, site: int) -> None:
    lines = reader.get(f"/audits/sites/{site}/external-links.csv?state=broken").splitlines()

    links = reader.get(f"/audits/sites/{site}/external-links.csv?state=broken&by=link").splitlines()

    assert (len(lines), lines[1].split(",")[:4]) == (2, [GONE, "broken link", "404", "2"])
    assert [row.split(",")[:3] for row in links[1:]] == [[f"{BASE}{page}", "A source", GONE] for page in (1, 2)]


def test_the_table_is_sent_while_it_is_read(reader: Visitor, site: int) -> None:
    answer = reader.client.get(f"/audits/sites/{site}/external-links.csv")

    assert "Content-Length" not in answer.headers  # nobody knew it when the first row left


def test_an_empty_list_says_why(reader: Visitor, deps: Deps) -> None:
    number = add_site(deps)
    before = reader.get(f"/audits/sites/{number}/external-links")
    read(deps, number, [])

    assert "No links were read yet." in before
    assert "No page of this site links to another site." in reader.get(f"/audits/sites/{number}/external-links")


def test_a_site_that_is_switched_off_says_that_nobody_is_asked(reader: Visitor, deps: Deps, site: int) -> None:
    with deps.sessions.begin() as session:
        session.get_one(Site, site).external_links = False

    assert "Nobody is asked at the moment" in reader.get(f"/audits/sites/{site}/external-links")


def test_the_form_of_a_site_switches_it_off(app: Flask, deps: Deps) -> None:
    number = add_site(deps)
    admin = visitor(app, deps, add_person(deps, "Ada", Role.CHANNEL_ADMIN))
    form = {
        "name": "Docs",
        "base_url": BASE,
        "language": "en",
        "zone": "Asia/Shanghai",
        "audit_weekday": "0",
        "audit_time": "05:00",
        "mail_time": "08:00",
        "active": "on",
        "version": "1",
    }

    assert 'name="external_links" checked' in admin.get(f"/sites/{number}")
    admin.post(f"/sites/{number}", **form)

    with deps.sessions() as session:
        assert session.get_one(Site, number).external_links is False


def test_a_place_that_does_not_exist_is_refused(reader: Visitor, site: int) -> None:
    assert "does not exist" in reader.get(f"/audits/sites/{site}/external-links?after=x", status=422)
