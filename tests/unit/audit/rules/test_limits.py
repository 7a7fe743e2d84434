"""Lengths and sizes: characters and pixels, never bytes."""

import pytest

from editorial.audit.rule import Severity
from editorial.audit.rules.descriptions import description_too_long
from editorial.audit.rules.responses import html_too_large
from editorial.audit.rules.titles import title_multiple, title_too_long
from tests.unit.audit.pages import document, page


@pytest.mark.parametrize(
    ("title", "long"), [("内" * 25, False), ("内" * 30, False), ("内" * 31, True), ("W" * 32, True), ("i" * 100, False)]
)
def test_a_title_is_too_long_by_its_width(title, long):
    assert bool(list(title_too_long(page(document(f"<title>{title}</title>"))))) is long


@pytest.mark.parametrize(
    ("text", "long"), [("内" * 54, False), ("内" * 78, False), ("内" * 79, True), ("a" * 156, False), ("a" * 157, True)]
)
def test_a_description_is_too_long_by_its_characters(text, long):
    facts = page(document(f'<meta name="description" content="{text}">'))

    assert bool(list(description_too_long(facts))) is long


@pytest.mark.parametrize(
    ("head", "severities"),
    [
        ("<title>a</title>", []),
        ("<title>a</title><title>b</title>", [None]),
        ("<title>a</title><title>a</title>", [Severity.NOTICE]),
    ],
)
def test_twin_titles_weigh_less(head, severities):
    facts = page(document(head, "<svg><title>x</title></svg>"))

    assert [failure.severity for failure in title_multiple(facts)] == severities


@pytest.mark.parametrize(("size", "severities"), [(900_000, []), (1_200_000, [Severity.WARNING]), (2_200_000, [None])])
def test_a_page_is_too_large_by_its_uncompressed_bytes(size, severities):
    assert [failure.severity for failure in html_too_large(page("<p>" + "x" * size))] == severities
