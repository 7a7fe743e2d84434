"""What a 304 allows to take over, and what it leaves open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.audit.crawl.copies import Copy, renewed, validators
from editorial.audit.facts import Hop, PageFacts, Response
from editorial.audit.gather import gather

URL = "https://example.com/a"
HTML = (
    b'<!doctype html><html lang=en><head><title>A</title><link rel=canonical href="/b">'
    b"<meta name=robots content=nofollow></head><body><p>Text</p></body></html>"
)
DATE = ("Date", "Wed, 09 Dec 2026 02:00:00 GMT")


def facts(*headers: tuple[str, str]) -> PageFacts:
    return gather(Response(URL, URL, 200, (("Content-Type", "text/html; charset=utf-8"), *headers), HTML))


def again(before: PageFacts, *headers: tuple[str, str], etag: str = '"1"') -> PageFacts | None:
    return renewed(before, etag, headers, url=URL, hops=(), wanted=URL)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("ETag", '"1"')], ('"1"', "")),
        ([("etag", 'W/"1"')], ('W/"1"', "")),
        ([("ETag", "1")], ("", "")),
        ([("ETag", '"' + "x" * 300 + '"')], ("", "")),
        ([("ETag", '"é"')], ("", "")),
        ([("ETag", '"a\r\nX: y"')], ("", "")),
        ([DATE, ("Last-Modified", "Tue, 08 Dec 2026 02:00:00 GMT")], ("", "Tue, 08 Dec 2026 02:00:00 GMT")),
        ([DATE, ("Last-Modified", "Wed, 09 Dec 2026 01:59:59 GMT")], ("", "")),  # it may have changed unseen since
        ([DATE, ("Last-Modified", "yesterday GMT")], ("", "")),
        ([DATE, ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 -0000 GMT")], ("", "")),  # an hour without a place
        ([DATE, ("Last-Modified", "1 Jan 2024 0:0:0 +9999999999 GMT")], ("", "")),
        ([DATE, ("Last-Modified", "Tue, 08 Dec 2026\r02:00:00 GMT")], ("", "")),
        ([("Last-Modified", "Tue, 08 Dec 2026 02:00:00 GMT")], ("", "")),
        ([], ("", "")),
    ],
)
def test_only_what_proves_something_is_asked_about(headers, expected):
    assert validators(headers) == expected


NUMBERS = st.integers(-1, 10**12).map(str)
DATES = st.builds(
    "{}{} {} {} {}:{} {}GMT".format,
    st.sampled_from(["", "Mon, ", ",", ", "]),
    NUMBERS,
    st.sampled_from(["Jan", "Dec,", "1", "-"]),
    NUMBERS | st.sampled_from(["2024", "0001", "9999"]),
    NUMBERS | st.sampled_from(["0", "23", ""]),
    NUMBERS | st.sampled_from(["0:0", "59.59", ""]),
    st.sampled_from(["", "-0000 ", "+2359 ", "-9999 ", "+99999999999 ", "Z", "-"]),
)


@given(DATES | st.text(), DATES | st.text() | st.just(DATE[1]), st.text())
def test_no_header_makes_it_raise(modified: str, date: str, etag: str):
    said = [("Last-Modified", modified), ("Date", date), ("ETag", etag)]

    assert set(validators(said)) <= {etag.strip(), modified.strip(), ""}
    again(facts(), *said)


def test_both_conditions_are_sent():
    copy = Copy(URL, 'W/"1"', "Tue, 08 Dec 2026 02:00:00 GMT", b"")

    assert copy.conditions == ('If-None-Match: W/"1"', "If-Modified-Since: Tue, 08 Dec 2026 02:00:00 GMT")
    assert Copy(URL, '"1"', "", b"").conditions == ('If-None-Match: "1"',)


def test_a_page_that_did_not_change_is_what_it_was_but_for_the_way_to_it():
    before = facts(("ETag", '"1"'))
    hops = (Hop("https://example.com/old", 301, URL),)

    found = renewed(before, '"1"', [("ETag", '"1"'), DATE], url="https://example.com/old", hops=hops, wanted=URL)

    assert found is not None
    assert (found.url, found.final_url, found.redirects) == ("https://example.com/old", URL, hops)
    assert (found.titles, found.text, found.robots, found.canonicals) == (
        before.titles,
        before.text,
        before.robots,
        before.canonicals,
    )
    assert dict(found.headers)["date"] == DATE[1]


def test_headers_of_the_304_count_beside_what_stands_in_the_page():
    before = facts(("X-Robots-Tag", "noindex"), ("Link", '</old>; rel="canonical"'))

    found = again(before, ("X-Robots-Tag", "noarchive"), ("Link", '</new>; rel="canonical"'))

    assert found is not None
    assert [(each.name, each.where) for each in found.robots] == [("nofollow", "head"), ("noarchive", "header")]
    assert [each.target for each in found.canonicals] == ["https://example.com/b", "https://example.com/new"]
    assert dict(found.headers)["x-robots-tag"] == "noarchive"


@pytest.mark.parametrize(
    ("tag", "same"),
    [
        *[('"1"', True), ('W/"1"', True), ('"1-gzip"', True), ('"1;br"', True), ('"2"', False), ('W/"2"', False)],
        ('"1' + "-gzip" * 50 + '"', False),  # longer than any tag that was asked about
    ],
)
def test_tags_are_compared_weakly_and_without_their_packing(tag: str, same: bool):
    assert (again(facts(), ("ETag", tag)) is not None) is same


@pytest.mark.parametrize(
    ("before", "said", "usable"),
    [
        ([("X-Robots-Tag", "noindex")], [], False),  # gone, or left out of every 304: the page has to say
        ([("Link", "</a.css>; rel=preload")], [], False),
        ([("Strict-Transport-Security", "max-age=1")], [], False),
        ([("Strict-Transport-Security", "max-age=1")], [("strict-transport-security", "max-age=2")], True),
        ([("Server", "nginx"), ("Vary", "Accept"), ("Cache-Control", "no-cache")], [], True),
        ([], [("Content-Type", "text/html")], True),
        ([], [("Content-Type", "text/html; charset=UTF-8")], True),
        ([], [("Content-Type", "text/html; charset=gbk")], False),
        ([], [("Content-Type", "text/plain")], False),
        ([], [("Content-Security-Policy", "upgrade-insecure-requests")], False),
        (
            [("Content-Security-Policy", "script-src 'nonce-1'")],
            [("Content-Security-Policy", "script-src 'nonce-2'")],
            True,
        ),
        ([], [("cf-mitigated", "challenge")], False),
    ],
)
def test_a_304_that_leaves_something_open_takes_nothing_over(before, said, usable: bool):
    assert (again(facts(*before), *said) is not None) is usable


def test_the_copy_of_another_address_is_none():
    assert renewed(facts(), '"1"', [], url=URL, hops=(), wanted=URL + "/") is None
