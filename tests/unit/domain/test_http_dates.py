"""Dates of headers: what they name, and that no server's header does harm."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from editorial.domain.http_dates import LONGEST, http_date, retry_after

NOW = datetime(2026, 12, 9, 2, 0, tzinfo=UTC)
DATES = st.builds(
    "{}{:02} {} {:02}:{:02}:{:02} {}{}".format,
    st.sampled_from(["", "Mon, ", "Monday, ", "x "]),
    st.integers(0, 99),
    st.sampled_from(["Jan 2024", "Dec 0001", "Feb 9999", "Jun 99999", "Foo 24", "May"]),
    *[st.integers(0, 99)] * 3,
    st.sampled_from(["", "GMT", "+", "-", "EST "]),
    st.integers(0, 10**18) | st.just(""),
)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("Wed, 09 Dec 2026 02:01:00 GMT", 60),
        ("Wed, 09 Dec 2026 02:01:00 -0000", 60),
        ("Wed, 09 Dec 2026 01:00:00 GMT", 0),
        ("9" * 5000, LONGEST),
        ("Wed, 09 Dec 9999 01:00:00 GMT", LONGEST),
        ("", None),
        ("x", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text() | DATES)
@example("Mon, 01 Jan 2024 00:00:00 +99999999999999")
@example("Mon, 01 Jan 0001 00:00:00 +2359")
def test_whatever_a_server_writes_is_seconds_or_nothing(value: str) -> None:
    seconds, moment = retry_after(value, NOW), http_date(value)

    assert seconds is None or 0 <= seconds <= LONGEST
    assert moment is None or moment.tzinfo is not None
