"""Findings live across audits: on both databases, over a real server."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from editorial.domain.locales import Language
from editorial.services import findings
from editorial.services.auditing import start_audit
from editorial.store import audit as store
from editorial.store.audit import Audit, AuditFailure, AuditTrigger, Finding, FindingHistory
from editorial.store.base import Sessions
from editorial.store.content import ContentItem, Site, content_types
from tests.integration.audit.conftest import Answer, Web, audit_site, links, make_site, page

pytestmark = pytest.mark.thorough


def states(sessions: Sessions) -> dict[tuple[str, str], str]:
    """State by rule and path."""
    with sessions() as session:
        rows = session.execute(select(Finding.rule, Finding.url, Finding.state))
        return {(rule, "/" + url.split("/", 3)[3]): str(state) for rule, url, state in rows}


def changes(sessions: Sessions, audit: Audit) -> dict[str, list[tuple[str, str]]]:
    """What an audit changed, as rule and path; kinds of change without an entry are left out."""
    found: dict[str, list[tuple[str, str]]] = {}
    wanted = select(FindingHistory.event, Finding.rule, Finding.url).join(
        Finding, Finding.id == FindingHistory.finding_id
    )
    with sessions() as session:
        for event, rule, url in session.execute(
            wanted.where(FindingHistory.audit_id == audit.id).order_by(Finding.rule, Finding.url)
        ):
            found.setdefault(str(event), []).append((rule, "/" + url.split("/", 3)[3]))
    return found


UNTITLED = page("")


def plant(web: Web) -> None:
    """A home page, one page with a defect and one without."""
    web.pages["/"] = page("Home", links("/a", "/b"))
    web.pages["/a"] = UNTITLED
    web.pages["/b"] = page("B")


def test_a_new_and_a_fixed_finding(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    first = audit_site(sessions, site)
    web.pages["/a"] = page("A")
    web.pages["/b"] = page("B", '<img src="/x.png">')

    second = audit_site(sessions, site)

    assert changes(sessions, first) == {"new": [("title-missing", "/a")]}
    assert changes(sessions, second) == {"new": [("img-alt-missing", "/b")], "fixed": [("title-missing", "/a")]}
    assert first.score is not None
    assert first.score < 100
    with sessions() as session:  # nothing of the earlier audit is gone
        kept = session.execute(select(AuditFailure.audit_id, AuditFailure.rule).order_by(AuditFailure.audit_id)).all()
    assert [tuple(row) for row in kept] == [(first.id, "title-missing"), (second.id, "img-alt-missing")]


def test_what_stays_persists_and_what_returns_is_reopened(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)
    second = audit_site(sessions, site)
    assert states(sessions) == {("title-missing", "/a"): "persisting"}
    assert changes(sessions, second) == {}

    web.pages["/a"] = page("A")
    audit_site(sessions, site)
    assert states(sessions) == {("title-missing", "/a"): "fixed"}

    web.pages["/a"] = UNTITLED
    fourth = audit_site(sessions, site)

    assert states(sessions) == {("title-missing", "/a"): "reopened"}
    assert changes(sessions, fourth) == {"reopened": [("title-missing", "/a")]}


def test_what_was_not_reached_is_not_fixed(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)
    web.pages["/"] = page("Home", links("/b"))  # nobody links to the page any more
    audit_site(sessions, site)

    assert states(sessions) == {("title-missing", "/a"): "new"}


def test_what_gave_no_answer_is_not_fixed(web: Web, sessions: Sessions):
    def hang_up(handler: object) -> None:
        handler.close_connection = True  # type: ignore[attr-defined]

    plant(web)
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)
    web.pages["/a"] = Answer(act=hang_up)
    audit_site(sessions, site)

    assert states(sessions)["title-missing", "/a"] == "new"


def test_a_page_that_is_gone_was_not_repaired(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)
    del web.pages["/a"]

    second = audit_site(sessions, site)

    assert changes(sessions, second) == {
        "new": [("link-broken-internal", "/"), ("response-4xx", "/a")],
        "gone": [("title-missing", "/a")],
    }


def test_a_defect_of_a_page_nobody_had_seen_is_newly_discovered(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)
    web.pages["/b"] = page("B", links("/c"))
    web.pages["/c"] = page("C", '<img src="/x.png">')

    second = audit_site(sessions, site)

    assert changes(sessions, second) == {"newly_discovered": [("img-alt-missing", "/c")]}


def test_a_broken_link_is_fixed_by_a_whole_crawl_only(web: Web, sessions: Sessions):
    web.pages["/"] = page("Home", links("/a", "/gone"))
    web.pages["/a"] = page("A", links("/b"))
    web.pages["/b"] = page("B")
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)
    web.pages["/gone"] = page("Back")

    capped = audit_site(sessions, site, max_pages=2)
    assert capped.stop_reason == "page_cap"
    assert states(sessions) == {("link-broken-internal", "/"): "new", ("response-4xx", "/gone"): "new"}

    audit_site(sessions, site)
    assert states(sessions) == {("link-broken-internal", "/"): "fixed", ("response-4xx", "/gone"): "fixed"}


def make_item(sessions: Sessions, site: Site, url: str) -> int:
    with sessions.begin() as session:
        item = ContentItem(
            type_id=content_types(session)[0].id,  # any will do
            title="A piece",
            language=Language.EN,
            site_id=site.id,
            url=url,
            url_n2=url,
            content_hash="0" * 64,
            created_at=datetime.now(UTC),
            updated_at=datetime.now(UTC),
        )
        session.add(item)
        session.flush()
        return item.id


def test_a_finding_belongs_to_the_item_whose_page_it_is(web: Web, sessions: Sessions):
    plant(web)
    web.pages["/a"] = Answer(UNTITLED.body, headers=UNTITLED.headers)
    site = make_site(sessions, web.url + "/")
    item = make_item(sessions, site, web.url + "/a")
    audit_site(sessions, site)

    with sessions() as session:
        views = findings.findings_of_item(session, item)
    assert [(view.finding.rule, view.item_title) for view in views] == [("title-missing", "A piece")]


def test_a_finding_follows_the_item_through_a_redirect(web: Web, sessions: Sessions):
    plant(web)
    web.pages["/"] = page("Home", links("/short"))
    web.redirect("/short", "/a")
    site = make_site(sessions, web.url + "/")
    item = make_item(sessions, site, web.url + "/short")
    audit_site(sessions, site)

    with sessions() as session:
        views = findings.findings_of_item(session, item)
    assert [(view.finding.rule, view.finding.url) for view in views] == [("title-missing", web.url + "/a")]


def test_a_finding_follows_the_item_through_a_canonical(web: Web, sessions: Sessions):
    web.pages["/"] = page("Home", links("/print"))
    canonical = f'<link rel="canonical" href="{web.url}/a">'
    web.pages["/print"] = page("Print", '<img src="/x.png">', canonical)
    web.pages["/a"] = page("A")
    site = make_site(sessions, web.url + "/")
    item = make_item(sessions, site, web.url + "/a")
    audit_site(sessions, site)

    with sessions() as session:
        views = findings.findings_of_item(session, item)
    assert [(view.finding.rule, view.finding.url) for view in views] == [("img-alt-missing", web.url + "/print")]


def test_a_finding_speaks_through_its_rule(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    audit_site(sessions, site)

    with sessions() as session:
        view = findings.get_finding(session, session.scalars(select(Finding.id)).one())
        assert view is not None
        assert view.title.id
        assert view.fix.id
        assert view.source.startswith("https://")
        assert findings.counts_by_rule(session, site.id) == [("title-missing", "error", 1)]
        assert findings.history_of(session, view.finding.id)[0][1] == "new"


def test_only_one_audit_of_a_site_runs_at_a_time(web: Web, sessions: Sessions):
    site = make_site(sessions, web.url + "/")
    now = datetime.now(UTC)
    with sessions.begin() as session:
        first = start_audit(session, site, AuditTrigger.PERSON, now)
        second = start_audit(session, site, AuditTrigger.SCHEDULE, now)
    with sessions.begin() as session:
        taken = [store.claim(session, now, name) for name in ("one", "two")]

    assert first.id == second.id
    assert [audit.id if audit else None for audit in taken] == [first.id, None]


def test_counts_tell_what_every_rule_said(web: Web, sessions: Sessions):
    plant(web)
    site = make_site(sessions, web.url + "/")
    audit = audit_site(sessions, site)

    with sessions() as session:
        counts = {row.rule: row for row in session.scalars(select(store.AuditRuleCount))}
    said = counts["title-missing"]
    assert (said.failed, said.passed, said.not_applicable, said.inconclusive) == (1, 2, 0, 0)
    assert Counter(audit.counts["failures"]) == {"error": 1}
    assert audit.counts["findings"] == {"new": 1}
