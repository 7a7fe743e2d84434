"""Links within the site."""

from collections.abc import Iterator
from ipaddress import ip_address
from itertools import chain
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from editorial.audit.facts import Link, PageFacts
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import Failure, Params, Severity, page_rule, site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_
from editorial.domain.urls import host_of, origin_of

LOCAL_ENDINGS = (".localhost", ".local", ".test", ".internal")
LINKS = "https://developers.google.com/search/docs/crawling-indexing/links-crawlable"


@site_rule(
    version=1,
    category="links",
    severity=Severity.ERROR,
    title=N_("Broken link within the site"),
    says=N_("A link leads to %(target)s, which answers %(status)s."),
    why=N_("Readers end up on an error page, and what the link was worth to the target is lost."),
    fix=N_("Correct the address, restore the page, or remove the link."),
    source=LINKS,
    applies=lambda audit: audit.is_html,
)
def link_broken_internal(audit: AuditTables) -> Select[Any]:
    """404, 410, 5xx, or a host that does not exist. Refusals (401, 403, 429) say nothing about the link."""
    link, alias, page = audit.link, audit.alias, audit.page
    target = page.alias("target")
    gone = and_(target.c.error.is_(None), or_(target.c.status.in_((404, 410)), target.c.status >= 500))
    return (
        select(
            link.c.page_id.label("page_id"),
            link.c.n2.label("key"),
            func.min(link.c.url).label("param_target"),
            func.min(target.c.status).label("param_status"),
            func.min(link.c.url).label("evidence"),
            func.min(link.c.text).label("evidence_text"),
        )
        .join_from(link, alias, alias.c.n2 == link.c.n2)
        .join(target, target.c.id == alias.c.page_id)
        .join(page, page.c.id == link.c.page_id)
        .where(link.c.internal, audit.is_html, or_(gone, target.c.error == "dns"))
        .group_by(link.c.page_id, link.c.n2)
    )


@page_rule(
    version=1,
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
    if link.href is not None and link.href.lstrip().lower().startswith("javascript:"):
        return True
    return link.handler and (link.href is None or link.href.startswith("#"))


@page_rule(
    version=1,
    category="links",
    severity=Severity.ERROR,
    title=N_("Link to a machine of our own"),
    says=N_("The page refers to %(host)s, which readers cannot reach."),
    why=N_("It is broken for everybody outside, and it tells how our network is built."),
    fix=N_("Replace the address by the public one; look for it in the template if many pages have it."),
    source=LINKS,
    applies=lambda page: is_html_page(page) and not _is_local(host_of(page.final_url)),
)
def link_localhost_staging(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Links, images, scripts and canonicals; once for each host."""
    hosts: dict[str, str] = {}
    own = origin_of(page.final_url) + "/"  # most links stay; their hosts need no look
    for url in _addresses(page):
        if url.startswith(own):
            continue
        host = host_of(url)
        if host not in hosts and _is_local(host):
            hosts[host] = url
    for host, url in hosts.items():
        yield Failure(host, {"host": host}, (url[:200],))


def _addresses(page: PageFacts) -> Iterator[str]:
    urls = chain(
        (link.url for link in page.links),
        (image.url for image in page.images),
        (resource.url for resource in page.resources),
        (canonical.target for canonical in page.canonicals),
    )
    return (url for url in urls if url is not None)


def _is_local(host: str) -> bool:
    """localhost, private and loopback addresses, and names that no public resolver knows."""
    if host == "localhost" or host.endswith(LOCAL_ENDINGS):
        return True
    if not host[-1:].isdigit() and ":" not in host:
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_link_local
