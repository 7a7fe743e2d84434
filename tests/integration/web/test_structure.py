"""The structure of a site: on its page, in the facts of a page, as a table, through the API."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete

from editorial.audit.crawl.records import StopReason
from editorial.audit.facts import Canonical, PageFacts
from editorial.domain.people import Role
from editorial.services.deps import Deps
from editorial.services.structure import structure_of
from editorial.store.audit import Audit, AuditStructure
from tests.integration.web.audited import BASE, add_site, audit, good, with_sitemap
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def reader(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Vera", Role.VIEWER))


def copy_of(path: str, other: str) -> PageFacts:
    """A page whose canonical names another."""
    canonical = Canonical(BASE + other, "head", BASE + other, f"<link rel=canonical href={BASE}{other}>")
    return replace(good(path), canonicals=(canonical,))


def gone(path: str) -> PageFacts:
    return PageFacts(url=BASE + path, final_url=BASE + path, status=404, media_type="text/html")


def test_before_an_audit_and_without_a_graph_the_structure_says_so(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    assert "This site was not audited yet." in reader.get(f"/audits/sites/{site}/structure")
    assert reader.get(f"/audits/sites/{site}/structure.csv", status=404)
    audit(deps, site, [good("")])
    with deps.sessions.begin() as session:
        session.execute(delete(AuditStructure))

    assert "The structure of this audit was not worked out." in reader.get(f"/audits/sites/{site}/structure")


def test_pages_that_nothing_names_any_more_are_told_after_two_whole_audits(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [good(""), good("old-offer")])
    audit(deps, site, [good("")])

    shown = reader.get(f"/audits/sites/{site}/structure")

    assert "1 page of the audit before" in shown
    assert "/old-offer" in shown


def test_sitemap_and_crawl_stand_beside_those_of_the_last_whole_audit(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    whole = with_sitemap(deps, audit(deps, site, [good("")]), 1200, 9)
    with_sitemap(deps, audit(deps, site, [good("")], reason=StopReason.PAGE_CAP, known=9), 3, 1)
    now = with_sitemap(deps, audit(deps, site, [good("")]), 1150, 12)

    shown = reader.get(f"/audits/sites/{site}/structure")

    assert "1,200 before (−50)" in shown
    assert "9 before (+3)" in shown
    assert shown.count("as before") == 2
    assert "with 1,201 addresses in its sitemaps" in shown
    with deps.sessions() as session:
        seen = [structure_of(session, session.get_one(Audit, each)) for each in (whole, whole + 1, now)]
    before = [one.sitemap_before.audit_id if one and one.sitemap_before else None for one in seen]
    assert before == [None, None, whole]  # half a site is compared with nothing


def test_the_structure_of_half_a_site_says_that_it_is_one(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    pages = [good(""), good("a"), gone("lost"), copy_of("b", "c"), copy_of("c", "a")]
    audit_id = audit(deps, site, pages, reason=StopReason.PAGE_CAP, known=9)

    shown = reader.get(f"/audits/sites/{site}/structure")
    table = reader.get(f"/audits/sites/{site}/structure.csv").splitlines()
    facts = reader.get(f"/audits/pages/{audit_id}/2")

    assert "This audit did not see the whole site." in shown
    assert "1 page in a row" in shown
    assert "/lost" in shown
    assert [row.partition(",")[0] for row in table[1:]] == [BASE + path for path in ("", "a", "b", "c", "lost")]
    assert f",1,{BASE}," in table[2]
    assert table[3].endswith(f",2,{BASE}a")
    counts = [reader.get(f"/audits/sites/{site}/pages?clicks={clicks}") for clicks in ("0", "1", "far", "none", "x")]
    assert [page.count('<th scope="row"') for page in counts] == [1, 1, 0, 0, 5]
    assert "Clicks from the first page, at most" in facts
    assert "Way from the first page" in facts
