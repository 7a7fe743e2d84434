"""When the weekly mail is due, and which way a mail may go."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.mails import MailMoveRefused, MailState, latest_due, mail_weekday, move, retry_delay, week_of
from editorial.domain.slots import after_gap

ZONES = [
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/St_Johns",
    "America/Havana",  # jumps at midnight
]
INSTANTS = st.datetimes(datetime(2008, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
ANY = {"zone": st.sampled_from(ZONES).map(ZoneInfo), "weekday": st.integers(0, 6), "at": st.times().map(
    lambda value: value.replace(second=0, microsecond=0, tzinfo=None)
)}  # fmt: skip


@given(now=INSTANTS, **ANY)
def test_the_due_instant_has_come_and_the_next_has_not(now, zone, weekday, at) -> None:
    due = latest_due(now, zone, weekday, at)

    assert due.at <= now < latest_due(now + timedelta(days=8), zone, weekday, at).at


@pytest.mark.parametrize(
    ("audit", "mail", "day"),
    [("05:00", "08:00", 6), ("05:00", "05:00", 6), ("22:00", "08:00", 0), ("23:59", "00:00", 0), ("00:00", "23:59", 6)],
)
def test_a_mail_at_an_hour_before_the_audits_comes_the_day_after_it(audit, mail, day) -> None:
    assert mail_weekday(6, audit, mail) == day


@given(now=INSTANTS, **ANY)
def test_the_clock_on_the_wall_shows_the_mail_time_or_the_first_moment_after_a_gap(now, zone, weekday, at) -> None:
    due = latest_due(now, zone, weekday, at)
    shown = due.at.astimezone(zone).replace(tzinfo=None, fold=0)
    planned = datetime.combine(date.fromisocalendar(int(due.week[:4]), int(due.week[6:]), weekday + 1), at)

    assert shown == after_gap(planned, zone)


@given(now=INSTANTS, hours=st.integers(1, 3), **ANY)
def test_asking_often_finds_each_week_once_and_in_order(now, hours, zone, weekday, at) -> None:
    dues = [latest_due(now + timedelta(hours=hours * step), zone, weekday, at) for step in range(400 // hours)]
    instants = [due.at for due in dues]

    assert instants == sorted(instants)
    assert len({due.week for due in dues}) == len(set(instants))


@pytest.mark.parametrize(
    ("zone", "sunday", "at", "due"),
    [
        ("Europe/Berlin", datetime(2027, 3, 28), time(2, 30), "2027-03-28T01:30+00:00"),  # 02:30 never comes
        ("Europe/Berlin", datetime(2027, 10, 31), time(2, 30), "2027-10-31T00:30+00:00"),  # comes twice: the first
        ("Australia/Lord_Howe", datetime(2027, 10, 3), time(2, 15), "2027-10-02T15:45+00:00"),
        ("Africa/Cairo", datetime(2027, 4, 30), time(0, 10), "2027-04-29T22:10+00:00"),  # a Friday, at midnight
    ],
)
def test_on_the_nights_of_the_change_one_mail_is_due(zone, sunday, at, due) -> None:
    found = latest_due(sunday.replace(hour=12, tzinfo=UTC), ZoneInfo(zone), sunday.weekday(), at)

    assert found.at == datetime.fromisoformat(due)


def test_after_three_weeks_of_downtime_only_the_last_mail_is_due() -> None:
    found = latest_due(datetime(2026, 12, 31, tzinfo=UTC), ZoneInfo("Asia/Shanghai"), 0, time(8))

    assert (found.week, found.at) == ("2026-W53", datetime(2026, 12, 28, tzinfo=UTC))


def test_the_week_is_that_of_the_calendar_on_the_wall() -> None:
    instant = datetime(2026, 12, 6, 17, tzinfo=UTC)  # already Monday in Shanghai

    assert (week_of(instant, ZoneInfo("Asia/Shanghai")), week_of(instant, ZoneInfo("UTC"))) == ("2026-W50", "2026-W49")


@pytest.mark.parametrize("state", [MailState.SENT, MailState.CANCELLED, MailState.UNKNOWN])
def test_what_has_ended_or_is_unknown_is_never_sent_without_a_step_in_between(state) -> None:
    with pytest.raises(MailMoveRefused):
        move(state, MailState.SENDING)


def test_waiting_grows_to_an_hour_and_honours_what_the_server_asks() -> None:
    waits = [retry_delay(attempt) for attempt in (1, 2, 3, 4, 40)]

    assert waits == [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 60)]
    assert retry_delay(1, 300) == timedelta(minutes=5)
