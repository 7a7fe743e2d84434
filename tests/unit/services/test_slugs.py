"""Address parts made from titles in both languages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.services.slugs import LONGEST, from_title


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("What a CFO will ask", "what-a-cfo-will-ask"),
        ("预测性维护：CFO 会问的九个问题", "yu-ce-xing-wei-hu-cfo-hui-wen-de-jiu-ge-wen-ti"),
        ("可靠性、长城", "ke-kao-xing-chang-cheng"),
        ("Größe & Maß", "grosse-mass"),
        ("€ 🙂 ——", "eur"),
        ("…", "item"),
    ],
)
def test_a_title_becomes_an_address(title: str, slug: str) -> None:
    assert from_title(title) == slug


@given(st.text(max_size=200))
def test_whatever_the_title_the_address_can_be_used(title: str) -> None:
    slug = from_title(title)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= LONGEST
