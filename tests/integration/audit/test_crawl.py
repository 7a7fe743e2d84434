"""Crawls over a real server with real worker programs."""

import os
import signal
import threading
from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import select

from editorial.audit.crawl.pool import WorkerPool
from editorial.domain.addresses import AllowList
from editorial.store.audit import Audit, AuditFile, AuditPage, AuditState, AuditUrl
from editorial.store.base import Sessions
from tests.integration.audit.conftest import Answer, Web, audit_address, links, page

pytestmark = pytest.mark.thorough


def robots(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, {"Content-Type": "text/plain"})


def before_pages(web: Web) -> list[str]:
    """What a crawl asks for before any page where robots.txt names no sitemap: once each."""
    return ["/robots.txt", "/sitemap.xml", web.nowhere]


def pages_of(sessions: Sessions, audit: Audit) -> dict[str, AuditPage]:
    """Pages of an audit by their path."""
    wanted = select(AuditUrl.url, AuditPage).join(
        AuditPage, (AuditPage.audit_id == AuditUrl.audit_id) & (AuditPage.no == AuditUrl.no)
    )
    with sessions() as session:
        rows = session.execute(wanted.where(AuditUrl.audit_id == audit.id))
        return {"/" + url.split("/", 3)[3]: found for url, found in rows}


