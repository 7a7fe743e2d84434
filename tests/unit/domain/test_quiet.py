"""Quiet hours: whatever the zone and the night, what is put off comes back outside of them, and soon."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.quiet import QuietHours

ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
]
BERLIN = ZoneInfo("Europe/Berlin")
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
instants = st.datetimes(datetime(2010, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))


@given(zone=st.sampled_from(ZONES), begin=minutes, end=minutes, instant=instants)
def test_what_is_put_off_comes_back_outside_of_the_quiet_hours(
    zone: str, begin: time, end: time, instant: datetime
) -> None:
    quiet = QuietHours(begin, end, ZoneInfo(zone))
    if begin == end:
        return
    back = quiet.leaves(instant)

    assert back >= instant
    assert not quiet.covers(back)


@given(zone=st.sampled_from(ZONES), begin=minutes, end=minutes, instant=instants)
def test_nothing_waits_longer_than_a_day_and_an_hour(zone: str, begin: time, end: time, instant: datetime) -> None:
    if begin != end:
        assert QuietHours(begin, end, ZoneInfo(zone)).leaves(instant) - instant <= timedelta(hours=49)


@given(zone=st.sampled_from(ZONES), begin=minutes, end=minutes, instant=instants)
def test_an_instant_outside_stays_as_it_is(zone: str, begin: time, end: time, instant: datetime) -> None:
    quiet = QuietHours(begin, end, ZoneInfo(zone))

    assert quiet.covers(instant) or quiet.leaves(instant) == instant


@pytest.mark.parametrize(
    ("hour", "back"),
    [
        (21, datetime(2027, 1, 14, 21, tzinfo=BERLIN)),
        (22, datetime(2027, 1, 15, 7, tzinfo=BERLIN)),
        (6, datetime(2027, 1, 14, 7, tzinfo=BERLIN)),
        (7, datetime(2027, 1, 14, 7, tzinfo=BERLIN)),
    ],
)
def test_quiet_hours_go_over_midnight(hour: int, back: datetime) -> None:
    quiet = QuietHours(time(22), time(7), BERLIN)

    assert quiet.leaves(datetime(2027, 1, 14, hour, tzinfo=BERLIN)) == back


def test_an_end_that_the_clocks_jump_over_comes_with_the_jump() -> None:
    quiet = QuietHours(time(22), time(2, 30), BERLIN)

    assert quiet.leaves(datetime(2027, 3, 28, 0, 30, tzinfo=BERLIN)) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_of_an_end_that_comes_twice_the_first_counts() -> None:
    quiet = QuietHours(time(22), time(2, 30), BERLIN)

    assert quiet.leaves(datetime(2027, 10, 31, 0, 30, tzinfo=BERLIN)) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("begin", "end"), [(None, None), ("07:00", "07:00"), ("", "")])
def test_no_hours_are_no_quiet_hours(begin: str | None, end: str | None) -> None:
    assert QuietHours.of(begin, end, BERLIN) is None
