"""Canonical addresses."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import counted_canonicals, is_home, is_html_page
from editorial.audit.rule import Failure, Many, Need, Params, Severity, page_rule
from editorial.domain.messages import N_
from editorial.domain.urls import host_of, n2, path_of

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


@page_rule(
    version=1,
    category="indexability",
    severity=Severity.ERROR,
    title=N_("Canonicals contradict each other"),
    says=N_("The HTML names %(html)s as canonical, the Link header %(header)s."),
    why=N_("Search engines may ignore both and choose an address themselves."),
    fix=N_("Name one address, in one of the two places."),
    source=CANONICAL,
    applies=lambda page: is_html_page(page) and bool(counted_canonicals(page)),
    needs=frozenset({Need.BODY, Need.HEADERS}),
)
def canonical_header_mismatch(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Compared in N2: another spelling of the same address is no contradiction."""
    html = [found for found in counted_canonicals(page) if found.where == "head"]
    header = [found for found in counted_canonicals(page) if found.where == "header"]
    if not html or not header:
        return
    if {n2(found.target or "") for found in html} != {n2(found.target or "") for found in header}:
        params = {"html": (html[0].target or "")[:200], "header": (header[0].target or "")[:200]}
        yield Failure("canonical", params, (html[0].markup, header[0].markup))


@page_rule(
    version=1,
    category="indexability",
    severity=Severity.WARNING,
    title=N_("Canonical names the home page"),
    says=N_("The page names the home page %(target)s as its canonical."),
    why=N_("Search engines then take this page for a copy of the home page and may drop it."),
    fix=N_("Let the page name itself as canonical. If many pages have this, look in the template."),
    source=CANONICAL,
    applies=lambda page: is_html_page(page) and bool(counted_canonicals(page)),
    needs=frozenset({Need.BODY, Need.HEADERS}),
    many=Many(3, Severity.ERROR),
    caps=True,
)
def canonical_to_home(page: PageFacts, _: Params) -> Iterator[Failure]:
    """The home page under another name (/index.html, /home, /amp, /en/) may. A template that does it is an error."""
    if is_home(page.final_url):
        return
    own = host_of(page.final_url).removeprefix("www.")
    for found in counted_canonicals(page):
        target = found.target or ""
        if path_of(target) == "/" and host_of(target).removeprefix("www.") == own:
            yield Failure("home", {"target": target[:200]}, (found.markup,))
            return
