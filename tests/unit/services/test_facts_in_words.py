"""What was seen of a page, in plain words."""

import pytest

from editorial.domain.messages import Message
from editorial.services.facts_in_words import facts_of
from tests.unit.audit.pages import document, page

SOUND = '<script type="application/ld+json">{"@type": "Article"}</script>'
BROKEN = '<script type="application/ld+json">{"@type": "Article",}</script>'


def told(label: str, head: str) -> str:
    """The value of a fact, in English."""
    value = next(fact.value for fact in facts_of(page(document(head))) if fact.label.id == label)
    return value.id % dict(value.params) if isinstance(value, Message) else value


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("", "none"),
        (SOUND, "Article"),
        (BROKEN, "1 broken block"),
        (SOUND + BROKEN, "Article · 1 broken block"),
    ],
)
def test_structured_data_that_is_broken_is_not_called_none(head: str, says: str):
    assert told("Structured data", head) == says


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("", "none"),
        ('<link rel="alternate" hreflang="de" href="/de">', "de https://example.com/de"),
        (
            '<link rel="alternate" hreflang="de" href="/de"><link rel="alternate" hreflang="x-default" href="/">',
            "de https://example.com/de · x-default https://example.com/",
        ),
    ],
)
def test_language_versions_are_told_with_their_addresses(head: str, says: str):
    assert told("Language versions (hreflang)", head) == says


def test_more_language_versions_than_anybody_reads_are_cut():
    head = "".join(f'<link rel="alternate" hreflang="x-{place}" href="/{place}">' for place in range(200))

    assert told("Language versions (hreflang)", head).endswith("x-29 https://example.com/29 · …")
