"""Page titles: there, and one for each page."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_results_page
from editorial.audit.rule import Failure, Params, Severity, page_rule, site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_

TITLE_LINK = "https://developers.google.com/search/docs/appearance/title-link"


@page_rule(
    version=1,
    category="titles",
    severity=Severity.ERROR,
    title=N_("Title missing"),
    says=N_("The page has no title in its head, or an empty one."),
    why=N_("The title is the headline on the results page. Without one the search engine invents it."),
    fix=N_("Write a <title> that says what the page offers, with the words that matter first."),
    source=TITLE_LINK,
    applies=is_results_page,
)
def title_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """A title within inline SVG belongs to the drawing; gathering leaves it out."""
    if not page.title:
        yield Failure("title", evidence=tuple(f"<body>: {title.text}" for title in page.titles if not title.in_head))


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
    return audit.groups_of("title_folded", key="title")