def test_a_crawl_finds_its_way_and_ends(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/a", "b", "/a#part", "https://elsewhere.example/"))
    web.pages["/a"] = page("A", links("/"))
    web.pages["/b"] = page("B", links("/c?utm_source=x"))
    web.pages["/c?utm_source=x"] = page("C")

    audit = audit_address(desk, web.url + "/")

    assert (audit.state, audit.stop_reason, audit.fetched, audit.coverage) == (AuditState.DONE, "complete", 4, 1.0)
    assert sorted(web.paths()) == sorted(["/", "/a", "/b", "/c?utm_source=x", *before_pages(web)])
    assert web.agents == {"EditorialBot/0.1"}


def test_robots_txt_is_obeyed_and_kept(web: Web, desk: Sessions):
    web.pages["/robots.txt"] = robots("User-agent: EditorialBot\nDisallow: /private\nAllow: /private/open\n")
    web.pages["/"] = page("Home", links("/private/a", "/private/open"))
    web.pages["/private/open"] = page("Open")

    audit = audit_address(desk, web.url + "/")

    assert "/private/a" not in web.paths()
    assert pages_of(desk, audit)["/private/a"].error == "robots"
    with desk() as session:
        kept = session.scalars(select(AuditFile).where(AuditFile.kind == "robots")).one()
    assert (kept.kind, kept.status, b"/private" in kept.content) == ("robots", 200, True)


@pytest.mark.parametrize(("status", "tries"), [(429, 1), (500, 3), (503, 3)])
def test_a_robots_txt_that_cannot_be_read_stops_the_site(web: Web, desk: Sessions, status: int, tries: int):
    """An error may pass, so it is asked for twice more; who says "too many requests" is not asked again."""
    web.pages["/robots.txt"] = robots("", status)
    web.pages["/"] = page()

    audit = audit_address(desk, web.url + "/")

    assert (audit.state, audit.stop_reason, audit.stop_detail) == (
        AuditState.FAILED,
        "robots_unreachable",
        str(status),
    )
    assert web.paths() == ["/robots.txt"] * tries


def test_a_robots_txt_that_asks_for_a_pause_gets_it(web: Web, desk: Sessions):
    web.pages["/robots.txt"] = Answer(b"", 503, {"Retry-After": "1"})
    web.pages["/"] = page()

    audit_address(desk, web.url + "/")

    first, second, third = (at for _, at in web.asked)
    assert min(second - first, third - second) > 0.95  # seconds


def test_a_robots_txt_that_asks_for_a_long_pause_is_not_asked_again(web: Web, desk: Sessions):
    web.pages["/robots.txt"] = Answer(b"", 503, {"Retry-After": "86400"})

    audit = audit_address(desk, web.url + "/")

    assert (audit.stop_reason, web.paths()) == ("robots_unreachable", ["/robots.txt"])


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_robots_txt_that_is_not_there_allows_everything(web: Web, desk: Sessions, status: int):
    web.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /", status)
    web.pages["/"] = page()

    assert audit_address(desk, web.url + "/").state is AuditState.DONE


def test_a_robots_txt_may_redirect(web: Web, desk: Sessions):
    web.redirect("/robots.txt", "/r/robots.txt")
    web.pages["/r/robots.txt"] = robots("User-agent: *\nDisallow: /a")
    web.pages["/"] = page("Home", links("/a"))

    audit_address(desk, web.url + "/")

    assert "/a" not in web.paths()


def test_a_start_that_robots_txt_forbids_is_said(web: Web, desk: Sessions):
    web.pages["/robots.txt"] = robots("User-agent: *\nDisallow: /")

    audit = audit_address(desk, web.url + "/")

    assert (audit.state, audit.stop_reason, web.paths()) == (AuditState.FAILED, "robots_forbids", ["/robots.txt"])


def test_sitemaps_of_robots_txt_seed_the_crawl(web: Web, desk: Sessions):
    web.pages["/robots.txt"] = robots(f"Sitemap: {web.url}/index.xml")
    web.pages["/index.xml"] = Answer(
        f"<sitemapindex><sitemap><loc>{web.url}/map.xml</loc></sitemap></sitemapindex>".encode()
    )
    web.pages["/map.xml"] = Answer(
        f"<urlset><url><loc> {web.url}/hidden?a=1&amp;b=2 </loc></url>"
        "<url><loc>https://elsewhere.example/</loc></url></urlset>".encode()
    )
    web.pages["/"] = page("Home")
    web.pages["/hidden?a=1&b=2"] = page("Hidden")

    audit = audit_address(desk, web.url + "/")

    assert audit.html_pages == 2


def test_sitemaps_keep_the_pace_too(web: Web, desk: Sessions):
    names = [f"/{place}.xml" for place in range(6)]
    web.pages["/robots.txt"] = robots("\n".join(f"Sitemap: {web.url}{name}" for name in names))
    web.pages["/"] = page("Home")

    audit_address(desk, web.url + "/", rate=20.0)

    times = [at for path, at in web.asked if path in names]
    assert times[-1] - times[0] > 0.05 * 5 * 0.9  # seconds


def test_a_robots_txt_that_leads_inside_closes_the_site(web: Web, desk: Sessions):
    web.redirect("/robots.txt", web.url.replace("127.0.0.1", "127.0.0.2") + "/robots.txt")
    web.pages["/"] = page()

    audit = audit_address(desk, web.url + "/", allow=AllowList.of(["127.0.0.1"]))

    assert (audit.stop_reason, audit.stop_detail, web.paths()) == ("robots_unreachable", "address", ["/robots.txt"])


def test_a_redirect_is_a_page_of_its_own_and_its_target_is_fetched_once(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/old", "/older", "/new"))
    web.redirect("/older", "/old", 301)
    web.redirect("/old", "/new", 301)
    web.pages["/new"] = page("New")

    found = pages_of(desk, audit_address(desk, web.url + "/"))

    assert web.paths().count("/new") == 1
    assert {path: (row.status, row.final_url.removeprefix(web.url)) for path, row in found.items()} == {
        "/": (200, "/"),
        "/new": (200, "/new"),
        "/old": (200, "/new"),
        "/older": (200, "/new"),
    }
    assert [path for path, row in found.items() if row.is_html] == ["/", "/new"]


def test_circles_of_redirects_end(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/a", "/self", "/x"))
    web.redirect("/a", "/b")
    web.redirect("/b", "/a")
    web.redirect("/self", "/self")
    web.redirect("/x", "/x?utm_source=y")
    web.pages["/x?utm_source=y"] = page("X")

    audit = audit_address(desk, web.url + "/")

    errors = {path: row.error for path, row in pages_of(desk, audit).items()}
    assert errors == {"/": None, "/a": "redirect-loop", "/b": "redirect-loop", "/self": "redirect-loop", "/x": None}


def test_a_redirect_out_of_the_site_is_not_followed(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/out"))
    web.redirect("/out", "http://127.0.0.2:1/")

    found = pages_of(desk, audit_address(desk, web.url + "/"))

    assert (found["/out"].status, found["/out"].final_url) == (302, "http://127.0.0.2:1/")


def test_nofollow_links_are_not_followed(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", '<a rel="nofollow" href="/a">a</a>' + links("/b"))
    web.pages["/b"] = page("B", links("/c"), head='<meta name="robots" content="nofollow">')

    audit_address(desk, web.url + "/")

    assert sorted(web.paths()) == sorted(["/", "/b", *before_pages(web)])


def test_the_cap_on_pages_is_kept_and_said(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links(*(f"/{place}" for place in range(50))))

    audit = audit_address(desk, web.url + "/", max_pages=10)

    assert (audit.state, audit.stop_reason, audit.fetched) == (AuditState.STOPPED, "page_cap", 10)
    assert len(web.asked) == 10 + len(before_pages(web))
    assert len(set(web.paths())) == len(web.asked)
    assert audit.known == 51


def test_the_rate_is_kept(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links(*(f"/{place}" for place in range(8))))

    audit_address(desk, web.url + "/", rate=20.0)

    after_start = web.asked[1:]  # the first waited for its worker program to start
    took = after_start[-1][1] - after_start[0][1]
    assert took > 0.05 * (len(after_start) - 1) / 2  # seconds; half, as a busy machine may hear of the first one late


def test_a_crawl_delay_slows_a_crawl_down(web: Web, desk: Sessions):
    web.pages["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 0.2")
    web.pages["/"] = page("Home", links("/a", "/b"))

    audit_address(desk, web.url + "/")

    times = [at for path, at in web.asked if path not in ("/robots.txt", "/sitemap.xml")]
    assert times[-1] - times[0] > 0.2 * (len(times) - 1) / 2  # seconds; as above


def test_no_more_connections_than_allowed(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links(*(f"/{place}" for place in range(40))))

    audit_address(desk, web.url + "/", connections=2, workers=2)

    assert web.at_once <= 2


def test_a_429_is_waited_for_and_asked_again(web: Web, desk: Sessions):
    def busy(handler: BaseHTTPRequestHandler) -> None:
        web.pages["/a"] = page("A")
        handler.send_response(429)
        handler.send_header("Retry-After", "1")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    web.pages["/"] = page("Home", links("/a"))
    web.pages["/a"] = Answer(act=busy)

    found = pages_of(desk, audit_address(desk, web.url + "/"))

    assert found["/a"].status == 200
    first, second = (at for path, at in web.asked if path == "/a")
    assert second - first >= 0.95


def test_a_pause_longer_than_we_wait_stops_the_crawl(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/a"))
    web.pages["/a"] = Answer(b"", 429, {"Retry-After": "86400"})

    audit = audit_address(desk, web.url + "/")

    assert (audit.state, audit.stop_reason, audit.stop_detail) == (AuditState.STOPPED, "blocked", "429 86400")


def test_a_long_pause_asked_for_where_nothing_is_stops_the_crawl_as_well(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/a"))
    web.pages[web.nowhere] = Answer(b"", 503, {"Retry-After": "3600"})

    audit = audit_address(desk, web.url + "/")

    assert (audit.stop_reason, audit.stop_detail) == ("blocked", "503 3600")
    assert "/a" not in web.paths()


def test_a_site_that_refuses_us_is_left_alone(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links(*(f"/{place}" for place in range(100))))
    for place in range(100):
        web.pages[f"/{place}"] = Answer(b"challenge", 403)

    audit = audit_address(desk, web.url + "/", rate=500.0)

    assert audit.stop_reason == "blocked"
    assert len(web.asked) < 100


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<p>half")
    handler.close_connection = True


def test_a_page_that_fails_does_not_stop_its_neighbours(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/bad", "/a", "/b"))
    web.pages["/bad"] = Answer(act=hang_up)
    web.pages["/a"] = page("A")
    web.pages["/b"] = page("B")

    audit = audit_address(desk, web.url + "/")

    assert {path: row.error for path, row in pages_of(desk, audit).items()} == {
        "/": None,
        "/bad": "reset",
        "/a": None,
        "/b": None,
    }
    assert web.paths().count("/bad") == 3  # once, and two more tries


def test_a_start_that_does_not_answer_is_said(web: Web, desk: Sessions):
    web.pages["/"] = Answer(act=hang_up)

    audit = audit_address(desk, web.url + "/")

    assert (audit.state, audit.stop_reason, audit.stop_detail) == (AuditState.FAILED, "start_unreachable", "reset")


def test_a_private_address_is_not_audited_unless_opened(web: Web, desk: Sessions):
    audit = audit_address(desk, web.url + "/", allow=AllowList())

    assert (audit.stop_reason, audit.stop_detail, web.asked) == ("start_unreachable", "address", [])


def test_a_page_that_costs_too_much_is_inconclusive_and_alone(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/dear", *(f"/{place}" for place in range(20))))
    web.pages["/dear"] = page("Dear", "<p><b><i>" * 600_000)
    for place in range(20):
        web.pages[f"/{place}"] = page(f"Page {place}")

    audit = audit_address(desk, web.url + "/", page_cpu=0.15)

    found = pages_of(desk, audit)
    assert found["/dear"].error == "overrun"
    assert set(found["/dear"].outcomes) == {"I"}
    assert [row.error for path, row in found.items() if path != "/dear"] == [None] * 21
    assert audit.stop_reason == "complete"


def test_a_worker_that_is_killed_costs_nothing(web: Web, desk: Sessions):
    """SIGKILL while requests of its are on the wire: another program asks for them again."""
    pools: list[WorkerPool] = []
    killed = threading.Event()

    def kill(handler: BaseHTTPRequestHandler) -> None:
        if not killed.is_set():
            killed.set()
            os.kill(pools[0].pids[0], signal.SIGKILL)
        handler.close_connection = True

    web.pages["/"] = page("Home", links(*(f"/{place}" for place in range(30))))
    for place in range(30):
        web.pages[f"/{place}"] = page(f"Page {place}")
    web.pages["/7"] = Answer(act=kill)

    audit = audit_address(desk, web.url + "/", started=pools.append)

    found = pages_of(desk, audit)
    assert killed.is_set()
    assert audit.stop_reason == "complete"
    assert len(found) == 31
    assert {path: row.error for path, row in found.items() if row.error} in ({}, {"/7": "reset"})


def test_no_worker_outlives_its_crawl(web: Web, desk: Sessions):
    pids: list[int] = []
    web.pages["/"] = page()

    audit_address(desk, web.url + "/", workers=2, started=lambda pool: pids.extend(pool.pids))

    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert len(pids) == 2
