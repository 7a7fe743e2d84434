"""Links that lead out of the site, by what is known of their targets when the audit is judged."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select

from editorial.audit.rule import Severity
from editorial.audit.rules.links import LINKS
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.external import LinkState
from editorial.domain.messages import N_

SETTLED = (LinkState.WORKS.value, LinkState.BROKEN.value)


def _looks_outside(audit: AuditTables) -> ColumnElement[bool]:
    """Pages of a site that wants to know; one without such a link passes, so that taking the link away mends it."""
    return and_(audit.is_html, select(audit.external.c.page_id).limit(1).exists())


def _not_known(audit: AuditTables) -> ColumnElement[bool]:
    """Nobody asked, or the answers prove nothing."""
    external = audit.external
    return or_(external.c.state.is_(None), external.c.state.not_in(SETTLED))


def _has_unknown(audit: AuditTables) -> ColumnElement[bool]:
    here = audit.external.c.page_id == audit.page.c.id
    return select(audit.external.c.page_id).where(here, _not_known(audit)).exists()


def _unknown_links(audit: AuditTables) -> Select[Any]:
    external = audit.external
    return select(external.c.page_id, external.c.n2.label("key")).where(_not_known(audit))


@site_rule(
    version=1,
    category="links",
    severity=Severity.WARNING,
    title=N_("Broken link to another site"),
    says=N_("A link leads to %(target)s, which is not there: %(answer)s."),
    why=N_("Readers end up on an error page of somebody else, and stop to trust the page that sent them there."),
    fix=N_("Link to where it stands now or to another source, or remove the link. One target may stand on many pages."),
    source=LINKS,
    applies=_looks_outside,
    silence_needs=frozenset(),
    unsure=_has_unknown,
    open_ends=_unknown_links,
)
def link_broken_external(audit: AuditTables) -> Select[Any]:
    """404, 410 or no such host, on two days. What refuses, checks for bots, is ill or does not answer proves nothing.

    A notice where only one day is known: a command from the terminal looks twice within a minute.
    """
    external, page = audit.external, audit.page
    days = func.max(external.c.failures)
    weight = case((days > 1, literal(Severity.WARNING.value)), else_=literal(Severity.NOTICE.value))
    answer = func.max(external.c.answer)
    return (
        select(
            external.c.page_id.label("page_id"),
            external.c.n2.label("key"),
            func.min(external.c.url).label("param_target"),
            case((answer == "dns", literal("DNS")), else_=answer).label("param_answer"),
            func.min(external.c.url).label("evidence"),
            func.min(external.c.text).label("evidence_text"),
            weight.label("severity"),
        )
        .join_from(external, page, page.c.id == external.c.page_id)
        .where(external.c.state == LinkState.BROKEN.value, audit.is_html)
        .group_by(external.c.page_id, external.c.n2)
    )
