"""Where a crawl looks in vain, and what the answer tells."""

from dataclasses import replace
from typing import Any

import pytest

from editorial.audit.crawl.knowing import known_from, known_row
from editorial.audit.crawl.nowhere import address, read
from editorial.audit.facts import Known, Nowhere, PageFacts
from editorial.audit.rules.contents import soft_404, thin_content
from editorial.domain.urls import scope_of
from tests.unit.audit.pages import document, page

SITE = "https://example.com"
FOUND = {"url": f"{SITE}/no", "status": 200, "error": None, "challenged": False}
FOUND |= {"is_html": True, "digest": "d1", "words": 40}


def test_the_address_stays_the_same_and_lies_beside_the_first_page():
    first = address(SITE, f"{SITE}/docs/index.html", scope_of(SITE + "/", path_prefix="/docs/"))

    assert first is not None
    assert first.startswith(f"{SITE}/docs/no-such-page-")
    assert first == address(SITE, f"{SITE}/docs/other.html", scope_of(SITE + "/"))


def test_other_origins_have_their_own_and_what_lies_outside_has_none():
    scope = scope_of(SITE + "/")
    other = address("https://www.example.com", SITE + "/", scope)

    assert other is not None
    assert other.startswith("https://www.example.com/no-such-page-")
    assert other.rpartition("/")[2] != (address(SITE, SITE + "/", scope) or "").rpartition("/")[2]
    assert address("https://elsewhere.example", SITE + "/", scope) is None
    assert address("https://www.example.com", SITE + "/docs/", scope_of(SITE + "/", path_prefix="/docs/")) is None


SAYS_NOTHING: tuple[dict[str, Any], ...] = (
    *({"status": 404}, {"status": 302}, {"error": "timeout"}, {"challenged": True}),
    *({"is_html": False}, {"words": 9}, {"digest": ""}),
)


@pytest.mark.parametrize("changed", [{}, *SAYS_NOTHING])
def test_only_a_page_that_says_all_is_well_tells_something(changed: dict[str, Any]):
    assert read(FOUND | changed) == (None if changed else Nowhere(f"{SITE}/no", "d1"))


def test_it_goes_to_the_worker_programs_and_into_the_facts():
    known = Known(nowhere=Nowhere(f"{SITE}/no", "d1"))
    facts = replace(PageFacts(SITE, SITE, 200), known=known)

    assert known_from(known_row(known)) == known
    assert PageFacts.from_dict(facts.to_dict()).known == known


@pytest.mark.parametrize(
    ("path", "digest", "fails"), [("/a", "", True), ("/a", "x", False), ("/index.html", "", False)]
)
def test_the_rule_compares_texts_and_spares_the_first_page(path: str, digest: str, fails: bool):
    gathered = page(
        document("<title>Leider nichts</title>", "<h1>Leider</h1><p>Diese Seite gibt es bei uns nicht mehr."),
        SITE + path,
    )
    known = Known(nowhere=Nowhere(f"{SITE}/no", gathered.text.digest + digest))

    found = [failure.evidence for failure in soft_404(replace(gathered, known=known))]

    assert found == ([("Leider nichts", f"{SITE}/no")] if fails else [])
    assert thin_content.applies(replace(gathered, known=known)) is not fails  # an error page is no text
