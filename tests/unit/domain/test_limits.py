"""Counting as channels count."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.limits import Limits, TooLong, check, counted, cut, left, reserved

TABLE: list[dict[str, Any]] = json.loads((Path(__file__).parent / "counted.json").read_text())
LINK = "https://acme.example/posts/gateway/?utm_source=x"
X, MASTODON = Limits(280, wide=2, address=23), Limits(500, address=23)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row["text"])[:20])
def test_a_text_counts_as_the_channel_counts(row: dict[str, Any]) -> None:
    assert counted(row["text"], Limits(0, wide=row["wide"], address=row["address"])) == row["count"]


def test_an_address_below_takes_its_place_and_an_empty_line() -> None:
    assert reserved(X, LINK) == 25
    assert reserved(Limits(100), LINK) == len(LINK) + 2
    assert reserved(X, "") == 0


def test_what_is_left_may_be_less_than_nothing() -> None:
    assert left("a" * 300, X) == -20
    assert left("a", X, LINK) == 280 - 1 - 25
    assert left("a" * 300, Limits()) is None


def test_too_long_says_by_how_much() -> None:
    with pytest.raises(TooLong) as refused:
        check("中" * 141, X)

    assert refused.value.over == 2
    assert refused.value.field == "text"


@given(text=st.text(max_size=400), limits=st.sampled_from([X, MASTODON, Limits(20), Limits(3, wide=2)]))
def test_a_cut_text_fits_and_a_short_one_stays(text: str, limits: Limits) -> None:
    short = cut(text, limits, limits.text)

    assert counted(short, limits) <= limits.text
    assert short == text or counted(text, limits) > limits.text


def test_a_cut_falls_between_words_where_there_are_any() -> None:
    assert cut("one two three four", Limits(12), 12) == "one two…"
    assert cut("一次停机多少钱", Limits(5), 5) == "一次停机…"
