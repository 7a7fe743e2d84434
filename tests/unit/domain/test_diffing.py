"""What changed between two texts: nothing lost, words in English, signs in Chinese."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.diffing import Mark, compare, words

TEXTS = st.text(alphabet="ab ,.-'\n停机多少钱019é", max_size=60)


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.mark.value, piece.text) for piece in words(before, after)]


@given(before=TEXTS, after=TEXTS)
def test_kept_and_gone_give_the_old_text_kept_and_new_the_new_one(before: str, after: str) -> None:
    pieces = words(before, after)

    assert "".join(piece.text for piece in pieces if piece.mark is not Mark.NEW) == before
    assert "".join(piece.text for piece in pieces if piece.mark is not Mark.GONE) == after


def test_english_changes_by_words() -> None:
    assert told("It costs 4,000 an hour.", "It costs 3,800 an hour.") == [
        ("kept", "It costs "),
        ("gone", "4,000"),
        ("new", "3,800"),
        ("kept", " an hour."),
    ]


def test_chinese_changes_by_signs() -> None:
    assert told("一次停机多少钱", "一次停产多少钱") == [
        ("kept", "一次停"),
        ("gone", "机"),
        ("new", "产"),
        ("kept", "多少钱"),
    ]


def test_a_space_between_two_changed_words_is_part_of_the_change() -> None:
    assert told("one old word here", "one new thing here") == [
        ("kept", "one "),
        ("gone", "old word"),
        ("new", "new thing"),
        ("kept", " here"),
    ]


def test_unchanged_paragraphs_are_left_out_and_counted() -> None:
    lines = [f"Paragraph {number}." for number in range(10)]
    blocks = compare("\n\n".join(lines), "\n\n".join([*lines[:9], "Another end."]))

    assert [block.left_out for block in blocks] == [8, 0, 0]


@pytest.mark.parametrize("text", ["", "One.", "一。\n\n二。"])
def test_equal_texts_have_no_change(text: str) -> None:
    assert all(block.left_out for block in compare(text, text))
