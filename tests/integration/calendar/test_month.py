"""What the month shows, on whose days, and what it costs."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from editorial.domain.calendar import Filter, Late
from editorial.domain.cards import Fix, Flag
from editorial.domain.errors import NotFound
from editorial.domain.jobs import JobState
from editorial.domain.people import Permission, permissions
from editorial.domain.workflow import Status
from editorial.services import calendar
from editorial.services.calendar import Month, Viewer
from editorial.store import distribution
from editorial.store.base import reading
from editorial.store.content import ContentItem, hash_of
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person
from tests.integration.plans import Desk

MINE = Filter(mine=True)


def viewer(desk: Desk, zone: str = "Asia/Shanghai", who: Person | None = None) -> Viewer:
    person = who or desk.admin
    reviews = Permission.APPROVE in permissions(person.roles)
    return Viewer(ZoneInfo(zone), desk.deps.now(), person.id, reviews)


def month(desk: Desk, zone: str = "Asia/Shanghai", *, year: int = 2026, number: int = 12, week_start: int = 0) -> Month:
    with reading(desk.deps.sessions) as session:
        return calendar.month_of(session, viewer(desk, zone), year, number, week_start=week_start)


def days(shown: Month) -> dict[date, list[int]]:
    return {day.date: [card.id for card in day.cards] for week in shown.weeks for day in week if day.cards}


def test_a_month_is_whole_weeks(desk: Desk) -> None:
    shown = month(desk)

    assert (shown.weeks[0][0].date, shown.weeks[-1][-1].date) == (date(2026, 11, 30), date(2027, 1, 3))
    assert (shown.previous, shown.following) == (date(2026, 11, 1), date(2027, 1, 1))


def test_the_week_begins_as_the_team_says(desk: Desk) -> None:
    assert month(desk, week_start=6).weeks[0][0].date == date(2026, 11, 29)


@pytest.mark.parametrize(("year", "number"), [(2026, 0), (2026, 13), (1989, 12), (2101, 1)])
def test_there_is_no_such_month(desk: Desk, year: int, number: int) -> None:
    with pytest.raises(NotFound):
        month(desk, year=year, number=number)


def test_a_plan_stands_on_its_day_whatever_the_viewers_zone(desk: Desk) -> None:
    item = desk.create(date(2026, 12, 16))

    assert days(month(desk)) == days(month(desk, "America/New_York")) == {date(2026, 12, 16): [item]}


def test_a_publish_time_stands_on_the_viewers_day(desk: Desk) -> None:
    item = desk.scheduled(datetime(2026, 12, 15, 1, 0))  # in Shanghai; the evening before in New York

    assert days(month(desk)) == {date(2026, 12, 15): [item]}
    assert days(month(desk, "America/New_York")) == {date(2026, 12, 14): [item]}


@pytest.mark.parametrize(
    ("wall", "zone", "shown_in"),
    [
        (datetime(2027, 1, 1, 0, 30), "Asia/Shanghai", date(2027, 1, 1)),
        (datetime(2027, 1, 1, 0, 30), "UTC", date(2026, 12, 31)),
        (datetime(2026, 12, 15, 10, 0), "Asia/Kathmandu", date(2026, 12, 15)),
        (datetime(2026, 12, 15, 20, 0), "Pacific/Apia", date(2026, 12, 16)),
        (datetime(2026, 12, 15, 20, 0), "Australia/Lord_Howe", date(2026, 12, 15)),
    ],
)
def test_the_edges_of_days_and_months_are_the_viewers(desk: Desk, wall: datetime, zone: str, shown_in: date) -> None:
    item = desk.scheduled(wall)

    assert days(month(desk, zone)) == {shown_in: [item]}


def test_an_item_with_both_dates_stands_on_one_day_only(desk: Desk) -> None:
    item = desk.scheduled(datetime(2026, 12, 15, 10, 0))
    with desk.deps.sessions.begin() as session:
        session.get_one(ContentItem, item).target_date = date(2026, 12, 18)

    assert days(month(desk)) == {date(2026, 12, 15): [item]}


def test_archived_items_are_not_shown(desk: Desk) -> None:
    item = desk.create(date(2026, 12, 16))
    desk.move(item, Status.ARCHIVED)

    assert month(desk).empty


def test_timed_items_come_first_then_the_furthest_along(desk: Desk) -> None:
    idea = desk.create(date(2026, 12, 15))
    late = desk.scheduled(datetime(2026, 12, 15, 15, 0))
    approved = desk.approved(date(2026, 12, 15))
    early = desk.scheduled(datetime(2026, 12, 15, 9, 0))

    assert days(month(desk))[date(2026, 12, 15)] == [early, late, approved, idea]


def test_five_items_leave_one_behind_a_link(desk: Desk) -> None:
    for _ in range(5):
        desk.create(date(2026, 12, 16))

    (day,) = (day for week in month(desk).weeks for day in week if day.cards)
    assert (len(day.cards), day.more) == (4, 1)


def test_a_plan_is_dashed_a_promise_solid(desk: Desk) -> None:
    plan, promise, out = desk.create(date(2026, 12, 16)), desk.scheduled(), desk.published()

    with reading(desk.deps.sessions) as session:
        fixes = [calendar.card_of(session, viewer(desk), one).fix for one in (plan, promise, out)]
    assert fixes == [Fix.PLAN, Fix.SLOT, Fix.LIVE]


def test_a_card_says_how_late_its_item_is(desk: Desk) -> None:
    item = desk.create(date(2026, 12, 4))

    with reading(desk.deps.sessions) as session:
        card = calendar.card_of(session, viewer(desk), item)
        health = calendar.health(session, viewer(desk))
    assert (card.flag, card.days_late) == (Flag.LATE, 5)
    assert health.late[Late.TARGET] == 1


def test_a_missed_job_marks_its_card(desk: Desk) -> None:
    item = desk.scheduled()
    with desk.deps.sessions.begin() as session:
        (job,) = distribution.jobs_of_item(session, item)
        job.state, job.ended_at = JobState.MISSED, desk.deps.now()

    with reading(desk.deps.sessions) as session:
        card = calendar.card_of(session, viewer(desk), item)
        health = calendar.health(session, viewer(desk))
    assert (card.flag, card.glyph, health.broken) == (Flag.BAD, "s-missed", 1)


def test_a_missed_job_that_was_sent_again_needs_nobody_any_more(desk: Desk) -> None:
    item = desk.scheduled()
    with desk.deps.sessions.begin() as session:
        (job,) = distribution.jobs_of_item(session, item)
        job.state, job.ended_at = JobState.MISSED, desk.deps.now()
        session.flush()
        again = DistributionJob(
            item_id=item, channel_id=job.channel_id, state=JobState.QUEUED, due_at=job.due_at, idem_key="again",
            content_hash=job.content_hash, created_at=desk.deps.now(), repeat_of=job.id,
        )  # fmt: skip
        session.add(again)

    with reading(desk.deps.sessions) as session:
        assert calendar.health(session, viewer(desk)).broken == 0


def test_reviews_wait_for_approvers_and_given_back_items_for_their_owner(desk: Desk) -> None:
    in_review = desk.create()
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        desk.move(in_review, step)
    given_back = desk.create()
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        desk.move(given_back, step)
    desk.move(given_back, Status.CHANGES_REQUESTED, comment="Source?")

    with reading(desk.deps.sessions) as session:
        waiting = {
            who.name: [card.id for card in calendar.drawer(session, viewer(desk, who=who), wanted=MINE).cards]
            for who in (desk.writer, desk.approver, desk.viewer)
        }
        counts = [
            calendar.health(session, viewer(desk, who=who)).waiting for who in (desk.writer, desk.approver, desk.viewer)
        ]
    assert waiting == {"Li Hang": [given_back], "Sara Olsen": [in_review], "Tom Reed": []}
    assert counts == [1, 1, 0]


def test_the_drawer_holds_what_has_no_day_ready_things_first(desk: Desk) -> None:
    idea, approved = desk.create(), desk.approved()
    desk.create(date(2026, 12, 16))
    desk.published()

    with reading(desk.deps.sessions) as session:
        found = calendar.drawer(session, viewer(desk))
    assert [card.id for card in found.cards] == [approved, idea]
    assert found.count == 2


def plant(desk: Desk, count: int) -> None:
    """Many items of one month, written at once."""
    now = datetime(2026, 12, 1, tzinfo=UTC)
    body = "A long text. " * 2000
    with desk.deps.sessions.begin() as session:
        session.add_all(
            ContentItem(
                type_id=n % 12 + 1,
                title=f"Item {n}",
                slug=f"item-{n}",
                language="en",
                body=body,
                status=Status.BRIEF,
                site_id=desk.site_id,
                target_date=date(2026, 12, 1) + timedelta(days=n % 31),
                content_hash=hash_of(title="", slug="", description="", body="", language="en"),
                created_at=now,
                updated_at=now,
            )
            for n in range(count)
        )


def test_a_full_month_costs_three_queries_and_reads_no_text(desk: Desk) -> None:
    plant(desk, 200)
    seen: list[str] = []
    engine = desk.deps.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *heard: seen.append(heard[2]))

    shown = month(desk)

    assert sum(day.count for week in shown.weeks for day in week) == 200
    asked = [one for one in seen if one.startswith("SELECT")]
    assert len(asked) <= 3, asked
    assert not any(".body" in one or ".brief" in one for one in asked)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL's planner goes by statistics
def test_the_month_is_found_by_index(desk: Desk) -> None:
    statements: list[tuple[str, object]] = []
    engine = desk.deps.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda *heard: statements.append((heard[2], heard[3])))
    month(desk)
    statement, values = next(one for one in statements if "content_item.target_date BETWEEN" in one[0])

    with engine.connect() as connection:
        plan = " ".join(str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))

    assert "ix_content_item_target_date" in plan
    assert "ix_content_item_publish_at" in plan
