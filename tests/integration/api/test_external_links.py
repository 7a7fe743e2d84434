"""Links to other sites, as programs see them and have them asked again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from editorial.__main__ import editorial
from editorial.domain.external import LinkState
from editorial.services import external_asking
from editorial.store.content import Site
from editorial.store.external import ExternalTarget
from tests.integration.api.conftest import Programs
from tests.integration.audit.outside import linked
from tests.integration.plans import Desk
from tests.integration.web.audited import BASE

GONE, THERE = "https://other.example/gone", "https://else.example/there"


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite alone; the queries are shown on both in tests/integration/store/test_external.py."""
    path = tmp_path / "editorial.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def site(desk: Desk) -> int:
    """A site with a link to what is not there and one to what nobody asked about."""
    with desk.deps.sessions() as session:
        site = session.scalars(select(Site.id)).one()
    linked(desk.deps, site, [(1, GONE), (2, GONE), (2, THERE)])
    external_asking.read_audits(external_asking.asking_of(desk.deps, lambda: False))
    with desk.deps.sessions.begin() as session:
        later = desk.deps.now().replace(year=2030)
        session.execute(update(ExternalTarget).values(due_at=later))
        broken = update(ExternalTarget).where(ExternalTarget.url == GONE)
        session.execute(broken.values(state=LinkState.BROKEN, answer="dns"))
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
