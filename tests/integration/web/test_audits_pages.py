"""The audit's pages: the overview, the findings, one page's facts, the rules."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from editorial.audit.crawl.records import StopReason
from editorial.audit.engine import judge
from editorial.audit.facts import PageFacts
from editorial.audit.rule import Need, Result
from editorial.audit.rulebook import ALL_RULES
from editorial.audit.rules import PAGE_RULES
from editorial.domain.findings import FindingState
from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.domain.urls import n2
from editorial.services.deps import Deps
from editorial.services.rule_pages import CATEGORIES
from editorial.store.audit import Audit, AuditState, Finding
from editorial.store.content import ContentItem
from editorial.web.audit_charts import score_chart
from tests.conftest import Clock
from tests.integration.web.audited import BASE, add_site, audit, good, unseen, untitled, with_images
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def reader(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Vera", Role.VIEWER))


@pytest.fixture
def editor(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Ed", Role.EDITOR))


def finding_of(deps: Deps, rule: str = "title-missing") -> int:
    """The one finding of the rule that was planted."""
    with deps.sessions() as session:
        return session.scalars(select(Finding.id).where(Finding.rule == rule)).one()


def fallen_site(deps: Deps, clock: Clock) -> int:
    """A site whose one page lost its title between two audits."""
    site = add_site(deps)
    audit(deps, site, [good("pricing"), good("about")])
    clock.forward(days=7)
    audit(deps, site, [untitled("pricing"), good("about")])
    return site


@pytest.mark.parametrize(
    ("page", "planted"),
    [
        (good("pricing"), set()),
        (untitled("pricing"), {"title-missing"}),
        (with_images("pricing", 2), {"img-alt-missing"}),
    ],
)
def test_a_planted_page_fails_what_it_is_planted_for_and_nothing_else(page: PageFacts, planted: set[str]) -> None:
    outcomes = judge(page, frozenset(Need), rules=PAGE_RULES)

    assert {each.rule for each in outcomes if each.result is Result.FAIL} == planted


def test_without_a_site_the_overview_leads_to_the_sites(reader: Visitor) -> None:
    page = reader.get("/audits")

    assert "No site to audit yet" in page
    assert 'href="/sites"' in page


def test_a_site_without_an_audit_offers_one(editor: Visitor, deps: Deps) -> None:
    add_site(deps)

    page = editor.get("/audits")

    assert "This site was not audited yet." in page
    assert "Audit now" in page


def test_a_viewer_is_not_offered_an_audit(reader: Visitor, deps: Deps) -> None:
    add_site(deps)

    page = reader.get("/audits")

    assert "Audit now" not in page
    assert "Somebody who manages audits can begin one" in page


def test_asking_twice_queues_one_audit(editor: Visitor, deps: Deps) -> None:
    site = add_site(deps)

    editor.post(f"/audits/sites/{site}/audits")
    editor.post(f"/audits/sites/{site}/audits")

    with deps.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Audit)) == 1


@pytest.mark.parametrize(("ticked", "options"), [({}, {}), ({"whole": "on"}, {"conditional": False})])
def test_an_audit_reads_every_page_anew_where_that_is_ticked(
    editor: Visitor, deps: Deps, ticked: dict[str, str], options: dict[str, bool]
) -> None:
    site = add_site(deps)
    audit(deps, site, [good("")])
    page = editor.get("/audits")

    editor.post(f"/audits/sites/{site}/audits", **ticked)

    assert '<input type="checkbox" name="whole">' in page
    with deps.sessions() as session:
        assert session.scalars(select(Audit.options).order_by(Audit.id.desc())).first() == options


def test_a_viewer_may_not_ask_for_an_audit(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)

    assert reader.post(f"/audits/sites/{site}/audits").status_code == 403


def test_an_audit_is_not_begun_without_the_forms_token(editor: Visitor, deps: Deps) -> None:
    site = add_site(deps)

    assert editor.client.post(f"/audits/sites/{site}/audits").status_code == 400


def test_a_queued_audit_shows_that_it_waits_and_can_be_stopped(editor: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    editor.post(f"/audits/sites/{site}/audits")
    with deps.sessions() as session:
        audit_id = session.scalars(select(Audit.id)).one()

    before = editor.get(f"/audits/{audit_id}/progress")
    editor.post(f"/audits/{audit_id}/stop")

    assert "The audit waits to begin." in before
    editor.get(f"/audits/{audit_id}/progress", status=204)


def test_the_progress_counts_the_pages_known_so_far(editor: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    editor.post(f"/audits/sites/{site}/audits")
    with deps.sessions.begin() as session:
        row = session.scalars(select(Audit)).one()
        row.state, row.heartbeat_at, row.fetched, row.known = AuditState.RUNNING, deps.now(), 412, 1309

    page = editor.get("/audits")

    assert "412 of 1,309 pages known so far" in page
    assert 'data-poll="/audits/' in page


def test_an_audit_that_is_silent_is_said_to_be(editor: Visitor, deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    editor.post(f"/audits/sites/{site}/audits")
    with deps.sessions.begin() as session:
        row = session.scalars(select(Audit)).one()
        row.state, row.heartbeat_at = AuditState.RUNNING, deps.now()
    clock.forward(minutes=2)

    assert "Nothing was heard of this audit for a minute." in editor.get("/audits")


def test_the_score_is_shown_with_the_rule_that_moved_it(reader: Visitor, deps: Deps, clock: Clock) -> None:
    fallen_site(deps, clock)

    page = reader.get("/audits")

    assert "<b>95</b>" in page  # one of two pages lost ten points
    assert "Why it fell by 5" in page
    assert "−5.0" in page
    assert "+5.0" in page  # what the repair would win


def test_the_overview_speaks_chinese(app: Flask, deps: Deps, clock: Clock) -> None:
    fallen_site(deps, clock)

    page = visitor(app, deps, add_person(deps, "林梅", language=Language.ZH)).get("/audits")

    assert "为什么少了 5 分" in page
    assert "已知 2 页中的 2 页" in page


def test_the_overview_tells_how_the_site_was_crawled(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = fallen_site(deps, clock)
    assert "How it was crawled" not in reader.get(f"/audits?site={site}")
    trap = {"kind": "queries", "pattern": f"{BASE}<cal>?*", "count": 4210, "examples": [f"{BASE}cal?m=1"]}
    pace = {"interval": 2.0, "slowest": 4.0, "why": {"429": 2}}
    with deps.sessions.begin() as session:
        for done in session.scalars(select(Audit)):
            done.course = {"reused": 7, "saved_bytes": 2_100_000, "hosts": {"a.example": pace}, "traps": [trap]}

    page = reader.get(f"/audits?site={site}")

    assert "7 pages did not change since the last audit and were not sent again: 2.1 MB saved." in page
    assert "it answered 2 times that we ask too often (429)" in page
    assert "&lt;cal&gt;?*" in page
    assert "4,210 left out" in page


def test_what_was_not_seen_is_named_with_the_line_that_closed_it(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    pages = [good("about"), unseen("internal/a", "robots"), unseen("internal/b", "robots"), unseen("slow", "timeout")]
    audit(deps, site, pages, robots=b"User-agent: *\nDisallow: /internal/\n", reason=StopReason.PAGE_CAP)

    page = reader.get("/audits")

    assert "decided by line 2: Disallow: /internal/" in page
    assert "No answer in time" in page
    assert "These 3 pages count neither as good nor as bad." in page
    assert "It stopped at its limit of pages." in page


def test_an_audit_that_saw_nothing_is_shown_above_the_last_good_one(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = add_site(deps)
    audit(deps, site, [good("about")])
    clock.forward(days=7)
    audit(deps, site, [unseen("", "connect")], reason=StopReason.START_UNREACHABLE)

    page = reader.get("/audits")

    assert "saw nothing." in page
    assert "<b>100</b>" in page


def test_findings_are_grouped_by_rule_and_counted(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = fallen_site(deps, clock)

    page = reader.get(f"/audits/sites/{site}/findings")

    assert "Title missing" in page
    assert "1 open on northgauge.example." in page
    assert "1 came and 0 were fixed since Wed 9 Dec." in page


def test_a_site_without_findings_says_so(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [good("about")])

    assert "Nothing is wrong as far as these rules can tell." in reader.get(f"/audits/sites/{site}/findings")


def test_findings_before_the_first_audit_lead_to_it(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)

    assert "Findings come with the first audit." in reader.get(f"/audits/sites/{site}/findings")


def test_filters_that_fit_nothing_say_what_they_hide(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = fallen_site(deps, clock)

    page = reader.get(f"/audits/sites/{site}/findings?severity=notice")

    assert "They hide 1 open finding." in page


FITS = {
    "q=pricing": True,
    "q=title+missing": True,
    "q=%25": False,
    "state=new": True,
    "state=persisting": False,
    "owner=0": True,
    "owner=77": False,
    "by=page": True,
    "by=owner": True,
    "state=nonsense": True,
}


def test_findings_can_be_filtered(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = fallen_site(deps, clock)
    row = f'data-finding="{finding_of(deps)}"'

    assert {query: row in reader.get(f"/audits/sites/{site}/findings?{query}") for query in FITS} == FITS


def test_a_fixed_finding_is_found_under_fixed(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = fallen_site(deps, clock)
    clock.forward(days=7)
    audit(deps, site, [good("pricing"), good("about")])

    assert "/pricing" in reader.get(f"/audits/sites/{site}/findings?state=fixed")
    assert "/pricing</span>" not in reader.get(f"/audits/sites/{site}/findings")


def test_a_rule_with_many_findings_shows_the_first_and_opens_alone_by_key(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [with_images(f"p{n:03}", 1) for n in range(130)])

    grouped = reader.get(f"/audits/sites/{site}/findings")
    alone = reader.get(f"/audits/sites/{site}/findings?rule=img-alt-missing")
    following = re.findall(r'rel="next" href="([^"]+)"', alone)[0].replace("&amp;", "&")
    last = reader.get(following)

    assert "122 more" in grouped
    assert [len(re.findall(r'<th scope="row" class="path">', page)) for page in (grouped, alone, last)] == [8, 100, 30]


def test_pages_as_groups_are_paged_without_losing_one(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [with_images(f"p{n:03}", 1 + n % 3) for n in range(60)])
    found, address = set(), f"/audits/sites/{site}/findings?by=page"
    for _ in range(3):
        page = reader.get(address)
        found.update(re.findall(r"<span data-own-words>/(p\d+)</span>", page))
        more = re.findall(r'rel="next" href="([^"]+)"', page)
        address = more[0].replace("&amp;", "&") if more else ""

    assert len(found) == 60
    assert address == ""


@pytest.mark.parametrize("place", ["x", "1.2", "99999999999.1.x", "0.0.a%00b"])
def test_a_broken_place_in_the_findings_is_refused_in_words(reader: Visitor, deps: Deps, place: str) -> None:
    site = add_site(deps)

    assert "Begin at the first page." in reader.get(f"/audits/sites/{site}/findings?after={place}", status=422)


def test_one_finding_explains_itself(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = fallen_site(deps, clock)
    finding = finding_of(deps)

    beside = reader.get(f"/audits/sites/{site}/findings?finding={finding}")
    alone = reader.get(f"/audits/findings/{finding}")

    for page in (beside, alone):
        assert "How to repair it" in page
        assert "What changed since Wed 9 Dec" in page  # the title was there a week before
        assert "How we price pricing" in page
        assert "Who says so" in page
    assert "Seen for the first time" in alone


def test_the_piece_behind_a_finding_and_its_owner_are_linked(app: Flask, deps: Deps, clock: Clock) -> None:
    mei = add_person(deps, "Mei Lin")
    site = add_site(deps)
    with deps.sessions.begin() as session:
        item = ContentItem(
            type_id=3,
            title="How we price",
            language=Language.EN,
            owner_id=mei.id,
            site_id=site,
            url=f"{BASE}pricing",
            url_n2=n2(f"{BASE}pricing"),
            content_hash="0" * 64,
            created_at=deps.now(),
            updated_at=deps.now(),
        )
        session.add(item)
        session.flush()
        item_id = item.id
    audit(deps, site, [untitled("pricing")])
    reader = visitor(app, deps, mei)

    page = reader.get(f"/audits/findings/{finding_of(deps)}")
    by_owner = reader.get(f"/audits/sites/{site}/findings?by=owner&owner={mei.id}")

    assert f'href="/items/{item_id}"' in page
    assert "Mei Lin" in page
    assert f'data-finding="{finding_of(deps)}"' in by_owner


def test_a_module_gets_the_piece_of_a_finding_alone(reader: Visitor, deps: Deps, clock: Clock) -> None:
    fallen_site(deps, clock)

    piece = reader.get(f"/audits/findings/{finding_of(deps)}?piece=1")

    assert piece.lstrip().startswith("<aside")


def test_no_such_finding_is_a_404(reader: Visitor) -> None:
    reader.get("/audits/findings/987654", status=404)


def test_evidence_of_a_hostile_page_is_shown_as_text(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    page = with_images("hostile", 1)
    audit(deps, site, [replace(page, images=(page.images[0]._replace(src='"><script>alert(1)</script>'),))])

    shown = reader.get(f"/audits/findings/{finding_of(deps, 'img-alt-missing')}")

    assert "<script>alert" not in shown


def test_the_pages_of_a_site_are_listed_and_searched(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = fallen_site(deps, clock)

    everything = reader.get(f"/audits/sites/{site}/pages")
    some = reader.get(f"/audits/sites/{site}/pages?q=about")

    assert "2 pages" in everything
    assert "1 page<" in some
    assert "/pricing" not in some


def test_a_page_shows_facts_and_all_four_answers(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit_id = audit(deps, site, [untitled("pricing"), good("about")], reason=StopReason.PAGE_CAP)

    page = reader.get(f"/audits/pages/{audit_id}/1")

    assert "200 in 412 ms" in page
    for answer in ("failed", "passed", "does not apply", "could not be judged"):
        assert answer in page
    assert "The site was not crawled to its end." in page


def test_a_page_that_gave_no_answer_is_no_failure(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit_id = audit(deps, site, [good("about"), unseen("slow", "timeout")])

    page = reader.get(f"/audits/pages/{audit_id}/2")

    assert "The page could not be fetched." in page
    assert "No rule failed" in page


@pytest.mark.parametrize("address", ["/audits/pages/1/1", "/audits/pages/99999/1", "/audits/sites/77/findings"])
def test_what_is_not_there_is_a_404(reader: Visitor, address: str) -> None:
    reader.get(address, status=404)


def test_every_rule_is_listed_in_both_languages(app: Flask, deps: Deps, reader: Visitor) -> None:
    chinese = visitor(app, deps, add_person(deps, "林梅", language=Language.ZH))

    english_page, chinese_page = reader.get("/audits/rules"), chinese.get("/audits/rules")

    assert english_page.count('<li id="rule-') == chinese_page.count('<li id="rule-') == len(ALL_RULES)
    assert "Title missing" in english_page
    assert "Title missing" not in chinese_page


def test_the_chart_stays_inside_its_frame() -> None:
    now = Clock().instant
    audits = [Audit(score=score, ended_at=now + timedelta(days=n)) for n, score in enumerate([0.0, 100.0, 55.5])]

    drawn = score_chart(audits, ZoneInfo("Asia/Shanghai"))

    assert all(20 <= point.y <= 130 and 4 <= point.x <= 312 for point in drawn.points)
    assert drawn.values == "0, 100, 56"


def test_muted_findings_are_not_open(reader: Visitor, deps: Deps, clock: Clock) -> None:
    site = fallen_site(deps, clock)
    with deps.sessions.begin() as session:
        session.scalars(select(Finding)).one().state = FindingState.MUTED

    assert "0 open on northgauge.example." in reader.get(f"/audits/sites/{site}/findings")


def test_every_family_of_rules_has_a_name() -> None:
    assert {rule.category for rule in ALL_RULES} <= set(CATEGORIES)


def test_an_audit_that_was_stopped_stands_beside_the_score_with_what_it_saw(reader: Visitor, deps: Deps, clock: Clock):
    site = fallen_site(deps, clock)
    clock.forward(days=1)
    audit(deps, site, [good("about")], reason=StopReason.CANCELLED, known=53)

    text = reader.get(f"/audits?site={site}")

    assert "The last one saw 1 of 53 known pages, too few to compare: those score 100." in text
    assert "Why it fell by 5" in text
    assert "Between the audits of" in text


def test_a_first_audit_says_that_everything_in_it_is_new(reader: Visitor, deps: Deps, clock: Clock):
    site = add_site(deps)
    audit(deps, site, [untitled("pricing")])

    first = reader.get(f"/audits?site={site}")
    clock.forward(days=7)
    audit(deps, site, [untitled("pricing")])
    second = reader.get(f"/audits?site={site}")

    assert "In a first audit everything is new" in first
    assert "on pages that no earlier audit saw" not in first
    assert "on pages that no earlier audit saw" in second
