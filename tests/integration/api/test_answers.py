"""What a program is told: refusals it can act on, conflicts with both sides, and one thing done once."""

import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from editorial.store.content import ContentItem
from tests.integration.api.conftest import Programs
from tests.integration.plans import Desk

ITEM: dict[str, Any] = {"title": "A webinar", "type_id": 1, "language": "en"}


def items(desk: Desk) -> int:
    with desk.deps.sessions() as session:
        return session.scalar(select(func.count()).select_from(ContentItem)) or 0


def test_an_item_is_made_and_found_again(program: Programs) -> None:
    robot = program()
    made = robot.send(
        "/api/v1/items", status=201, **ITEM, target_date="2026-12-20", cells=[{"role_id": 2, "step_id": 4}]
    )

    assert robot.ask(f"/api/v1/items/{made['id']}")["cells"] == [{"role_id": 2, "step_id": 4, "is_primary": True}]
    assert [one["id"] for one in robot.ask("/api/v1/items?first=2026-12-20&status=idea")["items"]] == [made["id"]]


def test_a_change_leaves_what_was_not_sent(program: Programs) -> None:
    robot = program()
    made = robot.send("/api/v1/items", status=201, **ITEM, body="Words.")
    changed = robot.patch(f"/api/v1/items/{made['id']}", version=made["version"], title="Another title")

    assert (changed["title"], changed["body"]) == ("Another title", "Words.")


def test_a_change_of_an_older_version_shows_both_sides(program: Programs) -> None:
    robot = program()
    made = robot.send("/api/v1/items", status=201, **ITEM)
    robot.patch(f"/api/v1/items/{made['id']}", version=made["version"], title="Theirs")
    error = robot.patch(f"/api/v1/items/{made['id']}", status=409, version=made["version"], title="Mine")["error"]

    assert error["code"] == "stale_version"
    assert (error["yours"]["title"], error["theirs"]["title"]) == ("Mine", "Theirs")
    assert error["theirs"]["version"] > error["yours"]["version"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": 7}, "title"),
        ({"type_id": "1"}, "type_id"),
        ({"type_id": True}, "type_id"),
        ({"colour": "red"}, "colour"),
        ({"title": "x" * 201}, "title"),
        ({"type_id": 99}, "type"),
        ({"target_date": "soon"}, "target_date"),
        ({"cells": [{"role_id": 1}]}, "cells.0.step_id"),
        ({"title": "   "}, "title"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_field(
    desk: Desk, program: Programs, fields: dict[str, Any], field: str
) -> None:
    error = program().send("/api/v1/items", status=422, **(ITEM | fields))["error"]

    assert error["field"] == field
    assert items(desk) == 0


@pytest.mark.parametrize("address", ["/api/v1/items?colour=red", "/api/v1/jobs?state=lost", "/api/v1/items?limit=1000"])
def test_what_nobody_understands_in_an_address_is_refused(program: Programs, address: str) -> None:
    assert program().ask(address, status=422)["error"]["code"] == "invalid"


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"wall": "2027-03-28T02:30:00", "zone": "Europe/Berlin"}, "nonexistent_time"),
        ({"wall": "2026-12-15T10:00:00", "zone": "Berlin"}, "unknown_zone"),
        ({"wall": "2026-12-15T10:00:00"}, "invalid"),
        ({"wall": "2026-12-15T10:00:00+01:00", "zone": "Europe/Berlin"}, "invalid"),
        ({"instant": "2026-12-15T10:00:00"}, "invalid"),
        ({"instant": "2020-12-15T10:00:00Z"}, "step_refused"),
        ({}, "invalid"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_a_hint(
    desk: Desk, program: Programs, when: dict[str, Any], code: str
) -> None:
    item_id = desk.approved()
    version = desk.item(item_id).version
    answer = program().post(f"/api/v1/items/{item_id}/schedule", version=version, **when)

    assert answer.status_code in {409, 422}
    assert answer.get_json()["error"]["code"] == code
    assert answer.get_json()["error"]["hint"]


def test_the_second_of_two_equal_hours_can_be_meant(desk: Desk, program: Programs) -> None:
    item_id = desk.approved()
    done = program().send(
        f"/api/v1/items/{item_id}/schedule", version=desk.item(item_id).version,
        wall="2027-10-31T02:30:00", zone="Europe/Berlin", fold=1,
    )  # fmt: skip

    assert done["item"]["publish_at"] == "2027-10-31T01:30:00Z"
    assert "second" in done["says"]


def test_errors_speak_the_language_that_is_asked_for(desk: Desk, program: Programs) -> None:
    error = program().ask("/api/v1/items/99", status=404, headers={"Accept-Language": "zh-CN"})["error"]

    assert error["code"] == "not_found"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error["message"])


