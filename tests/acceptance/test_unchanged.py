"""Audits that ask whether pages changed, one after the other."""

from sqlalchemy import select

from editorial.store.audit import Audit, AuditPage, AuditUrl
from editorial.store.base import Sessions
from tests.integration.audit.caching import again, plant
from tests.integration.audit.conftest import Answer, Web, audit_site, desk, links, make_site, page, web

__all__ = ["desk", "web"]


def test_a_page_that_changed_is_read_and_the_next_audit_asks_by_its_new_tag(web: Web, desk: Sessions):
    cached = plant(web)
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)
    cached.pages["/deep"] = page("Deeper still")

    changed = again(desk, site)
    last = again(desk, site)

    assert (changed.course["reused"], last.course["reused"]) == (5, 6)
    with desk() as session:
        titles = session.scalars(select(AuditPage.title).where(AuditPage.audit_id == last.id)).all()
    assert "Deeper still: one page of a site for tests" in titles


def test_what_a_304_says_anew_counts_and_what_it_leaves_out_is_asked_for(web: Web, desk: Sessions):
    cached = plant(web)
    cached.extra = {"/b": {"X-Robots-Tag": "noindex"}}
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)

    cached.extra = {"/deep": {"X-Robots-Tag": "noindex", "Link": '</b>; rel="canonical"'}}
    cached.tag_of_304 = {"/c": '"another page"'}
    audit = again(desk, site)

    with desk() as session:
        rows = session.execute(
            select(AuditUrl.url, AuditPage.noindex, AuditPage.canonical_n2)
            .join(AuditPage, (AuditPage.audit_id == AuditUrl.audit_id) & (AuditPage.no == AuditUrl.no))
            .where(AuditUrl.audit_id == audit.id)
        )
        found = {url.removeprefix(web.url): tuple(rest) for url, *rest in rows}
    assert found["/deep"] == (True, web.url + "/b")
    assert found["/b"][0] is False
    assert web.paths().count("/b") == web.paths().count("/c") == 3  # once before; asked, then sent whole
    assert audit.course["reused"] == 4


def test_a_304_that_nobody_asked_for_is_no_page(web: Web, desk: Sessions):
    web.pages["/"] = page("Home", links("/a"))
    web.pages["/a"] = Answer(status=304)

    audit = audit_site(desk, make_site(desk, web.url + "/"))

    with desk() as session:
        errors = session.scalars(select(AuditPage.error).where(AuditPage.audit_id == audit.id)).all()
    assert sorted(errors, key=str) == [None, "protocol"]


def test_nobody_is_believed_for_ever_nor_by_another_reader(web: Web, desk: Sessions):
    cached = plant(web)
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)

    reused = [again(desk, site).course["reused"] for _ in range(5)]

    assert reused == [6, 6, 6, 0, 6]
    cached.conditions.clear()
    with desk.begin() as session:
        for audit in session.scalars(select(Audit)):
            audit.reader = "an older one"
    again(desk, site)
    assert cached.asked_if_changed() == []
