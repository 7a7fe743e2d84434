"""Widths on a results page."""

import pytest

from editorial.audit.widths import pixel_width, width_units


@pytest.mark.parametrize(
    ("text", "pixels"),
    [("", 0), ("0123456789", 111), ("W", 19), ("内容", 40), ("é", 11), ("e\u0301", 11), ("iiii", 18), ("Hello", 46)],
)
def test_titles_are_measured_in_arial(text, pixels):
    assert pixel_width(text, size=20) == pixels


@pytest.mark.parametrize(("text", "units"), [("abc", 3), ("内容", 4), ("e\u0301", 1), ("，", 2)])
def test_full_width_characters_count_two(text, units):
    assert width_units(text) == units
