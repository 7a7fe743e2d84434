"""Words that a page has only once its correction is live."""

import pytest

from editorial.services.live_signs import new_words


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("The gateway costs 900 euros.", "The gateway costs 850 euros.", "The gateway costs 850 euros"),
        ("One line.", "One line.\nAnd a second one", "And a second one"),
        ("网关售价九百欧元，含税。", "网关售价八百五十欧元，含税。", "网关售价八百五十欧元"),
        ("It isn't so.", "It isn't so - it's quite another matter.", "s quite another matter"),
        ("The whole text stays. This goes.", "The whole text stays.", ""),
        ("Same words", "Same words", ""),
        ("900", "850", ""),
    ],
    ids=[
        "a price",
        "a new line",
        "中文",
        "quotes stay out",
        "only taken away",
        "nothing",
        "too short to prove anything",
    ],
)
def test_a_correction_is_known_by_words_that_were_not_there(before: str, after: str, words: str) -> None:
    assert new_words(before, after) == words


def test_of_a_long_line_a_piece_that_was_not_there_is_enough() -> None:
    same = "word " * 40
    found = new_words(same, f"{same}and then something new at its end")

    assert len(found) <= 80
    assert found not in same
    assert found in f"{same}and then something new at its end"
