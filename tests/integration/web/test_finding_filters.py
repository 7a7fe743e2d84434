"""The filters of the findings: each alone, together, taken off, and the same list as a file."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from editorial.domain.findings import FindingState
from editorial.domain.locales import Language
from editorial.services.deps import Deps
from editorial.services.finding_filters import Grouping, Order, Wanted
from editorial.services.finding_pages import Listing, listing, one_by_one
from editorial.store.audit import Audit, Finding
from editorial.store.campaigns import Campaign
from editorial.store.content import ContentItem
from tests.conftest import Clock
from tests.integration.web.audited import BASE, add_site, audit, good, untitled, with_images
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def reader(app: Flask, deps: Deps) -> Visitor:
    return visitor(app, deps, add_person(deps, "Vera"))


@pytest.fixture
def site(deps: Deps, clock: Clock) -> int:
    """Two audits: images without alt text on the blog from the first, a title lost on a case in the second."""
    site = add_site(deps)
    audit(deps, site, [good("cases/a"), with_images("blog/b", 2), with_images("blog/c", 1)])
    clock.forward(days=7)
    audit(deps, site, [untitled("cases/a"), with_images("blog/b", 2), good("blog/c")])
    return site


def shown(page: str) -> list[str]:
    """Paths in the first column, in their order."""
    return re.findall(r'data-finding="\d+"><span data-own-words>([^<]+)</span>', page)


FITTING = {
    "": ["/cases/a", "/blog/b", "/blog/b"],
    "category=titles": ["/cases/a"],
    "category=images": ["/blog/b", "/blog/b"],
    "path=/blog/": ["/blog/b", "/blog/b"],
    "path=blog": ["/blog/b", "/blog/b"],
    "path=/Blog/": [],
    "path=/b": ["/blog/b", "/blog/b"],
    "path=/log": [],
    "path=/%25": [],
    "path=/blog/&severity=error": [],
    "path=/cases/&severity=error&category=titles&state=new": ["/cases/a"],
    "state=gone": ["/blog/c"],
    "state=all&audit=2": ["/cases/a", "/blog/c"],
    "state=gone&audit=1": ["/blog/c"],
    "state=new&audit=1": [],
    "campaign=0&path=/cases": ["/cases/a"],
    "order=newest&by=none": ["/cases/a", "/blog/b", "/blog/b"],
    "order=oldest&by=none": ["/blog/b", "/blog/b", "/cases/a"],
    "order=name&by=none": ["/blog/b", "/blog/b", "/cases/a"],
    "order=most": ["/blog/b", "/blog/b", "/cases/a"],
}


def test_filters_hold_together(reader: Visitor, site: int) -> None:
    assert {query: shown(reader.get(f"/audits/sites/{site}/findings?{query}")) for query in FITTING} == FITTING


def test_a_path_fits_the_site_with_and_without_www(deps: Deps, site: int) -> None:
    with deps.sessions.begin() as session:
        finding = session.scalars(select(Finding).where(Finding.rule == "title-missing")).one()
        finding.url = "http://www.northgauge.example/cases/a"
    with deps.sessions() as session:
        assert listing(session, Wanted(site, path="/cases/")).total == 1


def test_findings_are_found_by_the_campaign_of_their_piece(reader: Visitor, deps: Deps, site: int) -> None:
    campaign = a_campaign(deps, "Bearings")

    page = reader.get(f"/audits/sites/{site}/findings?campaign={campaign}")

    assert shown(page) == ["/cases/a"]
    assert "Campaign: Bearings" in page


def a_campaign(deps: Deps, name: str) -> int:
    """A campaign whose one piece is the page that lost its title."""
    with deps.sessions.begin() as session:
        campaign = Campaign(name=name, created_at=deps.now())
        session.add(campaign)
        session.flush()
        item = ContentItem(
            type_id=3,
            title="A case",
            language=Language.EN,
            campaign_id=campaign.id,
            content_hash="0" * 64,
            created_at=deps.now(),
            updated_at=deps.now(),
        )
        session.add(item)
        session.flush()
        finding = session.scalars(select(Finding).where(Finding.rule == "title-missing")).one()
        finding.content_item_id = item.id
        return campaign.id


def test_each_filter_is_a_chip_that_takes_itself_off_alone(reader: Visitor, site: int) -> None:
    page = reader.get(f"/audits/sites/{site}/findings?path=/cases/&severity=error&order=newest")

    chips = re.findall(r'<a class="filter is-on" href="([^"]+)" aria-label="([^"]+)"', page)
    assert [(label, href.replace("&amp;", "&").partition("?")[2]) for href, label in chips] == [
        ("Remove the filter: Severity: Error", "order=newest&path=/cases/"),
        ("Remove the filter: Path begins with: /cases/", "order=newest&severity=error"),
    ]


def test_an_empty_list_says_what_each_filter_hides(reader: Visitor, site: int) -> None:
    page = reader.get(f"/audits/sites/{site}/findings?path=/cases/&severity=warning")

    assert "No finding fits these filters." in page
    hiding = re.findall(r"(Severity: \w+|Path begins with: \S+).{0,200}?alone hides (\d+) finding", page, re.DOTALL)
    assert ("Path begins with: /cases/", "2") in hiding
    assert "alone hides 1 finding" in page


def test_an_unreadable_filter_is_named_and_hides_nothing(reader: Visitor, site: int) -> None:
    page = reader.get(f"/audits/sites/{site}/findings?severity=terrible&owner=x")

    assert "“terrible” does not fit here." in page
    assert "“x” does not fit here." in page
    assert shown(page) == ["/cases/a", "/blog/b", "/blog/b"]


def test_another_sites_audit_is_no_name_of_a_filter(reader: Visitor, deps: Deps, site: int) -> None:
    other = add_site(deps, "Other", "https://other.example/")
    number = audit(deps, other, [good("x")])

    page = reader.get(f"/audits/sites/{site}/findings?audit={number}")

    assert "something that is not here" in page


@pytest.mark.parametrize("by", [Grouping.NONE, Grouping.PAGE])
def test_no_finding_is_lost_or_doubled_between_pages(deps: Deps, site: int, by: Grouping) -> None:
    many_findings(deps, site, 260)
    with deps.sessions() as session:
        for order in Order:
            pages = list(pages_of(session, Wanted(site, by=by, order=order)))
            seen = [row.finding.id for page in pages for group in page.groups for row in group.rows]

            assert len(seen) == len(set(seen)) == pages[-1].total, order
            places = pages[-1].places
            assert [page.begins for page in pages] == list(range(1, places + 1, 100 if by is Grouping.NONE else 25))
            assert pages[-1].ends == places


def pages_of(session: Session, wanted: Wanted) -> Iterator[Listing]:
    """The list from its first page to its last."""
    while True:
        page = listing(session, wanted)
        yield page
        if page.after is None:
            return
        wanted = replace(wanted, after=page.after)


def many_findings(deps: Deps, site: int, count: int) -> None:
    """Findings of three severities and two audits, each on a page of its own."""
    with deps.sessions.begin() as session:
        audits = session.scalars(select(Audit.id).order_by(Audit.id)).all()
        session.execute(
            insert(Finding),
            [
                {
                    "site_id": site, "fingerprint": f"f{n}", "rule": "title-missing", "version": 1, "key": "title",
                    "url": f"{BASE}many/{n}", "n2": f"{BASE}many/{n}", "state": FindingState.NEW,
                    "severity": ("error", "warning", "notice")[n % 3], "params": {}, "evidence": [],
                    "first_audit_id": audits[n % 2], "last_audit_id": audits[1], "first_seen_at": deps.now(),
                    "last_seen_at": deps.now(), "newly_discovered": False,
                }
                for n in range(count)
            ],
        )  # fmt: skip


def test_the_page_says_where_in_the_list_it_stands(reader: Visitor, deps: Deps, site: int) -> None:
    many_findings(deps, site, 260)

    page = reader.get(f"/audits/sites/{site}/findings?by=none")
    following = re.search(r'rel="next" href="([^"]+)"', page)

    assert "Findings 1 to 100 of 263" in page
    assert following is not None
    assert "Findings 101 to 200 of 263" in reader.get(following[1].replace("&amp;", "&"))


def test_the_list_leaves_as_a_table_under_the_same_filters(reader: Visitor, deps: Deps, site: int) -> None:
    many_findings(deps, site, 1100)  # more than are read at once

    answer = reader.client.get(f"/audits/sites/{site}/findings.csv?path=/many/&order=name")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert answer.content_type == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(rows) == len({row["url"] for row in rows}) == 1100
    assert {row["rule"] for row in rows} == {"title-missing"}
    assert {row["title"] for row in rows} == {"Title missing"}


def test_the_table_speaks_the_readers_language(app: Flask, deps: Deps, site: int) -> None:
    li = visitor(app, deps, add_person(deps, "Li Hang", language=Language.ZH))

    assert "缺少标题" in li.client.get(f"/audits/sites/{site}/findings.csv").text


def test_a_page_cannot_put_a_formula_into_the_table(reader: Visitor, deps: Deps, site: int) -> None:
    with deps.sessions.begin() as session:
        session.scalars(select(Finding).where(Finding.rule == "title-missing")).one().evidence = ["=cmd()"]

    assert ",'=cmd()," in reader.client.get(f"/audits/sites/{site}/findings.csv").text


def test_the_interface_for_programs_still_pages_by_severity(deps: Deps, site: int) -> None:
    with deps.sessions() as session:
        first, after = one_by_one(session, Wanted(site), page=1)
        rest, end = one_by_one(session, Wanted(site, after=after), page=5)

    assert [row.finding.severity for row in [*first, *rest]] == ["error", "warning", "warning"]
    assert end is None
