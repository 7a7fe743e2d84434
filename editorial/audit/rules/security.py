"""Pages and their parts over https."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts, Resource
from editorial.audit.predicates import is_html_page, is_local, is_results_page
from editorial.audit.rule import Failure, Need, Params, Severity, page_rule
from editorial.domain.messages import N_
from editorial.domain.urls import host_of

ACTIVE = frozenset({"script", "style", "frame", "object"})
"""Kinds that browsers refuse to load over http; images and media they fetch over https instead."""


@page_rule(
    version=1,
    category="security",
    severity=Severity.ERROR,
    title=N_("Page without https"),
    says=N_("The page is served over http."),
    why=N_("Browsers call it not secure, anybody on the way can change it, and search engines prefer its https twin."),
    fix=N_("Serve the page over https and redirect the http address to it."),
    source="https://developers.google.com/search/docs/appearance/page-experience",
    applies=lambda page: is_results_page(page) and not is_local(host_of(page.final_url)),
)
def page_http(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Hosts that only our own network knows may do without."""
    if page.final_url.startswith("http://"):
        yield Failure("http", {}, (page.final_url[:200],))


@page_rule(
    version=1,
    category="security",
    severity=Severity.ERROR,
    title=N_("Blocked part of the page"),
    says=N_("The page loads %(url)s over http; browsers block it."),
    why=N_("On an https page, scripts, styles and frames that come over http do not load: something does not work."),
    fix=N_("Load it over https. If the other server cannot do that, host the file yourself or do without."),
    source="https://www.w3.org/TR/mixed-content/",
    applies=lambda page: is_html_page(page) and page.final_url.startswith("https://"),
    needs=frozenset({Need.BODY, Need.HEADERS}),
)
def mixed_active(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Loopback counts as secure, and a policy may have browsers ask over https instead."""
    if page.upgrades_insecure:
        return
    for url, kind in {part.url: part.kind for part in page.resources if part.url and _is_blocked(part)}.items():
        yield Failure(url[:200], {"url": url[:200]}, (f"{kind}: {url}"[:200],))


def _is_blocked(part: Resource) -> bool:
    if part.kind not in ACTIVE or part.url is None or not part.url.startswith("http://"):
        return False
    host = host_of(part.url).removesuffix(".")
    return host not in ("localhost", "::1") and not host.endswith(".localhost") and not host.startswith("127.")
