"""Moving an item to another day: versioned, never at the cost of a publish time, and taken back by its token."""

from datetime import UTC, date, datetime

import pytest

from editorial.domain.errors import NotAllowed, NotFound
from editorial.domain.people import Role
from editorial.domain.slots import NonexistentSlot, Slot, slot, zone_named
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services import planning
from editorial.services.content import Stale
from editorial.services.planning import DayRefused, Moved
from editorial.store import distribution
from editorial.store.content import get_item
from editorial.store.people import Person
from tests.integration.plans import Desk
from tests.web import add_person

FRIDAY, TUESDAY = date(2026, 12, 18), date(2026, 12, 15)


def plan(desk: Desk, item_id: int, day: date | None, *, who: Person | None = None, with_slot: bool = False) -> Moved:
    version = desk.item(item_id).version
    with desk.deps.sessions.begin() as session:
        return planning.plan_day(
            session, desk.deps, who or desk.admin, item_id, day, version=version, with_slot=with_slot
        )


def undo(desk: Desk, token: str | None, who: Person | None = None) -> Moved:
    with desk.deps.sessions.begin() as session:
        return planning.undo(session, desk.deps, who or desk.admin, token or "")


def keep(desk: Desk, item_id: int, wall: datetime | None, who: Person | None = None) -> Moved:
    planned: Slot | None = slot(wall, zone_named("Asia/Shanghai")) if wall else None
    version = desk.item(item_id).version
    with desk.deps.sessions.begin() as session:
        return planning.keep_slot(session, desk.deps, who or desk.admin, item_id, planned, version=version)


def test_an_item_moves_to_a_day_and_back_to_none(desk: Desk) -> None:
    item_id = desk.create()

    plan(desk, item_id, FRIDAY)
    there = desk.item(item_id).target_date
    plan(desk, item_id, None)

    assert (there, desk.item(item_id).target_date) == (FRIDAY, None)


def test_a_move_to_the_same_day_writes_nothing(desk: Desk) -> None:
    item_id = desk.create(FRIDAY)
    before = desk.item(item_id).version

    assert plan(desk, item_id, FRIDAY).undo_token is None
    assert desk.item(item_id).version == before


def test_a_stale_move_is_refused(desk: Desk) -> None:
    item_id = desk.create(TUESDAY)
    old = desk.item(item_id).version
    plan(desk, item_id, FRIDAY)

    with pytest.raises(Stale), desk.deps.sessions.begin() as session:
        planning.plan_day(session, desk.deps, desk.writer, item_id, TUESDAY, version=old)


def test_a_move_is_taken_back(desk: Desk) -> None:
    item_id = desk.create(TUESDAY)
    token = plan(desk, item_id, FRIDAY).undo_token

    undo(desk, token)

    assert desk.item(item_id).target_date == TUESDAY


def test_a_move_is_taken_back_once(desk: Desk) -> None:
    token = plan(desk, desk.create(TUESDAY), FRIDAY).undo_token
    undo(desk, token)

    with pytest.raises(DayRefused):
        undo(desk, token)


def test_a_move_is_not_taken_back_over_a_newer_change(desk: Desk) -> None:
    item_id = desk.create(TUESDAY)
    token = plan(desk, item_id, FRIDAY).undo_token
    desk.save(item_id, brief="Newer.")

    with pytest.raises(Stale):
        undo(desk, token)


@pytest.mark.parametrize("token", ["", "token-nobody-has"])
def test_an_unknown_token_takes_nothing_back(desk: Desk, token: str) -> None:
    with pytest.raises(NotFound):
        undo(desk, token)


def test_moving_a_scheduled_item_leaves_its_publish_time_and_says_so(desk: Desk) -> None:
    item_id = desk.scheduled(datetime(2026, 12, 15, 10, 0))
    before = desk.item(item_id).publish_at

    done = plan(desk, item_id, FRIDAY)
    item = desk.item(item_id)

    assert (item.target_date, item.publish_at, item.status) == (FRIDAY, before, Status.SCHEDULED)
    assert done.says.params["wall"] == datetime(2026, 12, 15, 10, 0)


def test_asked_to_the_publish_time_and_its_jobs_move_too(desk: Desk) -> None:
    item_id = desk.scheduled(datetime(2026, 12, 15, 10, 0))

    plan(desk, item_id, FRIDAY, with_slot=True)
    item = desk.item(item_id)

    with desk.deps.sessions() as session:
        due = [job.due_at for job in distribution.live_jobs(session, item_id)]
    assert (item.target_date, item.publish_wall) == (FRIDAY, datetime(2026, 12, 18, 10, 0))
    assert due == [item.publish_at]


def test_both_are_taken_back_together(desk: Desk) -> None:
    item_id = desk.scheduled(datetime(2026, 12, 15, 10, 0))
    token = plan(desk, item_id, FRIDAY, with_slot=True).undo_token

    undo(desk, token)
    item = desk.item(item_id)

    with desk.deps.sessions() as session:
        due = [job.due_at for job in distribution.live_jobs(session, item_id)]
    assert (item.target_date, item.publish_wall) == (TUESDAY, datetime(2026, 12, 15, 10, 0))
    assert due == [item.publish_at]


def test_a_writer_plans_the_day_but_not_the_publish_time(desk: Desk) -> None:
    item_id = desk.scheduled(datetime(2026, 12, 15, 10, 0))

    with pytest.raises(NotAllowed):
        plan(desk, item_id, FRIDAY, who=desk.writer, with_slot=True)
    plan(desk, item_id, FRIDAY, who=desk.writer)

    assert desk.item(item_id).publish_wall == datetime(2026, 12, 15, 10, 0)


