"""How the pages of a site hang together: what it adds up to, and every page with its place."""

from datetime import datetime
from typing import Annotated, Any

from flask import Blueprint
from pydantic import Field
from sqlalchemy.orm import Session

from editorial.domain.errors import NotFound
from editorial.domain.people import Permission
from editorial.services import structure
from editorial.services.queue_pages import BadCursor
from editorial.store.audit import Audit
from editorial.store.base import reading
from editorial.web.api.contract import BIGGEST, Asked, Shown, operation
from editorial.web.api.items import Limit
from editorial.web.context import deps

bp = Blueprint("structure", __name__)


class SitemapBefore(Shown):
    """The same of the last audit before that saw the whole site and read a sitemap."""

    audit_id: int
    ended_at: datetime
    named: int
    counts: dict[str, int]


class SitemapShown(Shown):
    """Sitemaps against the crawl."""

    read: int
    """Sitemaps that could be read."""
    named: int
    """Addresses in them."""
    counts: dict[str, int]
    """Pages by set: both, sitemap-only, crawl-only, bad."""
    bad: dict[str, int]
    """Of the bad ones, how many are so why."""
    samples: dict[str, list[str]]
    before: SitemapBefore | None
    """Null where this audit did not see the whole site, or none before it did."""


class MovesShown(Shown):
    """Redirects that are mended at one place."""

    causes: list[list[str]]
    """What each hop changes: scheme, host, slash, case, content."""
    target: str
    """Where they lead, where that is one address; else empty."""
    error: str | None
    status: int
    count: int
    links: int
    """Pages that link to one of them."""
    samples: list[list[str]]


class TranslationShown(Shown):
    """One entry of a group of translations."""

    code: str
    url: str
    """In compare form."""
    flaw: str | None
    """Why it does not count."""


class BrokenShown(Shown):
    """An address of the site that is gone and that pages link to."""

    url: str
    status: int
    error: str | None
    pages: int
    """That link to it."""
    some: list[str]


class StructureShown(Shown):
    """What the links of a site add up to. Lists are cut to the worst; every page stands in `/pages`."""

    audit_id: int
    complete: bool
    """False: not every page was seen, so clicks may be fewer and pages may be linked that seem not to be."""
    links: int
    clicks: dict[str, int]
    """Pages by their clicks from the first page."""
    out_of_reach: int | None
    """Pages that no followed link leads to; null where not every page was seen that may link to them."""
    sitemap: SitemapShown
    canonical_chains: list[list[str]]
    """Chains of two canonicals and more; a circle ends where it began."""
    redirects: list[MovesShown]
    translations: list[list[TranslationShown]]
    """Groups, those with flaws first."""
    translations_cut: int
    """Pages that name more translations than are compared; of those nothing is told that the rest would settle."""
    broken: list[BrokenShown]


class PlaceShown(Shown):
    """One page and where it stands."""

    no: int
    url: str
    status: int
    """0 without an answer."""
    error: str | None
    title: str
    clicks: int | None
    """From the first page over followed links; null where none lead there."""
    rank: int | None
    """0 to 100, logarithmic; null for copies and what is no page."""
    links_in: int
    """Other pages that link to it."""
    linked: bool
    """Whether another page leads to it, by a link or as its translation."""
    in_sitemap: bool
    indexable: bool


class PlacesShown(Shown):
    """Some pages of an audit, in the order the audit came upon them."""

    pages: list[PlaceShown]
    next: str | None


class PlacesAsked(Asked):
    """Which pages."""

    after: Annotated[str, Field(max_length=20)] = ""
    limit: Limit = 50


@bp.get("/audits/<int:audit_id>/structure")
@operation(Permission.READ, "Say how the pages of a site hang together.", StructureShown)
def structure_one(audit_id: int) -> StructureShown:
    """Of one audit."""
    with reading(deps().sessions) as session:
        found = structure.structure_of(session, _audit(session, audit_id))
        if found is None:
            raise NotFound
        return _shown(audit_id, found)


@bp.get("/audits/<int:audit_id>/pages")
@operation(Permission.READ, "List the pages of an audit with their clicks and rank.", PlacesShown, query=PlacesAsked)
def place_list(audit_id: int, query: PlacesAsked) -> PlacesShown:
    """One page of pages."""
    if query.after and not (query.after.isascii() and query.after.isdigit() and int(query.after) <= BIGGEST):
        raise BadCursor
    with reading(deps().sessions) as session:
        _audit(session, audit_id)
        found = structure.places_of(session, audit_id, after=int(query.after or 0), limit=query.limit + 1)
    shown = [PlaceShown.model_validate(row) for row in found[: query.limit]]
    return PlacesShown(pages=shown, next=str(shown[-1].no) if len(found) > query.limit else None)


def _audit(session: Session, audit_id: int) -> Audit:
    found = session.get(Audit, audit_id)
    if found is None:
        raise NotFound
    return found


def _shown(audit_id: int, found: structure.Structure) -> StructureShown:
    summary: Any = found.summary
    urls = found.urls
    sitemap = summary["sitemap"]
    return StructureShown(
        audit_id=audit_id,
        complete=found.complete,
        links=summary["links"],
        clicks=summary["depth"]["clicks"],
        out_of_reach=summary["depth"]["none"] if found.complete else None,
        sitemap=SitemapShown(
            read=sitemap["read"],
            named=sitemap["named"],
            counts=sitemap["counts"],
            bad=sitemap["bad"],
            samples={name: [urls.get(no, "") for no in numbers] for name, numbers in sitemap["samples"].items()},
            before=SitemapBefore.model_validate(found.sitemap_before) if found.sitemap_before else None,
        ),
        canonical_chains=[[urls.get(no, "") for no in chain] for chain in summary["canonicals"]["samples"]],
        redirects=[MovesShown(**group) for group in summary["redirects"]["samples"]],
        translations=[
            [TranslationShown(code=code, url=address, flaw=flaw) for code, _, address, flaw in cells]
            for cells in summary["languages"]["samples"]
        ],
        translations_cut=summary["languages"].get("cut", 0),
        broken=[
            BrokenShown(
                url=one.url,
                status=one.status,
                error=one.error,
                pages=one.pages,
                some=[url for _, url in one.some],
            )
            for one in found.broken
        ],
    )
