"""Invariant 4 through the API: whatever a program does, the card's time is the jobs' time (F19)."""

from typing import Any
from zoneinfo import ZoneInfo

from editorial.services import calendar
from editorial.services.cards import Viewer
from editorial.store.distribution import live_jobs
from tests.integration.api.conftest import Program, Programs
from tests.integration.plans import Desk


def times(desk: Desk, item_id: int) -> tuple[object, set[object]]:
    """What the card says, and for when the jobs are due."""
    with desk.deps.sessions() as session:
        card = calendar.card_of(session, Viewer(ZoneInfo("America/New_York"), desk.deps.now()), item_id)
        return card.publish_at, {job.due_at for job in live_jobs(session, item_id)}


def agree(desk: Desk, item_id: int) -> bool:
    card, jobs = times(desk, item_id)
    return jobs == {card}


def version(program: Program, item_id: int) -> int:
    return int(program.ask(f"/api/v1/items/{item_id}")["version"])


def schedule(program: Program, item_id: int, **when: Any) -> dict[str, Any]:
    return program.send(f"/api/v1/items/{item_id}/schedule", version=version(program, item_id), **when)


def test_f19_after_a_schedule_by_wall_time(desk: Desk, program: Programs) -> None:
    item_id = desk.approved()
    done = schedule(program(), item_id, wall="2026-12-15T10:00:00", zone="Asia/Shanghai")

    assert done["jobs"][0]["due_at"] == done["item"]["publish_at"] == "2026-12-15T02:00:00Z"
    assert agree(desk, item_id)


def test_f19_after_a_schedule_by_instant(desk: Desk, program: Programs) -> None:
    item_id = desk.approved()
    done = schedule(program(), item_id, instant="2027-03-28T03:30:00+02:00", zone="Europe/Berlin")

    assert done["item"]["publish_wall"] == "2027-03-28T03:30:00"
    assert agree(desk, item_id)


def test_f19_after_another_time(desk: Desk, program: Programs) -> None:
    item_id = desk.scheduled()
    done = schedule(program(), item_id, wall="2026-12-17T08:15:00", zone="Europe/Berlin")

    assert [row["fate"] for row in done["moved"]] == ["moves"]
    assert agree(desk, item_id)


def test_f19_after_a_move_of_the_day_and_taking_it_back(desk: Desk, program: Programs) -> None:
    robot, item_id = program(), desk.scheduled()
    before = times(desk, item_id)
    moved = robot.send(
        f"/api/v1/items/{item_id}/target-date", version=version(robot, item_id), day="2026-12-18",
        with_publish_time=True,
    )  # fmt: skip
    there = times(desk, item_id)
    robot.send("/api/v1/undo", undo=moved["undo"])

    assert there[1] == {there[0]} != before[1]
    assert times(desk, item_id) == before


def test_f19_after_a_move_of_the_day_alone_the_publish_time_stays(desk: Desk, program: Programs) -> None:
    robot, item_id = program(), desk.scheduled()
    before = times(desk, item_id)
    robot.send(f"/api/v1/items/{item_id}/target-date", version=version(robot, item_id), day="2026-12-18")

    assert times(desk, item_id) == before


def test_f19_after_the_schedule_is_taken_back_nothing_waits(desk: Desk, program: Programs) -> None:
    robot, item_id = program(), desk.scheduled()
    robot.send(f"/api/v1/items/{item_id}/unschedule", version=version(robot, item_id))

    assert times(desk, item_id) == (None, set())


def test_f19_after_the_only_job_is_sent_now(desk: Desk, program: Programs) -> None:
    robot, item_id = program(), desk.scheduled()
    job = robot.ask(f"/api/v1/jobs?item={item_id}")["jobs"][0]
    robot.send(f"/api/v1/jobs/{job['id']}/send-now")

    assert agree(desk, item_id)


def test_f19_after_publish_now(desk: Desk, program: Programs) -> None:
    robot, item_id = program(), desk.scheduled()
    done = robot.send(f"/api/v1/items/{item_id}/publish-now", version=version(robot, item_id))

    assert done["jobs"][0]["state"] == "dispatched"
    assert agree(desk, item_id)


def test_f19_after_the_only_job_is_cancelled_the_item_has_left_the_plan(desk: Desk, program: Programs) -> None:
    robot, item_id = program(), desk.scheduled()
    job = robot.ask(f"/api/v1/jobs?item={item_id}")["jobs"][0]
    robot.send(f"/api/v1/jobs/{job['id']}/cancel")

    assert robot.ask(f"/api/v1/items/{item_id}")["status"] == "approved"
    assert times(desk, item_id)[1] == set()


def test_a_dry_run_says_what_would_move_and_moves_nothing(desk: Desk, program: Programs) -> None:
    robot, item_id = program(), desk.scheduled()
    before = times(desk, item_id)
    done = schedule(robot, item_id, wall="2026-12-17T08:15:00", zone="Europe/Berlin", dry_run=True)

    assert (done["dry_run"], done["moved"][0]["after"]) == (True, "2026-12-17T07:15:00Z")
    assert times(desk, item_id) == before
