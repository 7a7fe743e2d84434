"""What a draft proves by itself."""

import pytest

from editorial.audit.rules import PAGE_RULES
from editorial.domain.locales import Language
from editorial.services.gates import DRAFT_RULES, draft_findings
from editorial.store.content import ContentItem, Site

DESCRIPTION = "What to ask before you buy a gateway."


def _item(
    body: str, *, title: str = "How to choose", description: str = DESCRIPTION, base: str = "https://acme.example/"
) -> ContentItem:
    return ContentItem(
        title=title, description=description, body=body, language=Language.EN, url=None, site=Site(base_url=base)
    )


def test_every_draft_rule_is_a_rule() -> None:
    assert {rule.id for rule in PAGE_RULES} >= DRAFT_RULES


def test_a_good_draft_has_no_finding() -> None:
    assert draft_findings(_item("Ask [us](/contact) or [them](https://other.example/).\n\n![A](a.png)")) == ()


@pytest.mark.parametrize("target", ["http://localhost:1313/x", "http://10.0.0.5/", "https://wiki.acme.internal/"])
def test_a_link_to_a_machine_of_our_own_stops_a_draft(target: str) -> None:
    (finding,) = draft_findings(_item(f"See [this]({target})."))

    assert (finding.rule, finding.stops) == ("link-localhost-staging", True)
    assert finding.place.startswith(target)


def test_a_relative_link_of_a_site_under_test_is_fine() -> None:
    assert draft_findings(_item("See [this](/x).", base="http://127.0.0.1:1313/")) == ()


def test_what_only_costs_is_told_and_does_not_stop() -> None:
    found = draft_findings(_item("Text.", description="", title="x" * 120))

    assert {finding.rule for finding in found} == {"description-missing", "title-too-long"}
    assert not any(finding.stops for finding in found)


def test_the_worst_comes_first() -> None:
    found = draft_findings(_item("[a](http://localhost/)", description=""))

    assert [finding.rule for finding in found] == ["link-localhost-staging", "description-missing"]
