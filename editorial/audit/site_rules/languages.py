"""Translations that name each other."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select

from editorial.audit.engine import REFUSALS
from editorial.audit.rule import Severity
from editorial.audit.rules.languages import LOCALIZED
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_


def _speaks_for_itself(page: Any) -> ColumnElement[bool]:
    """A page whose hreflang counts: in the index under its own address."""
    own = or_(page.c.canonical_n2.is_(None), page.c.canonical_n2 == page.c.final_n2)
    return and_(page.c.is_html, not_(page.c.truncated), not_(page.c.noindex), own)


def _names_others(audit: AuditTables) -> ColumnElement[bool]:
    page, alternate = audit.page, audit.alternate
    named = exists().where(alternate.c.page_id == page.c.id, alternate.c.n2 != page.c.final_n2)
    return and_(_speaks_for_itself(page), named)


def _some_were_not_seen(audit: AuditTables) -> ColumnElement[bool]:
    page, alternate, other = audit.page, audit.alternate, audit.page.alias("other")
    seen = exists().where(other.c.n2 == alternate.c.n2, other.c.error.is_(None), other.c.status.not_in(REFUSALS))
    return exists().where(alternate.c.page_id == page.c.id, not_(seen))


@site_rule(
    version=1,
    category="international",
    severity=Severity.ERROR,
    title=N_("Translation does not name this page"),
    says=N_("The page names %(target)s for “%(code)s”, and that page does not name it back."),
    why=N_("Search engines ignore a pair of translations unless each names the other."),
    fix=N_("Give every page of the group the same hreflang entries, its own among them."),
    source=LOCALIZED,
    applies=_names_others,
    unsure=_some_were_not_seen,
    silence_needs=frozenset(),
)
def hreflang_no_return(audit: AuditTables) -> Select[Any]:
    """Entries of HTML, header and sitemap count alike, redirects are followed, and only pages that answered judge."""
    page, alternate = audit.page, audit.alternate
    other, answer, named = page.alias("other"), page.alias("answer"), page.alias("named")
    back = alternate.alias("back")
    plain = select(back.c.page_id, back.c.n2)
    led = select(back.c.page_id, named.c.final_n2).join_from(back, named, named.c.n2 == back.c.n2)
    returned = plain.union(led).subquery("returned")
    pairs = (  # grouped first, so that no database joins every page with every address
        select(
            alternate.c.page_id,
            alternate.c.n2,
            func.min(alternate.c.code).label("code"),
            func.min(other.c.url).label("url"),
            func.min(other.c.final_n2).label("final_n2"),
        )
        .join_from(alternate, other, other.c.n2 == alternate.c.n2)
        .group_by(alternate.c.page_id, alternate.c.n2)
        .subquery("pairs")
    )
    return (
        select(
            page.c.id.label("page_id"),
            pairs.c.n2.label("key"),
            pairs.c.url.label("param_target"),
            pairs.c.code.label("param_code"),
            pairs.c.url.label("evidence"),
        )
        .join_from(pairs, page, page.c.id == pairs.c.page_id)
        .join(answer, answer.c.n2 == pairs.c.final_n2)
        .outerjoin(returned, and_(returned.c.page_id == answer.c.id, returned.c.n2 == page.c.final_n2))
        .where(
            _speaks_for_itself(page),
            answer.c.is_html,
            not_(answer.c.truncated),
            answer.c.final_n2 != page.c.final_n2,
            returned.c.page_id.is_(None),
        )
    )
