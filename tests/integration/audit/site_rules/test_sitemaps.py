"""Sitemaps, and what they name."""

import pytest

from editorial.audit.rule import Severity

URLSET = b"<?xml version='1.0'?><urlset><url><loc>https://example.com/a</loc></url></urlset>"


@pytest.mark.parametrize(
    ("content", "status", "fails"),
    [
        (URLSET, 200, False),
        (b"\xef\xbb\xbf\n" + URLSET, 200, False),
        (b"https://example.com/a\n", 200, False),
        (b"", 404, True),
        (b"", 500, True),
        (b"", 403, False),
        (b"<!doctype html><html><body>Home</body></html>", 200, True),
        (b"\x1f\x8b broken", 200, True),
    ],
)
def test_a_sitemap_that_is_named_must_be_one(audit, content, status, fails):
    audit.has_file("/map.xml", content, status)

    assert bool(audit.found("sitemap-http-error")) is fails


def test_a_sitemap_that_nobody_names_may_be_missing(audit):
    audit.has_file("/sitemap.xml", b"", 404, listed=False)

    assert audit.found("sitemap-http-error") == []
    assert audit.subjects("sitemap-http-error") == {}


@pytest.mark.parametrize("said", [{"status": 403}, {"error": "timeout", "status": 0}, {"challenged": True}])
def test_a_refused_sitemap_says_nothing(audit, said):
    audit.has_file("/map.xml", b"", **said)

    assert audit.found("sitemap-http-error") == []
    assert audit.subjects("sitemap-http-error") == {1: True}


def test_a_page_of_a_sitemap_that_is_gone_is_a_warning_while_few_are(audit):
    file = audit.has_file("/map.xml")
    for number in range(11):
        audit.lists(file, audit.have(f"/{number}", status=404 if number == 5 else 200))

    ((page, failure),) = audit.found("sitemap-url-non200")

    assert (page, failure.params, failure.severity) == (7, {"status": 404}, Severity.WARNING)


def test_from_a_tenth_on_pages_that_are_gone_are_an_error(audit):
    file = audit.has_file("/map.xml")
    for number in range(10):
        audit.lists(file, audit.have(f"/{number}", status=404 if number == 5 else 200))

    assert [failure.severity for _, failure in audit.found("sitemap-url-non200")] == [Severity.ERROR]


def test_refused_moved_and_unlisted_pages_are_not_gone(audit):
    file = audit.has_file("/map.xml")
    audit.have("/unlisted", status=404)
    audit.lists(file, audit.have("/403", status=403), audit.have("/old", final="/new"), audit.have("/new"))

    assert audit.found("sitemap-url-non200") == []
    assert audit.subjects("sitemap-url-non200") == {3: True, 4: False, 5: False}
