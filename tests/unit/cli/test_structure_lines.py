"""The structure of a site in some lines."""

from typing import Any

from editorial.cli.structure_lines import lines_of
from tests.unit.audit.test_report import english

WHOLE: dict[str, Any] = {
    "complete": True,
    "depth": {"clicks": {"0": 1, "2": 4, "9": 2, "12": 1}, "none": 1},
    "sitemap": {"named": 3, "counts": {"both": 1, "sitemap-only": 1, "bad": 1, "crawl-only": 7}},
    "broken": {"targets": 1, "links": 5},
    "redirects": {"chains": 2},
    "canonicals": {"chains": 1, "circles": 1},
    "languages": {"groups": 2, "sound": 1, "cut": 3},
}
EMPTY: dict[str, Any] = {
    "complete": False,
    "depth": {"clicks": {"0": 1, "1": 1}, "none": 0},
    "sitemap": {"named": 0, "counts": {}},
    "broken": {"targets": 0, "links": 0},
    "redirects": {"chains": 0},
    "canonicals": {"chains": 0, "circles": 0},
    "languages": {"groups": 0, "sound": 0},
}


def test_what_there_is_has_a_line_and_far_pages_are_one_number():
    assert list(lines_of(WHOLE, english)) == [
        "Structure",
        "  Pages by clicks from the first one: 0: 1, 2: 4, >8: 3",
        "  1 page that no followed link leads to",
        "  Sitemap: 1 linked too, 1 not linked, 1 should not be there, 7 missing",
        "  1 broken target, 5 links to it",
        "  2 chains of redirects",
        "  2 pages with canonicals in a row",
        "  Translations: 1 of 2 groups are sound",
        "  3 pages name more translations than are compared.",
        "",
    ]


def test_half_a_site_says_so_and_a_single_page_says_nothing():
    assert list(lines_of(EMPTY, english))[1:] == [
        "  Pages by clicks from the first one: 0: 1, 1: 1",
        "  Not every page was seen: some may be nearer or better linked than it seems.",
        "",
    ]
    assert list(lines_of({**EMPTY, "depth": {"clicks": {"0": 1}, "none": 0}}, english)) == []
