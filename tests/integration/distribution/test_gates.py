"""Gates before a job goes out: the draft of a page, and the live page that others point at."""

from dataclasses import replace

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from editorial.domain.messages import Message
from editorial.services.deps import Deps
from editorial.services.gates import draft_says, page_says
from editorial.services.pieces import piece_of
from editorial.store import content
from editorial.store.content import ContentType
from tests.conftest import Clock
from tests.integration.distribution.sites import TITLE, Desk

FORM = (
    '<form action="/send"><label>Name <input name="name"></label><label>Company <input name="company"></label>'
    '<label>E-mail <input type="email" name="email"></label><button>Get the whitepaper</button></form>'
)
PAGE = "<!doctype html><title>{title}</title><p>{key}</p>{more}"


@pytest.fixture
def live(desk: Desk, clock: Clock, deps: Deps, httpserver: HTTPServer) -> str:
    """The desk's item, published by its git channel, at an address of this machine. Returns the address."""
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()
    url = httpserver.url_for("/posts/gateway/").replace("localhost", "127.0.0.1")
    with deps.sessions.begin() as session:
        content.get_item(session, desk.item_id).url = url
    return url


def _serve(server: HTTPServer, more: str = "", *, key: str = "", title: str = "Another", status: int = 200) -> None:
    page = PAGE.format(title=title, key=key, more=more)
    server.clear()
    server.expect_request("/posts/gateway/").respond_with_data(page, status=status, content_type="text/html")


def _says(desk: Desk, clock: Clock) -> Message | None:
    clock.forward(minutes=2)  # what was seen a moment ago is believed for a minute
    return page_says(desk.deps, desk.item)


def test_an_item_that_is_not_out_has_no_page(desk: Desk) -> None:
    says = page_says(desk.deps, desk.item)

    assert says is not None
    assert "not out yet" in says.id


def test_a_page_with_our_key_may_be_pointed_at(desk: Desk, live: str, clock: Clock, httpserver: HTTPServer) -> None:
    _serve(httpserver, key=desk.job.idem_key)

    assert _says(desk, clock) is None


def test_a_theme_that_shows_no_key_is_known_by_the_title(
    desk: Desk, live: str, clock: Clock, httpserver: HTTPServer
) -> None:
    _serve(httpserver, title=TITLE)

    assert _says(desk, clock) is None


def test_a_page_of_somebody_else_is_not_ours(desk: Desk, live: str, clock: Clock, httpserver: HTTPServer) -> None:
    _serve(httpserver)
    says = _says(desk, clock)

    assert says is not None
    assert (says.id, says.params) == ("%(url)s does not show this item yet.", {"url": live})


@pytest.mark.parametrize("status", [404, 500, 204])
def test_a_page_that_does_not_answer_200_is_told(
    desk: Desk, live: str, clock: Clock, httpserver: HTTPServer, status: int
) -> None:
    _serve(httpserver, status=status)
    says = _says(desk, clock)

    assert says is not None
    assert says.params["status"] == status


def test_nobody_there_is_told(desk: Desk, live: str, deps: Deps, clock: Clock) -> None:
    with deps.sessions.begin() as session:
        content.get_item(session, desk.item_id).url = "http://127.0.0.1:9/posts/gateway/"
    says = _says(desk, clock)

    assert says is not None
    assert says.id == "%(url)s does not answer."


@pytest.mark.parametrize("how", ["meta", "header"])
def test_a_page_closed_to_search_engines_is_told(
    desk: Desk, live: str, clock: Clock, httpserver: HTTPServer, how: str
) -> None:
    tag = '<meta name="robots" content="noindex">' if how == "meta" else ""
    headers = {"X-Robots-Tag": "noindex"} if how == "header" else {}
    body = f"<!doctype html><head><title>{TITLE}</title>{tag}</head>"
    httpserver.expect_request("/posts/gateway/").respond_with_data(body, headers=headers, content_type="text/html")
    says = _says(desk, clock)

    assert says is not None
    assert says.params["engines"] == ["Google", "Bing", "Baidu"]


@pytest.mark.parametrize(
    ("more", "open_"),
    [
        ("", False),
        ('<form role="search"><input name="q"></form>', False),
        (FORM, True),
        ('<script src="https://js.hsforms.net/forms/v2.js"></script>', True),
        ('<script src="https://nothsforms.net/x.js"></script>', False),
    ],
)
@pytest.mark.usefixtures("live")
def test_content_that_must_win_leads_needs_a_form(
    desk: Desk, clock: Clock, httpserver: HTTPServer, more: str, open_: bool
) -> None:
    with desk.deps.sessions.begin() as session:
        item = content.get_item(session, desk.item_id)
        kind = session.get(ContentType, item.type_id)
        assert kind is not None
        kind.needs_lead_form = True
    _serve(httpserver, more, title=TITLE)

    assert (_says(desk, clock) is None) is open_


def test_a_page_is_asked_once_a_minute(desk: Desk, live: str, clock: Clock, httpserver: HTTPServer) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.path)
        return Response(PAGE.format(title=TITLE, key="", more=""), content_type="text/html")

    httpserver.expect_request("/posts/gateway/").respond_with_handler(answer)
    item = desk.item
    for seconds in (0, 20, 20, 30):
        clock.forward(seconds=seconds)
        assert page_says(desk.deps, item) is None

    assert len(asked) == 2


def test_a_private_address_is_not_asked(
    desk: Desk, live: str, deps: Deps, clock: Clock, httpserver: HTTPServer
) -> None:
    _serve(httpserver, title=TITLE)
    closed = replace(deps, config=deps.config.model_copy(update={"allow_private": ""}))
    clock.forward(minutes=2)

    assert page_says(closed, desk.item) is not None


def test_a_draft_with_a_link_to_our_own_machine_is_held(desk: Desk) -> None:
    item = desk.item
    piece = replace(piece_of(item, desk.deps.now(), update=False), body="[x](http://localhost:1313/)")
    says = draft_says(desk.deps, item, piece)

    assert says is not None
    assert str(says.params["place"]).startswith("http://localhost:1313/")


def test_a_draft_of_a_site_inside_a_private_network_may_link_to_it(desk: Desk, deps: Deps) -> None:
    with deps.sessions.begin() as session:
        site = content.get_item(session, desk.item_id).site
        assert site is not None
        site.base_url = "http://127.0.0.1:8000/"
    item = desk.item
    piece = replace(
        piece_of(item, desk.deps.now(), update=False), html='<p><a href="http://127.0.0.1:8000/guide">guide</a></p>'
    )

    assert draft_says(desk.deps, item, piece) is None


def test_a_good_draft_goes(desk: Desk) -> None:
    item = desk.item

    assert draft_says(desk.deps, item, piece_of(item, desk.deps.now(), update=False)) is None
