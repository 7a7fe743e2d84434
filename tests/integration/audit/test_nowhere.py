"""What a site answers where nothing is tells its error pages, in whatever language."""

from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import select

from editorial.services.audit_output import judged_pages
from editorial.store.audit import Audit, AuditFailure, AuditUrl
from editorial.store.base import Sessions
from tests.integration.audit.conftest import Answer, Web, audit_address, links, page

pytestmark = pytest.mark.thorough

GONE = page("Leider nichts", "<p>Diese Seite gibt es bei uns nicht mehr, vielleicht hilft die Suche.</p>")


def answering(answer: Answer) -> object:
    """Says the same wherever nothing is planted, but for what crawlers ask first."""

    def act(handler: BaseHTTPRequestHandler) -> Answer | None:
        return None if handler.path in ("/robots.txt", "/sitemap.xml") else answer

    return act


def soft(sessions: Sessions, audit: Audit) -> dict[str, list[str]]:
    """Paths that fail soft-404, and the evidence as it is read again from the stored facts."""
    with sessions() as session:
        of_page = (AuditUrl.audit_id == AuditFailure.audit_id) & (AuditUrl.no == AuditFailure.no)
        wanted = select(AuditUrl.url).join(AuditFailure, of_page).where(AuditFailure.rule == "soft-404")
        stored = set(session.scalars(wanted.where(AuditFailure.audit_id == audit.id)))
        again = {
            judged.facts.url: [text for failure in outcome.failures for text in failure.evidence]
            for judged in judged_pages(session, audit)
            for outcome in judged.outcomes
            if outcome.rule == "soft-404" and outcome.failures
        }
    assert stored == set(again)
    return {"/" + url.split("/", 3)[3]: evidence for url, evidence in again.items()}


def test_a_page_with_the_text_of_nowhere_is_an_error_page(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/shop", "/gone", "/away"))
    web.pages["/shop"] = page("Shop")
    web.redirect("/away", "/gone")
    web.other = answering(GONE)  # type: ignore[assignment]

    audit = audit_address(desk, web.url + "/")

    assert soft(desk, audit) == {"/gone": ["Leider nichts: one page of a site for tests", web.url + web.nowhere]}
    assert web.paths().count(web.nowhere) == 1


def test_an_app_whose_first_page_answers_everything_has_no_error_pages_for_that(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/shop", "/team"))
    web.other = answering(web.pages["/"])  # type: ignore[assignment]

    assert soft(desk, audit_address(desk, web.url + "/")) == {}


@pytest.mark.parametrize("status", [302, 404, 410, 500])
def test_an_answer_that_is_an_error_or_leads_elsewhere_tells_nothing(web: Web, desk: Sessions, status: int):
    web.pages["/"] = page("Home", links("/gone"))
    web.pages["/gone"] = GONE
    web.pages[web.nowhere] = Answer(GONE.body, status, GONE.headers | ({"Location": "/gone"} if status == 302 else {}))

    assert soft(desk, audit_address(desk, web.url + "/")) == {}
    assert web.paths().count(web.nowhere) == 1


def test_robots_txt_is_obeyed_even_where_nothing_is(web: Web, desk: Sessions):
    web.pages["/"] = page("Home")
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /no-such", headers={"Content-Type": "text/plain"})

    audit_address(desk, web.url + "/")

    assert web.paths() == ["/robots.txt", "/sitemap.xml", "/"]


def test_a_first_page_that_redirects_holds_nothing_up(web: Web, desk: Sessions):
    web.redirect("/", "/en/")
    web.pages["/en/"] = page("Home", links("/gone"))
    web.other = answering(GONE)  # type: ignore[assignment]

    audit = audit_address(desk, web.url + "/")

    assert audit.stop_reason == "complete"
    assert set(soft(desk, audit)) == {"/gone"}
