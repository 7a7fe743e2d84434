"""One rule's page: what it means, its trend, the pages that fail it now, what is muted, and each site."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from editorial.audit.rulebook import ALL_RULES
from editorial.domain.locales import Language
from editorial.services import muting
from editorial.services.deps import Deps
from editorial.store.audit import AuditRuleCount, Finding
from editorial.store.people import Person
from tests.conftest import Clock
from tests.integration.web.audited import add_site, audit, good, untitled, with_images
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def mei(deps: Deps, app: Flask) -> Person:
    return add_person(deps, "Mei Lin")


@pytest.fixture
def reader(app: Flask, deps: Deps, mei: Person) -> Visitor:
    return visitor(app, deps, mei)


@pytest.fixture
def site(deps: Deps, clock: Clock) -> int:
    """Three audits in which one, two and one page have no title."""
    site = add_site(deps)
    for titles in ((True, True, False), (True, False, False), (True, True, False)):
        pages = [good(str(n)) if whole else untitled(str(n)) for n, whole in enumerate(titles)]
        audit(deps, site, pages)
        clock.forward(days=7)
    return site


def test_the_trend_is_drawn_and_told(reader: Visitor, site: int) -> None:
    page = reader.get("/audits/rules/title-missing")

    assert "Pages that failed in the last audits, oldest first: 1, 2, and 1" in page
    assert len(re.findall(r'<rect class="col', page)) == 3
    assert "of 3 judged in the last audit" in page


def test_the_pages_that_fail_now_are_linked(reader: Visitor, site: int) -> None:
    page = reader.get("/audits/rules/title-missing")

    assert re.findall(r'<a href="/audits/findings/\d+"><span data-own-words>([^<]+)</span></a>', page) == ["/2"]
    assert "1 open finding" in page


def test_a_page_with_many_findings_of_the_rule_is_one_line(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    audit(deps, site, [with_images("gallery", 30), with_images("about", 1)])

    page = reader.get("/audits/rules/img-alt-missing")

    assert re.findall(r"<span data-own-words>/(gallery|about)</span>", page) == ["about", "gallery"]
    assert "30 findings" in page
    assert "rule=img-alt-missing&amp;page=" in page


def test_what_it_means_and_who_says_so_stand_first(reader: Visitor) -> None:
    page = reader.get("/audits/rules/title-missing")

    assert "Without one the search engine invents it." in page
    assert "developers.google.com" in page


def test_muted_findings_are_shown_apart(reader: Visitor, deps: Deps, site: int, mei: Person) -> None:
    with deps.sessions.begin() as session:
        finding = session.scalars(select(Finding.id).where(Finding.rule == "title-missing", Finding.url.like("%/2")))
        muting.mute(session, deps, mei, finding.one(), reason="It is meant so.", until=None)

    page = reader.get("/audits/rules/title-missing")

    assert "Everything it found is muted." in page
    assert "Muted findings, table" in page


def test_an_audit_that_did_not_judge_by_the_rule_is_a_gap(reader: Visitor, deps: Deps, site: int) -> None:
    with deps.sessions.begin() as session:
        session.execute(
            delete(AuditRuleCount).where(AuditRuleCount.audit_id == 2, AuditRuleCount.rule == "title-missing")
        )

    page = reader.get("/audits/rules/title-missing")

    assert "oldest first: 1, –, and 1" in page
    assert len(re.findall(r'<rect class="col', page)) == 2


def test_the_site_is_chosen_and_every_site_is_counted(reader: Visitor, deps: Deps, site: int) -> None:
    other = add_site(deps, "Other", "https://other.example/")

    page = reader.get(f"/audits/rules/title-missing?site={other}")

    assert "What fails now on Other" in page
    assert "This site was not audited yet." in page
    assert re.search(r"northgauge\.example</a>.*?1 open", page, re.DOTALL)


def test_a_desk_without_sites_still_explains_the_rule(reader: Visitor) -> None:
    assert "No audit has judged by this rule yet." in reader.get("/audits/rules/img-alt-missing")


@pytest.mark.parametrize("address", ["/audits/rules/no-such-rule", "/audits/rules/title-missing?site=99"])
def test_what_is_not_there_is_a_404(reader: Visitor, address: str) -> None:
    reader.get(address, status=404)


@pytest.mark.thorough
def test_only_the_last_twelve_audits_are_drawn(reader: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    for week in range(14, 0, -1):
        audit(deps, site, [good("a"), untitled("b")], at=deps.now() - timedelta(days=7 * week))

    assert len(re.findall(r'<rect class="col', reader.get("/audits/rules/title-missing"))) == 12


def test_every_rule_has_a_page_in_chinese(app: Flask, deps: Deps) -> None:
    li = visitor(app, deps, add_person(deps, "Li Hang", language=Language.ZH))

    for rule in ALL_RULES:
        assert "如何修复" in li.get(f"/audits/rules/{rule.id}")
