"""The link graph of an audit, worked out once at its end: where each page stands, and what that adds up to.

Runs before the rules about the whole site, which read where pages stand. A process that takes the audit up again begins
it anew. docs/decisions/0036 says how depth and rank are counted.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import unpacked
from editorial.audit.graph.edges import Link
from editorial.audit.graph.languages import gather_clusters
from editorial.audit.graph.places import PageSeen
from editorial.audit.graph.redirects import Moved, group_moves
from editorial.audit.graph.series import gather_series
from editorial.audit.graph.sitemaps import compare
from editorial.audit.graph.standing import Known, LinkGraph, work_out
from editorial.services import structure_summary
from editorial.services.page_items import items_by_page
from editorial.store import audit as store
from editorial.store import link_graph
from editorial.store.audit import Audit
from editorial.store.base import Sessions, reading
from editorial.store.content import ContentItem

log = structlog.get_logger(__name__)

FIRST = 1  # the priority of items that the plan puts first
MOST_READ = 5000  # redirects in a row of which each stop is read; of the others the first and the last
GONE = frozenset({404, 410, *range(500, 600)})


@dataclass
class Linked:
    """How many pages link to an address that is broken or leads elsewhere, and the first of them."""

    count: int
    pages: list[int]


def measure(sessions: Sessions, audit_id: int, worker: str, *, complete: bool) -> None:
    """Work out the link graph of an audit and keep it; whatever goes wrong here must not cost the audit its end.

    Args:
        worker: who runs the audit; another process that took it up since will do this itself.
        complete: whether every page of the site was seen.
    """
    try:
        with reading(sessions) as session:
            audit = session.get_one(Audit, audit_id)
            measured = _measured(session, audit, complete=complete) if audit.whole_site else None
        if measured is None:
            return
        graph, summary = measured
        with sessions.begin() as session:
            if store.is_held(session, audit_id, worker):
                link_graph.keep(session, audit_id, [(audit_id, *each) for each in graph.standings], summary)
    except Exception:
        log.exception("link_graph.raised")


def _measured(session: Session, audit: Audit, *, complete: bool) -> tuple[LinkGraph, dict[str, Any]] | None:
    """The graph and its summary; None without a page."""
    pages = [PageSeen(*row) for row in link_graph.pages_seen(session, audit.id)]
    if not pages:
        return None
    listed = link_graph.listed(session, audit.id)
    linked = {page.no: Linked(0, []) for page in pages if page.hops or page.status in GONE or page.error}
    graph = work_out(
        pages,
        link_graph.addresses(session, audit.id),
        _watching(link_graph.links(session, audit.id), linked, {page.no for page in pages if page.is_html}),
        Known(
            start=link_graph.start_of(session, audit.id) or 0,
            listed=listed,
            important=_important(session, audit, pages),
            translations=(
                (no, address) for no, _, address, in_page in link_graph.alternates(session, audit.id) if in_page
            ),
        ),
    )
    return graph, {
        "complete": complete,
        "links": len(graph.edges),
        "depth": structure_summary.of_depths(graph),
        "sitemap": _sitemap(graph, listed, link_graph.sitemaps_read(session, audit.id)),
        "canonicals": structure_summary.of_canonicals(graph.canonicals),
        "redirects": structure_summary.of_redirects(
            group_moves(_moved(session, audit.id), {no: each.count for no, each in linked.items()})
        ),
        "languages": structure_summary.of_languages(
            gather_clusters((each[:3] for each in link_graph.alternates(session, audit.id)), pages)
        ),
        "series": structure_summary.of_series(gather_series(pages, _where(graph, graph.named))),
        "broken": structure_summary.of_broken(_broken(pages, linked, link_graph.refused(session, audit.id))),
    }


def _watching(links: Iterable[Link], linked: dict[int, Linked], sources: Collection[int]) -> Iterator[Link]:
    """The same links; of those to a watched address it is noted where they stand."""
    for link in links:
        known = linked.get(link[1])
        if known is not None and link[0] in sources:
            known.count += 1
            if len(known.pages) < structure_summary.FEW:
                known.pages.append(link[0])
        yield link


def _where(graph: LinkGraph, places: Collection[int]) -> set[int]:
    """Numbers of the pages of these places."""
    return {page.no for page in graph.pages if graph.places.at(page.no) in places}


def _sitemap(graph: LinkGraph, listed: Collection[int], read: int) -> dict[str, Any]:
    compared = compare(graph.pages, listed, _where(graph, graph.listed), _where(graph, graph.named))
    return structure_summary.of_sitemaps(compared, read, len(listed))


def _important(session: Session, audit: Audit, pages: Sequence[PageSeen]) -> set[int]:
    """Numbers of the pages of items that the plan puts first."""
    wanted = select(ContentItem.id).where(ContentItem.priority == FIRST, ContentItem.url_n2.is_not(None))
    first = set(session.scalars(wanted)) if audit.site_id is not None else set()
    if not first:
        return set()
    ours = {address for address, item in items_by_page(session, audit).items() if item in first}
    return {page.no for page in pages if page.n2 in ours}


def _moved(session: Session, audit_id: int) -> Iterator[Moved]:
    """Every address that leads elsewhere, with its stops. One hop needs no look at what is stored of the page."""
    rows = list(link_graph.redirected(session, audit_id))
    several = [no for no, _, _, hops, _, error in rows if hops > 1 or error][:MOST_READ]
    ways = {no: unpacked(facts).redirects for no, facts in link_graph.facts_of(session, audit_id, several)}
    for no, url, final, _, status, error in rows:
        hops = ways.get(no, ())
        stops = (*(hop.url for hop in hops), hops[-1].location) if hops else (url, final)
        yield Moved(no, stops, status, error)


def _broken(
    pages: Sequence[PageSeen], linked: dict[int, Linked], refused: Collection[int]
) -> list[tuple[PageSeen, Linked]]:
    """Pages that are gone and that others link to, what most pages link to first."""
    found = [
        (page, known)
        for page in pages
        if (known := linked.get(page.no)) is not None and known.count and page.no not in refused
        if page.error == "dns" or (page.error is None and page.status in GONE)
    ]
    return sorted(found, key=lambda each: (-each[1].count, each[0].no))
