"""The weekly audit is asked for once a week, by the clocks of the site."""

from datetime import UTC, datetime

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
        for audit in session.scalars(select(Audit)):
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
