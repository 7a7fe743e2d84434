"""When the lines of a plan go out: whole days keep the wall clock, everything else is elapsed time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.jobs import Nature
from editorial.domain.messages import Message
from editorial.domain.plans import DAY, HOUR, Line, after, before_its_page, dues, offset_says
from editorial.domain.slots import NonexistentSlot, Slot, slot

# the nights of 2027 in which clocks change, and a zone without any
NIGHTS = [
    ("Asia/Shanghai", date(2027, 3, 28)),
    ("Europe/Berlin", date(2027, 3, 28)),
    ("Europe/Berlin", date(2027, 10, 31)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2027, 11, 7)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2027, 10, 3)),
    ("Asia/Kolkata", date(2027, 3, 28)),
    ("Asia/Kathmandu", date(2027, 10, 31)),
    ("Africa/Cairo", date(2027, 4, 30)),
    ("America/Santiago", date(2027, 9, 5)),
]


def around(night: tuple[str, date], minutes: int) -> Slot | None:
    """A slot so many minutes after the midnight that begins the day before the night; None inside a gap."""
    wall = datetime.combine(night[1] - timedelta(days=1), datetime.min.time()) + timedelta(minutes=minutes)
    try:
        return slot(wall, ZoneInfo(night[0]))
    except NonexistentSlot:
        return None


nights = st.sampled_from(NIGHTS)
minutes = st.integers(0, 3 * DAY)


@given(night=nights, start=minutes, hours=st.integers(1, 71).filter(lambda n: n % 24))
def test_hours_are_elapsed_time_in_every_night(night: tuple[str, date], start: int, hours: int) -> None:
    base = around(night, start)
    if base is not None:
        assert after(base, hours * HOUR).instant - base.instant == timedelta(hours=hours)


@given(night=nights, start=minutes, days=st.integers(-3, 3).filter(bool))
def test_days_keep_the_wall_time_unless_it_falls_into_a_gap(night: tuple[str, date], start: int, days: int) -> None:
    base = around(night, start)
    if base is not None:
        moved = after(base, days * DAY)
        wanted = base.wall + timedelta(days=days)
        gap = slot_or_none(wanted, night[0]) is None
        assert (moved.wall > wanted and moved.wall.date() == wanted.date()) if gap else moved.wall == wanted


def slot_or_none(wall: datetime, zone: str) -> Slot | None:
    try:
        return slot(wall, ZoneInfo(zone))
    except NonexistentSlot:
        return None


@given(night=nights, start=minutes, offset=st.integers(-2 * DAY, 2 * DAY))
def test_wall_and_instant_are_one_time(night: tuple[str, date], start: int, offset: int) -> None:
    base = around(night, start)
    if base is not None:
        moved = after(base, offset)
        assert moved.wall.replace(tzinfo=ZoneInfo(moved.zone), fold=moved.fold).astimezone(UTC) == moved.instant


@given(night=nights, start=minutes, one=st.integers(0, 2 * DAY), other=st.integers(0, 2 * DAY))
def test_a_longer_offset_in_one_unit_never_goes_out_earlier(
    night: tuple[str, date], start: int, one: int, other: int
) -> None:
    base = around(night, start)
    if base is not None and one % DAY and other % DAY:
        early, late = sorted((one, other))
        assert after(base, early).instant <= after(base, late).instant


BASE = slot(datetime(2026, 12, 15, 10, 0), ZoneInfo("Asia/Shanghai"))


def line(number: int, nature: Nature = Nature.POINTING, **of: object) -> Line:
    return Line(number, "", f"channel {number}", nature, **of)  # type: ignore[arg-type]


def test_only_what_is_carried_goes_out() -> None:
    assert [due.line.channel_id for due in dues([line(1), line(2, carried=False)], BASE)] == [1]


def test_a_time_of_its_own_does_not_follow_the_item() -> None:
    own = after(BASE, 3 * DAY)

    assert dues([line(1, own=own, offset_minutes=HOUR)], BASE)[0].slot == own


@pytest.mark.parametrize(("offset", "early"), [(-1, True), (0, False), (1, False)])
def test_a_post_before_its_page_is_found(offset: int, early: bool) -> None:
    found = dues([line(1, Nature.PAGE_MAKING), line(2, offset_minutes=offset)], BASE)

    assert (before_its_page(found, BASE) is not None) is early


def test_with_several_pages_the_first_counts() -> None:
    pages = [line(1, Nature.PAGE_MAKING, offset_minutes=-HOUR), line(2, Nature.PAGE_MAKING)]
    found = dues([*pages, line(3, offset_minutes=-HOUR)], BASE)

    assert before_its_page(found, BASE) is None


@pytest.mark.parametrize(
    ("minutes", "says"),
    [
        (0, Message("at the publish time")),
        (2 * HOUR, Message("%(count)s hour after", {"count": 2}, "%(count)s hours after")),
        (3 * DAY, Message("%(count)s day after", {"count": 3}, "%(count)s days after")),
        (-90, Message("%(count)s minute before", {"count": 90}, "%(count)s minutes before")),
    ],
)
def test_an_offset_is_said_in_its_largest_whole_unit(minutes: int, says: Message) -> None:
    assert offset_says(minutes) == says
