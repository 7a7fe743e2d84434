"""Links to other sites, as programs see them and have them asked again."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from editorial.__main__ import editorial
from editorial.domain.external import LinkState
from editorial.store.content import Site
from tests.integration.api.conftest import Programs
from tests.integration.audit.outside import answered, due_later, read
from tests.integration.plans import Desk
from tests.integration.web.audited import BASE

GONE, THERE = "https://other.example/gone", "https://else.example/there"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone; the queries are shown on both in tests/integration/store/test_external.py."""
    return sqlite_url


@pytest.fixture
def site(desk: Desk) -> int:
    """A site with a link to what is not there and one to what nobody asked about."""
    with desk.deps.sessions() as session:
        site = session.scalars(select(Site.id)).one()
    read(desk.deps, site, [(1, GONE), (2, GONE), (2, THERE)])
    answered(desk.deps, GONE, LinkState.BROKEN, "dns")
    due_later(desk.deps)
    return site


def test_a_program_reads_targets_and_has_one_asked_again(desk: Desk, program: Programs, site: int) -> None:
    robot = program()
    first = robot.ask(f"/api/v1/sites/{site}/external-links?limit=1")
    rest = robot.ask(f"/api/v1/sites/{site}/external-links?after={first['next']}")
    (broken,), (unasked,) = first["targets"], rest["targets"]

    asked = robot.send(f"/api/v1/sites/{site}/external-links/{broken['id']}/ask")

    assert (broken["url"], broken["says"], broken["pages"]) == (GONE, "no such host", 2)
    assert (unasked["state"], first["total"], rest["next"]) == ("unasked", 2, None)
    assert [page["url"] for page in asked["linked_from"]] == [f"{BASE}1", f"{BASE}2"]
    assert asked["due_at"] < broken["due_at"]


def test_the_command_prints_the_same(desk: Desk, site: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("editorial.__main__.make_deps", lambda _: desk.deps)
    monkeypatch.setattr("editorial.__main__.read_config", lambda: desk.deps.config)

    def run(*words: str) -> str:
        return CliRunner().invoke(editorial, ["--lang", "en", "external-links", *words]).stdout

    assert "broken link  no such host  2 pages  " + GONE in run()
    assert [one["url"] for one in json.loads(run("--state", "unasked", "--format", "json"))] == [THERE]
    assert run("--text", "gone", "--format", "csv").splitlines()[1].startswith(GONE)
