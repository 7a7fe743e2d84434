"""A small site with each defect of a whole site planted once, crawled twice."""

import pytest
from sqlalchemy import select

from editorial.audit.site_rules import SITE_RULES
from editorial.audit.summary import Judged
from editorial.services.audit_output import judged_pages
from editorial.store.audit import Audit, AuditFile, Finding, FindingHistory
from editorial.store.base import Sessions
from tests.integration.audit.conftest import Answer, Web, audit_address, audit_site, links, make_site, page

SITE_WIDE = {rule.id for rule in SITE_RULES}
WORDS = " ".join(f"word{number}" for number in range(80))
ALTERNATE = '<link rel="alternate" hreflang="{}" href="{}">'
CANONICAL = '<link rel="canonical" href="{}">'


def text(body: bytes) -> Answer:
    return Answer(body, headers={"Content-Type": "text/plain"})


def plant(web: Web) -> None:
    """Every page but the sitemap's is linked from the first."""
    web.pages = {
        "/robots.txt": text(
            f"User-agent: *\nDisallow: private\nSitemap: {web.url}/map.xml\nSitemap: {web.url}/none.xml".encode()
        ),
        "/map.xml": text(
            "<urlset>{}</urlset>".format(
                "".join(f"<url><loc>{web.url}{path}</loc></url>" for path in ("/", "/lost", "/gone", "/a", "/b"))
            ).encode()
        ),
        "/": page("Home", links("/a", "/b", "/c", "/d", "/e", "/en", "/zh", "/copy", "/copy2", "/old")),
        "/a": page("Text a", f"<p>A {WORDS}</p>", CANONICAL.format("/old")),
        "/b": page("Text b", f"<p>B {WORDS}</p>", CANONICAL.format("/gone")),
        "/c": page("Text c", f"<p>C {WORDS}</p>", CANONICAL.format("/hidden")),
        "/d": Answer(
            page("Text d", "<p>About d.</p>").body.replace(b"About Text d.", b"One description."), headers=HTML
        ),
        "/e": Answer(
            page("Text e", "<p>About e.</p>").body.replace(b"About Text e.", b"One description."), headers=HTML
        ),
        "/hidden": page("Hidden", "<p>Hidden.</p>", '<meta name="robots" content="noindex">'),
        "/en": page("English", "<p>In English.</p>", ALTERNATE.format("zh", web.url + "/zh")),
        "/zh": page("Chinese", "<p>In Chinese.</p>"),
        "/copy": Answer(page("Copy one", f"<p>{WORDS}</p>").body.replace(b"<h1>Copy one</h1>", b""), headers=HTML),
        "/copy2": Answer(page("Copy two", f"<p>{WORDS}</p>").body.replace(b"<h1>Copy two</h1>", b""), headers=HTML),
        "/new": page("New", "<p>New.</p>"),
        "/lost": page("Lost", "<p>Lost.</p>"),
    }
    web.redirect("/old", "/new", 301)


HTML = {"Content-Type": "text/html; charset=utf-8"}
PLANTED = {
    ("canonical-to-redirect", "/a"),
    ("canonical-to-error", "/b"),
    ("canonical-to-noindex", "/c"),
    ("description-duplicate", "/d"),
    ("description-duplicate", "/e"),
    ("content-exact-duplicate", "/copy"),
    ("content-exact-duplicate", "/copy2"),
    ("link-to-redirect", "/"),
    ("page-orphan", "/lost"),
    ("hreflang-no-return", "/en"),
    ("sitemap-http-error", "/none.xml"),
    ("sitemap-url-non200", "/gone"),
    ("sitemap-missing-page", "/"),
    ("robots-syntax", "/robots.txt"),
}


def open_findings(desk: Sessions, web: Web) -> set[tuple[str, str]]:
    with desk() as session:
        rows = session.execute(select(Finding.rule, Finding.url).where(Finding.state.in_(("new", "persisting"))))
        return {(row.rule, row.url.removeprefix(web.url)) for row in rows if row.rule in SITE_WIDE}


