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
        (
            "googlebot: unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT, nofollow",
            [("googlebot", "unavailable_after", "Fri, 25 Jun 2010 15:00:00 GMT"), ("googlebot", "nofollow", "")],
        ),
        ("bingbot: max-snippet:20, noindex", [("bingbot", "max-snippet", "20"), ("bingbot", "noindex", "")]),
        (" GoogleBot :  NoIndex ", [("googlebot", "noindex", "")]),
        (" , ", []),
        ("mybot: googlebot: noindex", [("googlebot", "noindex", "")]),
        ("noindex, googlebot:", [("", "noindex", "")]),
        ("Max-Image-Preview : Large, , noindex,", [("", "max-image-preview", "large"), ("", "noindex", "")]),
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


def test_a_canonical_may_stand_behind_many_files_to_load_early():
    early = ", ".join(f"</assets/{number}.js>; rel=preload; as=script" for number in range(300))

    assert page("<p>x", headers=(("Link", f'{early}, </b>; rel="canonical"'),)).canonicals


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
    assert media_type(" ;charset=x", b"<html>") == "text/html"


@pytest.mark.parametrize("value", ["TEXT/HTML", "text/html charset=utf-8", "text/html, text/html;charset=utf-8"])
def test_a_type_ends_where_a_parameter_or_another_type_begins(value):
    assert media_type(value, b"") == "text/html"


def test_cookies_stay_out_of_the_facts():
    facts = page("<p>x", headers=(("Set-Cookie", "session=1"), ("Server", "nginx")))

    assert [name for name, _ in facts.headers] == ["content-type", "server"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("</x>;rel=canonical;", [("/x", {"rel": "canonical"})]),
        (r'</x>; title="a \"b\", c"; rel=canonical', [("/x", {"title": 'a "b", c', "rel": "canonical"})]),
        ("<a,b;c>; rel=next, </y>; rel=prev", [("a,b;c", {"rel": "next"}), ("/y", {"rel": "prev"})]),
        ("</x>; rel=a; rel=b", [("/x", {"rel": "a"})]),
        ("</x>; async; REL = 'q'", [("/x", {"async": "", "rel": "'q'"})]),
        ("</x>; ; rel=a,,</y>;rel=b", [("/x", {"rel": "a"}), ("/y", {"rel": "b"})]),
        ("nothing", []),
        ("</x> stray, </y>; rel=b", [("/x", {}), ("/y", {"rel": "b"})]),
        ('</x>; title="open', [("/x", {"title": ""})]),
    ],
)
def test_link_headers_are_read_as_leniently_as_the_standard_asks(value, expected):
    assert list(links(value)) == expected


@pytest.mark.parametrize(
    ("anchor", "ours"), [("", True), ("/guides/start", True), ("start", True), ("/other", False), ("#part", False)]
)
def test_a_link_about_another_page_or_a_part_is_none_of_this_one(anchor, ours):
    facts = page("<p>x", headers=(("Link", f'</x>; rel=canonical; anchor="{anchor}", </y>; rel="canonical"'),))

    assert [found.href for found in facts.canonicals] == (["/x", "/y"] if ours else ["/y"])


@pytest.mark.parametrize("attribute", ["hreflang=de", "lang=de", "media=print", "type=text/html"])
def test_a_canonical_of_a_version_is_none(attribute):
    html = f'<head><link rel="canonical" href="/x" {attribute}><link rel="canonical" href="/y">'

    facts = page(html, headers=(("Link", f"</z>; rel=canonical; {attribute}"),))

    assert [found.href for found in facts.canonicals] == ["/y"]


def test_a_link_of_a_drawing_may_use_the_old_attribute():
    assert page('<svg><a xlink:href="/s">x</a></svg>').links[0].url == "https://example.com/s"
