"""A channel with a live check: handed over is not yet live."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from werkzeug import Request, Response

from editorial.adapters.channels.live import seen_live
from editorial.domain.addresses import NOTHING_PRIVATE, AllowList
from editorial.domain.jobs import JobState
from editorial.domain.workflow import Status
from editorial.services.deps import Deps
from editorial.store.audit import Audit, AuditTrigger
from tests.conftest import Clock
from tests.integration.distribution.sites import TITLE, Desk, make_desk, make_repository

LOOPBACK = AllowList.of(["127.0.0.0/8"])


@pytest.fixture
def desk(deps: Deps, tmp_path: Path, httpserver: HTTPServer) -> Desk:
    """A desk whose site is built by somebody else, on this machine."""
    pattern = httpserver.url_for("/posts/{slug}/").replace("localhost", "127.0.0.1")
    return make_desk(deps, make_repository(tmp_path), live_check=True, url_pattern=pattern)


def test_until_its_page_is_seen_a_job_is_accepted_and_its_item_scheduled(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    assert (desk.job.state, desk.item.status) == (JobState.ACCEPTED, Status.SCHEDULED)


def test_when_its_page_is_seen_the_job_succeeds(desk: Desk, clock: Clock, httpserver: HTTPServer) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()
    httpserver.expect_request("/posts/gateway/").respond_with_data(f"<title>{TITLE}</title>", content_type="text/html")
    clock.forward(seconds=10)
    desk.reap()

    assert (desk.job.state, desk.item.status) == (JobState.SUCCEEDED, Status.PUBLISHED)
    assert "seen_at" in (desk.job.evidence or {})


def test_a_page_that_was_seen_is_audited_alone(desk: Desk, deps: Deps, clock: Clock, httpserver: HTTPServer) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()
    httpserver.expect_request("/posts/gateway/").respond_with_data(f"<title>{TITLE}</title>", content_type="text/html")
    clock.forward(seconds=10)
    desk.reap()

    with deps.sessions() as session:
        audit = session.scalars(select(Audit)).one()
    assert (audit.trigger, audit.whole_site, audit.start_url) == (AuditTrigger.PUBLISH, False, desk.job.external_url)
    assert audit.site_id == desk.item.site_id


def test_a_page_that_does_not_appear_in_time_gets_a_visible_reason(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()
    clock.forward(minutes=31)
    desk.reap()

    assert desk.job.state is JobState.ACCEPTED
    assert desk.reason.params["url"] == desk.job.external_url


@pytest.mark.parametrize(
    ("status", "body", "seen"), [(200, "... key-1 ...", True), (200, "x", False), (404, "key-1", False)]
)
def test_a_page_is_seen_when_it_answers_200_with_our_key(
    httpserver: HTTPServer, status: int, body: str, seen: bool
) -> None:
    httpserver.expect_request("/p/").respond_with_data(body, status=status)
    url = httpserver.url_for("/p/").replace("localhost", "127.0.0.1")

    assert seen_live(url, ["key-1"], LOOPBACK) is seen


def test_a_page_inside_a_private_network_is_not_looked_at(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/p/").respond_with_data("key-1")
    url = httpserver.url_for("/p/").replace("localhost", "127.0.0.1")

    assert not seen_live(url, ["key-1"], NOTHING_PRIVATE)
    assert httpserver.log == []


def test_escaped_titles_count(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/p/").respond_with_data("<h1>R&amp;D &#8220;x&#8221;</h1>")
    url = httpserver.url_for("/p/").replace("localhost", "127.0.0.1")

    assert seen_live(url, ["R&D “x”"], LOOPBACK)


def test_a_page_that_breaks_off_is_not_seen_yet(httpserver: HTTPServer) -> None:
    def broken_off(_: Request) -> Response:
        return Response(b"key-1 and no gzip", headers={"Content-Encoding": "gzip"})

    httpserver.expect_request("/p/").respond_with_handler(broken_off)
    url = httpserver.url_for("/p/").replace("localhost", "127.0.0.1")

    assert not seen_live(url, ["key-1"], LOOPBACK)


def test_a_page_that_drips_is_left_after_a_while(httpserver: HTTPServer) -> None:
    dripping = threading.Event()

    def drip() -> Iterator[bytes]:
        while not dripping.wait(0.05):
            yield b"."

    httpserver.expect_request("/p/").respond_with_handler(lambda _: Response(drip()))
    url = httpserver.url_for("/p/").replace("localhost", "127.0.0.1")
    seen = seen_live(url, ["key-1"], LOOPBACK, whole=0.3)  # the page goes on until we say so
    dripping.set()

    assert not seen
