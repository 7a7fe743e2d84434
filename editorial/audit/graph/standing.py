"""Where each page of a site stands: clicks, rank, who leads to it, where its canonicals end."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from editorial.audit.graph.canonicals import Canonicals, follow_canonicals
from editorial.audit.graph.depth import UNREACHED, Depths, depths
from editorial.audit.graph.edges import Edges, Link, gather_edges
from editorial.audit.graph.places import NOWHERE, PageSeen, Places, gather_places, plain
from editorial.audit.graph.rank import Kind, page_rank, scores


class Standing(NamedTuple):
    """One page. Numbers are those of pages; what is meant stands at `store.audit_rows.AuditPlace`."""

    no: int
    depth: int | None
    via: int | None
    rank: int | None
    links_in: int
    named: bool
    listed: bool
    important: bool
    canonical_steps: int
    canonical_end: int | None


@dataclass(frozen=True)
class Known:
    """What is known of a site beside its links. All are numbers of addresses or pages."""

    start: int
    """Where the crawl began; 0 for nowhere."""
    listed: Collection[int]
    """In sitemaps."""
    important: Collection[int]
    """Pages that the plan puts first."""
    translations: Iterable[tuple[int, str]]
    """Page, and N2 of what it names as its translation; read once."""


@dataclass(frozen=True)
class LinkGraph:
    """A site with everything that was worked out of its links."""

    pages: Sequence[PageSeen]
    places: Places
    edges: Edges
    depths: Depths
    canonicals: Canonicals
    named: Collection[int]
    """Places that another page leads to, and the first."""
    listed: Collection[int]
    """Places that a sitemap names."""
    standings: Sequence[Standing]
    """In the order of the pages."""


def work_out(
    pages: Sequence[PageSeen], addresses: Iterable[tuple[int, str]], links: Iterable[Link], known: Known
) -> LinkGraph:
    """The whole link graph.

    Args:
        pages: those that were fetched or tried.
        addresses: number and N2 of every address of the site.
        links: page, target's number, nofollow, in the main part.
        known: what else is known.
    """
    places = gather_places(addresses, pages)
    edges = gather_edges(links, places, {page.no for page in pages if page.is_html})
    start = places.at(known.start)
    clicks = depths(edges, len(places), start)
    degrees = edges.in_degrees(len(places))
    named = {place for place, count in enumerate(degrees) if count} | _translated(pages, places, known)
    named.add(start)
    listed = {places.at(no) for no in known.listed}
    canonicals = follow_canonicals(pages)
    ranks, heads = _ranks(pages, places, edges), places.heads
    standings = []
    for page in pages:
        place = places.at(page.no)
        depth, via = clicks.clicks[place], clicks.via[place]
        standings.append(
            Standing(
                page.no,
                depth if depth != UNREACHED else None,
                heads[via] if via != UNREACHED else None,
                ranks[place] if heads[place] == page.no else None,
                degrees[place],
                place in named,
                place in listed,
                page.no in known.important,
                canonicals.steps.get(page.no, 0),
                canonicals.ends.get(page.no),
            )
        )
    return LinkGraph(pages, places, edges, clicks, canonicals, named, listed, standings)


def _translated(pages: Sequence[PageSeen], places: Places, known: Known) -> set[int]:
    """Places that another page names as its translation: to sites whose switch of languages is a script their link."""
    numbers = {page.n2: page.no for page in pages}
    spelled = {plain(page.final_n2): page.no for page in pages}
    sources = {page.no for page in pages if page.is_html}
    found = set()
    for no, address in known.translations:
        if no in sources:
            place = places.at(numbers.get(address) or spelled.get(plain(address), 0))
            if place not in (NOWHERE, places.at(no)):
                found.add(place)
    return found


def _ranks(pages: Sequence[PageSeen], places: Places, edges: Edges) -> list[int | None]:
    """By place a rank from 0 to 100. Of a site that is out of the index as a whole none is lost for that."""
    by_number = {page.no: page for page in pages}
    heads = [by_number[head] for head in places.heads]
    closed = all(page.noindex for page in heads if page.is_html)
    kinds = [Kind.LOSES if _loses(page) or (page.noindex and not closed) else Kind.PASSES for page in heads]
    return scores(page_rank(edges, kinds), [page.is_html for page in heads])


def _loses(page: PageSeen) -> bool:
    return page.status >= 400 or page.error not in (None, "robots")
