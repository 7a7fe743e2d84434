"""Four views of one set: what a filter lets pass is the same in each of them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from editorial.domain.calendar import NOBODY, Filter, Late
from editorial.domain.jobs import JobState
from editorial.domain.locales import Language
from editorial.domain.workflow import Status
from editorial.services import calendar, listing
from editorial.services.cards import Viewer
from editorial.services.listing import Place
from editorial.store import distribution
from editorial.store.base import reading
from editorial.store.content import ContentItem
from tests.integration.plans import Desk

FIRST, LAST = date(2026, 11, 30), date(2027, 1, 3)
"""The days that December 2026 shows."""


def viewer(desk: Desk, zone: str = "Asia/Shanghai") -> Viewer:
    return Viewer(ZoneInfo(zone), desk.deps.now(), desk.writer.id, False)


def in_month(desk: Desk, wanted: Filter, looks: Viewer) -> set[int]:
    with reading(desk.deps.sessions) as session:
        days = calendar.days_between(session, looks, FIRST, LAST, wanted)
        shown = calendar.month_of(session, looks, 2026, 12, wanted=wanted)
    assert sum(day.count for week in shown.weeks for day in week) == sum(day.count for day in days.values())
    return {card.id for day in days.values() for card in day.cards}


def in_weeks(desk: Desk, wanted: Filter, looks: Viewer) -> set[int]:
    with reading(desk.deps.sessions) as session:
        weeks = [calendar.week_of(session, looks, FIRST + timedelta(days=7 * n), wanted=wanted) for n in range(5)]
    return {card.id for week in weeks for band in week.bands for slot in band.slots for card in slot}


def in_days(desk: Desk, wanted: Filter, looks: Viewer) -> set[int]:
    with reading(desk.deps.sessions) as session:
        days = [calendar.day_of(session, looks, FIRST + timedelta(days=n), wanted=wanted) for n in range(35)]
    return {card.id for day in days for card in day.cards}


def in_list(desk: Desk, wanted: Filter, looks: Viewer, *, page: int = 3, last: date | None = LAST) -> list[int]:
    found: list[int] = []
    after: Place | None = None
    with reading(desk.deps.sessions) as session:
        while True:
            part = listing.list_of(session, looks, FIRST, last, wanted=wanted, after=after, page=page)
            found += [card.id for day in part.days for card in day.cards] + [card.id for card in part.undated]
            after = Place.read(str(part.following)) if part.following else None
            if after is None:
                return found


@pytest.fixture
def filled(desk: Desk) -> Desk:
    for number in range(9):
        desk.create(
            date(2026, 12, 10) + timedelta(days=number % 3),
            type_id=number % 3 + 1,
            title=f"Pump 100%_{number}" if number % 2 else f"泵 {number}",
            language=Language.ZH if number % 2 == 0 else Language.EN,
            owner_id=None if number == 4 else desk.writer.id,
            site_id=None if number == 5 else desk.site_id,
            cells=frozenset({(number % 4 + 1, number % 7 + 1), (1, 1)}),
        )
    desk.create(None, title="Without a day")
    desk.create(date(2026, 12, 1), title="Late")
    desk.create(date(2027, 3, 1), title="Far away")
    for hour in (1, 10, 23):
        desk.scheduled(datetime(2026, 12, 11, hour, 30))
    desk.move(desk.create(date(2026, 12, 12), title="Gone"), Status.ARCHIVED)
    return desk


WANTED = [
    Filter(),
    Filter(type=frozenset({1, 2})),
    Filter(status=frozenset({Status.SCHEDULED})),
    Filter(status=frozenset({Status.ARCHIVED})),
    Filter(role=frozenset({2}), step=frozenset({2, 6})),
    Filter(owner=frozenset({NOBODY})),
    Filter(site=frozenset({NOBODY, 1}), language=frozenset({Language.EN})),
    Filter(campaign=frozenset({NOBODY})),
    Filter(text="pump 100%_"),
    Filter(late=Late.TARGET),
    Filter(late=Late.PRODUCTION),
    Filter(mine=True),
]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_every_view_shows_the_same(filled: Desk, zone: str) -> None:
    looks = viewer(filled, zone)
    for wanted in WANTED:
        month = in_month(filled, wanted, looks)
        listed = in_list(filled, wanted, looks)

        assert month == in_weeks(filled, wanted, looks) == in_days(filled, wanted, looks) == set(listed), wanted
        assert len(listed) == len(set(listed)), wanted


def test_filters_let_pass_what_they_say(filled: Desk) -> None:
    looks = viewer(filled)
    counts = [len(in_month(filled, wanted, looks)) for wanted in WANTED]

    assert counts[0] == 13  # nine in the month, one late, three with a publish time
    assert counts[2:4] == [3, 1]
    assert counts[5] == 1
    assert counts[8:10] == [4, 1]


def test_role_and_step_must_meet_in_one_cell(desk: Desk) -> None:
    desk.create(date(2026, 12, 16), cells=frozenset({(1, 2), (2, 1)}))

    assert not in_month(desk, Filter(role=frozenset({1}), step=frozenset({1})), viewer(desk))


def test_a_list_without_an_end_closes_with_what_has_no_day(filled: Desk) -> None:
    listed = in_list(filled, Filter(), viewer(filled), last=None)

    assert len(listed) == len(set(listed)) == 15
    assert filled.item(listed[-1]).title == "Without a day"


def test_a_job_that_is_due_and_has_not_ended_makes_its_item_late(desk: Desk) -> None:
    item = desk.scheduled(datetime(2026, 12, 15, 10, 0))
    with desk.deps.sessions.begin() as session:
        (job,) = distribution.jobs_of_item(session, item)
        job.due_at = desk.deps.now() - timedelta(minutes=6)
    late = Filter(late=Late.JOB)

    with reading(desk.deps.sessions) as session:
        counted = calendar.health(session, viewer(desk)).late[Late.JOB]
    assert (in_month(desk, late, viewer(desk)), counted) == ({item}, 1)
    with desk.deps.sessions.begin() as session:
        (job,) = distribution.jobs_of_item(session, item)
        job.state, job.ended_at = JobState.MISSED, desk.deps.now()
    assert not in_month(desk, late, viewer(desk))


def test_a_brief_whose_type_needs_longer_than_what_is_left_should_be_in_production(desk: Desk) -> None:
    near, far = desk.create(date(2026, 12, 10)), desk.create(date(2027, 12, 10))
    with desk.deps.sessions.begin() as session:
        session.get_one(ContentItem, near).type.lead_time_days = 21
    late = Filter(late=Late.PRODUCTION)

    with reading(desk.deps.sessions) as session:
        found = listing.list_of(session, viewer(desk), FIRST, wanted=late)
    assert [card.id for day in found.days for card in day.cards] == [near]
    assert far not in in_month(desk, late, viewer(desk))


def test_the_week_holds_every_hour_in_one_row(desk: Desk) -> None:
    items = [desk.scheduled(datetime(2026, 12, 11, hour, 0)) for hour in (0, 8, 9, 17, 18, 23)]
    plan = desk.create(date(2026, 12, 11))

    with reading(desk.deps.sessions) as session:
        week = calendar.week_of(session, viewer(desk), date(2026, 12, 9))
    held = {band.name: [card.id for slot in band.slots for card in slot] for band in week.bands}
    assert {name: ids for name, ids in held.items() if ids} == {
        "": [plan],
        "00–08": items[:2],
        "09": [items[2]],
        "17": [items[3]],
        "18–24": items[4:],
    }


@pytest.mark.parametrize("text", ["", "x", "2026-12-09", "a_b_c", "2026-13-01__4", "_" * 9, "9999-99-99_1_1"])
def test_a_place_that_makes_no_sense_is_the_beginning(text: str) -> None:
    assert Place.read(text) is None


@pytest.mark.parametrize("path", ["/calendar/2026-12?text=%00a", "/calendar/drawer?text=a%00"])
def test_a_search_with_a_character_that_no_database_keeps_is_answered(desk: Desk, path: str) -> None:
    assert desk.as_(desk.writer).client.get(path).status_code == 200


def test_an_undo_token_with_a_character_that_no_database_keeps_is_unknown(desk: Desk) -> None:
    assert desk.as_(desk.writer).post("/undos", token="a\x00b").status_code == 404
