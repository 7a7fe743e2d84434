"""Links within the site, and what they lead to."""

from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from editorial.audit.rule import Severity
from editorial.audit.rules.links import LINKS
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_


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
