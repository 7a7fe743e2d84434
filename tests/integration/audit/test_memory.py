"""What an audit remembers of the one before: over a real server, on both databases."""

import pytest
from sqlalchemy import select

from editorial.domain.workflow import Status
from editorial.services import audit_pages
from editorial.store.audit import Finding
from editorial.store.base import Sessions
from editorial.store.content import ContentItem
from tests.integration.audit.conftest import Answer, Web, audit_site, links, make_site, page
from tests.integration.audit.test_findings import make_item

pytestmark = pytest.mark.thorough

DEMO = (
    "<form action='/sent' method='post'><label>Work e-mail<input type='email' name='email'></label>"
    "<label>Company<input name='company'></label><a href='/privacy'>Privacy</a><button>Request a demo</button></form>"
)
CLOSED = '<meta name="robots" content="noindex">'


def found(sessions: Sessions, rule: str) -> dict[str, tuple[str, str]]:
    """State and severity of a rule's findings, by path."""
    with sessions() as session:
        rows = session.scalars(select(Finding).where(Finding.rule == rule))
        return {"/" + row.url.split("/", 3)[3]: (str(row.state), row.severity) for row in rows}


def plant(web: Web) -> None:
    """A home page, a page with a lead form and a page to read."""
    web.pages["/"] = page("Home", links("/demo", "/guide"))
    web.pages["/demo"] = page("Demo", DEMO)
    web.pages["/guide"] = page("Guide")
    web.pages["/privacy"] = page("Privacy")


def test_a_page_that_was_closed_is_missed_until_it_is_open_again(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)
    assert found(sessions, "noindex-regression") == {}

    web.pages["/guide"] = page("Guide", head=CLOSED)
    audit_site(sessions, site)
    assert found(sessions, "noindex-regression") == {"/guide": ("new", "error")}

    audit_site(sessions, site)
    assert found(sessions, "noindex-regression")["/guide"][0] == "persisting"

    web.pages["/guide"] = page("Guide")
    audit_site(sessions, site)
    assert found(sessions, "noindex-regression")["/guide"][0] == "fixed"


def test_a_lead_form_that_vanished_is_missed_until_it_is_back(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)

    web.pages["/demo"] = page("Demo")
    audit_site(sessions, site)
    assert found(sessions, "form-lead-vanished") == {"/demo": ("new", "error")}

    audit_site(sessions, site)
    assert found(sessions, "form-lead-vanished")["/demo"][0] == "persisting"

    web.pages["/demo"] = page("Demo", DEMO)
    audit_site(sessions, site)
    assert found(sessions, "form-lead-vanished")["/demo"][0] == "fixed"


def test_a_page_that_gave_no_answer_in_between_is_remembered_from_before(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)
    web.pages["/demo"] = Answer(b"busy", 403)
    audit_site(sessions, site)
    assert found(sessions, "form-lead-vanished") == {}

    web.pages["/demo"] = page("Demo")
    audit_site(sessions, site)

    assert found(sessions, "form-lead-vanished") == {"/demo": ("new", "error")}


def test_a_sitemap_and_the_plan_say_that_a_page_was_meant_to_be_found(web: Web, sessions: Sessions):
    plant(web)
    locations = f"<url><loc>{web.url}/guide</loc></url>"
    web.pages["/robots.txt"] = Answer(f"Sitemap: {web.url}/sitemap.xml".encode())
    web.pages["/sitemap.xml"] = Answer(f"<urlset>{locations}</urlset>".encode())
    web.pages["/guide"] = page("Guide", head=CLOSED)
    web.pages["/demo"] = page("Demo", DEMO, head=CLOSED)
    web.pages["/privacy"] = page("Privacy", head=CLOSED)
    site = make_site(sessions, web.url + "/")
    item = make_item(sessions, site, web.url + "/demo")
    with sessions.begin() as session:
        session.get_one(ContentItem, item).status = Status.PUBLISHED

    audit_site(sessions, site)

    assert {path: severity for path, (_, severity) in found(sessions, "noindex-page").items()} == {
        "/guide": "error",
        "/demo": "error",
        "/privacy": "notice",
    }


def test_what_robots_txt_closes_is_told_with_its_line(web: Web, sessions: Sessions):
    plant(web)
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /guide\n")
    site = make_site(sessions, web.url + "/")

    audit_site(sessions, site)

    assert found(sessions, "blocked-by-robots") == {"/guide": ("new", "notice")}


def test_a_bot_check_that_answers_200_is_coverage_that_lacks_and_no_defect(web: Web, sessions: Sessions):
    plant(web)
    check = b"<title>Just a moment...</title><script>window._cf_chl_opt = {}</script>"
    web.pages["/guide"] = Answer(check, headers={"Content-Type": "text/html", "cf-mitigated": "challenge"})
    site = make_site(sessions, web.url + "/")

    audit = audit_site(sessions, site)

    with sessions() as session:
        hidden = audit_pages.coverage(session, audit).hidden
        rules = set(session.scalars(select(Finding.rule).where(Finding.url.endswith("/guide"))))
    assert [(part.says.id, part.count) for part in hidden] == [("A bot check or firewall answered", 1)]
    assert rules == {"response-access-denied"}


def test_many_canonicals_to_the_home_page_are_a_template(web: Web, sessions: Sessions):
    home = '<link rel="canonical" href="/">'
    web.pages["/"] = page("Home", links("/a", "/b", "/c"))
    for name in "abc":
        web.pages[f"/{name}"] = page(name, head=home)
    site = make_site(sessions, web.url + "/")

    audit_site(sessions, site)

    assert {severity for _, severity in found(sessions, "canonical-to-home").values()} == {"error"}


def test_a_circle_and_a_broken_redirect_are_told_on_the_address_that_begins_them(web: Web, sessions: Sessions):
    web.pages["/"] = page("Home", links("/round", "/old"))
    web.pages["/round"] = Answer(status=301, headers={"Location": "/back"})
    web.pages["/back"] = Answer(status=302, headers={"Location": "/round"})
    web.pages["/old"] = Answer(status=301, headers={"Location": "/gone"})
    site = make_site(sessions, web.url + "/")

    audit_site(sessions, site)

    assert set(found(sessions, "redirect-loop")) == {"/round"}
    assert set(found(sessions, "redirect-to-error")) == {"/old"}
    assert set(found(sessions, "response-4xx")) == {"/gone"}
