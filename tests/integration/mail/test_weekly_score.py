"""Why the score moved, as the weekly mail tells it: audits with real rules, and what their overview adds up."""

from collections.abc import Sequence
from dataclasses import replace

from editorial.audit.facts import PageFacts
from editorial.services import weekly_data
from editorial.services.deps import Deps
from editorial.services.weekly_mail import explanation
from editorial.store.content import Site
from tests.conftest import Clock
from tests.integration.web.audited import add_site, audit, good, untitled, with_form, with_images


def told(deps: Deps, clock: Clock, before: Sequence[PageFacts], now: Sequence[PageFacts], catalogs) -> str:
    """What the mail says after these two audits, the second of which is a day later."""
    site = add_site(deps)
    audit(deps, site, before)
    clock.forward(days=1)
    audit(deps, site, now)
    return sentence(deps, site, catalogs)


def sentence(deps: Deps, site: int, catalogs) -> str:
    with deps.sessions() as session:
        seen = weekly_data.gather(session, session.get_one(Site, site), "2026-W50", deps.now()).seen
    assert seen is not None
    return str(catalogs["en"].say(explanation(seen)))


def test_the_rule_that_weighs_most_is_named_and_not_the_most_frequent(deps: Deps, clock: Clock, catalogs) -> None:
    said = told(deps, clock, [good("a"), good("b")], [untitled("a"), with_images("b", 30)], catalogs)

    assert said == "Down by 7, most of all because of “Title missing” on 1 page."


def test_a_form_costs_no_points_and_is_never_the_reason(deps: Deps, clock: Clock, catalogs) -> None:
    formless = replace(with_form("a"), forms=())
    said = told(deps, clock, [with_form("a"), good("b")], [formless, with_images("b", 1)], catalogs)

    assert said == "Down by 2, most of all because of “Image without alt text” on 1 page."


def test_of_several_audits_since_the_one_compared_with_each_counts(deps: Deps, clock: Clock, catalogs) -> None:
    site = add_site(deps)
    for pages in ([good("a"), good("b")], [untitled("a"), good("b")], [untitled("a"), good("b")]):
        audit(deps, site, pages)
        clock.forward(days=1)

    assert sentence(deps, site, catalogs) == "Down by 5, most of all because of “Title missing” on 1 page."


def test_where_most_of_it_is_pages_that_were_not_seen_no_rule_is_blamed(deps: Deps, clock: Clock, catalogs) -> None:
    bad, well = [untitled(f"a{number}") for number in range(10)], [good(f"b{number}") for number in range(10)]
    said = told(deps, clock, bad + well, [*bad, with_images("b0", 1), *well[1:8]], catalogs)

    assert said == "Down by 1, most of all because other pages were seen."