@pytest.mark.parametrize(
    ("path", "method", "status"), [("/api/v1/nowhere", "GET", 404), ("/api/v1/items", "PATCH", 405)]
)
def test_what_does_not_exist_is_said_in_json(program: Programs, path: str, method: str, status: int) -> None:
    robot = program()
    answer = robot.client.open(path, method=method, headers={"Authorization": f"Bearer {robot.secret}"})

    assert (answer.status_code, answer.mimetype) == (status, "application/json")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("title=A", "application/x-www-form-urlencoded", 415),
        ("[]", "application/json", 422),
    ],
)
def test_a_body_that_is_no_object_is_refused(program: Programs, body: str, kind: str, status: int) -> None:
    robot = program()
    answer = robot.client.post(
        "/api/v1/items", data=body, content_type=kind, headers={"Authorization": f"Bearer {robot.secret}"}
    )

    assert answer.status_code == status


def test_nul_and_half_characters_are_no_accident(program: Programs) -> None:
    robot = program()
    made = robot.send("/api/v1/items", status=201, **(ITEM | {"title": "A\x00B", "body": "a\x00b\r\nc"}))
    half = robot.client.post(
        "/api/v1/items", data='{"title":"\\ud800","type_id":1,"language":"en"}', content_type="application/json",
        headers={"Authorization": f"Bearer {robot.secret}"},
    )  # fmt: skip

    assert (made["title"], robot.ask(f"/api/v1/items/{made['id']}")["body"]) == ("AB", "ab\nc")
    assert half.status_code == 400


def test_the_list_goes_on_page_after_page(desk: Desk, program: Programs) -> None:
    made = {desk.create(title=f"Item {n}") for n in range(5)}
    robot = program()
    page = robot.ask("/api/v1/items?limit=2")
    found = [one["id"] for one in page["items"]]
    while page["next"] is not None:
        page = robot.ask(f"/api/v1/items?limit=2&after={page['next']}")
        found += [one["id"] for one in page["items"]]

    assert sorted(found) == sorted(made)


def test_a_list_that_has_not_changed_is_not_sent_again(desk: Desk, program: Programs) -> None:
    robot = program()
    headers = {"Authorization": f"Bearer {robot.secret}"}
    tag = robot.client.get("/api/v1/jobs", headers=headers).headers["ETag"]

    assert robot.client.get("/api/v1/jobs", headers=headers | {"If-None-Match": tag}).status_code == 304


def test_f06_the_same_key_makes_one_item(desk: Desk, program: Programs) -> None:
    robot = program()
    first = robot.send("/api/v1/items", status=201, key="one", **ITEM)
    again = robot.post("/api/v1/items", key="one", **ITEM)

    assert (again.status_code, again.get_json(), again.headers["Idempotent-Replayed"]) == (201, first, "true")
    assert items(desk) == 1


def test_f06_the_same_key_at_the_same_moment_makes_one_item(desk: Desk, program: Programs) -> None:
    robot, answers = program(), []
    start = threading.Barrier(4)

    def ask() -> None:
        start.wait()
        answers.append(
            desk.app.test_client()
            .post("/api/v1/items", json=ITEM,
                  headers={"Authorization": f"Bearer {robot.secret}", "Idempotency-Key": "one"})
            .get_json()
        )  # fmt: skip

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert [one.get("id") for one in answers] == [answers[0]["id"]] * 4
    assert items(desk) == 1


