"""What a crawl of a site runs into before any page is judged: findings stand at the first page."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select

from editorial.audit.rule import Severity
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_

FACETS = "https://developers.google.com/crawling/docs/faceted-navigation"

FURTHER = "*"  # as `crawl.traps` writes what it does not tell apart any more


def _more_than_are_told_apart(audit: AuditTables) -> ColumnElement[bool]:
    """Which traps are told apart then depends on the order of the crawl: one that is not named may be there still."""
    return select(audit.trap.c.pattern).where(audit.trap.c.pattern == FURTHER).exists()


@site_rule(
    version=1,
    category="links",
    severity=Severity.WARNING,
    title=N_("Addresses without end"),
    says=N_("Links lead on without end at %(pattern)s: %(count)s addresses were left out."),
    why=N_("Search engines spend their visits on such addresses, and come to the pages that matter late or never."),
    fix=N_(
        "Look at the examples: link calendars and filters only as far as there is content, close the rest in"
        " robots.txt, and write relative links so that they do not pile up. If these are pages of worth, raise the"
        " limit in the settings of the site."
    ),
    source=FACETS,
    applies=lambda audit: audit.page.c.is_start,
    unsure=_more_than_are_told_apart,
)
def crawl_trap(audit: AuditTables) -> Select[Any]:
    """One row a pattern that the crawl left out. What nobody links to within the site is nobody's trap.

    A single long address or odd path is none either: it takes ten.
    """
    trap, page = audit.trap, audit.page
    start = select(func.min(page.c.id)).where(page.c.is_start).scalar_subquery()
    return select(
        start.label("page_id"),
        (trap.c.kind + literal(" ") + trap.c.pattern).label("key"),
        trap.c.pattern.label("param_pattern"),
        trap.c.count.label("param_count"),
        trap.c.first.label("evidence"),
        case((trap.c.second != "", trap.c.second)).label("evidence_second"),
        case((trap.c.third != "", trap.c.third)).label("evidence_third"),
    ).where(start.is_not(None), trap.c.count >= 10)
