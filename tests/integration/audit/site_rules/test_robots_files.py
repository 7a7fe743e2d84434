"""robots.txt."""

import pytest


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"User-agent: *\nDisallow: /", {"googlebot": "error", "bingbot": "error", "baiduspider": "error"}),
        (b"User-agent: Baiduspider\nDisallow: /", {"baiduspider": "warning"}),
        (b"User-agent: Googlebot\nDisallow: /", {"googlebot": "error"}),
        (
            b"User-agent: *\nDisallow: /\nUser-agent: Googlebot\nAllow: /",
            {"bingbot": "warning", "baiduspider": "warning"},
        ),
        (b"User-agent: *\nDisallow: /\nAllow: /$", {}),
        (b"User-agent: *\nDisallow: /$", {}),
        (b"User-agent: *\nDisallow: /\nAllow: /", {}),
        (b"User-agent: *\nDisallow: /private", {}),
        (b"User-agent: *\nDisallow:", {}),
    ],
)
def test_robots_txt_closes_the_site_by_the_group_of_each_engine(audit, content, found):
    audit.has_file("/robots.txt", content)

    assert {failure.key: failure.severity for _, failure in audit.found("robots-blocks-all")} == found


@pytest.mark.parametrize(
    ("status", "error", "fails", "unsure"),
    [
        (500, None, True, False),
        (503, None, True, False),
        (0, "timeout", True, False),
        (200, None, False, False),
        (401, None, False, False),
        (403, None, False, False),
        (404, None, False, False),
        (429, None, False, True),
        (0, "connect", False, True),
        (302, "redirects", False, False),
    ],
)
def test_robots_txt_that_cannot_be_read_closes_the_site(audit, status, error, fails, unsure):
    audit.has_file("/robots.txt", b"", status, error)

    assert bool(audit.found("robots-5xx")) is fails
    assert audit.subjects("robots-5xx") == {1: unsure}


def test_a_bot_check_in_place_of_robots_txt_says_nothing(audit):
    audit.has_file("/robots.txt", b"", 503, challenged=True)

    assert audit.found("robots-5xx") == []
    assert audit.subjects("robots-5xx") == {1: True}


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"User-agent: *\nDisallow: /a\nthis is no line at all", [3]),
        (b"Disallow: /a\nUser-agent: *\nDisallow: /b", [1]),
        (b"User-agent: *\nDisallow: private", [2]),
        (b"User-agent: *\nDisallow: /a$/b", [2]),
        (b"<!DOCTYPE html>\n<html><head></head></html>", [1]),
        ("User-agent: *\nDisallow: /a".encode("utf-16"), [1]),
        (b"User-agent: *\nDisallow: /a\n" + b"# much\n" * 80_000, [73_141]),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /a", []),
        (b"User-agent: *\nContent-Signal: search=yes\nLicense: https://example.com/l\nHost: x", []),
        (b"user agent: *\r\ndissallow: /a # forgiven\r\nDisallow: /*.pdf$\r\nAllow: *\r\nDisallow:", []),
        (b"User-agent: *\r\nDisallow /a # without a colon", [2]),
        (b"# a comment\n\nSitemap: https://example.com/s.xml\nCrawl-delay: 5", []),
    ],
)
def test_lines_of_robots_txt_that_nobody_heeds_are_told(audit, content, lines):
    audit.has_file("/robots.txt", content)

    assert [failure.params["line"] for _, failure in audit.found("robots-syntax")] == lines


def test_a_robots_txt_that_is_another_origins_is_judged_there(audit):
    audit.has_file("/robots.txt", b"User-agent: *\nDisallow: /", listed=False)

    assert audit.found("robots-blocks-all") == []
    assert audit.subjects("robots-blocks-all") == {}


def test_a_robots_txt_that_is_not_there_has_no_defect(audit):
    audit.has_file("/robots.txt", b"", 404)

    assert audit.subjects("robots-syntax") == audit.subjects("robots-blocks-all") == {1: False}
