"""Dates of unavailable_after."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.audit.dates import instant
from tests.unit.audit.pages import document, page


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2007-06-25", 0),
        ("2007-06-25T15:00:00Z", 15),
        ("2007-06-25T15:00:00+08:00", 7),
        ("2007-06-25 15:00:00 PST", 23),
        ("2007-6-25", 0),
        ("2007/06/25 15:00", 15),
        ("20070625", 0),
        ("25 Jun 2007", 0),
        ("25 June 2007 15:00", 15),
        ("25 Jun 2007 15:00:00 PST", 23),
        ("25-Jun-2007 15:00:00 EST", 20),
        ("25-Jun-07 15:00:00 GMT", 15),
        ("Monday, 25-Jun-07 15:00:00 GMT", 15),
        ("Mon, 25 Jun 2007 15:00:00 GMT", 15),
        ("Mon, 25 Jun 2007 15:00:00 +0800", 7),
        ("Mon Jun 25 15:00:00 2007", 15),
        ("June 25, 2007", 0),
        ("Jun 25 2007 15:00", 15),
    ],
)
def test_a_date_is_read_however_it_is_written(text: str, hour: int):
    assert instant(text) == datetime(2007, 6, 25, hour, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2007-13-40", "99 Jun 2007", "25:00", "Feb 30, 2007", "-", "1"])
def test_what_is_no_date_is_none(text: str):
    assert instant(text) is None


@given(text=st.text(alphabet="0123456789-/:+., TZJunFrigmts", max_size=40))
def test_no_text_is_too_odd(text: str):
    found = instant(text)

    assert found is None or found.tzinfo is not None


def test_a_comma_before_the_year_belongs_to_the_date():
    found = page(document('<meta name="robots" content="unavailable_after: June 25, 2007, noarchive">')).robots

    assert [(each.name, each.value) for each in found] == [("unavailable_after", "June 25, 2007"), ("noarchive", "")]
