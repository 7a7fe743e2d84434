"""Links, as far as their page alone can tell."""

from collections.abc import Iterator
from itertools import chain

from editorial.audit.facts import Link, PageFacts
from editorial.audit.predicates import is_html_page, is_local
from editorial.audit.rule import Failure, Params, Severity, page_rule
from editorial.domain.messages import N_
from editorial.domain.urls import bare, host_of, n1, origin_of

_SHARED = frozenset({"og:url", "og:image", "og:image:url", "og:image:secure_url", "og:video", "og:audio"})
LINKS = "https://developers.google.com/search/docs/crawling-indexing/links-crawlable"


@page_rule(
    version=2,
    category="links",
    severity=Severity.WARNING,
    title=N_("Link that crawlers cannot follow"),
    says=N_("The link “%(text)s” works by script alone."),
    why=N_("Search engines follow addresses, not scripts; what lies behind the link may never be found."),
    fix=N_("Give the link a real address in href. For an action on this page use a button."),
    source=LINKS,
    applies=lambda page: is_html_page(page) and bool(page.links),
)
def link_uncrawlable(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Anchors without href, an empty href, and elements with a role of their own are no such links."""
    seen: set[str] = set()
    for link in page.links:
        if link.url is not None and not link.handler:
            continue
        key = (link.text or link.name or link.href or "?")[:100]
        if key not in seen and _is_uncrawlable(link):
            seen.add(key)
            shown = f'<a href="{link.href[:100]}">' if link.href is not None else "<a>"
            yield Failure(key, {"text": key}, (f"{shown}{link.text[:80]}</a>",))


def _is_uncrawlable(link: Link) -> bool:
    if link.role or link.href == "":
        return False
    href = None if link.href is None else bare(link.href)
    if href is not None and href.lower().startswith("javascript:"):
        return True
    return link.handler and (href is None or href.startswith("#"))


@page_rule(
    version=3,
    category="links",
    severity=Severity.ERROR,
    title=N_("Link to a machine of our own"),
    says=N_("The page refers to %(host)s, which readers cannot reach."),
    why=N_("It is broken for everybody outside, and it tells how our network is built."),
    fix=N_("Replace the address by the public one; look for it in the template if many pages have it."),
    source=LINKS,
    applies=lambda page: is_html_page(page) and not is_local(host_of(page.final_url)),
)
def link_localhost_staging(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Links, images, scripts, canonicals, translations and what is shared; once for each host."""
    hosts: dict[str, str] = {}
    own = origin_of(page.final_url) + "/"  # most links stay; their hosts need no look
    for url in _addresses(page):
        if url.startswith(own):
            continue
        host = host_of(url)
        if host not in hosts and is_local(host):
            hosts[host] = url
    for host, url in hosts.items():
        yield Failure(host, {"host": host}, (url[:200],))


def _addresses(page: PageFacts) -> Iterator[str]:
    urls = chain(
        (link.url for link in page.links),
        (image.url for image in page.images),
        (resource.url for resource in page.resources),
        (canonical.target for canonical in page.canonicals),
        (alternate.target for alternate in page.alternates),
        (n1(content) for name, content in page.open_graph if name in _SHARED),
    )
    return (url for url in urls if url is not None)
