"""Statuses, refusals, redirects: what came back, and whether it says anything of the page."""

from dataclasses import replace
from itertools import pairwise

import pytest

from editorial.audit.engine import judge
from editorial.audit.facts import Hop, Known, PageFacts
from editorial.audit.predicates import is_results_page, refreshed_to
from editorial.audit.rule import PageRule, Result, Severity
from editorial.audit.rules.redirects import redirect_chain, redirect_loop, redirect_to_error
from editorial.audit.rules.responses import response_4xx, response_5xx, response_access_denied
from editorial.audit.rules.titles import title_missing
from tests.unit.audit.pages import URL, document, page
from tests.unit.audit.rules.examples import MADE

HTML = document("<title>T</title>")


def said(rule: PageRule, facts: PageFacts) -> tuple[Result, Severity]:
    """What a rule answers."""
    outcome = judge(facts, frozenset(), rules=[rule])[0]
    return outcome.result, outcome.severity


def result(rule: PageRule, facts: PageFacts) -> Result:
    return said(rule, facts)[0]


def through(*stops: str, status: int = 200, html: str = HTML) -> PageFacts:
    """A page that was reached through redirects."""
    hops = tuple(Hop(here, 301, there) for here, there in pairwise(stops))
    facts = page(html, stops[-1], status=status)
    return replace(facts, url=stops[0], redirects=hops)


@pytest.mark.parametrize(
    ("status", "severity"),
    [(404, Severity.ERROR), (400, Severity.ERROR), (451, Severity.ERROR), (410, Severity.NOTICE)],
)
def test_a_page_that_was_taken_away_on_purpose_is_a_notice(status, severity):
    assert said(response_4xx, page(HTML, status=status)) == (Result.FAIL, severity)


@pytest.mark.parametrize("status", [200, 304, 401, 403, 407, 408, 429, 500])
def test_a_refusal_is_no_missing_page(status):
    assert result(response_4xx, page(HTML, status=status)) is Result.PASS


@pytest.mark.parametrize(("status", "expected"), [(500, "fail"), (502, "fail"), (503, "fail"), (404, "pass")])
def test_the_server_fails_above_499(status, expected):
    assert result(response_5xx, page(HTML, status=status)) == expected


def test_a_server_under_maintenance_is_inconclusive():
    facts = page(HTML, status=503, headers=(("Retry-After", "120"),))

    assert result(response_5xx, facts) is Result.INCONCLUSIVE


@pytest.mark.parametrize("status", [401, 403, 407])
def test_what_keeps_us_out_is_a_warning(status):
    assert said(response_access_denied, page(HTML, status=status)) == (Result.FAIL, Severity.WARNING)


def test_a_bot_check_is_named_and_is_no_broken_page():
    facts = page(document("<title>Just a moment...</title>"), status=503, headers=(("cf-mitigated", "challenge"),))

    assert next(response_access_denied(facts)).params["who"] == "Cloudflare"
    assert result(response_5xx, facts) is Result.NOT_APPLICABLE


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_we_could_not_see_is_inconclusive_for_what_it_would_hold(status):
    assert result(title_missing, page(document(), status=status)) is Result.INCONCLUSIVE


A, B, C = "https://example.com/a", "https://example.com/b", "https://example.com/c"


@pytest.mark.parametrize(
    ("stops", "fails"),
    [
        ((A, B), False),
        ((A, B, C), True),
        ((A, A + "/", B), True),
        (("http://example.com/", "https://example.com/", "https://www.example.com/"), True),
        (("http://example.com/a", A, "https://www.example.com/a"), False),
        (("http://example.com/a", A, A + "/"), False),
        (("http://example.com/a", A, A + "/", B), True),
        (("https://old.example/a", "https://mid.example/a", A), True),
    ],
)
def test_a_chain_over_to_https_and_www_is_told_once_a_host(stops, fails):
    assert bool(list(redirect_chain(through(*stops)))) is fails


