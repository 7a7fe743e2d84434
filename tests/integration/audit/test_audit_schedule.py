"""The weekly audit is asked for once a week, by the clocks of the site."""

import itertools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from editorial.domain.locales import Language
from editorial.services import audit_schedule
from editorial.services.deps import Deps
from editorial.store.audit import Audit, AuditState
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


def end_all(deps: Deps) -> None:
    with deps.sessions.begin() as session:
        for audit in session.scalars(select(Audit).where(Audit.ended_at.is_(None))):
            audit.state, audit.ended_at = AuditState.FAILED, deps.now()


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
    """Half the sites are due on Sundays, when clocks change in most zones, and on Fridays, when they do in Cairo."""
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
            for number, zone in enumerate(ZONES * 2)
        ]
        session.add_all(sites)
        session.flush()
        zones = {site.id: (ZoneInfo(site.zone), site.audit_weekday) for site in sites}
    for _ in range(53 * 7 * 8):  # every three hours
        clock.forward(hours=3)
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
