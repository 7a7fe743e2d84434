"""What stands at the address that a canonical names."""

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, not_, or_, select

from editorial.audit.engine import REFUSALS
from editorial.audit.rule import Severity
from editorial.audit.rules.canonicals import CANONICAL
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_


def _has_canonical(audit: AuditTables) -> ColumnElement[bool]:
    return and_(audit.page.c.is_html, audit.page.c.canonical_n2.is_not(None))


def _was_not_seen(audit: AuditTables) -> ColumnElement[bool]:
    """The canonical names another page, and that was not fetched or said nothing of itself."""
    page, target = audit.page, audit.page.alias("target")
    spoke = and_(target.c.error.is_(None), target.c.status.not_in(REFUSALS))
    seen = exists().where(target.c.n2 == page.c.canonical_n2, spoke)
    return and_(page.c.canonical_n2 != page.c.final_n2, not_(seen))


_about_target = partial(
    site_rule,
    version=1,
    category="indexability",
    source=CANONICAL,
    applies=_has_canonical,
    unsure=_was_not_seen,
    silence_needs=frozenset(),
)


def _naming(audit: AuditTables, wrong: ColumnElement[bool], target: Any) -> Select[Any]:
    """One row a page whose canonical names another page of which `wrong` holds."""
    page = audit.page
    return (
        select(
            page.c.id.label("page_id"),
            literal("canonical").label("key"),
            target.c.url.label("param_target"),
            target.c.status.label("param_status"),
            target.c.final_url.label("param_final"),
            target.c.url.label("evidence"),
        )
        .join_from(page, target, target.c.n2 == page.c.canonical_n2)
        .where(_has_canonical(audit), page.c.canonical_n2 != page.c.final_n2, wrong)
    )


@_about_target(
    severity=Severity.WARNING,
    title=N_("Canonical names a redirect"),
    says=N_("The canonical names %(target)s, which redirects to %(final)s."),
    why=N_("Search engines trust a canonical less that does not name the page itself."),
    fix=N_("Name the final address as canonical."),
)
def canonical_to_redirect(audit: AuditTables) -> Select[Any]:
    """A redirect to an error is the next rule's."""
    target = audit.page.alias("target")
    moved = and_(target.c.hops > 0, target.c.error.is_(None), target.c.status < 400)
    return _naming(audit, moved, target)


@_about_target(
    severity=Severity.ERROR,
    title=N_("Canonical names an error page"),
    says=N_("The canonical names %(target)s, which answers %(status)s."),
    why=N_("The page asks to be replaced in search results by one that does not exist, and may vanish from them."),
    fix=N_("Name a page that exists, as a rule the page itself."),
)
def canonical_to_error(audit: AuditTables) -> Select[Any]:
    """Refusals (401, 403, 429) and pages that did not answer say nothing."""
    target = audit.page.alias("target")
    answered = and_(target.c.error.is_(None), not_(target.c.denied))
    gone = and_(answered, target.c.status.between(400, 599), target.c.status.not_in(REFUSALS))
    return _naming(audit, or_(gone, target.c.error == "dns"), target)


@_about_target(
    severity=Severity.ERROR,
    title=N_("Canonical names a noindex page"),
    says=N_("The canonical names %(target)s, which search engines may not index."),
    why=N_("The page hands its place to one that may not be shown: both may vanish from search results."),
    fix=N_("Take noindex off the target, or name a page as canonical that may be indexed."),
)
def canonical_to_noindex(audit: AuditTables) -> Select[Any]:
    """A page that is noindex itself wants no place to hand on."""
    target = audit.page.alias("target")
    hidden = and_(target.c.is_html, target.c.noindex, not_(audit.page.c.noindex))
    return _naming(audit, hidden, target)


@_about_target(
    severity=Severity.WARNING,
    title=N_("Canonicals in a row"),
    says=N_("The canonical names %(target)s, which names another page as its own; the last of them is %(final)s."),
    why=N_("Search engines do not follow canonicals from page to page; they may keep the wrong one or none."),
    fix=N_("Name the last page of the row as canonical on all of them."),
)
def canonical_chain(audit: AuditTables) -> Select[Any]:
    """Redirects on the way count as no step of their own: they are another rule's."""
    page, target, end = audit.page, audit.page.alias("target"), audit.page.alias("last")
    return (
        select(
            page.c.id.label("page_id"),
            literal("canonical").label("key"),
            target.c.url.label("param_target"),
            end.c.url.label("param_final"),
            target.c.url.label("evidence"),
            end.c.url.label("evidence_end"),
        )
        .join_from(page, target, target.c.n2 == page.c.canonical_n2)
        .join(end, end.c.id == page.c.canonical_end)
        .where(_has_canonical(audit), page.c.canonical_steps > 1)
    )


@_about_target(
    severity=Severity.ERROR,
    title=N_("Canonicals in a circle"),
    says=N_("The canonical names %(target)s, and from there canonicals lead round in a circle."),
    why=N_("No page says that it is the one to show: search engines choose by themselves, or show none."),
    fix=N_("Choose the page that is to be shown, and let it and all the others name it as canonical."),
)
def canonical_loop(audit: AuditTables) -> Select[Any]:
    """Of any length, and for pages that lead into one."""
    page, target = audit.page, audit.page.alias("target")
    return (
        select(
            page.c.id.label("page_id"),
            literal("canonical").label("key"),
            target.c.url.label("param_target"),
            target.c.url.label("evidence"),
        )
        .join_from(page, target, target.c.n2 == page.c.canonical_n2)
        .where(_has_canonical(audit), page.c.canonical_steps < 0)
    )
