"""Texts that stand on several pages."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_

from editorial.audit.rule import Severity
from editorial.audit.rules.canonicals import CANONICAL
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_


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
    """The main text alone, so that tokens and times of day in the page do not hide a copy. Not under 50 words."""
    return audit.groups_of("digest", key="content", shown="title", among="is_text_page")
