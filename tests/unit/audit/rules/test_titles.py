"""Titles and descriptions: what counts as one."""

import pytest

from editorial.audit.rules.descriptions import description_missing
from editorial.audit.rules.titles import title_missing
from tests.unit.audit.pages import document, page


@pytest.mark.parametrize(
    ("head", "body", "missing"),
    [
        ("<title>A</title>", "", False),
        ("<title> \n&nbsp;</title>", "", True),
        ("", "<svg><title>Icon</title></svg>", True),
        ("", "<title>Late</title>", True),
        ("<title>内容日历</title>", "", False),
    ],
)
def test_a_title_stands_in_the_head_with_text(head, body, missing):
    assert bool(list(title_missing(page(document(head, body))))) is missing


def test_a_title_in_the_body_is_shown_as_evidence():
    failure = next(title_missing(page(document("", "<title>Late</title>"))))

    assert failure.evidence == ("<body>: Late",)


@pytest.mark.parametrize(
    ("head", "missing"),
    [
        ('<meta name="Description" content="Text">', False),
        ('<meta name="description" content="">', True),
        ('<meta property="og:description" content="Text">', True),
        ('<meta name="description">', True),
        ('<meta name="description" content=""><meta name="description" content="Text">', False),
    ],
)
def test_only_the_meta_description_counts(head, missing):
    assert bool(list(description_missing(page(document(head))))) is missing
