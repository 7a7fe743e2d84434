"""Canonical addresses."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import counted_canonicals, is_html_page
from editorial.audit.rule import Failure, Need, Params, Severity, page_rule
from editorial.domain.messages import N_
from editorial.domain.urls import n2

CANONICAL = "https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls"


@page_rule(
    version=1,
    category="indexability",
    severity=Severity.WARNING,
    title=N_("Several canonicals"),
    says=N_("The page names %(count)s canonical addresses."),
    why=N_("Search engines may ignore all of them and choose an address themselves."),
    fix=N_("Keep one rel=canonical, in the HTML or in the Link header, with the address you want indexed."),
    source=CANONICAL,
    applies=is_html_page,
    needs=frozenset({Need.BODY, Need.HEADERS}),
)
def canonical_multiple(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Different targets are an error, one target spelt in several ways a warning, plain twins a notice."""
    found = counted_canonicals(page)
    if len(found) < 2:
        return
    if len({n2(canonical.target or "") for canonical in found}) > 1:
        severity = Severity.ERROR
    elif len({canonical.href for canonical in found}) > 1:
        severity = Severity.WARNING
    else:
        severity = Severity.NOTICE
    markup = tuple(canonical.markup for canonical in found[:10])
    yield Failure("canonical", {"count": len(found)}, markup, severity)
