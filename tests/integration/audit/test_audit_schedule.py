"""The weekly audit is asked for once a week, by the clocks of the site."""

import itertools
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from editorial.domain.locales import Language
from editorial.services import audit_schedule, auditing
from editorial.services.deps import Deps
from editorial.store.audit import Audit, AuditState, AuditTrigger
from editorial.store.content import Site
from tests.conftest import Clock

MONDAY_FIVE_IN_SHANGHAI = datetime(2026, 12, 13, 21, 0, tzinfo=UTC)


@pytest.fixture
def site(deps: Deps) -> Site:
    with deps.sessions.begin() as session:
        site = Site(
            name="Northgauge",
            base_url="https://northgauge.example/",
            language=Language.EN,
            zone="Asia/Shanghai",
            audit_weekday=0,
            audit_time="05:00",
            created_at=deps.now(),
        )
        session.add(site)
    return site


def audits(deps: Deps) -> int:
    with deps.sessions() as session:
        return session.scalar(select(func.count()).select_from(Audit)) or 0


def end_all(deps: Deps, state: AuditState = AuditState.FAILED) -> None:
    with deps.sessions.begin() as session:
        for audit in session.scalars(select(Audit).where(Audit.ended_at.is_(None))):
            audit.state, audit.ended_at = state, deps.now()


def ask(deps: Deps) -> None:
    """Somebody presses “Audit now”."""
    with deps.sessions.begin() as session:
        auditing.start_audit(session, session.scalars(select(Site)).one(), AuditTrigger.PERSON, deps.now())


@pytest.mark.usefixtures("site")
def test_nothing_is_asked_for_before_the_first_hour_of_a_new_site(deps: Deps, clock: Clock) -> None:
    clock.instant = MONDAY_FIVE_IN_SHANGHAI.replace(minute=0, hour=20)

    assert audit_schedule.enqueue_due(deps) == 0


@pytest.mark.usefixtures("site")
def test_the_audit_is_asked_for_at_its_hour_and_once(deps: Deps, clock: Clock) -> None:
    clock.instant = MONDAY_FIVE_IN_SHANGHAI

    assert [audit_schedule.enqueue_due(deps) for _ in range(3)] == [1, 0, 0]


@pytest.mark.usefixtures("site")
def test_after_three_weeks_of_downtime_it_is_asked_for_once(deps: Deps, clock: Clock) -> None:
    clock.instant = MONDAY_FIVE_IN_SHANGHAI
    clock.forward(days=21, hours=7)

    asked = [audit_schedule.enqueue_due(deps) for _ in range(3)]

    assert (asked, audits(deps)) == ([1, 0, 0], 1)


@pytest.mark.usefixtures("site")
def test_the_next_week_asks_again(deps: Deps, clock: Clock) -> None:
    clock.instant = MONDAY_FIVE_IN_SHANGHAI
    audit_schedule.enqueue_due(deps)
    end_all(deps)
    clock.forward(days=7)

    assert audit_schedule.enqueue_due(deps) == 1


@pytest.mark.usefixtures("site")
def test_an_audit_that_a_person_asked_for_after_the_hour_is_enough(deps: Deps, clock: Clock) -> None:
    """The clock was away at the hour; somebody pressed the button before it came back."""
    clock.instant = MONDAY_FIVE_IN_SHANGHAI
    clock.forward(hours=3)
    ask(deps)
    end_all(deps)
    clock.forward(minutes=5)

    assert audit_schedule.enqueue_due(deps) == 0


