"""Headings."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_results_page
from editorial.audit.rule import Failure, Params, Severity, page_rule
from editorial.domain.messages import N_


@page_rule(
    version=1,
    category="headings",
    severity=Severity.WARNING,
    title=N_("Main heading missing"),
    says=N_("The page has no main heading (h1) with text."),
    why=N_("The main heading tells readers, screen readers and search engines what the page is about."),
    fix=N_("Put one <h1> on the page that names its subject; an image within it needs alt text."),
    source="https://developers.google.com/search/docs/appearance/title-link",
    applies=is_results_page,
)
def h1_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Looked for in the whole document: page builders put the h1 into the header."""
    if not any(heading.level == 1 and heading.text for heading in page.headings):
        first = next((f"h{heading.level}: {heading.text}" for heading in page.headings if heading.text), None)
        yield Failure("h1", evidence=(first,) if first else ())
