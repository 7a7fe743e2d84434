"""Links within a site, and pages that none leads to."""

import pytest

from editorial.audit.rule import Failure, Severity
from tests.integration.audit.site_rules.shown import SITE, pages_of


@pytest.mark.parametrize(
    ("status", "error", "broken"),
    [
        (404, None, True),
        (410, None, True),
        (500, None, True),
        (0, "dns", True),
        (200, None, False),
        (403, None, False),
        (429, None, False),
        (0, "timeout", False),
        (999, None, False),
    ],
)
def test_a_link_is_broken_where_its_target_is_gone(audit, status, error, broken):
    start = audit.have("/")
    audit.have("/gone", status=status, error=error)
    audit.links(start, "/gone")

    assert bool(audit.found("link-broken-internal")) is broken


def test_a_link_to_a_page_behind_a_bot_check_is_none_to_an_error(audit):
    start = audit.have("/")
    audit.have("/guarded", status=503, denied=True)
    audit.links(start, "/guarded")

    assert audit.found("link-broken-internal") == []


def test_a_broken_link_is_one_failure_a_target(audit):
    start = audit.have("/")
    audit.have("/gone", status=404)
    audit.links(start, "/gone", text="first")
    audit.links(start, "/gone", text="second")

    assert audit.found("link-broken-internal") == [
        (1, Failure(f"{SITE}/gone", {"target": f"{SITE}/gone", "status": 404}, (f"{SITE}/gone", "first")))
    ]


def test_a_link_through_a_redirect_to_nothing_is_broken(audit):
    start = audit.have("/")
    audit.have("/old", final="/gone", status=404)
    audit.links(start, "/old")

    assert pages_of(audit, "link-broken-internal") == [1]


def test_links_to_elsewhere_and_from_error_pages_do_not_count(audit):
    start, lost = audit.have("/"), audit.have("/gone", status=404)
    audit.links(start, "/gone", internal=False)
    audit.links(lost, "/gone")
    audit.links(start, "/never-fetched")

    assert audit.found("link-broken-internal") == []


def test_a_link_to_a_redirect_is_a_notice_and_to_several_a_warning(audit):
    audit.have("/", start=True)
    audit.have("/old", final="/new")
    audit.have("/older", final="/new", hops=2)
    audit.links(1, "/old")
    audit.links(1, "/older")

    found = [(failure.params["target"], failure.severity) for _, failure in audit.found("link-to-redirect")]

    assert found == [(f"{SITE}/old", Severity.NOTICE), (f"{SITE}/older", Severity.WARNING)]


def test_a_link_to_a_page_to_elsewhere_or_to_a_lost_redirect_is_none_to_a_redirect(audit):
    audit.have("/", start=True)
    audit.have("/a")
    audit.have("/old", final="/gone", status=404)
    audit.have("/loop", final="/loop2", status=0, error="redirect-loop")
    audit.have("/partner", final="/x")
    audit.links(1, "/a")
    audit.links(1, "/old")
    audit.links(1, "/loop")
    audit.links(1, "/partner", internal=False)

    assert audit.found("link-to-redirect") == []


def test_a_move_that_the_whole_site_makes_is_told_once_where_the_crawl_began(audit):
    audit.have("/", start=True)
    for number in range(3):
        page = audit.have(f"/page{number}")
        audit.have(f"/slash{number}", final=f"/slash{number}/")
        audit.links(page, f"/slash{number}")
    http = audit.have("/b", host="http://example.com", final=f"{SITE}/b")
    audit.add(
        audit.link,
        page_id=2,
        position=1,
        target_id=http,
        url="http://example.com/b",
        n2="http://example.com/b",
        internal=True,
        nofollow=False,
        text="b",
    )

    assert [(page, failure.key) for page, failure in audit.found("link-to-redirect")] == [
        (1, f"http://example.com {SITE}"),
        (1, "slash"),
    ]


def test_a_page_that_nobody_links_to_is_an_orphan(audit):
    start = audit.have("/", start=True)
    audit.have("/a")
    audit.have("/lost")
    audit.links(start, "/a")

    assert pages_of(audit, "page-orphan") == [3]


def test_a_link_to_itself_and_one_from_an_error_page_find_no_page(audit):
    audit.have("/", start=True)
    lost = audit.have("/lost")
    audit.links(lost, "/lost")
    gone = audit.have("/gone", status=404)
    audit.links(gone, "/lost")

    assert pages_of(audit, "page-orphan") == [2]


def test_a_page_behind_a_redirect_a_canonical_a_slash_or_another_language_is_no_orphan(audit):
    start = audit.have("/", start=True)
    audit.have("/old", final="/new")
    audit.have("/new")
    audit.have("/copy", canonical="/main", results=False)
    audit.have("/main")
    audit.have("/folder")
    audit.have("/folder/")
    audit.have("/zh/")
    audit.have("/hidden", results=False)
    for path in ("/old", "/copy", "/folder"):
        audit.links(start, path)
    audit.translates(start, "zh", "/zh/")

    assert pages_of(audit, "page-orphan") == []


def test_a_link_to_another_spelling_counts_although_nobody_fetched_it(audit):
    start = audit.have("/", start=True)
    audit.have("/folder")
    audit.links(start, "/folder/")

    assert pages_of(audit, "page-orphan") == []


def test_a_sitemap_that_names_a_translation_is_no_link(audit):
    start = audit.have("/", start=True)
    audit.have("/zh/")
    audit.translates(start, "zh", "/zh/", in_page=False)

    assert pages_of(audit, "page-orphan") == [2]


def test_a_page_more_than_four_clicks_from_the_first_is_deep_and_worse_where_the_plan_puts_it_first(audit):
    audit.have("/", start=True)
    for depth in range(1, 7):
        audit.have(f"/{depth}", hops=0)
        audit.links(depth, f"/{depth}")
    audit.important = {7}

    assert [(page, failure.params["clicks"], failure.severity) for page, failure in audit.found("page-deep")] == [
        (6, 5, Severity.NOTICE),
        (7, 6, Severity.WARNING),
    ]


def test_a_page_that_only_a_sitemap_names_has_no_depth(audit):
    audit.have("/", start=True)
    lost = audit.have("/lost")
    audit.lists(audit.has_file("/sitemap.xml"), lost)

    assert (audit.found("page-deep"), audit.subjects("page-deep")) == ([], {1: False})
