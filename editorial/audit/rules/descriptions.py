"""Meta descriptions."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_results_page
from editorial.audit.rule import Failure, Params, Severity, page_rule
from editorial.domain.messages import N_

SNIPPET = "https://developers.google.com/search/docs/appearance/snippet"


@page_rule(
    version=1,
    category="descriptions",
    severity=Severity.WARNING,
    title=N_("Description missing"),
    says=N_("The page has no meta description, or an empty one."),
    why=N_("The search engine then picks a piece of the page as the text under the headline, seldom the best one."),
    fix=N_("Write a meta description of one or two sentences that says what the reader gets."),
    source=SNIPPET,
    applies=is_results_page,
)
def description_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """og:description does not stand in for it."""
    if not page.description:
        yield Failure("description")
