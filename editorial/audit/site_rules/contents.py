"""Texts that stand on several pages."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, not_, select

from editorial.audit.rule import Severity
from editorial.audit.rules.canonicals import CANONICAL
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_

MOSTLY_PERCENT = 90


def _has_text(audit: AuditTables) -> ColumnElement[bool]:
    return and_(audit.page.c.is_text_page)


@site_rule(
    version=1,
    category="content",
    severity=Severity.ERROR,
    title=N_("Same text on several pages"),
    says=N_("%(count)s pages have this main text, word for word."),
    why=N_("Search engines show one of them and choose which themselves; links to the others are worth less."),
    fix=N_("Redirect the copies to one page, name it as their canonical, or write a text of its own for each."),
    source=CANONICAL,
    applies=_has_text,
)
def content_exact_duplicate(audit: AuditTables) -> Select[Any]:
    """The main text alone, so that tokens and times of day in the page do not hide a copy. Not under 50 words.

    Copies name the page to keep, as it seems: the one with the most links, else with the shortest address, else the
    first. That page names another.
    """
    found, alike = audit.groups_of("digest", key="content", shown="title", among="is_text_page").subquery(), audit.alike
    return select(
        *(column for column in found.c if column.name != "evidence_other"),
        func.coalesce(alike.c.other_url, found.c.evidence_other).label("evidence_other"),
    ).outerjoin(alike, and_(alike.c.page_id == found.c.page_id, alike.c.exact))


@site_rule(
    version=1,
    category="content",
    severity=Severity.WARNING,
    title=N_("Nearly the same text on several pages"),
    says=N_(
        "%(share)s of the text is the same as on another page, and %(count)s pages are so alike. "
        "The one to keep, as it seems, is %(main)s."
    ),
    why=N_(
        "Search engines show one of such pages and choose which themselves; the pages compete for the same queries."
    ),
    fix=N_(
        "Merge them into one page, name it as the canonical of the others, or give each something of its own to say."
    ),
    source=CANONICAL,
    applies=_has_text,
)
def content_near_duplicate(audit: AuditTables) -> Select[Any]:
    """Runs of five words, of Chinese and Japanese of eight characters, that two main texts share: from 80 % of all on.

    From 90 % on it is a warning, below that a notice. Estimated from 256 samples, within four points in 95 of 100
    cases; of long texts the first 1,200 words count. Pages of one language are compared, without those that are there
    word for word, that name each other by hreflang, or that have less than 50 words or 100 characters.
    """
    alike = audit.alike
    return select(
        alike.c.page_id,
        literal("text").label("key"),
        cast(alike.c.percent, String).concat("%").label("param_share"),
        alike.c.pages.label("param_count"),
        alike.c.main_url.label("param_main"),
        case((alike.c.percent >= MOSTLY_PERCENT, literal("warning")), else_=literal("notice")).label("severity"),
        alike.c.other_url.label("evidence"),
    ).where(not_(alike.c.exact))
