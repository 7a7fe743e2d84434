"""Pages newly closed, closed by robots.txt, or given away by their canonical."""

from dataclasses import replace

import pytest

from editorial.audit.engine import judge
from editorial.audit.facts import Known, PageFacts, RobotsTxt
from editorial.audit.rule import Need, Result, Severity
from editorial.audit.rules.canonicals import canonical_header_mismatch, canonical_to_home
from editorial.audit.rules.indexability import blocked_by_robots, noindex_regression
from tests.unit.audit.pages import URL, document, page

CLOSED = document("<meta name=robots content=noindex>")
WAS_OPEN = Known(indexable_before=True)


@pytest.mark.parametrize(
    ("html", "known", "fails"),
    [
        (CLOSED, WAS_OPEN, True),
        (CLOSED, Known(indexable_before=False), False),
        (CLOSED, Known(), False),
        (document(), WAS_OPEN, False),
        (document("<meta name=baiduspider content=noindex>"), WAS_OPEN, False),
    ],
)
def test_a_page_that_was_open_is_missed(html, known, fails):
    assert bool(list(noindex_regression(page(html, known=known)))) is fails


def test_without_an_earlier_audit_nobody_can_say():
    outcome = judge(page(CLOSED), frozenset(), rules=[noindex_regression])[0]

    assert outcome.result is Result.INCONCLUSIVE
    assert outcome.reason is not None


def blocked(*agents: str, known: Known | None = None) -> PageFacts:
    """A page that robots.txt keeps these from."""
    entries = tuple(RobotsTxt(agent, agent not in agents, "Disallow: /") for agent in ("googlebot", "bingbot"))
    return replace(page(document(), known=known), robots_txt=entries)


@pytest.mark.parametrize(
    ("facts", "severity", "engines"),
    [
        (blocked("googlebot"), None, "Google"),
        (blocked("googlebot", "bingbot"), None, "Google, Bing"),
        (blocked("googlebot", known=Known(in_sitemap=True)), Severity.ERROR, "Google"),
        (blocked("googlebot", known=Known(published=True)), Severity.ERROR, "Google"),
        (blocked("googlebot", known=Known(published=False, in_sitemap=False)), None, "Google"),
    ],
)
def test_what_the_team_meant_decides_how_bad_a_closed_page_is(facts, severity, engines):
    failure = next(blocked_by_robots(facts))

    assert (failure.severity, failure.evidence) == (severity, ("Disallow: /",))
    assert failure.params["engines"] == engines.split(", ")


def test_a_page_we_may_not_fetch_is_judged_by_what_robots_txt_says():
    facts = PageFacts(URL, URL, 0, error="robots", robots_txt=(RobotsTxt("googlebot", False, "Disallow: /"),))
    outcome = judge(facts, frozenset({Need.ROBOTS}), rules=[blocked_by_robots])[0]

    assert outcome.result is Result.FAIL


def test_without_robots_txt_nobody_can_say():
    assert judge(page(document()), frozenset(), rules=[blocked_by_robots])[0].result is Result.INCONCLUSIVE


@pytest.mark.parametrize(
    ("html", "header", "fails"),
    [
        ("/guides/start", "https://example.com/guides/start", False),
        ("/guides/start", "https://EXAMPLE.com/guides/start?utm_source=x#top", False),
        ("/guides/start", "https://example.com/other", True),
        ("", "https://example.com/other", False),
        ("/guides/start", "", False),
    ],
)
def test_head_and_header_name_the_same_address(html, header, fails):
    head = f'<link rel="canonical" href="{html}">' if html else ""
    headers = (("Link", f"<{header}>; rel=canonical"),) if header else ()

    assert bool(list(canonical_header_mismatch(page(document(head), headers=headers)))) is fails


@pytest.mark.parametrize(
    ("url", "target", "fails"),
    [
        (URL, "https://example.com/", True),
        (URL, "https://www.example.com", True),
        (URL, URL, False),
        (URL, "https://other.example/", False),
        ("https://example.com/", "https://example.com/", False),
        ("https://example.com/index.html", "https://example.com/", False),
        ("https://example.com/home", "https://example.com/", False),
        ("https://example.com/amp/", "https://example.com/", False),
        ("https://example.com/en/", "https://example.com/", False),
        ("https://example.com/zh-Hans/index.html", "https://example.com/", False),
        ("https://example.com/?utm_source=x", "https://example.com/", False),
        ("https://example.com/go/", "https://example.com/", True),
    ],
)
def test_the_home_page_under_another_name_may_name_it(url, target, fails):
    facts = page(document(f'<link rel="canonical" href="{target}">'), url)

    assert bool(list(canonical_to_home(facts))) is fails