def test_a_chain_of_five_is_an_error():
    stops = [f"https://example.com/{number}" for number in range(6)]

    assert next(redirect_chain(through(*stops))).severity is Severity.ERROR


def test_too_many_redirects_are_an_error_though_no_page_was_reached():
    hops = tuple(Hop(f"https://example.com/{n}", 301, f"https://example.com/{n + 1}") for n in range(11))
    facts = PageFacts(A, "https://example.com/11", 0, error="redirects", redirects=hops)

    assert said(redirect_chain, facts) == (Result.FAIL, Severity.ERROR)


@pytest.mark.parametrize(
    ("refresh", "target"),
    [
        ("0; url=/b", B),
        ("0;URL='/b'", B),
        ("5, /b", B),
        ("3", None),
        ("0; url=/a", None),
        ("30; url=/b", None),
        ("soon; url=/b", None),
        ("0; url=", None),
        ("0 url=/b", B),
        (".5;/b", B),
        ("1.9;URL=/b", B),
        ("0; url='/b' or so", B),
        ("0;url/b", "https://example.com/url/b"),
        ("3x; url=/b", None),
        ("\u0665; url=/b", None),
        ("0\u00a0; url=/b", None),
    ],
)
def test_a_meta_refresh_is_a_redirect_if_it_leads_away_at_once(refresh, target):
    assert refreshed_to(page(document(f'<meta http-equiv="refresh" content="{refresh}">'), A)) == target


def test_a_meta_refresh_for_browsers_without_scripts_is_no_redirect():
    html = document('<noscript><meta http-equiv="refresh" content="0; url=/no-scripts"></noscript>')

    assert refreshed_to(page(html, A)) is None


def test_a_page_that_leads_elsewhere_at_once_stands_on_no_results_page():
    assert not is_results_page(page(document('<meta http-equiv="refresh" content="0; url=/b">'), A))


def test_a_meta_refresh_counts_as_a_hop():
    html = document('<meta http-equiv="refresh" content="0; url=/c">')

    assert next(redirect_chain(through(A, B, html=html))).params["hops"] == 2


@pytest.mark.parametrize("error", ["dns", "timeout", "robots", "tls"])
def test_only_a_circle_is_a_circle(error):
    assert result(redirect_loop, PageFacts(A, A, 0, error=error)) is Result.INCONCLUSIVE


@pytest.mark.parametrize(
    ("stops", "location", "circle"),
    [
        ((A, B, A), "", True),
        ((A, B, "https://example.com/c", B), "", True),
        ((A,), "/a", True),
        ((A,), "https://example.com/a#part", True),
        ((A, B), "/a", True),
        ((A,), "/a/", False),
        ((A, B), "/c", False),
    ],
)
def test_an_address_that_comes_back_is_a_circle_of_any_length_and_no_chain(stops, location, circle):
    facts = replace(through(*stops), status=301, headers=(("location", location),))

    assert result(redirect_loop, facts) is (Result.FAIL if circle else Result.PASS)
    assert not circle or result(redirect_chain, facts) is Result.NOT_APPLICABLE


def test_a_circle_that_was_mended_passes():
    assert result(redirect_loop, page(HTML)) is Result.PASS


@pytest.mark.parametrize(
    ("status", "fails"), [(404, True), (410, True), (500, True), (200, False), (401, False), (403, False), (429, False)]
)
def test_a_redirect_that_ends_in_a_refusal_is_none_to_an_error(status, fails):
    assert bool(list(redirect_to_error(through(A, B, status=status)))) is fails


def test_an_error_without_a_redirect_belongs_to_another_rule():
    assert not list(redirect_to_error(page(HTML, URL, status=404)))
    assert result(response_4xx, through(A, B, status=404)) is Result.NOT_APPLICABLE


@pytest.mark.parametrize("rule", [redirect_chain, redirect_loop, redirect_to_error])
def test_an_address_that_only_redirects_led_to_is_no_subject_of_theirs(rule):
    facts = replace(MADE[rule.id], known=Known(bare_hop=True))

    assert result(rule, facts) is Result.NOT_APPLICABLE