def test_f06_a_key_belongs_to_one_request_and_one_person(desk: Desk, program: Programs) -> None:
    robot = program()
    robot.send("/api/v1/items", status=201, key="one", **ITEM)

    assert (
        robot.send("/api/v1/items", status=422, key="one", **(ITEM | {"title": "Other"}))["error"]["code"]
        == "key_reused"
    )
    assert program(desk.writer).send("/api/v1/items", status=201, key="one", **ITEM)["id"] == 2


def test_f06_what_was_refused_may_be_sent_again(desk: Desk, program: Programs) -> None:
    robot = program()
    robot.send("/api/v1/items", status=422, key="one", **(ITEM | {"type_id": 99}))

    robot.send("/api/v1/items", status=201, key="one", **ITEM)


def test_f06_a_key_is_forgotten_after_a_day(desk: Desk, program: Programs, clock: Any) -> None:
    robot = program()
    robot.send("/api/v1/items", status=201, key="one", **ITEM)
    clock.forward(hours=25)
    robot.send("/api/v1/items", status=201, key="one", **ITEM)

    assert items(desk) == 2


def test_steps_say_what_stands_in_the_way_and_one_is_taken(desk: Desk, program: Programs) -> None:
    robot, item_id = program(), desk.create()
    found = {one["to"]: one for one in robot.ask(f"/api/v1/items/{item_id}/steps")["steps"]}
    version = desk.item(item_id).version
    done = robot.send(f"/api/v1/items/{item_id}/steps", version=version, to="brief")
    refused = robot.send(
        f"/api/v1/items/{item_id}/steps", status=409, version=done["item"]["version"], to="in_review"
    )  # fmt: skip

    assert found["brief"]["allowed"]
    assert done["item"]["status"] == "brief"
    assert refused["error"]["code"] == "step_refused"


def test_an_approval_through_the_api_is_kept_like_any_other(desk: Desk, program: Programs) -> None:
    robot, item_id = program(), desk.approved()
    robot.send(
        f"/api/v1/items/{item_id}/schedule", version=desk.item(item_id).version,
        wall="2026-12-15T10:00:00", zone="Asia/Shanghai",
    )  # fmt: skip
    back = robot.send(f"/api/v1/items/{item_id}/steps", version=desk.item(item_id).version, to="approved")

    assert (back["item"]["status"], back["jobs"]) == ("approved", [])


@pytest.mark.parametrize("path", ["names", "channels", "sites", "coverage", "findings?site=1", "jobs", "items", "me"])
def test_everything_can_be_read_by_a_viewer(desk: Desk, program: Programs, path: str) -> None:
    desk.scheduled()

    assert program(desk.viewer).ask(f"/api/v1/{path}")


def test_a_job_shows_what_may_be_decided(desk: Desk, program: Programs) -> None:
    desk.scheduled()
    robot = program()
    job = robot.ask("/api/v1/jobs?state=queued&state=held")["jobs"][0]
    found = robot.ask(f"/api/v1/jobs/{job['id']}")
    error = robot.send(f"/api/v1/jobs/{job['id']}/send-again", status=409)["error"]

    assert (found["can"]["cancel"], found["can"]["send_again"], found["attempts"]) == (True, False, [])
    assert error["code"] == "job_moved_on"


@pytest.mark.parametrize(
    "address",
    [
        "jobs?since=0001-01-01T00:00:00%2B14:00",
        "jobs?after=0001-01-01T00:00:00%2B14:00~1",
        "jobs?after=9999-12-31T23:59:59-14:00~1",
        "items?after=9999-12-31__5",
        "items?first=0001-01-01",
        "items?last=9999-12-31",
        "findings?site=1&after=1.99999999999.x",
    ],
)
def test_the_ends_of_time_break_nothing(program: Programs, address: str) -> None:
    assert program().ask(f"/api/v1/{address}", status=422)["error"]["hint"]


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"])
def test_nothing_is_scheduled_at_the_ends_of_time(desk: Desk, program: Programs, instant: str) -> None:
    item_id = desk.approved()
    version = desk.item(item_id).version

    assert program().send(f"/api/v1/items/{item_id}/schedule", status=422, version=version, instant=instant)["error"]
