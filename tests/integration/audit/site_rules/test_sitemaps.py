"""Sitemaps, and what they name."""

import pytest

from editorial.audit.rule import Severity
from editorial.audit.rulebook import BY_ID
from tests.integration.audit.site_rules.shown import SITE

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


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"", 404, "the server answers 404."),
        (b"<!doctype html><html><body>Home</body></html>", 200, "a web page stands there."),
        (b"\x1f\x8b broken", 200, "what stands there cannot be read as one."),
    ],
)
def test_what_is_no_sitemap_is_told_by_what_it_is(audit, content, status, says):
    audit.has_file("/map.xml", content, status)

    ((_, failure),) = audit.found("sitemap-http-error")
    said = BY_ID["sitemap-http-error"].sentence(failure)
    assert (said.id % said.params).endswith(says)


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


def test_pages_that_no_sitemap_names_are_told_once_at_the_first_page(audit):
    start = audit.have("/", start=True)
    for path in ("/a", "/b", "/named", "/hidden"):
        audit.have(path, results=path != "/hidden")
        audit.links(start, path)
    audit.have("/orphan")
    assert audit.found("sitemap-missing-page") == []
    sitemap = audit.has_file("/sitemap.xml")
    audit.lists(sitemap, start, audit.numbers[f"{SITE}/named"])

    told = [(page, failure.params, failure.evidence) for page, failure in audit.found("sitemap-missing-page")]

    assert told == [(1, {"count": 2}, (f"{SITE}/a", f"{SITE}/b"))]


def test_while_a_sitemap_cannot_be_read_nobody_knows_what_it_leaves_out(audit):
    start = audit.have("/", start=True)
    audit.links(start, "/a")
    audit.have("/a")
    audit.lists(audit.has_file("/sitemap.xml"), start)
    audit.has_file("/more.xml", status=503, error="timeout")

    assert (audit.found("sitemap-missing-page"), audit.subjects("sitemap-missing-page")) == ([], {1: True})
