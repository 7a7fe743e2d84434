"""Lateness, places after a pause, and turns by rate."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.lateness import Late, beyond, could_go_from, next_free, places
from editorial.domain.quiet import QuietHours

NOON = datetime(2027, 1, 14, 12, tzinfo=UTC)
offsets = st.lists(st.integers(-7200, 7200), max_size=30)


def test_lateness_counts_from_the_due_time() -> None:
    assert could_go_from(NOON, None) == NOON


def test_lateness_counts_from_the_turn_that_we_gave() -> None:
    assert could_go_from(NOON, NOON + timedelta(hours=3)) == NOON + timedelta(hours=3)


def test_a_turn_from_before_the_job_was_moved_does_not_count() -> None:
    assert could_go_from(NOON, NOON - timedelta(hours=3)) == NOON


def test_lateness_counts_from_the_end_of_quiet_hours_that_the_clock_slept_through() -> None:
    quiet = QuietHours(time(11), time(14), ZoneInfo("UTC"))

    assert could_go_from(NOON, None, quiet) == NOON + timedelta(hours=2)


def test_as_late_as_allowed_is_not_beyond() -> None:
    hour = timedelta(hours=1)

    assert (beyond(NOON, NOON + hour, hour), beyond(NOON, NOON + hour * 1.01, hour)) == (False, True)


@given(count=st.integers(0, 50), spacing=st.integers(1, 600), taken=st.integers(-3600, 3600))
def test_places_keep_due_order_and_space(count: int, spacing: int, taken: int) -> None:
    late = [Late(number, NOON) for number in range(count)]
    given_places = list(places(late, NOON, NOON + timedelta(seconds=taken), timedelta(seconds=spacing)).values())

    assert all(later - earlier == timedelta(seconds=spacing) for earlier, later in pairwise(given_places))
    assert all(place >= NOON and place >= NOON + timedelta(seconds=taken + spacing) for place in given_places)


def test_the_first_late_job_goes_at_once() -> None:
    assert places([Late(7, NOON)], NOON, None, timedelta(seconds=20)) == {7: NOON}


@given(sent=offsets, count=st.integers(1, 5), minutes=st.integers(1, 60))
def test_no_window_ever_holds_more_than_the_account_takes(sent: list[int], count: int, minutes: int) -> None:
    window = timedelta(minutes=minutes)
    allowed: list[datetime] = []
    for second in sorted(sent):
        now = NOON + timedelta(seconds=second)
        allowed.append(next_free(allowed, now, count, window))

    ordered = sorted(allowed)
    assert all(later - first >= window for first, later in zip(ordered, ordered[count:], strict=False))


@given(sent=offsets, count=st.integers(1, 5))
def test_a_turn_is_never_in_the_past(sent: list[int], count: int) -> None:
    begun = [NOON + timedelta(seconds=second) for second in sent]

    assert next_free(begun, NOON, count, timedelta(minutes=10)) >= NOON
