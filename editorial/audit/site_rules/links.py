"""Links within the site, and what they lead to."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, or_, select, union_all

from editorial.audit.rule import Need, Severity
from editorial.audit.rules.links import LINKS
from editorial.audit.rules.redirects import REDIRECTS
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_

DEEP = 4  # clicks; what takes more is deep


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
    """404, 410, 5xx, or a host that does not exist. Refusals (401, 403, 429) and bot checks say nothing of the link."""
    link, page = audit.link, audit.page
    target, broken = page.alias("target"), page.alias("broken")
    answered = and_(broken.c.error.is_(None), not_(broken.c.denied))
    wrong = or_(broken.c.status.in_((404, 410)), broken.c.status.between(500, 599))
    gone = or_(and_(answered, wrong), broken.c.error == "dns")
    return (
        select(
            link.c.page_id.label("page_id"),
            link.c.n2.label("key"),
            func.min(link.c.url).label("param_target"),
            func.min(target.c.status).label("param_status"),
            func.min(link.c.url).label("evidence"),
            func.min(link.c.text).label("evidence_text"),
        )
        .join_from(link, target, target.c.id == link.c.target_id)
        .join(page, page.c.id == link.c.page_id)
        .where(link.c.target_id.in_(select(broken.c.id).where(gone)), link.c.internal, audit.is_html)
        .group_by(link.c.page_id, link.c.n2)
    )


@site_rule(
    version=1,
    category="links",
    severity=Severity.NOTICE,
    title=N_("Link to a redirect"),
    says=N_("A link leads to %(target)s, which redirects to %(final)s."),
    why=N_("Each redirect costs readers time and search engines a request."),
    fix=N_("Link to the final address."),
    source=REDIRECTS,
    applies=lambda audit: or_(audit.is_html, audit.page.c.is_start),
)
def link_to_redirect(audit: AuditTables) -> Select[Any]:
    """Several redirects in a row are a warning. What ends in an error is a broken link.

    Moves that the whole site makes alike (http to https, www, the slash at the end) are told once each, at the page
    where the crawl began: they are one setting, and not the fault of each link.
    """
    link, page = audit.link, audit.page
    target, moved = page.alias("target"), page.alias("moved")
    start = page.alias("start")
    chain = case((func.max(target.c.hops) > 1, literal("warning")), else_=literal("notice"))
    shown = (
        func.min(target.c.url).label("param_target"),
        func.min(target.c.final_url).label("param_final"),
        func.min(target.c.url).label("evidence"),
    )
    sound = and_(moved.c.hops > 0, moved.c.error.is_(None), moved.c.status < 400)
    found = and_(link.c.target_id.in_(select(moved.c.id).where(sound)), link.c.internal, audit.is_html)
    one = (
        select(
            link.c.page_id.label("page_id"),
            link.c.n2.label("key"),
            *shown,
            func.min(link.c.text).label("evidence_text"),
            chain.label("severity"),
        )
        .join_from(link, target, target.c.id == link.c.target_id)
        .join(page, page.c.id == link.c.page_id)
        .where(found, target.c.moved == "path")
        .group_by(link.c.page_id, link.c.n2)
    )
    alike = (
        select(
            select(func.min(start.c.id)).where(start.c.is_start).scalar_subquery().label("page_id"),
            target.c.moved.label("key"),
            *shown,
            func.min(page.c.url).label("evidence_text"),
            literal("notice").label("severity"),
        )
        .join_from(link, target, target.c.id == link.c.target_id)
        .join(page, page.c.id == link.c.page_id)
        .where(found, target.c.moved != "path")
        .group_by(target.c.moved)
    )
    rows = union_all(one, alike).subquery()
    return select(rows)


def _is_shown(audit: AuditTables) -> ColumnElement[bool]:
    """Pages that may stand on a results page under the address that was asked for."""
    return and_(audit.is_results_page, audit.page.c.hops == 0)


def _is_not_placed(audit: AuditTables) -> ColumnElement[bool]:
    """The link graph was not worked out."""
    return audit.page.c.named.is_(None)


@site_rule(
    version=4,
    category="links",
    severity=Severity.WARNING,
    title=N_("No link leads to this page"),
    says=N_("No other page of the site links to this one."),
    why=N_("Readers do not find it, and search engines think little of a page that its own site does not name."),
    fix=N_("Link to it from a page on the same subject, or take it down."),
    source=LINKS,
    applies=lambda audit: and_(_is_shown(audit), not_(audit.page.c.is_start)),
    unsure=_is_not_placed,
    needs=frozenset({Need.CRAWL, Need.LINKS}),
)
def page_orphan(audit: AuditTables) -> Select[Any]:
    """A page's links to itself do not count; links through redirects, to copies and to other spellings do.

    Translations that a page names count too: they are the switch between languages of sites that make it by script.
    """
    page = audit.page
    return select(page.c.id.label("page_id"), literal("orphan").label("key"), page.c.url.label("evidence")).where(
        _is_shown(audit), not_(page.c.is_start), not_(page.c.named)
    )


@site_rule(
    version=1,
    category="links",
    severity=Severity.NOTICE,
    title=N_("Page lies deep"),
    says=N_("It takes %(clicks)s clicks to get here from the first page."),
    why=N_("What lies deep is found by fewer readers, and search engines come by less often."),
    fix=N_("Link to it from a page nearer to the first one: an overview, or a page on the same subject."),
    source=LINKS,
    applies=lambda audit: and_(_is_shown(audit), or_(_is_not_placed(audit), audit.page.c.depth.is_not(None))),
    unsure=_is_not_placed,
    needs=frozenset({Need.CRAWL, Need.LINKS}),
)
def page_deep(audit: AuditTables) -> Select[Any]:
    """More than four clicks over links that are followed. Of a page that the plan puts first it is a warning."""
    page, before = audit.page, audit.page.alias("before")
    return (
        select(
            page.c.id.label("page_id"),
            literal("depth").label("key"),
            page.c.depth.label("param_clicks"),
            before.c.url.label("evidence"),
            case((page.c.important, literal("warning")), else_=literal("notice")).label("severity"),
        )
        .join_from(page, before, before.c.id == page.c.via)
        .where(_is_shown(audit), page.c.depth > DEEP)
    )
