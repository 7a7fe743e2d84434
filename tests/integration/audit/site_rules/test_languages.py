"""Translations that name each other."""

import pytest

from tests.integration.audit.site_rules.shown import SITE


def test_a_translation_that_does_not_name_back_is_an_error(audit):
    audit.have("/en")
    audit.have("/zh")
    audit.translates(1, "en", "/en")
    audit.translates(1, "zh", "/zh")

    ((page, failure),) = audit.found("hreflang-no-return")

    assert (page, failure.key, failure.params) == (1, f"{SITE}/zh", {"target": f"{SITE}/zh", "code": "zh"})


@pytest.mark.parametrize("in_page", [True, False])
def test_translations_that_name_each_other_in_page_or_sitemap_pass(audit, in_page):
    audit.have("/en")
    audit.have("/zh")
    audit.translates(1, "zh", "/zh")
    audit.translates(2, "en", "/en", in_page=in_page)

    assert audit.found("hreflang-no-return") == []
    assert audit.subjects("hreflang-no-return") == {1: False, 2: False}


def test_translations_that_name_each_other_through_redirects_pass(audit):
    audit.have("/en")
    audit.have("/zh-old", final="/zh")
    audit.have("/zh")
    audit.have("/en-old", final="/en")
    audit.translates(1, "zh", "/zh-old")
    audit.translates(3, "en", "/en-old")

    assert audit.found("hreflang-no-return") == []


@pytest.mark.parametrize(
    "other", [{"status": 404}, {"status": 0, "error": "timeout"}, {"status": 403}, {"truncated": True}]
)
def test_only_a_translation_that_was_read_whole_can_fail_to_name_back(audit, other):
    audit.have("/en")
    audit.have("/zh", **other)
    audit.translates(1, "zh", "/zh")

    assert audit.found("hreflang-no-return") == []


def test_a_translation_that_was_not_fetched_leaves_the_answer_open(audit):
    audit.have("/en")
    audit.translates(1, "de", "/de")

    assert audit.found("hreflang-no-return") == []
    assert audit.subjects("hreflang-no-return") == {1: True}


@pytest.mark.parametrize("own", [{"canonical": "/en"}, {"noindex": True}])
def test_pages_out_of_the_index_belong_to_no_group(audit, own):
    audit.have("/en?sort=x", **own)
    audit.have("/zh")
    audit.translates(1, "zh", "/zh")

    assert audit.found("hreflang-no-return") == []