def changes(desk: Sessions, web: Web, audit: Audit) -> set[tuple[str, str, str]]:
    with desk() as session:
        rows = session.execute(
            select(FindingHistory.event, Finding.rule, Finding.url)
            .join(Finding, Finding.id == FindingHistory.finding_id)
            .where(FindingHistory.audit_id == audit.id)
        )
        return {(str(row.event), row.rule, row.url.removeprefix(web.url)) for row in rows if row.rule in SITE_WIDE}


def test_each_planted_defect_is_found_and_no_other(web: Web, desk: Sessions):
    plant(web)

    audit_site(desk, make_site(desk, web.url + "/"))

    assert open_findings(desk, web) == PLANTED


def test_of_two_mended_defects_and_a_new_one_the_next_audit_says_just_that(web: Web, desk: Sessions):
    plant(web)
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)
    web.pages["/zh"] = page("Chinese", "<p>In Chinese.</p>", ALTERNATE.format("en", web.url + "/en"))
    robots = web.pages["/robots.txt"].body
    web.pages["/robots.txt"] = text(robots.replace(b"private", b"/private"))
    web.pages["/lost2"] = page("Lost too", "<p>Lost too.</p>")
    sitemap = web.pages["/map.xml"].body
    web.pages["/map.xml"] = text(
        sitemap.replace(b"</urlset>", f"<url><loc>{web.url}/lost2</loc></url></urlset>".encode())
    )

    second = audit_site(desk, site)

    assert changes(desk, web, second) == {
        ("fixed", "hreflang-no-return", "/en"),
        ("fixed", "robots-syntax", "/robots.txt"),
        ("newly_discovered", "page-orphan", "/lost2"),
    }


def test_a_capped_crawl_proves_no_orphan_and_mends_nothing(web: Web, desk: Sessions):
    plant(web)
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)
    web.pages["/"] = page("Home", links("/lost"))

    capped = audit_site(desk, site, max_pages=4)

    fixed = {(rule, path) for event, rule, path in changes(desk, web, capped) if event == "fixed"}
    assert capped.stop_reason == "page_cap"
    assert ("page-orphan", "/lost") not in fixed
    assert ("content-exact-duplicate", "/copy") not in fixed


@pytest.mark.thorough
def test_a_robots_txt_that_closes_the_site_is_a_finding_of_the_audit_that_failed(web: Web, desk: Sessions):
    site = make_site(desk, web.url + "/")
    web.pages["/"] = page("Home")
    web.pages["/robots.txt"] = text(b"User-agent: *\nDisallow: /")
    audit_site(desk, site)

    assert open_findings(desk, web) == {("robots-blocks-all", "/robots.txt")}

    web.pages["/robots.txt"] = text(b"User-agent: *\nDisallow:")
    audit_site(desk, site)

    assert open_findings(desk, web) == set()


def test_a_robots_txt_that_answers_503_is_a_finding_until_it_is_back(web: Web, desk: Sessions):
    site = make_site(desk, web.url + "/")
    web.pages["/"] = page("Home")
    web.pages["/robots.txt"] = Answer(b"", 503)
    audit_site(desk, site)

    assert open_findings(desk, web) == {("robots-5xx", "/robots.txt")}

    del web.pages["/robots.txt"]
    audit_site(desk, site)

    assert open_findings(desk, web) == set()


def test_a_sitemap_at_its_usual_place_is_read_and_may_be_a_page(web: Web, desk: Sessions):
    web.pages["/"] = page("Home")
    web.pages["/sitemap.xml"] = page("Everything answers this")

    audit = audit_address(desk, web.url + "/")

    with desk() as session:
        kept = session.scalars(select(AuditFile).where(AuditFile.kind == "sitemap")).one()
        files = [judged for judged in judged_pages(session, audit) if judged.is_file]
    assert (kept.url, kept.listed, files) == (web.url + "/sitemap.xml", False, [])


def test_files_with_a_defect_stand_among_the_pages_of_a_report(web: Web, desk: Sessions):
    plant(web)

    audit = audit_address(desk, web.url + "/")

    with desk() as session:
        files = [judged for judged in judged_pages(session, audit) if judged.is_file]
    assert {failed_rules(judged) for judged in files} == {("robots-syntax",), ("sitemap-http-error",)}


def failed_rules(judged: Judged) -> tuple[str, ...]:
    return tuple(outcome.rule for outcome in judged.outcomes if outcome.result == "fail")
