"""One title for each page."""

from typing import Any

from sqlalchemy import Select

from editorial.audit.rule import Severity
from editorial.audit.rules.titles import TITLE_LINK
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_


@site_rule(
    version=1,
    category="titles",
    severity=Severity.WARNING,
    title=N_("Same title on several pages"),
    says=N_("%(count)s pages share this title."),
    why=N_("Readers and search engines cannot tell pages with the same title apart, and pick one of them."),
    fix=N_("Give each page a title of its own, or point duplicates to one page with a canonical."),
    source=TITLE_LINK,
    applies=lambda audit: audit.is_results_page,
)
def title_duplicate(audit: AuditTables) -> Select[Any]:
    """Compared case-folded, within one language; translations that name each other by hreflang are no duplicates."""
    return audit.groups_of("title_folded", key="title", shown="title")
