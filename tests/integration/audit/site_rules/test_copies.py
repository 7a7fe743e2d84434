"""Descriptions and texts that several pages share."""

import pytest

from editorial.audit.rule import Need
from tests.integration.audit.site_rules.shown import RULES, pages_of


def test_pages_with_one_description_are_named(audit):
    audit.have("/a", description="All about  gateways.")
    audit.have("/b", description="ALL ABOUT gateways.")
    audit.have("/c", description="Something else.")

    assert pages_of(audit, "description-duplicate") == [1, 2]


def test_empty_descriptions_other_languages_and_hidden_pages_share_none(audit):
    audit.have("/a", description="API")
    audit.have("/zh/a", description="API", language="zh")
    audit.have("/login", description="API", results=False)
    audit.have("/b")
    audit.have("/c")

    assert pages_of(audit, "description-duplicate") == []


def test_pages_with_one_text_are_copies(audit):
    audit.have("/a", "First", digest="same")
    audit.have("/b", "Second", digest="same")
    audit.have("/c", "Third", digest="other")

    assert pages_of(audit, "content-exact-duplicate") == [1, 2]


def test_a_copy_names_the_page_to_keep(audit):
    for path in ("/a", "/b", "/c"):
        audit.have(path, digest="same")
    audit.is_like(1, 3, 100, exact=True, pages=3)

    assert [failure.evidence[-1] for _, failure in audit.found("content-exact-duplicate")] == [
        "https://example.com/c",
        "https://example.com/a",
        "https://example.com/a",
    ]


def test_pages_that_are_nearly_the_same_are_a_warning_and_those_less_so_a_notice(audit):
    for path in ("/a", "/b", "/c"):
        audit.have(path, digest=path)
    audit.is_like(1, 2, 90, pages=3)
    audit.is_like(2, 1, 89, pages=3)
    audit.is_like(3, 1, 100, exact=True)

    found = audit.found("content-near-duplicate")

    assert [(page, failure.key, failure.severity) for page, failure in found] == [
        (1, "text", "warning"),
        (2, "text", "notice"),
    ]
    assert found[0][1].params == {"share": "90%", "count": 3, "main": "https://example.com/b"}


def test_short_hidden_and_translated_texts_are_no_copies(audit):
    audit.have("/short", digest=None)
    audit.have("/short2", digest=None)
    audit.have("/a", digest="same", results=False)
    first, second = audit.have("/en-us", digest="same"), audit.have("/en-gb", digest="same")
    for page in (first, second):
        audit.translates(page, "en-US", "/en-us")
        audit.translates(page, "en-GB", "/en-gb")

    assert pages_of(audit, "content-exact-duplicate") == []


@pytest.mark.parametrize(
    "rule",
    ["title-duplicate", "description-duplicate", "content-exact-duplicate", "content-near-duplicate", "page-orphan"],
)
def test_the_silence_of_half_a_crawl_says_nothing(rule):
    assert Need.CRAWL in RULES[rule].needs | RULES[rule].silence_needs


@pytest.mark.parametrize("rule", ["title-duplicate", "description-duplicate", "content-exact-duplicate"])
def test_a_page_that_was_cut_short_shares_nothing(audit, rule):
    for path, cut in (("/a", False), ("/b", True), ("/c", True)):
        audit.have(path, "Same", description="Same", digest="d", truncated=cut)

    assert audit.found(rule) == []
