"""Lengths and sizes: characters and pixels, never bytes."""

from dataclasses import replace

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


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"body_bytes": 1_684_000}, "The HTML is 1684 KB; Googlebot reads no more than 2000, so do not let it grow."),
        ({"body_bytes": 3_000_000}, "The HTML is 3000 KB; Googlebot reads the first 2000."),
        (
            {"body_bytes": 10_485_760, "truncated": True},
            "The HTML is at least 10485 KB, where we stopped reading; Googlebot reads the first 2000.",
        ),
        (
            {"body_bytes": 10_485_760, "truncated": True, "swollen": True},
            (
                "The HTML unpacks to more than 100 times what is sent, like a bomb made to fill the memory of its"
                " readers: we stopped at 10485 KB."
            ),
        ),
    ],
)
def test_a_page_that_is_too_large_is_told_by_what_is_known_of_its_size(told, says):
    (failure,) = html_too_large(replace(page(document("", "")), header_bytes=0, **told))

    said = html_too_large.sentence(failure)
    assert said.id % said.params == says
