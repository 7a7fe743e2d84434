"""Sitemaps, and whether what they name is there."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, not_, or_, select

from editorial.audit.engine import REFUSALS
from editorial.audit.rule import Need, Severity
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_

SITEMAPS = "https://developers.google.com/search/docs/crawling-indexing/sitemaps/build-sitemap"
UNREADABLE = ("html", "gzip", "unreadable", "malformed", "entities")  # kinds of notes, see `crawl.sitemaps.Sitemap`
MANY = 10  # per cent of the addresses of all sitemaps from which this is no slip


def _is_named(audit: AuditTables) -> ColumnElement[bool]:
    """A sitemap that robots.txt or an index names."""
    return and_(audit.file.c.kind == "sitemap", audit.file.c.listed)


def _said_nothing(audit: AuditTables) -> ColumnElement[bool]:
    return or_(audit.file.c.error.is_not(None), audit.file.c.status.in_(REFUSALS), audit.file.c.challenged)


@site_rule(
    version=1,
    category="sitemaps",
    severity=Severity.ERROR,
    title=N_("Sitemap cannot be read"),
    says=N_("Search engines cannot use this sitemap; the server answers %(status)s."),
    others={
        "html": N_("Search engines cannot use this sitemap; a web page stands there."),
        "unreadable": N_("Search engines cannot use this sitemap; what stands there cannot be read as one."),
    },
    why=N_("What only the sitemap names is found late or never."),
    fix=N_("Let the address answer 200 with a sitemap, or take it out of robots.txt and the index that names it."),
    source=SITEMAPS,
    applies=_is_named,
    unsure=_said_nothing,
    silence_needs=frozenset(),
    about="file",
)
def sitemap_http_error(audit: AuditTables) -> Select[Any]:
    """4xx, 5xx, or something that is no sitemap. One that nobody names may be missing."""
    file, note = audit.file, audit.note
    no_sitemap = exists().where(note.c.file_id == file.c.id, note.c.kind.in_(UNREADABLE))
    failed = and_(file.c.status != 200, file.c.status.not_in(REFUSALS))
    is_html = exists().where(note.c.file_id == file.c.id, note.c.kind == "html")
    shown = select(func.min(note.c.text)).where(note.c.file_id == file.c.id, note.c.kind.in_(UNREADABLE))
    return select(
        file.c.id.label("page_id"),
        literal("sitemap").label("key"),
        file.c.status.label("param_status"),
        case((failed, "status"), (is_html, "html"), else_="unreadable").label("param_case"),
        shown.scalar_subquery().label("evidence"),
    ).where(_is_named(audit), file.c.error.is_(None), ~file.c.challenged, or_(failed, no_sitemap))


def _is_listed(audit: AuditTables) -> ColumnElement[bool]:
    return audit.page.c.id.in_(select(audit.listed.c.target_id))


def _gone(page: Any) -> ColumnElement[bool]:
    answered = and_(page.c.error.is_(None), page.c.status >= 400, page.c.status.not_in(REFUSALS))
    return or_(answered, page.c.error == "dns")


@site_rule(
    version=1,
    category="sitemaps",
    severity=Severity.WARNING,
    title=N_("Sitemap names a page that is gone"),
    says=N_("A sitemap names this page, which answers %(status)s."),
    why=N_("Search engines fetch it in vain, and trust the sitemap less."),
    fix=N_("Take the address out of the sitemap, or bring the page back."),
    source=SITEMAPS,
    applies=_is_listed,
    unsure=lambda audit: or_(audit.page.c.error.is_not(None), audit.page.c.status.in_(REFUSALS)),
    silence_needs=frozenset(),
)
def sitemap_url_non200(audit: AuditTables) -> Select[Any]:
    """4xx and 5xx, also behind a redirect; refusals say nothing. From a tenth of all addresses on it is an error."""
    page, listed, file = audit.page, audit.listed, audit.file
    every, target = listed.alias("every"), page.alias("target")
    share = (
        select(
            func.count(every.c.target_id.distinct()).label("total"),
            func.count(case((_gone(target), every.c.target_id)).distinct()).label("gone"),
        )
        .join_from(every, target, target.c.id == every.c.target_id)
        .where(or_(target.c.error.is_(None), target.c.error == "dns"))
        .subquery()
    )
    many = select(share.c.gone * 100 >= share.c.total * MANY).scalar_subquery()
    return (
        select(
            page.c.id.label("page_id"),
            literal("sitemap").label("key"),
            func.min(page.c.status).label("param_status"),
            func.min(file.c.url).label("evidence"),
            case((many, literal("error")), else_=literal("warning")).label("severity"),
        )
        .join_from(listed, page, page.c.id == listed.c.target_id)
        .join(file, file.c.id == listed.c.file_id)
        .where(_gone(page))
        .group_by(page.c.id)
    )


def _is_start_with_sitemap(audit: AuditTables) -> ColumnElement[bool]:
    """The first page, of a site that has a sitemap with addresses in it."""
    return and_(audit.page.c.is_start, exists(select(audit.listed.c.file_id)))


def _sitemap_was_not_read(audit: AuditTables) -> ColumnElement[bool]:
    """A sitemap said nothing: what it names is not known."""
    return or_(audit.page.c.named.is_(None), exists().where(_is_named(audit), _said_nothing(audit)))


@site_rule(
    version=1,
    category="sitemaps",
    severity=Severity.NOTICE,
    title=N_("Pages that no sitemap names"),
    says=N_("No sitemap names %(count)s of the pages that search engines may show."),
    why=N_("A sitemap that leaves pages out is of little use: changes on them are found late."),
    fix=N_("Let the sitemap be written from the same list as the pages. The structure of the audit names all of them."),
    source=SITEMAPS,
    applies=_is_start_with_sitemap,
    unsure=_sitemap_was_not_read,
    needs=frozenset({Need.CRAWL}),
)
def sitemap_missing_page(audit: AuditTables) -> Select[Any]:
    """Told once for the site, at its first page: one setting leaves them out. Orphans are another rule's."""
    page, start = audit.page, audit.page.alias("start")
    whole = not_(exists().where(_is_named(audit), _said_nothing(audit)))
    return (
        select(
            start.c.id.label("page_id"),
            literal("sitemap").label("key"),
            func.count().label("param_count"),
            func.min(page.c.url).label("evidence"),
            func.max(page.c.url).label("evidence_last"),
        )
        .select_from(page.join(start, start.c.is_start))
        .where(page.c.is_results_page, page.c.hops == 0, page.c.named, not_(page.c.listed))
        .where(exists(select(audit.listed.c.file_id)), whole)
        .group_by(start.c.id)
    )
