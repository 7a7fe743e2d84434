"""Titles that several pages share."""

from editorial.audit.rule import Failure
from tests.integration.audit.site_rules.shown import SITE, pages_of


def test_pages_with_one_title_are_named_with_each_other(audit):
    audit.have("/a", "Gateways  compared")
    audit.have("/b", "GATEWAYS compared")
    audit.have("/c", "Something else")

    assert audit.found("title-duplicate") == [
        (1, Failure("title", {"count": 2}, ("Gateways  compared", f"{SITE}/b"))),
        (2, Failure("title", {"count": 2}, ("GATEWAYS compared", f"{SITE}/a"))),
    ]


def test_titles_are_compared_within_a_language(audit):
    audit.have("/a", "API")
    audit.have("/zh/a", "API", language="zh")

    assert pages_of(audit, "title-duplicate") == []


def test_pages_that_are_no_results_pages_share_no_title(audit):
    audit.have("/a", "Login")
    audit.have("/b", "Login", results=False)
    audit.have("/c", "", results=True)
    audit.have("/d", "", results=True)
    audit.have("/e", "Login", status=404)

    assert pages_of(audit, "title-duplicate") == []


def test_a_page_reached_twice_is_no_duplicate_of_itself(audit):
    audit.have("/old", "Gateways", final="/new")
    audit.have("/new", "Gateways")

    assert pages_of(audit, "title-duplicate") == []


def test_twins_by_http_and_https_are_another_rules_matter(audit):
    audit.have("/a", "Gateways")
    audit.have("/a", "Gateways", host="http://example.com")

    assert pages_of(audit, "title-duplicate") == []


def test_translations_that_name_each_other_may_share_a_title(audit):
    first, second = audit.have("/en-us", "Gateways"), audit.have("/en-gb", "Gateways")
    for page in (first, second):
        audit.translates(page, "en-US", "/en-us")
        audit.translates(page, "en-GB", "/en-gb")

    assert pages_of(audit, "title-duplicate") == []

    audit.have("/copy", "Gateways")

    assert pages_of(audit, "title-duplicate") == [1, 2, 3]