def test_an_item_with_a_publish_time_cannot_lose_its_day(desk: Desk) -> None:
    item_id = desk.scheduled()

    with pytest.raises(DayRefused):
        plan(desk, item_id, None)


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.ARCHIVED])
def test_what_is_out_or_archived_keeps_its_day(desk: Desk, status: Status) -> None:
    item_id = desk.published() if status is Status.PUBLISHED else desk.create(TUESDAY)
    if status is Status.ARCHIVED:
        desk.move(item_id, Status.ARCHIVED)

    with pytest.raises(DayRefused):
        plan(desk, item_id, FRIDAY)


def test_a_publish_time_does_not_move_into_the_past(desk: Desk) -> None:
    item_id = desk.scheduled()

    with pytest.raises(TransitionRefused) as refused:
        plan(desk, item_id, date(2026, 12, 1), with_slot=True)

    assert refused.value.guard == "past"


def test_a_publish_time_does_not_move_into_a_gap(desk: Desk) -> None:
    item_id = desk.create()
    zone = zone_named("Europe/Berlin")
    with desk.deps.sessions.begin() as session:
        planned = slot(datetime(2027, 3, 27, 2, 30), zone)
        planning.keep_slot(session, desk.deps, desk.admin, item_id, planned, version=1)

    with pytest.raises(NonexistentSlot):
        plan(desk, item_id, date(2027, 3, 28), with_slot=True)


def test_a_publish_time_before_approval_is_kept_and_fires_nothing(desk: Desk) -> None:
    item_id = desk.create()

    keep(desk, item_id, datetime(2026, 12, 15, 10, 0))
    item = desk.item(item_id)

    with desk.deps.sessions() as session:
        assert not distribution.jobs_of_item(session, item_id)
    assert (item.status, item.publish_wall, item.target_date) == (
        Status.IDEA,
        datetime(2026, 12, 15, 10, 0),
        TUESDAY,
    )


def test_a_kept_publish_time_is_cleared_and_comes_back_by_undo(desk: Desk) -> None:
    item_id = desk.create()
    keep(desk, item_id, datetime(2026, 12, 15, 10, 0))

    token = keep(desk, item_id, None).undo_token
    cleared = desk.item(item_id).publish_at
    undo(desk, token)

    assert cleared is None
    assert desk.item(item_id).publish_wall == datetime(2026, 12, 15, 10, 0)


def test_only_a_publisher_sets_a_publish_time(desk: Desk) -> None:
    item_id = desk.create()
    publisher = add_person(desk.deps, "Jonas Weber", Role.PUBLISHER)

    with pytest.raises(NotAllowed):
        keep(desk, item_id, datetime(2026, 12, 15, 10, 0), desk.writer)
    keep(desk, item_id, datetime(2026, 12, 15, 10, 0), publisher)

    with desk.deps.sessions() as session:
        assert get_item(session, item_id).publish_at is not None


def to_hour(desk: Desk, item_id: int, at: datetime, zone: str, who: Person | None = None) -> Moved:
    version = desk.item(item_id).version
    with desk.deps.sessions.begin() as session:
        return planning.plan_day(
            session,
            desk.deps,
            who or desk.admin,
            item_id,
            at.date(),
            version=version,
            with_slot=True,
            at=at,
            zone=zone_named(zone),
        )


def test_a_publish_time_moves_to_the_hour_that_the_viewers_clock_shows(desk: Desk) -> None:
    item_id = desk.scheduled()

    to_hour(desk, item_id, datetime(2026, 12, 17, 7, 15), "Europe/Berlin")

    item = desk.item(item_id)
    assert (item.publish_wall, item.publish_zone) == (datetime(2026, 12, 17, 14, 15), "Asia/Shanghai")
    with desk.deps.sessions() as session:
        assert {job.due_at for job in distribution.live_jobs(session, item_id)} == {item.publish_at}


def test_another_hour_of_the_same_day_is_taken_back(desk: Desk) -> None:
    item_id = desk.scheduled()
    before = desk.item(item_id).publish_at

    undo(desk, to_hour(desk, item_id, datetime(2026, 12, 15, 14, 0), "Asia/Shanghai").undo_token)

    assert desk.item(item_id).publish_at == before


def test_an_hour_that_the_viewers_clock_jumps_over_is_refused(desk: Desk) -> None:
    item_id = desk.scheduled()

    with pytest.raises(NonexistentSlot):
        to_hour(desk, item_id, datetime(2027, 3, 28, 2, 30), "Europe/Berlin")

    assert desk.item(item_id).publish_wall == datetime(2026, 12, 15, 10, 0)


def test_of_an_hour_that_comes_twice_the_first_is_taken_and_said(desk: Desk) -> None:
    item_id = desk.create()
    keep(desk, item_id, datetime(2027, 10, 1, 10, 0))

    said = to_hour(desk, item_id, datetime(2027, 10, 31, 2, 30), "Europe/Berlin").says

    assert said.id.endswith("the first is meant.")
    assert desk.item(item_id).publish_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_an_hour_means_nothing_to_what_has_only_a_day(desk: Desk) -> None:
    item_id = desk.create(TUESDAY)

    to_hour(desk, item_id, datetime(2026, 12, 18, 14, 0), "Asia/Shanghai")

    assert (desk.item(item_id).target_date, desk.item(item_id).publish_wall) == (FRIDAY, None)


def test_a_writer_moves_no_hour(desk: Desk) -> None:
    item_id = desk.scheduled()

    with pytest.raises(NotAllowed):
        to_hour(desk, item_id, datetime(2026, 12, 15, 14, 0), "Asia/Shanghai", who=desk.writer)
