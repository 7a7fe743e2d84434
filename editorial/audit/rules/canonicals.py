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


@page_rule(
    version=1,
    category="indexability",
    severity=Severity.ERROR,
    title=N_("Canonical leads nowhere"),
    says=N_("The canonical “%(href)s” is no address of a page."),
    why=N_("Search engines ignore it and choose an address themselves."),
    fix=N_("Write the full address of the page, beginning with https://."),
    source=CANONICAL,
    applies=lambda page: is_html_page(page) and any(found.where != "body" for found in page.canonicals),
    needs=frozenset({Need.BODY, Need.HEADERS}),
)
def canonical_invalid(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Empty, not http, a fragment alone, or what a template left behind."""
    for found in page.canonicals:
        if found.where != "body" and found.target is None:
            yield Failure(found.href[:200], {"href": found.href[:200]}, (found.markup,))
