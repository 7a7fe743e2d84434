"""Pages on channels without a live check: audited alone as soon as they are seen."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Response

from editorial.domain.workflow import Status
from editorial.services import page_looks
from editorial.services.deps import Deps
from editorial.store.audit import Audit, AuditTrigger
from tests.conftest import Clock
from tests.integration.distribution.sites import TITLE, Desk, make_desk, make_repository


class Reader:
    """A site whose generator is at work: `shows` is what its one page says, None while there is none."""

    def __init__(self, httpserver: HTTPServer) -> None:
        self.shows: str | None = None
        httpserver.expect_request("/posts/gateway/").respond_with_handler(lambda _: self._answer())

    def _answer(self) -> Response:
        return Response("", status=404) if self.shows is None else Response(self.shows, mimetype="text/html")


@pytest.fixture
def reader(httpserver: HTTPServer) -> Reader:
    return Reader(httpserver)


@pytest.fixture
def published(deps: Deps, tmp_path: Path, httpserver: HTTPServer, reader: Reader, clock: Clock) -> Desk:
    """A desk that has just pushed a page."""
    pattern = httpserver.url_for("/posts/{slug}/").replace("localhost", "127.0.0.1")
    desk = make_desk(deps, make_repository(tmp_path), url_pattern=pattern)
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()
    assert desk.item.status is Status.PUBLISHED
    return desk


def audits(deps: Deps) -> Sequence[Audit]:
    with deps.sessions() as session:
        return session.scalars(select(Audit)).all()


def minutes_pass(desk: Desk, clock: Clock, minutes: int) -> None:
    for _ in range(minutes):
        clock.forward(minutes=1)
        page_looks.look(desk.deps, page_looks.due(desk.deps))


def test_a_page_that_is_out_is_audited_alone(published: Desk, deps: Deps, reader: Reader, clock: Clock) -> None:
    reader.shows = f"<title>{TITLE}</title>"
    minutes_pass(published, clock, 1)

    (audit,) = audits(deps)
    assert (audit.trigger, audit.whole_site, audit.start_url) == (AuditTrigger.PUBLISH, False, published.item.url)


def test_it_is_audited_once(published: Desk, deps: Deps, reader: Reader, clock: Clock) -> None:
    reader.shows = f"<title>{TITLE}</title>"
    minutes_pass(published, clock, 20)

    assert len(audits(deps)) == 1


def test_a_page_that_comes_late_is_not_audited_before_it_is_there(
    published: Desk, deps: Deps, reader: Reader, clock: Clock
) -> None:
    minutes_pass(published, clock, 7)
    before = len(audits(deps))
    reader.shows = f"<title>{TITLE}</title>"
    minutes_pass(published, clock, 1)

    assert (before, len(audits(deps))) == (0, 1)


def test_another_page_at_its_address_is_not_its_page(published: Desk, deps: Deps, reader: Reader, clock: Clock) -> None:
    reader.shows = "<title>Something else</title>"
    minutes_pass(published, clock, 4)

    assert audits(deps) == []


def test_after_a_day_nobody_looks_any_more(published: Desk, deps: Deps, clock: Clock) -> None:
    clock.forward(minutes=1024)
    within = len(page_looks.due(deps))
    clock.forward(minutes=1024)

    assert (within, page_looks.due(deps)) == (1, [])


def test_looks_grow_apart(published: Desk, deps: Deps, clock: Clock) -> None:
    began, looked = clock(), []
    for _ in range(70):
        clock.forward(minutes=1)
        looked += [(clock() - began) // timedelta(minutes=1) for _ in page_looks.due(deps)]

    assert looked == [1, 2, 4, 8, 16, 32, 64]
