"""A description of its own for each page."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_

from editorial.audit.rule import Severity
from editorial.audit.rules.descriptions import SNIPPET
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_


def _is_described(audit: AuditTables) -> ColumnElement[bool]:
    return and_(audit.is_results_page, audit.page.c.description_folded != "")


@site_rule(
    version=1,
    category="descriptions",
    severity=Severity.WARNING,
    title=N_("Same description on several pages"),
    says=N_("%(count)s pages share this description."),
    why=N_("The description then says nothing about the page, and search engines write one of their own."),
    fix=N_("Write a description for each page, or leave it out where there is nothing of its own to say."),
    source=SNIPPET,
    applies=_is_described,
)
def description_duplicate(audit: AuditTables) -> Select[Any]:
    """Compared case-folded, within one language, as titles are; pages without one share nothing."""
    return audit.groups_of("description_folded", key="description", shown="description")
