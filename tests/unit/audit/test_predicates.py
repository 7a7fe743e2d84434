"""What the rules ask of a page first."""

from dataclasses import replace

import pytest

from editorial.audit.facts import Known, RobotsTxt
from editorial.audit.predicates import CanonState, canon_state, is_html_page, is_indexable, is_results_page
from editorial.audit.rule import Engine
from tests.unit.audit.pages import document, page

CANONICAL = '<link rel="canonical" href="{}">'


@pytest.mark.parametrize(
    ("html", "status", "content_type", "is_page"),
    [
        ("<p>x", 200, "text/html", True),
        ("<p>x", 200, "Application/XHTML+xml; charset=utf-8", True),
        ("<p>x", 404, "text/html", False),
        ("<p>x", 200, "text/plain", False),
        ("", 200, "text/html", False),
    ],
)
def test_a_page_is_html_that_answered_200(html, status, content_type, is_page):
    assert is_html_page(page(html, status=status, headers=(("Content-Type", content_type),))) is is_page


@pytest.mark.parametrize(
    ("hrefs", "state"),
    [
        ([], CanonState.NONE),
        (["/guides/start?utm_source=mail#top"], CanonState.SELF),
        (["https://EXAMPLE.com/guides/start"], CanonState.SELF),
        (["/guides/start/"], CanonState.OTHER),
        (["/a", "/b"], CanonState.CONFLICT),
        (["{{ url }}"], CanonState.INVALID),
    ],
)
def test_the_canonical_is_compared_in_its_compare_form(hrefs, state):
    assert canon_state(page(document("".join(map(CANONICAL.format, hrefs))))) is state


def test_a_canonicalised_page_is_no_results_page():
    assert not is_results_page(page(document(CANONICAL.format("/other"))))


@pytest.mark.parametrize(
    ("url", "counts"),
    [
        ("https://example.com/blog?page=2", False),
        ("https://example.com/blog/page/3/", False),
        ("https://example.com/blog?page=1", True),
        ("https://example.com/?p=23", True),
        ("https://example.com/landing-page/2024", True),
    ],
)
def test_later_pages_of_a_list_are_no_results_pages(url, counts):
    assert is_results_page(page("<p>x", url)) is counts


def test_a_thank_you_page_is_no_results_page():
    assert not is_results_page(page("<p>x", known=Known(utility=True)))


def test_a_page_for_one_engine_alone_is_a_results_page():
    assert is_results_page(page(document("<meta name=googlebot content=noindex>")))


def test_an_engine_that_robots_txt_blocks_cannot_index():
    facts = replace(page("<p>x"), robots_txt=(RobotsTxt("googlebot", allowed=False, line="Disallow: /"),))

    assert not is_indexable(facts, Engine.GOOGLE)
    assert is_indexable(facts, Engine.BAIDU)
