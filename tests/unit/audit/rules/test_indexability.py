"""Noindex and canonicals."""

import pytest

from editorial.audit.facts import Known
from editorial.audit.rule import Severity
from editorial.audit.rules.canonicals import canonical_multiple
from editorial.audit.rules.indexability import noindex_page, robots_meta_conflict
from tests.unit.audit.pages import document, page


@pytest.mark.parametrize(
    ("head", "header", "engines"),
    [
        ("<meta name=robots content=NOINDEX>", "", "Google, Bing, Baidu"),
        ("<meta name=robots content=none>", "", "Google, Bing, Baidu"),
        ("<meta name=robots content=index>", "noindex", "Google, Bing, Baidu"),
        ("<meta name=baiduspider content='noindex, follow'>", "", "Baidu"),
        ("", "bingbot: noindex, googlebot: nofollow", "Bing"),
        ("", "unavailable_after: 25 Jun 2010 15:00:00 GMT", "Google, Bing, Baidu"),
        ("", "unavailable_after: 2010-06-25", "Google, Bing, Baidu"),
        ("", "unavailable_after: 25 Jun 2099 15:00:00 GMT", None),
        ("", "unavailable_after: soon", None),
        ("<meta name=robots content='noindexing, max-image-preview:none'>", "", None),
        ("<meta name=robots content=all>", "otherbot: noindex", None),
        ("<template><meta name=robots content=noindex></template>", "", None),
    ],
)
def test_header_and_meta_add_up_for_each_engine(head, header, engines):
    headers = (("Date", "Wed, 09 Dec 2026 02:00:00 GMT"), *((("X-Robots-Tag", header),) if header else ()))
    found = list(noindex_page(page(document(head), headers=headers)))

    assert [failure.params["engines"] for failure in found] == ([engines.split(", ")] if engines else [])


@pytest.mark.parametrize(
    ("known", "severity"),
    [
        (Known(), None),
        (Known(published=True), Severity.ERROR),
        (Known(in_sitemap=True), Severity.ERROR),
        (Known(indexable_before=True), Severity.ERROR),
        (Known(published=False, in_sitemap=False, indexable_before=False), None),
    ],
)
def test_what_the_team_meant_decides_how_bad_noindex_is(known, severity):
    facts = page(document("<meta name=robots content=noindex>"), known=known)

    assert [failure.severity for failure in noindex_page(facts)] == [severity]


def test_the_evidence_is_what_closes_the_page_to_these_engines():
    html = document(
        "<meta name=yandex content=noindex><meta name=googlebot content='index, none'>"
        "<meta name=robots content='index, unavailable_after: 2999-01-01'><meta name=bingbot content=nofollow>"
    )
    facts = page(html)

    assert next(noindex_page(facts)).evidence == ('<meta name="googlebot" content="none">',)
    assert next(robots_meta_conflict(facts)).evidence == (
        '<meta name="googlebot" content="index">',
        '<meta name="googlebot" content="none">',
        '<meta name="robots" content="index">',
    )


def test_the_evidence_is_what_was_written():
    facts = page(document("<meta name=robots content='noindex, follow'>"), headers=(("X-Robots-Tag", "bingbot: none"),))

    assert next(noindex_page(facts)).evidence == (
        '<meta name="robots" content="noindex">',
        "X-Robots-Tag: bingbot: none",
    )


def canonical(*hrefs: str) -> str:
    return "".join(f'<link rel="canonical" href="{href}">' for href in hrefs)


@pytest.mark.parametrize(
    ("head", "header", "severity"),
    [
        (canonical("/a"), "", None),
        (canonical("/a", "/b"), "", Severity.ERROR),
        (canonical("/a"), "</b>; rel=canonical", Severity.ERROR),
        (canonical("/a", "/a"), "", Severity.NOTICE),
        (canonical("/a", "https://example.com/a#x"), "", Severity.WARNING),
        (canonical("https://example.com", "https://example.com/"), "", Severity.WARNING),
        (canonical("/a", ""), "", None),
        (canonical("/a", "/%61?utm_source=x"), "", Severity.WARNING),
    ],
)
def test_different_targets_are_worse_than_twins(head, header, severity):
    headers = (("Link", header),) if header else ()
    found = list(canonical_multiple(page(document(head), headers=headers)))

    assert [failure.severity for failure in found] == ([severity] if severity else [])


def test_a_canonical_in_the_body_is_not_heeded():
    assert not list(canonical_multiple(page(document(canonical("/a"), canonical("/b")))))
