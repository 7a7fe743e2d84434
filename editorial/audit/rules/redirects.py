"""Redirects on the way to a page."""

from collections.abc import Iterator
from itertools import pairwise

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import refreshed_to
from editorial.audit.rule import Failure, Need, Params, Severity, page_rule
from editorial.audit.rules.responses import HTTP_ERRORS, SAYING_NOTHING, answered
from editorial.domain.messages import N_
from editorial.domain.urls import host_of, n1, path_of

REDIRECTS = "https://developers.google.com/search/docs/crawling-indexing/301-redirects"
LONG = 5  # hops from which a chain is an error; Google gives up after ten
REDIRECTING = frozenset({301, 302, 303, 307, 308})
CIRCLE, TOO_MANY = "redirect-loop", "redirects"  # codes of `Response.error`


@page_rule(
    version=2,
    category="redirects",
    severity=Severity.WARNING,
    title=N_("Chain of redirects"),
    says=N_("This address is redirected %(hops)s times."),
    why=N_("Each one costs readers time, and search engines give up after ten."),
    fix=N_("Let the first address lead straight to the last, and link to the last."),
    source=REDIRECTS,
    applies=lambda page: (answered(page) and _comes_back(page) is None) or page.error == TOO_MANY,
    needs=frozenset(),
    of_named=True,
)
def redirect_chain(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Going over to https or to www is the same chain for every page of a host: told at its first page alone."""
    stops = [hop.url for hop in page.redirects] + [page.final_url]
    if (target := refreshed_to(page)) is not None:
        stops.append(target)
    hops = len(stops) - 1
    if hops < 2 or (path_of(page.url) != "/" and _moves(stops) < 2):
        return
    severity = Severity.ERROR if hops >= LONG or page.error == TOO_MANY else None
    yield Failure("chain", {"hops": hops}, tuple(stop[:200] for stop in stops[:12]), severity)


def _moves(stops: list[str]) -> int:
    """Hops that do more than change scheme or host; those that only do so count as one together with the next."""
    if any(_bare(stops[0]) != _bare(stop) for stop in stops):
        return len(stops) - 1
    return sum(path_of(before) != path_of(after) for before, after in pairwise(stops))


def _bare(url: str) -> str:
    return host_of(url).removeprefix("www.")


@page_rule(
    version=2,
    category="redirects",
    severity=Severity.ERROR,
    title=N_("Redirects run in a circle"),
    says=N_("The redirects of this address come back to %(url)s."),
    why=N_("Nobody reaches the page: browsers and search engines give up."),
    fix=N_(
        "Find the two rules that send readers to each other and remove one. If it works for you, a cookie may hide it."
    ),
    source=HTTP_ERRORS,
    applies=lambda page: answered(page) or page.error == CIRCLE,
    needs=frozenset(),
    caps=True,
    of_named=True,
)
def redirect_loop(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Of any length. Search engines keep no cookies, so a circle without them is one for them."""
    back = _comes_back(page)
    if back is not None:
        shown = [f"{hop.status} {hop.url}"[:200] for hop in page.redirects[:12]]
        if page.error is None:
            shown.append(f"{page.status} {page.final_url}"[:200])
        yield Failure("loop", {"url": back[:200]}, tuple(shown))


def _comes_back(page: PageFacts) -> str | None:
    """The address that the redirects reach twice, told by the crawler, by the hops or by the answer's own Location."""
    if page.error == CIRCLE:
        return page.redirects[-1].location if page.redirects else page.final_url
    stops = [*(hop.url for hop in page.redirects), page.final_url]
    location = next((value for name, value in page.headers if name == "location"), "")
    if page.status in REDIRECTING and location and (target := n1(location, page.final_url)) is not None:
        stops.append(target)
    return next((stop for place, stop in enumerate(stops) if stop in stops[:place]), None)


@page_rule(
    version=2,
    category="redirects",
    severity=Severity.ERROR,
    title=N_("Redirect to an error"),
    says=N_("The address leads to %(target)s, which answers %(status)s."),
    why=N_("Readers are sent to an error page, and what the old address was worth is lost."),
    fix=N_("Let the redirect lead to a page that exists."),
    source=HTTP_ERRORS,
    applies=lambda page: answered(page) and not page.challenge,
    needs=frozenset({Need.HEADERS}),
    of_named=True,
)
def redirect_to_error(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Refusals (401, 403, 429) say nothing about the page."""
    if page.redirects and page.status >= 400 and page.status not in SAYING_NOTHING:
        target = page.final_url[:200]
        yield Failure(
            "target", {"target": target, "status": page.status}, tuple(hop.url[:200] for hop in page.redirects)
        )
