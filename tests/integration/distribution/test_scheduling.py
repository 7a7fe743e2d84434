"""Planning, moving and cancelling: the item's time and its jobs' times are always one."""

from datetime import date, datetime, timedelta

import pytest

from editorial.domain.errors import StaleVersion
from editorial.domain.jobs import JobState
from editorial.domain.messages import Message
from editorial.domain.people import Role
from editorial.domain.slots import NonexistentSlot
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services import scheduling
from editorial.store import content, distribution, history
from editorial.store.people import PersonRole
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk


def test_scheduling_makes_one_job_for_each_channel_at_the_items_instant(desk: Desk) -> None:
    planned = desk.schedule()

    assert [job.due_at for job in planned.jobs] == [desk.item.publish_at]
    assert (desk.item.status, desk.job.state) == (Status.SCHEDULED, JobState.QUEUED)


def test_the_day_in_the_calendar_is_the_day_of_the_slot(desk: Desk) -> None:
    desk.schedule_wall(datetime(2026, 12, 15, 10, 0), "Asia/Shanghai")

    assert (desk.item.target_date, desk.item.publish_wall) == (date(2026, 12, 15), datetime(2026, 12, 15, 10, 0))


def test_a_slot_in_a_gap_is_refused_and_nothing_changes(desk: Desk) -> None:
    with pytest.raises(NonexistentSlot) as refused:
        desk.schedule_wall(datetime(2027, 3, 28, 2, 30), "Europe/Berlin")

    assert refused.value.suggestion == datetime(2027, 3, 28, 3, 30)
    assert (desk.item.status, desk.item.publish_at) == (Status.APPROVED, None)


def test_of_an_hour_that_comes_twice_the_first_is_taken_and_said(desk: Desk) -> None:
    planned = desk.schedule_wall(datetime(2027, 10, 31, 2, 30), "Europe/Berlin")

    assert planned.slot.instant == datetime(2027, 10, 31, 0, 30, tzinfo=planned.slot.instant.tzinfo)
    assert "the first is meant" in planned.says.id


def test_a_slot_in_the_past_is_refused(desk: Desk) -> None:
    with pytest.raises(TransitionRefused) as refused:
        desk.schedule(wait=timedelta(minutes=-1))

    assert refused.value.guard == "past"


def test_text_changed_after_its_approval_is_not_scheduled(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        content.get_item(session, desk.item_id).content_hash = "0" * 64

    with pytest.raises(TransitionRefused) as refused:
        desk.schedule()

    assert refused.value.guard == "approval"


def test_without_a_channel_nothing_is_scheduled(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        distribution.get_channel(session, desk.channel_id).enabled = False

    with pytest.raises(TransitionRefused) as refused:
        desk.schedule()

    assert refused.value.guard == "channel"


def test_somebody_without_the_right_to_publish_may_not_schedule(desk: Desk) -> None:
    desk.publisher.grants = [PersonRole(role=Role.CONTRIBUTOR)]

    with pytest.raises(TransitionRefused) as refused:
        desk.schedule()

    assert refused.value.guard == "permission"


def test_f19_moving_an_item_moves_its_job(desk: Desk) -> None:
    desk.schedule(wait=timedelta(hours=1))
    desk.schedule(wait=timedelta(hours=3))

    assert desk.job.due_at == desk.item.publish_at
    with desk.deps.sessions() as session:
        assert distribution.count_live_jobs(session, item_id=desk.item_id) == 1


def test_f19_moving_to_another_day_keeps_the_wall_time_across_summer_time(desk: Desk) -> None:
    desk.schedule_wall(datetime(2027, 3, 26, 9, 0), "Europe/Berlin")
    with desk.deps.sessions.begin() as session:
        scheduling.move_to_day(
            session, desk.item_id, date(2027, 3, 29), actor=desk.publisher, version=None,
            now=desk.deps.now(), token=desk.deps.token,
        )  # fmt: skip

    assert desk.item.publish_wall == datetime(2027, 3, 29, 9, 0)
    assert desk.item.target_date == date(2027, 3, 29)
    assert desk.job.due_at == desk.item.publish_at == datetime(2027, 3, 29, 7, 0, tzinfo=desk.job.due_at.tzinfo)


def test_a_moved_item_goes_out_at_its_new_time_only(desk: Desk, clock: Clock) -> None:
    desk.schedule(wait=timedelta(minutes=2))
    desk.schedule(wait=timedelta(minutes=10))
    clock.forward(minutes=5)
    early = desk.tick()
    clock.forward(minutes=5)

    assert (early, desk.tick(), desk.job.state) == (0, 1, JobState.SUCCEEDED)


def test_cancelling_the_schedule_cancels_the_job_and_frees_the_slot(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    desk.unschedule()
    clock.forward(minutes=2)

    assert (desk.tick(), desk.job.state) == (0, JobState.CANCELLED)
    assert (desk.item.status, desk.item.publish_at) == (Status.APPROVED, None)


def test_cancelling_the_only_job_cancels_the_schedule_and_is_no_failure(desk: Desk) -> None:
    desk.schedule()
    desk.cancel(desk.job.id)

    with desk.deps.sessions() as session:
        newest = history.of_entity(session, "item", desk.item_id)[0]
    assert (desk.item.status, desk.item.publish_at, desk.item.publish_failed) == (Status.APPROVED, None, False)
    assert (newest.action, newest.actor_id) == ("item.unscheduled", desk.publisher.id)


def test_publish_now_hands_the_job_out_in_the_same_transaction(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        scheduling.publish_now(
            session, desk.item_id, actor=desk.publisher, version=None, now=desk.deps.now(), token=desk.deps.token
        )
    dispatched = desk.job.state
    desk.tick()

    assert (dispatched, desk.job.state) == (JobState.DISPATCHED, JobState.SUCCEEDED)


def test_a_stale_page_does_not_move_the_item(desk: Desk) -> None:
    version = desk.item.version
    desk.schedule()

    with desk.deps.sessions.begin() as session, pytest.raises(StaleVersion):
        scheduling.unschedule(session, desk.item_id, actor=desk.publisher, version=version, now=desk.deps.now())


def test_jobs_held_for_a_changed_text_go_out_when_it_is_scheduled_again(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    with desk.deps.sessions.begin() as session:
        item = content.get_item(session, desk.item_id)
        scheduling.hold_jobs(session, item, desk.deps.now(), Message("The text was changed after its approval."))
        item.status = Status.APPROVED
    held = desk.job.state
    desk.schedule()
    clock.forward(minutes=2)
    desk.tick()

    assert (held, desk.job.state, desk.job.id) == (JobState.HELD, JobState.SUCCEEDED, 1)


def test_the_history_says_who_planned_what(desk: Desk) -> None:
    desk.schedule()
    with desk.deps.sessions() as session:
        newest = history.of_entity(session, "item", desk.item_id, limit=1)[0]

    assert (newest.action, newest.actor_id, newest.before["status"]) == (
        "item.scheduled",
        desk.publisher.id,
        "approved",
    )


def test_an_item_that_is_being_sent_cannot_be_moved(desk: Desk, clock: Clock) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    with desk.deps.sessions.begin() as session:
        job = distribution.get_job(session, desk.job.id)
        job.state, job.attempt, job.worker, job.lease_until = JobState.SENDING, 1, "w", clock()

    with pytest.raises(scheduling.GoingOut):
        desk.schedule()
