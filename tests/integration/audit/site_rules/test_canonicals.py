"""What stands at the address that a canonical names."""

import pytest

from tests.integration.audit.site_rules.shown import SITE, pages_of


def test_a_canonical_that_redirects_is_named_with_where_it_leads(audit):
    audit.have("/a", canonical="/old")
    audit.have("/old", final="/new")
    audit.have("/new", canonical="/new")

    ((page, failure),) = audit.found("canonical-to-redirect")

    assert (page, failure.params["target"], failure.params["final"]) == (1, f"{SITE}/old", f"{SITE}/new")


@pytest.mark.parametrize(
    ("status", "error", "fails"),
    [
        (404, None, True),
        (503, None, True),
        (0, "dns", True),
        (403, None, False),
        (429, None, False),
        (0, "timeout", False),
        (200, None, False),
    ],
)
def test_a_canonical_to_an_error_is_one_where_the_error_is_certain(audit, status, error, fails):
    audit.have("/a", canonical="/gone")
    audit.have("/gone", status=status, error=error)

    assert bool(audit.found("canonical-to-error")) is fails


def test_a_canonical_through_a_redirect_to_nothing_is_an_error_and_no_redirect(audit):
    audit.have("/a", canonical="/old")
    audit.have("/old", final="/gone", status=404)

    assert pages_of(audit, "canonical-to-error") == [1]
    assert pages_of(audit, "canonical-to-redirect") == []


def test_a_canonical_to_a_noindex_page_is_an_error(audit):
    audit.have("/a", canonical="/hidden")
    audit.have("/hidden", noindex=True)

    assert pages_of(audit, "canonical-to-noindex") == [1]


def test_a_noindex_page_may_name_another(audit):
    audit.have("/a", canonical="/hidden", noindex=True)
    audit.have("/hidden", noindex=True)

    assert pages_of(audit, "canonical-to-noindex") == []


CANONICALS = ("canonical-to-redirect", "canonical-to-error", "canonical-to-noindex")


@pytest.mark.parametrize("rule", CANONICALS)
def test_a_page_that_names_itself_or_a_sound_page_passes(audit, rule):
    audit.have("/a", canonical="/a", noindex=True)
    audit.have("/b", canonical="/a2")
    audit.have("/a2")

    assert audit.found(rule) == []
    assert audit.subjects(rule) == {1: False, 2: False}


@pytest.mark.parametrize("rule", CANONICALS)
def test_of_a_canonical_that_was_not_fetched_nothing_is_known(audit, rule):
    audit.have("/a", canonical="/elsewhere")
    audit.have("/b", canonical="/refused")
    audit.have("/refused", status=403)
    audit.have("/c")

    assert audit.found(rule) == []
    assert audit.subjects(rule) == {1: True, 2: True}


def test_a_canonical_behind_a_bot_check_is_no_error(audit):
    audit.have("/a", canonical="/guarded")
    audit.have("/guarded", status=503, denied=True)

    assert audit.found("canonical-to-error") == []


def test_canonicals_in_a_row_are_told_with_their_end_and_circles_as_such(audit):
    audit.have("/a", canonical="/b")
    audit.have("/b", canonical="/c")
    audit.have("/c", canonical="/c")
    audit.have("/x", canonical="/y")
    audit.have("/y", canonical="/x")

    chains = [(page, failure.params) for page, failure in audit.found("canonical-chain")]

    assert chains == [(1, {"target": f"{SITE}/b", "final": f"{SITE}/c"})]
    assert pages_of(audit, "canonical-loop") == [4, 5]
