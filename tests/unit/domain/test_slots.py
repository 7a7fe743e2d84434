"""Publish times in zones that jump, fold, skip a whole day, or stand at quarter hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.slots import (
    NonexistentSlot,
    UnknownZone,
    after_gap,
    day_bounds,
    nearest_zone,
    shown_in,
    slot,
    zone_named,
)

ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "Pacific/Chatham",
)
GAPS = (  # zone, first wall time that does not occur, length of the gap in minutes
    ("Europe/Berlin", datetime(2027, 3, 28, 2, 0), 60),
    ("America/New_York", datetime(2027, 3, 14, 2, 0), 60),
    ("Africa/Cairo", datetime(2027, 4, 30, 0, 0), 60),
    ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 0), 30),
    ("Pacific/Apia", datetime(2011, 12, 30, 0, 0), 24 * 60),
)
FOLDS = (  # zone, first wall time that occurs twice, minutes between the two
    ("Europe/Berlin", datetime(2026, 10, 25, 2, 0), 60),
    ("America/New_York", datetime(2026, 11, 1, 1, 0), 60),
    ("Australia/Lord_Howe", datetime(2027, 4, 4, 1, 30), 30),
)
walls = st.datetimes(datetime(2005, 1, 1), datetime(2040, 1, 1)).map(lambda wall: wall.replace(microsecond=0, fold=0))
zones = st.sampled_from(ZONES).map(ZoneInfo)


@given(wall=walls, zone=zones)
def test_a_slot_shows_the_wall_time_it_was_planned_for_or_is_refused(wall: datetime, zone: ZoneInfo) -> None:
    try:
        planned = slot(wall, zone)
    except NonexistentSlot:
        return

    assert shown_in(planned.instant, zone) == wall


@given(wall=walls, zone=zones, fold=st.sampled_from([0, 1]))
def test_a_refused_slot_suggests_one_that_is_accepted(wall: datetime, zone: ZoneInfo, fold: int) -> None:
    suggestion = None
    try:
        slot(wall, zone, fold=fold)
    except NonexistentSlot as refused:
        suggestion = refused.suggestion

    assert suggestion is None or slot(suggestion, zone).wall > wall


@given(gap=st.sampled_from(GAPS), share=st.floats(0, 1, exclude_max=True))
def test_every_minute_of_a_gap_is_refused_and_moved_by_its_length(gap: tuple[str, datetime, int], share: float) -> None:
    zone, start, length = ZoneInfo(gap[0]), gap[1], gap[2]
    wall = start + timedelta(minutes=int(share * length))

    with pytest.raises(NonexistentSlot) as refused:
        slot(wall, zone)

    assert refused.value.suggestion == wall + timedelta(minutes=length) == after_gap(wall, zone)


@pytest.mark.parametrize(("name", "start", "length"), GAPS)
def test_the_minutes_beside_a_gap_are_accepted(name: str, start: datetime, length: int) -> None:
    zone = ZoneInfo(name)

    before, after = slot(start - timedelta(minutes=1), zone), slot(start + timedelta(minutes=length), zone)

    assert after.instant - before.instant == timedelta(minutes=1)


@given(fold=st.sampled_from(FOLDS), share=st.floats(0, 1, exclude_max=True))
def test_of_an_hour_that_comes_twice_the_first_is_taken_and_said(fold: tuple[str, datetime, int], share: float) -> None:
    zone, wall = ZoneInfo(fold[0]), fold[1] + timedelta(minutes=int(share * fold[2]))

    first, second = slot(wall, zone), slot(wall, zone, fold=1)

    assert (first.twice, second.twice) == (True, True)
    assert second.instant - first.instant == timedelta(minutes=fold[2])


@given(wall=walls, zone=zones)
def test_a_slot_says_that_it_occurs_twice_only_where_it_does(wall: datetime, zone: ZoneInfo) -> None:
    try:
        planned = slot(wall, zone)
    except NonexistentSlot:
        return
    other = slot(wall, zone, fold=1)

    assert planned.twice is (planned.instant != other.instant)
    assert planned.twice or (planned.fold, other.fold) == (0, 0)


def test_an_aware_time_is_no_wall_time() -> None:
    with pytest.raises(TypeError):
        slot(datetime(2026, 12, 9, 10, 0, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))


def test_kathmandu_keeps_its_quarter_hour() -> None:
    assert slot(datetime(2026, 12, 9, 10, 0), ZoneInfo("Asia/Kathmandu")).instant == datetime(
        2026, 12, 9, 4, 15, tzinfo=UTC
    )


@given(day=st.dates(date(2005, 1, 1), date(2040, 1, 1)), zone=zones)
def test_days_follow_each_other_without_a_gap(day: date, zone: ZoneInfo) -> None:
    _, end = day_bounds(day, day, zone)
    start, _ = day_bounds(day + timedelta(days=1), day + timedelta(days=1), zone)

    assert end == start


@given(
    instant=st.datetimes(datetime(2005, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    zone=zones,
)
def test_an_instant_lies_within_the_day_that_the_wall_shows(instant: datetime, zone: ZoneInfo) -> None:
    day = shown_in(instant, zone).date()

    start, end = day_bounds(day, day, zone)

    assert start <= instant < end


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2027, 3, 28), "Europe/Berlin", 23),
        (date(2026, 10, 25), "Europe/Berlin", 25),
        (date(2026, 10, 4), "Australia/Lord_Howe", 23.5),
        (date(2026, 12, 9), "Asia/Shanghai", 24),
        (date(2011, 12, 30), "Pacific/Apia", 0),
    ],
)
def test_a_day_is_as_long_as_its_zone_says(day: date, zone: str, hours: float) -> None:
    start, end = day_bounds(day, day, ZoneInfo(zone))

    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize("name", ["", "Mars/Base", "asia/shanghai ", "../etc/passwd", "Asia", "x" * 300])
def test_a_name_that_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone_named(name)


@pytest.mark.parametrize(
    ("typed", "meant"), [("Beijing", "Asia/Shanghai"), ("berlin", "Europe/Berlin"), ("new york", "America/New_York")]
)
def test_a_city_leads_to_its_zone(typed: str, meant: str) -> None:
    assert nearest_zone(typed) == meant


def test_every_zone_of_the_list_is_known_by_its_name() -> None:
    assert all(zone_named(name).key == name for name in available_timezones())
