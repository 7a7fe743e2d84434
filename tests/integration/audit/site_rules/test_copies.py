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


def test_short_hidden_and_translated_texts_are_no_copies(audit):
    audit.have("/short", digest=None)
    audit.have("/short2", digest=None)
    audit.have("/a", digest="same", results=False)
    first, second = audit.have("/en-us", digest="same"), audit.have("/en-gb", digest="same")
    for page in (first, second):
        audit.translates(page, "en-US", "/en-us")
        audit.translates(page, "en-GB", "/en-gb")

    assert pages_of(audit, "content-exact-duplicate") == []


@pytest.mark.parametrize("rule", ["title-duplicate", "description-duplicate", "content-exact-duplicate", "page-orphan"])
def test_the_silence_of_half_a_crawl_says_nothing(rule):
    assert Need.CRAWL in RULES[rule].needs | RULES[rule].silence_needs


@pytest.mark.parametrize("rule", ["title-duplicate", "description-duplicate", "content-exact-duplicate"])
def test_a_page_that_was_cut_short_shares_nothing(audit, rule):
    for path, cut in (("/a", False), ("/b", True), ("/c", True)):
        audit.have(path, "Same", description="Same", digest="d", truncated=cut)

    assert audit.found(rule) == []
