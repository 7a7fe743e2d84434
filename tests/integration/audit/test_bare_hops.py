"""Addresses that only redirects lead to: what is wrong with the way is told where it begins, once."""

from sqlalchemy import select

from editorial.audit.rule import Result
from editorial.services.audit_output import judged_pages
from editorial.store.audit import Audit, AuditFailure, AuditRuleCount, AuditUrl
from editorial.store.base import Sessions
from tests.integration.audit.conftest import Answer, Web, audit_address, audit_site, links, make_site, page
from tests.integration.audit.test_memory import found


def failing(sessions: Sessions, audit: Audit, rule: str) -> set[str]:
    """Paths of the addresses that fail a rule."""
    wanted = select(AuditUrl.url).join(
        AuditFailure, (AuditFailure.audit_id == AuditUrl.audit_id) & (AuditFailure.no == AuditUrl.no)
    )
    with sessions() as session:
        urls = session.scalars(wanted.where(AuditUrl.audit_id == audit.id, AuditFailure.rule == rule))
        return {"/" + url.split("/", 3)[3] for url in urls}


def endless(web: Web) -> None:
    for place in range(30):
        web.redirect(f"/r/{place}", f"/r/{place + 1}")


def test_redirects_without_end_are_one_failure_of_the_address_that_is_linked(web: Web, desk: Sessions):
    endless(web)
    web.pages["/"] = page("Home", links("/r/0"))

    audit = audit_address(desk, web.url + "/")

    assert failing(desk, audit, "redirect-chain") == {"/r/0"}


def test_a_hop_that_leads_to_an_error_is_none_of_its_own(web: Web, desk: Sessions):
    web.redirect("/r0", "/r1")
    web.redirect("/r1", "/gone")
    web.pages["/"] = page("Home", links("/r0"))

    audit = audit_address(desk, web.url + "/")

    assert failing(desk, audit, "redirect-to-error") == {"/r0"}


def test_the_start_of_an_audit_is_named_by_who_asked(web: Web, desk: Sessions):
    web.redirect("/", "/a")
    web.redirect("/a", "/b")
    web.redirect("/b", "/gone")

    audit = audit_address(desk, web.url + "/")

    assert failing(desk, audit, "redirect-to-error") == {"/"}


def test_a_hop_that_something_names_later_stands_for_itself(web: Web, desk: Sessions):
    names = {
        "link": page("Link", links("/link/1")),
        "nofollow": page("Nofollow", '<a rel="nofollow" href="/nofollow/1">there</a>'),
        "canonical": page("Canonical", head='<link rel="canonical" href="/canonical/1">'),
        "hreflang": page("Hreflang", head='<link rel="alternate" hreflang="de" href="/hreflang/1">'),
    }
    for name, late in names.items():
        web.redirect(f"/{name}/0", f"/{name}/1")
        web.redirect(f"/{name}/1", "/gone")
        web.pages[f"/{name}"] = late
    web.pages["/"] = page("Home", links(*(f"/{name}/0" for name in names), "/a"))
    web.pages["/a"] = page("A", links("/b"))
    web.pages["/b"] = page("B", links(*(f"/{name}" for name in names)))

    audit = audit_address(desk, web.url + "/")

    assert failing(desk, audit, "redirect-to-error") == {f"/{name}/{place}" for name in names for place in (0, 1)}


def test_a_hop_that_a_sitemap_names_stands_for_itself(web: Web, desk: Sessions):
    web.redirect("/r0", "/r1")
    web.redirect("/r1", "/gone")
    web.pages["/"] = page("Home", links("/r0"))
    web.pages["/sitemap.xml"] = Answer(f"<urlset><url><loc>{web.url}/r1</loc></url></urlset>".encode())

    audit = audit_address(desk, web.url + "/")

    assert failing(desk, audit, "redirect-to-error") == {"/r0", "/r1"}


def test_reports_and_counts_say_the_same_of_hops(web: Web, desk: Sessions):
    endless(web)
    web.pages["/"] = page("Home", links("/r/0"))

    audit = audit_address(desk, web.url + "/")

    with desk() as session:
        said = [
            outcome.result
            for judged in judged_pages(session, audit)
            for outcome in judged.outcomes
            if outcome.rule == "redirect-chain"
        ]
        count = session.get_one(AuditRuleCount, (audit.id, "redirect-chain"))
    assert (count.failed, count.not_applicable) == (said.count(Result.FAIL), said.count(Result.NOT_APPLICABLE))
    assert count.failed == 1


def test_what_was_open_about_a_hop_is_gone_once_nothing_names_it(web: Web, desk: Sessions):
    endless(web)
    web.pages["/"] = page("Home", links("/r/0", "/r/1"))
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)
    assert {path: state for path, (state, _) in found(desk, "redirect-chain").items()} == {
        "/r/0": "new",
        "/r/1": "new",
    }

    web.pages["/"] = page("Home", links("/r/0"))
    audit_site(desk, site)

    assert {path: state for path, (state, _) in found(desk, "redirect-chain").items()} == {
        "/r/0": "persisting",
        "/r/1": "gone",
    }


def test_what_was_open_about_a_hop_stays_open_where_a_page_that_may_name_it_was_not_seen(web: Web, desk: Sessions):
    web.redirect("/r0", "/r1")
    web.redirect("/r1", "/gone")
    web.pages["/"] = page("Home", links("/r0", "/a"))
    web.pages["/a"] = page("A", links("/r1"))
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)

    audit_site(desk, site, max_pages=2)

    assert found(desk, "redirect-to-error")["/r1"][0] == "new"
