"""Audits that ask whether pages changed: over a real server, with real worker programs."""

import hashlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

import pytest
from sqlalchemy import select

from editorial.services.auditing import run_audit, start_audit
from editorial.store.audit import Audit, AuditFailure, AuditPage, AuditTrigger, AuditUrl
from editorial.store.base import Sessions
from editorial.store.content import Site
from tests.integration.audit.conftest import NOW, Answer, Web, audit_site, links, make_site, page, parts

pytestmark = pytest.mark.thorough


@dataclass
class Cached:
    """Answers with an ETag, and 304 to whoever names it."""

    web: Web
    pages: dict[str, Answer] = field(default_factory=dict)
    weak: bool = False
    extra: dict[str, dict[str, str]] = field(default_factory=dict)
    """Headers that every answer at a path carries, a 304 too."""
    conditions: list[tuple[str, str]] = field(default_factory=list)
    tag_of_304: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web.other = self.answer

    def answer(self, handler: BaseHTTPRequestHandler) -> Answer | None:
        found = self.pages.get(handler.path)
        if found is None:
            return None
        tag = ("W/" if self.weak else "") + f'"{hashlib.md5(found.body).hexdigest()}"'
        asked = handler.headers.get("If-None-Match", "")
        self.conditions.append((handler.path, asked))
        extra = self.extra.get(handler.path, {})
        if asked == tag:
            return Answer(status=304, headers={"ETag": self.tag_of_304.get(handler.path, tag), **extra})
        return Answer(found.body, headers={**found.headers, "ETag": tag, **extra})

    def asked_if_changed(self) -> list[str]:
        return sorted({path for path, tag in self.conditions if tag})


def plant(web: Web, **others: object) -> Cached:
    """A site with defects of many kinds: what is judged of it must not depend on how it was read."""
    cached = Cached(web, **others)  # type: ignore[arg-type]
    form = '<form action="/send" method="post"><label>Mail <input type="email" name="mail"></label><button>Go</button>'
    cached.pages = {
        "/": page("Home", links("/a", "/b", "/c", "/gone", "/old", "/form")),
        "/a": page("Same", links("/a?x=1"), head='<link rel="canonical" href="/b"><link rel="canonical" href="/c">'),
        "/b": page("Same", links("/")),
        "/c": page("", links("/deep"), head='<meta name="robots" content="noindex">'),
        "/deep": page("Deep", "<img src=/x.png>"),
        "/form": page("Write to us", form + "</form>"),
        "/a?x=1": page("Same"),
    }
    web.redirect("/old", "/b", 301)
    return cached


def seen(sessions: Sessions, audit: Audit) -> dict[str, tuple[object, ...]]:
    """Answers of every rule about every page, and each failure with its words."""
    failure = AuditFailure
    with sessions() as session:
        pages = session.execute(
            select(AuditUrl.url, AuditPage.status, AuditPage.outcomes, AuditPage.digest, AuditPage.is_results_page)
            .join(AuditPage, (AuditPage.audit_id == AuditUrl.audit_id) & (AuditPage.no == AuditUrl.no))
            .where(AuditUrl.audit_id == audit.id)
        )
        found = {url: tuple(rest) for url, *rest in pages}
        failures = session.execute(
            select(failure.fingerprint, failure.severity, failure.params, failure.evidence).where(
                failure.audit_id == audit.id
            )
        )
        return found | {fingerprint: tuple(rest) for fingerprint, *rest in failures}


def again(sessions: Sessions, site: Site, **options: object) -> Audit:
    """One more audit of a site."""
    with sessions.begin() as session:
        audit = start_audit(session, site, AuditTrigger.PERSON, NOW)
        audit.options = {**audit.options, **options}
        number = audit.id
    run_audit(parts(sessions), number)
    with sessions() as session:
        return session.get_one(Audit, number)


@pytest.mark.parametrize("weak", [False, True])
def test_a_site_that_did_not_change_is_judged_as_if_it_were_read_again(web: Web, desk: Sessions, weak: bool):
    cached = plant(web, weak=weak)
    site = make_site(desk, web.url + "/")
    audit_site(desk, site)
    again(desk, site, conditional=False)  # pages that an audit knows already are judged by that too
    assert cached.asked_if_changed() == []

    whole = again(desk, site, conditional=False)
    saved = again(desk, site)

    assert cached.asked_if_changed() == ["/a", "/a?x=1", "/b", "/c", "/deep", "/form"]  # the first page is always sent
    assert seen(desk, saved) == seen(desk, whole)
    assert (saved.score, saved.counts, saved.html_pages) == (whole.score, whole.counts, whole.html_pages)
    sizes = sum(len(cached.pages[path].body) for path in cached.asked_if_changed())
    assert (saved.course["reused"], saved.course["saved_bytes"]) == (6, sizes)


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
