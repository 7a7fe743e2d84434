"""What header lines say."""

import pytest

from editorial.audit.gather.headers import header_directives, links, media_type
from tests.unit.audit.pages import page


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("noindex, NOFOLLOW", [("", "noindex", ""), ("", "nofollow", "")]),
        ("googlebot: noindex, nofollow", [("googlebot", "noindex", ""), ("googlebot", "nofollow", "")]),
        ("googlebot: nofollow, bingbot: noindex", [("googlebot", "nofollow", ""), ("bingbot", "noindex", "")]),
        ("max-snippet: 50", [("", "max-snippet", "50")]),
        ("unavailable_after: 25 Jun 2030 15:00:00 GMT", [("", "unavailable_after", "25 Jun 2030 15:00:00 GMT")]),
        (
            "unavailable_after: Friday, 25 Jun 2030, none",
            [("", "unavailable_after", "Friday, 25 Jun 2030"), ("", "none", "")],
        ),
        (" , ", []),
    ],
)
def test_robots_lines_are_read_by_agent_and_directive(line, found):
    assert [(each.agent, each.name, each.value) for each in header_directives([line])] == found


def test_a_link_header_may_hold_commas_in_its_addresses():
    value = '<https://a/,x>; rel="canonical", </de>; rel=alternate; hreflang="de"'

    assert list(links(value)) == [
        ("https://a/,x", {"rel": "canonical"}),
        ("/de", {"rel": "alternate", "hreflang": "de"}),
    ]


def test_a_canonical_in_the_header_is_resolved_against_the_page():
    facts = page("<p>x", headers=(("Link", '</b>; rel="canonical"'),))

    assert [(found.where, found.target) for found in facts.canonicals] == [("header", "https://example.com/b")]


def test_headers_count_for_what_is_no_html():
    facts = page(b"%PDF-1.7", headers=(("Content-Type", "application/pdf"), ("X-Robots-Tag", "noindex")))

    assert [found.name for found in facts.robots] == ["noindex"]
    assert facts.titles == ()


def test_the_type_is_sniffed_only_without_a_header():
    assert media_type("", b"\xef\xbb\xbf \n<!DOCTYPE html>") == "text/html"
    assert media_type("Text/Plain; charset=x", b"<html>") == "text/plain"


def test_cookies_stay_out_of_the_facts():
    facts = page("<p>x", headers=(("Set-Cookie", "session=1"), ("Server", "nginx")))

    assert [name for name, _ in facts.headers] == ["content-type", "server"]
