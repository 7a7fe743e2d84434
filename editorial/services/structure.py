"""The structure of a site as its last audit saw it: clicks, rank, sitemap, chains, translations, broken links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from editorial.audit.crawl.traps import patterns_of
from editorial.domain.findings import OPEN
from editorial.domain.messages import Message
from editorial.domain.urls import n2
from editorial.services import seeing
from editorial.services.page_items import items_by_page
from editorial.services.stop_reasons import why_it_stopped
from editorial.services.structure_summary import DEEP, numbers_in
from editorial.store.audit import (
    ENDED,
    Audit,
    AuditPage,
    AuditPlace,
    AuditStructure,
    AuditUrl,
    Finding,
    latest_audit,
)
from editorial.store.content import ContentItem

STRONGEST = 10
TRAPPED = 2000  # pages of traps that are passed over for them
IMPORTANT = 20
WEAK = 20  # of 100; what the plan puts first should not stand there
LANGUAGES = 12  # columns of the table of translations
SHOWN_LOST = 10
WAY = 30  # clicks shown of a way, its end
EARLIER = 5  # audits looked through for one that can be compared
RINGS = 8  # clicks that have a bar of their own


@dataclass(frozen=True)
class Line:
    """A page in a list."""

    no: int
    url: str
    title: str
    depth: int | None
    rank: int | None
    links_in: int
    item: tuple[int, str] | None = None
    """Id and title of the item behind it."""

    @property
    def deep(self) -> bool:
        """More clicks away than is good, or out of reach."""
        return self.depth is None or self.depth > DEEP

    @property
    def weak(self) -> bool:
        """Few pages of weight lead to it."""
        return self.rank is not None and self.rank < WEAK


@dataclass(frozen=True)
class Ring:
    """Pages at one distance from the start, or at several (`clicks` to `last`). `share` in percent of the fullest."""

    clicks: int
    last: int
    count: int
    share: float

    @property
    def deep(self) -> bool:
        """Further away than is good."""
        return self.clicks > DEEP


@dataclass(frozen=True)
class Broken:
    """An address that is gone, and where links to it stand."""

    no: int
    url: str
    status: int
    error: str | None
    pages: int
    some: Sequence[tuple[int, str]]
    since: datetime | None
    """When the first of the open findings about it was seen; None where no finding is."""


@dataclass(frozen=True)
class Languages:
    """Groups of translations by language. A cell is the address and what is wrong with it, or None."""

    codes: Sequence[str]
    rows: Sequence[Mapping[str, tuple[int, str, str | None]]]
    others: int
    """Languages of these groups that no column shows."""


@dataclass(frozen=True)
class Lost:
    """Pages that the audit before saw, and that nothing names any more: nobody asked whether they still answer."""

    count: int
    some: Sequence[tuple[int, str]]
    audit_id: int = 0
    """The audit before, whose numbers these are."""


@dataclass(frozen=True)
class SitemapBefore:
    """The sitemap against the crawl of an earlier audit. Both saw the whole site and read a sitemap."""

    audit_id: int
    ended_at: datetime
    named: int
    """Addresses in its sitemaps."""
    counts: Mapping[str, int]
    """Pages by set, as in the summary."""


@dataclass(frozen=True)
class Structure:
    """Everything the page shows. `summary` as `structure_summary` wrote it."""

    summary: Mapping[str, Any]
    rings: Sequence[Ring]
    strongest: Sequence[Line]
    important: Sequence[Line]
    """Pages of items that the plan puts first, those that need help first."""
    broken: Sequence[Broken]
    languages: Languages
    lost: Lost
    urls: Mapping[int, str] = field(default_factory=dict)
    """Of every number that the summary names."""
    sitemap_before: SitemapBefore | None = None
    complete: bool = True
    """Whether every page was seen that may link to another: else nobody knows what is deep or out of reach."""
    caveat: Message | None = None
    """Why not."""

    @property
    def deep(self) -> int:
        """Pages further away than is good."""
        return sum(ring.count for ring in self.rings if ring.deep)

    @property
    def pages(self) -> int:
        """Pages that were placed."""
        return sum(ring.count for ring in self.rings) + int(self.summary["depth"]["none"])


def structure_of(session: Session, audit: Audit) -> Structure | None:
    """The structure an audit saw; None where it was not worked out."""
    kept = session.get(AuditStructure, audit.id)
    if kept is None:
        return None
    summary = kept.summary
    complete = bool(summary["complete"]) and seeing.saw_links(audit)
    urls = _urls(session, audit.id, numbers_in(summary))
    return Structure(
        summary=summary,
        rings=_rings(summary["depth"]["clicks"]),
        strongest=_strongest(session, audit),
        important=_important(session, audit),
        broken=_broken(session, audit, summary["broken"]["samples"], urls),
        languages=_languages(summary["languages"]["samples"]),
        lost=_lost(session, audit) if complete else Lost(0, ()),
        urls=urls,
        sitemap_before=_sitemap_before(session, audit, summary) if complete else None,
        complete=complete,
        caveat=None if complete else seeing.why_no_links(audit) or why_it_stopped(audit),
    )


def places_of(session: Session, audit_id: int, *, after: int, limit: int) -> Sequence[Any]:
    """Pages with where they stand, by number, those behind `after`. Columns as the API names them."""
    place, page, url = AuditPlace, AuditPage, AuditUrl
    wanted = (
        select(
            place.no,
            url.url,
            page.status,
            page.error,
            page.title,
            place.depth.label("clicks"),
            place.rank,
            place.links_in,
            place.named.label("linked"),
            place.listed.label("in_sitemap"),
            and_(page.is_results_page, page.hops == 0).label("indexable"),
        )
        .join(page, and_(page.audit_id == place.audit_id, page.no == place.no))
        .join(url, and_(url.audit_id == place.audit_id, url.no == place.no))
        .where(place.audit_id == audit_id, place.no > after)
    )
    return session.execute(wanted.order_by(place.no).limit(limit)).all()


def summary_of(session: Session, audit_id: int) -> Mapping[str, Any] | None:
    """What `structure_of` begins with, for the terminal."""
    kept = session.get(AuditStructure, audit_id)
    return kept.summary if kept is not None else None


def place_of(session: Session, audit_id: int, no: int) -> AuditPlace | None:
    """Where a page stands."""
    return session.get(AuditPlace, (audit_id, no))


def way_to(session: Session, audit_id: int, no: int) -> list[tuple[int, str]]:
    """Number and address of the pages of a shortest way from the start to this page; empty where none leads there.

    A way is as long as its clicks: that bounds the walk, whatever the rows say.
    """
    way: list[tuple[int, str]] = []
    place = place_of(session, audit_id, no)
    if place is None or place.depth is None:
        return way
    here: int | None = no
    for _ in range(min(place.depth, WAY) + 1):
        if here is None or (url := session.get(AuditUrl, (audit_id, here))) is None:
            break
        way.append((here, url.url))
        before = place_of(session, audit_id, here)
        here = before.via if before is not None else None
    return way[::-1]


def _urls(session: Session, audit_id: int, numbers: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    every = sorted(numbers)
    for first in range(0, len(every), 500):
        wanted = select(AuditUrl.no, AuditUrl.url).where(AuditUrl.audit_id == audit_id)
        found.update(session.execute(wanted.where(AuditUrl.no.in_(every[first : first + 500]))).all())
    return found


def _broken(session: Session, audit: Audit, samples: Sequence[Any], urls: Mapping[int, str]) -> list[Broken]:
    keys = {no: n2(urls[no]) or urls[no] for no, *_ in samples if no in urls}
    first = (
        select(Finding.key, func.min(Finding.first_seen_at))
        .where(Finding.site_id == audit.site_id, Finding.rule == "link-broken-internal", Finding.state.in_(OPEN))
        .where(Finding.key.in_(keys.values()))
        .group_by(Finding.key)
    )
    since = dict(session.execute(first).all()) if keys else {}
    return [
        Broken(
            no,
            urls.get(no, ""),
            status,
            error,
            pages,
            [(each, urls.get(each, "")) for each in some],
            since.get(keys.get(no, "")),
        )
        for no, status, error, pages, some in samples
    ]


def _lost(session: Session, audit: Audit) -> Lost:
    before = latest_audit(session, audit.site_id, before=audit.id) if audit.site_id is not None else None
    if before is None:
        return Lost(0, ())
    then, now = aliased(AuditUrl), aliased(AuditUrl)
    met = select(now.no).where(now.audit_id == audit.id, now.n2 == then.n2)
    wanted = (
        select(then.no, then.url)
        .join(AuditPage, and_(AuditPage.audit_id == then.audit_id, AuditPage.no == then.no))
        .where(then.audit_id == before.id, AuditPage.is_results_page, AuditPage.hops == 0, ~met.exists())
    )
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    some = session.execute(wanted.order_by(then.url).limit(SHOWN_LOST)).all() if count else ()
    return Lost(count, [(no, url) for no, url in some], before.id)


def _sitemap_before(session: Session, audit: Audit, summary: Mapping[str, Any]) -> SitemapBefore | None:
    """The nearest audit before that can be compared: what half a crawl did not meet says nothing about a sitemap."""
    if audit.site_id is None or not (summary["complete"] and summary["sitemap"]["named"]):
        return None
    wanted = (
        select(Audit.id, Audit.ended_at, AuditStructure.summary)
        .join(AuditStructure, AuditStructure.audit_id == Audit.id)
        .where(Audit.site_id == audit.site_id, Audit.whole_site, Audit.state.in_(ENDED), Audit.id < audit.id)
        .order_by(Audit.id.desc())
        .limit(EARLIER)
    )
    for audit_id, ended_at, before in session.execute(wanted):
        sitemap = before["sitemap"]
        if before["complete"] and sitemap["named"]:
            return SitemapBefore(audit_id, ended_at, sitemap["named"], sitemap["counts"])
    return None


def _rings(clicks: Mapping[str, int]) -> list[Ring]:
    """Those far out are one: what lies ten clicks away is as lost as what lies twenty away."""
    counts = {int(each): count for each, count in clicks.items()}
    far = [each for each in counts if each > RINGS]
    rings = [(each, each, counts[each]) for each in sorted(counts) if each <= RINGS]
    if far:
        rings.append((min(far), max(far), sum(counts[each] for each in far)))
    most = max((count for *_, count in rings), default=1)
    return [Ring(first, last, count, round(100 * count / most, 1)) for first, last, count in rings]


def _lines(session: Session, audit_id: int) -> Any:
    place, page, url = AuditPlace, AuditPage, AuditUrl
    return (
        select(place.no, url.url, page.title, place.depth, place.rank, place.links_in)
        .join(page, and_(page.audit_id == place.audit_id, page.no == place.no))
        .join(url, and_(url.audit_id == place.audit_id, url.no == place.no))
        .where(place.audit_id == audit_id)
    )


def _strongest(session: Session, audit: Audit) -> list[Line]:
    """Without the pages of a trap: they name each other, and so outrank whatever people wrote."""
    stopped = {trap["pattern"] for trap in audit.course.get("traps", ())}
    wanted = _lines(session, audit.id).where(AuditPlace.rank.is_not(None))
    most = STRONGEST + (TRAPPED if stopped else 0)
    strong = session.execute(wanted.order_by(AuditPlace.rank.desc(), AuditPlace.no).limit(most))
    lines = (Line(*row) for row in strong)
    return list(islice((line for line in lines if not (stopped and patterns_of(line.url) & stopped)), STRONGEST))


def _important(session: Session, audit: Audit) -> list[Line]:
    """A copy shows its own item's title, with the rank of the page that stands for it."""
    wanted = _lines(session, audit.id).where(AuditPlace.important)
    rows = session.execute(wanted.add_columns(AuditUrl.n2)).all()
    if not rows:
        return []
    behind = items_by_page(session, audit)
    lines = [(Line(*row[:-1]), behind.get(row.n2)) for row in rows]
    lines.sort(key=lambda each: (not each[0].deep, not each[0].weak, each[0].rank or 0, each[0].no))
    shown = lines[:IMPORTANT]  # before titles are asked for: a plan may put thousands first
    ids = {item for _, item in shown if item is not None}
    titles = dict(session.execute(select(ContentItem.id, ContentItem.title).where(ContentItem.id.in_(ids))).all())
    return [replace(line, item=(item, titles[item])) if item in titles else line for line, item in shown]


def _languages(samples: Sequence[Sequence[Sequence[Any]]]) -> Languages:
    """The commonest languages as columns, one row a group."""
    counts: dict[str, int] = {}
    for cells in samples:
        for code in {cell[0] for cell in cells}:
            counts[code] = counts.get(code, 0) + 1
    ordered = sorted(counts, key=lambda code: (code == "", code == "x-default", -counts[code], code))
    codes = ordered[:LANGUAGES]
    rows = []
    for cells in samples:
        row: dict[str, tuple[int, str, str | None]] = {}
        for code, no, address, flaw in cells:
            if code in codes and (code not in row or flaw is not None):
                row[code] = (no, address, flaw)
        rows.append(row)
    return Languages(codes, rows, len(ordered) - len(codes))
