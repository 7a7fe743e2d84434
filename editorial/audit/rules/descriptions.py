"""Meta descriptions."""

from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_results_page
from editorial.audit.rule import Engine, Failure, Param, Params, Severity, page_rule
from editorial.audit.widths import width_units
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


@page_rule(
    version=1,
    category="descriptions",
    severity=Severity.NOTICE,
    title=N_("Description too long"),
    says=N_("The description is %(units)s characters wide; about %(max_units)s are shown."),
    why=N_("The end of the description is cut off on the results page."),
    fix=N_("Say the main thing within %(max_units)s Latin characters; a Chinese character counts as two."),
    source=SNIPPET,
    applies=lambda page: is_results_page(page) and bool(page.description),
    engines=frozenset({Engine.GOOGLE}),
    params={"max_units": Param(156, at_least=100, at_most=320)},
)
def description_too_long(page: PageFacts, params: Params) -> Iterator[Failure]:
    """Characters, never bytes: 54 Han are 162 bytes and fit."""
    units = width_units(page.description)
    if units > params["max_units"]:
        yield Failure("description", {"units": units}, (page.description[:200],))