@pytest.mark.usefixtures("site")
def test_an_audit_that_ended_before_the_hour_is_not_that_of_the_week(deps: Deps, clock: Clock) -> None:
    clock.instant = MONDAY_FIVE_IN_SHANGHAI
    clock.forward(hours=-2)
    ask(deps)
    end_all(deps)
    clock.forward(hours=2)

    assert [audit_schedule.enqueue_due(deps) for _ in range(3)] == [1, 0, 0]


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("state", "more"), [(AuditState.DONE, 0), (AuditState.STOPPED, 0), (AuditState.FAILED, 1)])
def test_an_audit_under_way_at_the_hour_is_that_of_the_week_unless_it_fails(
    deps: Deps, clock: Clock, state: AuditState, more: int
) -> None:
    clock.instant = MONDAY_FIVE_IN_SHANGHAI
    clock.forward(minutes=-10)
    ask(deps)
    clock.forward(minutes=10)
    meanwhile = [audit_schedule.enqueue_due(deps) for _ in range(3)]
    clock.forward(minutes=10)
    end_all(deps, state)

    assert meanwhile == [0, 0, 0]
    assert [audit_schedule.enqueue_due(deps) for _ in range(3)] == [more, 0, 0]


@pytest.mark.usefixtures("site")
def test_two_clocks_at_the_same_moment_ask_once(deps: Deps, clock: Clock) -> None:
    clock.instant = MONDAY_FIVE_IN_SHANGHAI
    start, asked = threading.Barrier(4), []

    def tick() -> None:
        start.wait()
        asked.append(audit_schedule.enqueue_due(deps))

    clocks = [threading.Thread(target=tick) for _ in range(4)]
    for one in clocks:
        one.start()
    for one in clocks:
        one.join()

    assert (sorted(asked), audits(deps)) == ([0, 0, 0, 1], 1)


def test_the_page_just_published_is_audited_alone_and_is_not_the_weekly_audit(
    deps: Deps, clock: Clock, site: Site
) -> None:
    clock.instant = MONDAY_FIVE_IN_SHANGHAI
    clock.forward(minutes=1)
    with deps.sessions.begin() as session:
        made = auditing.start_page_audit(session, site.id, "https://northgauge.example/posts/a/", deps.now())

    assert made is not None
    assert (made.whole_site, made.trigger) == (False, AuditTrigger.PUBLISH)
    assert audit_schedule.enqueue_due(deps) == 1


def test_a_site_that_is_switched_off_is_left_alone(deps: Deps, clock: Clock, site: Site) -> None:
    clock.instant = MONDAY_FIVE_IN_SHANGHAI
    with deps.sessions.begin() as session:
        session.get_one(Site, site.id).active = False

    assert audit_schedule.enqueue_due(deps) == 0


def test_another_hour_counts_from_when_it_was_chosen(deps: Deps, clock: Clock, site: Site) -> None:
    """Moved from Monday to Wednesday after this week's audit: one more on Wednesday, then each Wednesday."""
    clock.instant = MONDAY_FIVE_IN_SHANGHAI
    audit_schedule.enqueue_due(deps)
    end_all(deps, AuditState.DONE)
    with deps.sessions.begin() as session:
        session.get_one(Site, site.id).audit_weekday = 2
    asked = []
    for _ in range(2 * 7):
        asked.append(audit_schedule.enqueue_due(deps))
        end_all(deps, AuditState.DONE)
        clock.forward(days=1)

    assert asked == [0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]


CHANGES = [  # zone, day, time on the wall, instant at which it is due
    ("Europe/Berlin", "2027-03-28", "02:30", "2027-03-28T01:30"),  # gap 2 to 3: an hour later on the wall
    ("Europe/Berlin", "2027-10-31", "02:30", "2027-10-31T00:30"),  # twice: the first
    ("America/New_York", "2027-03-14", "02:30", "2027-03-14T07:30"),
    ("America/New_York", "2027-11-07", "01:30", "2027-11-07T05:30"),
    ("Africa/Cairo", "2027-04-30", "00:30", "2027-04-29T22:30"),  # a gap at midnight
    ("Africa/Cairo", "2027-10-28", "23:30", "2027-10-28T20:30"),
    ("Australia/Lord_Howe", "2027-10-03", "02:15", "2027-10-02T15:45"),  # half an hour only
    ("Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-03T14:45"),
    ("Pacific/Auckland", "2027-09-26", "02:30", "2027-09-25T14:30"),
    ("Pacific/Auckland", "2027-04-04", "02:30", "2027-04-03T13:30"),
    ("America/Santiago", "2027-09-05", "00:30", "2027-09-05T04:30"),
    ("America/Santiago", "2027-04-03", "23:30", "2027-04-04T02:30"),
    ("Atlantic/Azores", "2027-03-28", "00:30", "2027-03-28T01:30"),
    ("Atlantic/Azores", "2027-10-31", "00:30", "2027-10-31T00:30"),
    ("America/Havana", "2027-03-14", "00:30", "2027-03-14T05:30"),
    ("America/Havana", "2027-11-07", "00:30", "2027-11-07T04:30"),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: " ".join(change[:3]))
