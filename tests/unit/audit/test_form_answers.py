"""What the answers of an address say about a form that is sent there, and what they do not."""

import pytest

from editorial.audit.form_answers import Heard, judged, needs_options

ROUTE, FILE = "https://example.com/api/lead", "https://example.com/send.php?id=7"


def said(status: int = 0, error: str | None = None, **headers: str) -> Heard:
    return Heard(status, {name.replace("_", "-"): value for name, value in headers.items()}, error)


@pytest.mark.parametrize(
    "head",
    [
        said(200),
        said(204),
        said(302, location="/login"),  # a login, or the thank-you page
        said(405, allow="POST"),  # it takes POST alone: the best answer there is
        said(405),
        said(501),
        said(400),
        said(415),
        said(422),
    ],
)
def test_an_address_that_answers_like_one_that_is_there_is_alive(head):
    assert not needs_options(head, ROUTE)
    assert judged(head, None, ROUTE, by_get=False).verdict == "alive"


@pytest.mark.parametrize(
    "head",
    [
        said(401),
        said(403),
        said(403, cf_mitigated="challenge"),
        said(503, cf_mitigated="challenge"),
        said(404, x_datadome="protected"),
        said(429),
        said(error="timeout"),
        said(error="connect"),
        said(error="reset"),
        said(error="address"),
    ],
)
def test_who_keeps_us_out_says_nothing(head):
    assert not needs_options(head, ROUTE)
    assert judged(head, None, ROUTE, by_get=False).verdict == "unknown"


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        (said(204), "alive"),
        (said(200, allow="POST"), "alive"),  # Express: HEAD 404, and OPTIONS tells
        (said(405, allow="GET, POST"), "alive"),
        (said(404), "gone"),
        (said(410), "gone"),
        (said(405), "gone"),  # a file server refuses before it looks
        (said(405, allow="GET, HEAD"), "gone"),
        (said(403), "unknown"),
        (said(429), "unknown"),
        (said(500), "unknown"),
        (said(error="timeout"), "unknown"),
        (None, "unknown"),
    ],
)
def test_a_404_to_head_is_settled_by_options(options, verdict):
    assert needs_options(said(404), ROUTE)
    assert judged(said(404), options, ROUTE, by_get=False).verdict == verdict


def test_a_route_that_may_know_post_alone_is_never_certain():
    assert not judged(said(404), said(404), ROUTE, by_get=False).certain
    assert judged(said(404), said(404), ROUTE, by_get=True).certain  # GET is what its form sends


def test_a_file_that_is_not_there_is_certain():
    found = judged(said(404), None, FILE, by_get=False)

    assert not needs_options(said(404), FILE)
    assert (found.verdict, found.certain, found.answer) == ("gone", True, "404")


def test_410_is_certain():
    assert judged(said(410), None, ROUTE, by_get=False).certain


@pytest.mark.parametrize(
    ("head", "options", "verdict"),
    [
        (said(500), said(500), "unknown"),  # a view that reads what was posted falls over HEAD
        (said(500), said(200), "alive"),
        (said(502), said(502), "down"),
        (said(503), said(504), "down"),
        (said(503, retry_after="120"), said(503), "unknown"),
        (said(502), said(405), "alive"),
        (said(502), said(error="timeout"), "unknown"),
        (said(502), said(503, cf_mitigated="challenge"), "unknown"),
    ],
)
def test_a_broken_server_is_dead_only_where_its_gateway_says_so_twice(head, options, verdict):
    found = judged(head, options, ROUTE, by_get=False)

    assert needs_options(head, ROUTE)
    assert found.verdict == verdict
    assert verdict == "alive" or not found.certain


def test_a_certificate_is_certain_unless_only_its_issuer_is_missing():
    assert judged(said(error="tls"), None, ROUTE, by_get=False).certain
    assert not judged(said(error="tls-chain"), None, ROUTE, by_get=False).certain
    assert judged(said(error="dns"), None, ROUTE, by_get=False).answer == "DNS"
