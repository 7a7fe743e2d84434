"""From the plan to the page: the desk as it is started pushes at the minute, Hugo builds, the desk sees it live."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
import requests
from bs4 import BeautifulSoup

from editorial.adapters.catalog import Catalogs
from editorial.domain.jobs import JobState
from editorial.domain.workflow import Status
from editorial.services.deps import Deps
from editorial.store import migrate
from editorial.store.base import make_engine, make_sessions
from tests.conftest import SCRIPTS, settings
from tests.hugo_site import hugo_site
from tests.integration.distribution.sites import (
    DESCRIPTION,
    TITLE,
    Desk,
    Repository,
    add_item,
    make_desk,
    make_repository,
)
from tests.integration.distribution.test_serve import address, serving

MINUTE = timedelta(minutes=1)
ITEMS = 3
A_LEASE = 300.0  # seconds until somebody else takes up what was being sent, and a bit


def until(happened: Callable[[], bool], seconds: float) -> datetime:
    """When it happened; it is looked for every hundredth of a second."""
    deadline, pause = monotonic() + seconds, threading.Event()
    while not happened():
        assert monotonic() < deadline, "it did not happen in time"
        pause.wait(0.01)
    return datetime.now(UTC)


def seeded(folder: Path, repository: Repository, site_url: str, *, live_check: bool) -> Desk:
    """The database of a desk that nobody has started yet."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'editorial.sqlite'}"
    engine = make_engine(url)
    migrate.to_revision(engine, SCRIPTS)
    deps = Deps(
        config=settings(folder, url, instance_dir=folder),
        sessions=make_sessions(engine),
        now=lambda: datetime.now(UTC),
        token=partial(secrets.token_urlsafe, 32),
        catalogs=Catalogs(),
        scripts=SCRIPTS,
        worker="planner",
    )
    return make_desk(deps, repository, url_pattern=f"{site_url}/posts/{{slug}}/", live_check=live_check)


@pytest.mark.timeout(240)
def test_a_scheduled_item_is_pushed_at_its_minute_and_its_page_is_built_and_seen(tmp_path: Path) -> None:
    with hugo_site(tmp_path / "site") as site:
        repository = Repository(site.folder / "site.git")
        desk = seeded(tmp_path / "desk", repository, site.url, live_check=True)
        with serving(tmp_path / "desk", EDITORIAL_ALLOW_PRIVATE="127.0.0.0/8") as program:
            url = address(program)
            due = (datetime.now(UTC) + timedelta(seconds=5)).replace(second=0, microsecond=0) + MINUTE
            desk.schedule(at=due)
            arrived = until(lambda: len(repository.commits()) == 2, 90)
            site.build()
            until(lambda: desk.job.state is JobState.SUCCEEDED, 30)
            health = requests.get(f"{url}/healthz", timeout=10)
        page = BeautifulSoup((site.folder / "public" / "posts" / "gateway" / "index.html").read_text(), "html.parser")

    committed = datetime.fromtimestamp(repository.commits()[0].commit_time, UTC)
    print(f"planned {due:%H:%M:%S}, commit says {committed:%H:%M:%S}, there after {(arrived - due).total_seconds()} s")
    assert timedelta(0) <= arrived - due < timedelta(seconds=2)
    assert timedelta(0) <= committed - due < timedelta(seconds=2)
    assert page.title is not None
    assert page.title.get_text() == TITLE
    assert page.find("meta", attrs={"name": "description"})["content"] == DESCRIPTION  # type: ignore[index]
    assert page.find("link", rel="canonical")["href"] == f"{site.url}/posts/gateway/"  # type: ignore[index]
    assert (desk.item.status, desk.item.url) == (Status.PUBLISHED, f"{site.url}/posts/gateway/")
    assert health.json()["status"] == "ok"


@pytest.mark.timeout(600)
def test_killed_and_started_again_the_desk_pushes_each_item_once(tmp_path: Path) -> None:
    repository = make_repository(tmp_path)
    desk = seeded(tmp_path / "desk", repository, "https://www.example.com", live_check=False)
    with desk.deps.sessions.begin() as session:
        others = [add_item(desk.deps, session, 1, desk.publisher, f"piece-{n}") for n in range(ITEMS - 1)]
        session.flush()
        desks = [desk, *(replace(desk, item_id=item.id) for item in others)]
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=8)
    for number, each in enumerate(desks):
        each.schedule(at=start + timedelta(seconds=2 * number))
    with serving(tmp_path / "desk") as program:
        address(program)
        until(lambda: len(repository.commits()) == 2, 60)
        program.kill()  # between the push and what comes after it, or nearly
    with serving(tmp_path / "desk") as program:
        address(program)
        until(lambda: {each.job.state for each in desks} == {JobState.SUCCEEDED}, A_LEASE)

    keys = [len(repository.with_key(each.job.idem_key)) for each in desks]
    assert (keys, len(repository.commits())) == ([1] * ITEMS, ITEMS + 1)