def test_on_the_night_of_a_change_it_is_asked_for_once_at_its_instant(
    deps: Deps, clock: Clock, change: tuple[str, str, str, str]
) -> None:
    zone, day, at, due = change
    expected = datetime.fromisoformat(due).replace(tzinfo=UTC)
    weekday = datetime.fromisoformat(day).weekday()
    clock.instant = expected - timedelta(hours=30)
    with deps.sessions.begin() as session:
        session.add(
            Site(
                name=zone,
                base_url="https://clocks.example/",
                language=Language.EN,
                zone=zone,
                audit_weekday=weekday,
                audit_time=at,
                created_at=deps.now(),
            )
        )
    clock.instant = expected - timedelta(hours=3)
    asked = []
    for _ in range(6 * 12):  # every five minutes
        if audit_schedule.enqueue_due(deps):
            asked.append(clock.instant)
            end_all(deps)
        clock.forward(minutes=5)

    assert asked == [expected]


def test_a_night_on_which_the_hour_occurs_twice_asks_once(deps: Deps, clock: Clock) -> None:
    clock.instant = datetime(2027, 10, 25, tzinfo=UTC)
    with deps.sessions.begin() as session:
        session.add(
            Site(
                name="Berlin",
                base_url="https://berlin.example/",
                language=Language.EN,
                zone="Europe/Berlin",
                audit_weekday=6,
                audit_time="02:30",
                created_at=deps.now(),
            )
        )
    asked = 0
    clock.instant = datetime(2027, 10, 30, 22, 0, tzinfo=UTC)
    for _ in range(12):
        asked += audit_schedule.enqueue_due(deps)
        end_all(deps)
        clock.forward(minutes=30)

    assert asked == 1


ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Auckland",
)
HOURS = ("00:30", "01:30", "02:15", "02:30", "03:00")
"""Times that the nights of a change skip or show twice somewhere."""


@pytest.mark.thorough
def test_a_year_of_nights_in_eight_zones_brings_one_audit_a_week(deps: Deps, clock: Clock) -> None:
    """Each is due on Sundays, when clocks change in most zones, or on Fridays, when they do in Cairo."""
    with deps.sessions.begin() as session:
        sites = [
            Site(
                name=f"{zone} {number}",
                base_url=f"https://site-{number}.example/",
                language=Language.EN,
                zone=zone,
                audit_weekday=4 if zone == "Africa/Cairo" else 6,
                audit_time=HOURS[number % len(HOURS)],
                created_at=deps.now(),
            )
            for number, zone in enumerate(ZONES)
        ]
        session.add_all(sites)
        session.flush()
        zones = {site.id: (ZoneInfo(site.zone), site.audit_weekday) for site in sites}
    for _ in range(53 * 7 * 2):  # every twelve hours
        clock.forward(hours=12)
        if audit_schedule.enqueue_due(deps):
            assert audit_schedule.enqueue_due(deps) == 0
            end_all(deps)

    with deps.sessions() as session:
        asked = session.execute(select(Audit.site_id, Audit.requested_at).order_by(Audit.id)).all()
    for site_id, (zone, weekday) in zones.items():
        days = [row.requested_at.astimezone(zone).date() for row in asked if row.site_id == site_id]
        assert {day.weekday() for day in days} == {weekday}
        assert {(later - day).days for day, later in itertools.pairwise(days)} == {7}
        assert len(days) in (52, 53)
