"""How a site is crawled, as programs read and set it."""

import pytest
from sqlalchemy import select

from editorial.domain.crawl_options import CrawlOptions
from editorial.domain.people import Role, Scope
from editorial.services import sites
from editorial.store.content import Site
from editorial.store.history import HistoryEvent
from tests.integration.api.conftest import Programs
from tests.integration.plans import Desk
from tests.web import add_person


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone: the form of a site is shown on both."""
    return sqlite_url


def test_a_program_changes_what_it_sends_and_nothing_else(desk: Desk, program: Programs) -> None:
    robot = program()
    before = robot.ask("/api/v1/sites/1")
    sent = {"rate": 5, "include": ["/blog/*", "/docs/*"], "only_path": True, "max_hours": 3}
    first = robot.patch("/api/v1/sites/1", version=before["version"], crawl=sent, external_links=False)
    second = robot.patch("/api/v1/sites/1", version=first["version"], crawl={"rate": None, "include": ["/blog/*"]})

    assert first["crawl"] == before["crawl"] | sent
    assert second["crawl"] == before["crawl"] | {"include": ["/blog/*"], "only_path": True, "max_hours": 3}
    assert (second["external_links"], second["version"]) == (False, before["version"] + 2)
    assert {name: second[name] for name in ("name", "base_url", "zone", "audit_time")} == {
        name: before[name] for name in ("name", "base_url", "zone", "audit_time")
    }
    with desk.deps.sessions() as session:
        written = session.scalars(select(HistoryEvent.action).where(HistoryEvent.entity == "site")).all()
    assert written == ["site.changed"] * 2


def test_every_setting_of_the_form_is_there(desk: Desk, program: Programs) -> None:
    columns = {name.removeprefix("crawl_") for name in sites.CRAWL_LIMITS}

    assert set(program().ask("/api/v1/sites/1")["crawl"]) == columns | set(vars(CrawlOptions()))


@pytest.mark.parametrize(
    ("crawl", "field"),
    [
        ({"include": ["/ok/*", "blog"]}, "crawl.include"),
        ({"exclude": ["re:("]}, "crawl.exclude"),
        ({"include": ["/x" * 400]}, "crawl.include"),
        ({"max_depth": 501}, "crawl.max_depth"),
        ({"rate": 0}, "crawl.rate"),
        ({"max_pages": "5"}, "crawl.max_pages"),
        ({"subdomains": None}, "crawl.subdomains"),
        ({"max_hours": 10**400}, "crawl.max_hours"),
        ({"rate": 10**400}, "crawl.rate"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_place(
    desk: Desk, program: Programs, crawl: dict[str, object], field: str
) -> None:
    robot = program()
    before = robot.ask("/api/v1/sites/1")
    refused = robot.patch("/api/v1/sites/1", version=before["version"], crawl=crawl | {"only_path": True}, status=422)

    assert refused["error"]["field"] is not None
    assert refused["error"]["field"].startswith(field)
    assert robot.ask("/api/v1/sites/1") == before


def test_an_older_version_is_told_what_is_there_now(desk: Desk, program: Programs) -> None:
    robot = program()
    old = robot.ask("/api/v1/sites/1")["version"]
    robot.patch("/api/v1/sites/1", version=old, crawl={"max_depth": 9})
    error = robot.patch("/api/v1/sites/1", version=old, crawl={"max_depth": 7}, status=409)["error"]

    assert (error["code"], error["yours"]["crawl"]) == ("stale_version", {"max_depth": 7})
    assert error["theirs"] == {"version": old + 1, "crawl": {"max_depth": 9}}


def test_who_may_read_may_not_change(desk: Desk, program: Programs) -> None:
    robot, reader = program(add_person(desk.deps, "Cora", Role.EDITOR)), program(scope=Scope.READ)
    version = robot.ask("/api/v1/sites/1")["version"]

    for one in (robot, reader):
        assert one.patch("/api/v1/sites/1", version=version, status=403)["error"]["code"] == "not_allowed"
    with desk.deps.sessions() as session:
        assert session.get_one(Site, 1).version == version
