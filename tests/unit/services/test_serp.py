"""Where engines cut titles and descriptions."""

from hypothesis import given
from hypothesis import strategies as st

from editorial.audit.widths import width_units
from editorial.services.serp import cut, previews


def test_what_fits_is_shown_whole() -> None:
    shown = previews("How we price", "What a machine costs.")

    assert [(one.title, one.description) for one in shown] == [("How we price", "What a machine costs.")] * 3


def test_latin_words_stay_whole_and_han_is_cut_at_the_character() -> None:
    assert cut("one two three", width_units, 10) == "one two…"
    assert cut("一二三四五六", width_units, 8) == "一二三…"


def test_baidu_shows_31_han_characters_of_a_title() -> None:
    baidu = previews("字" * 40, "")[2]

    assert baidu.title == "字" * 31 + "…"


def test_each_engine_measures_in_its_own_unit() -> None:
    google, bing, baidu = (one.title_room for one in previews("字" * 32, ""))

    assert [(one.size, one.room, one.cut) for one in (google, bing, baidu)] == [
        (640, 600, True),
        (64, 65, False),
        (64, 63, True),
    ]


@given(text=st.text(max_size=80), most=st.integers(5, 60))
def test_what_is_cut_is_never_wider_than_it_may_be(text: str, most: int) -> None:
    assert width_units(cut(text, width_units, most)) <= most
