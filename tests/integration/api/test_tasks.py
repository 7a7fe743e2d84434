"""Tasks, as programs make, change and close them."""

from typing import Any

import pytest
from sqlalchemy import func, select

from editorial.domain.people import Role
from editorial.services import tasks
from editorial.store.content import Site
from editorial.store.tasks import Task
from tests.integration.api.conftest import Program, Programs
from tests.integration.plans import Desk
from tests.integration.web.audited import BASE, audit, good, untitled
from tests.web import add_person


@pytest.fixture
def site(desk: Desk) -> int:
    """A site with two pages that have no title."""
    with desk.deps.sessions() as session:
        site = session.scalars(select(Site.id)).one()
    audit(desk.deps, site, [untitled("a"), untitled("b")])
    return site


def findings(robot: Program, site: int) -> list[int]:
    found = robot.ask(f"/api/v1/findings?site={site}&rule=title-missing&state=all")["findings"]
    return sorted(one["id"] for one in found)


def count(desk: Desk) -> int:
    with desk.deps.sessions() as session:
        return session.scalar(select(func.count()).select_from(Task)) or 0


def test_a_task_by_hand_is_made_changed_and_closed(desk: Desk, program: Programs) -> None:
    robot = program()
    made = robot.send("/api/v1/tasks", status=201, title="Ask Anna", kind="interview", due_on="2026-12-01")
    changed = robot.patch(f"/api/v1/tasks/{made['id']}", version=made["version"], assignee_id=desk.admin.id)
    done = robot.send(f"/api/v1/tasks/{made['id']}/done")
    again = robot.send(f"/api/v1/tasks/{made['id']}/reopen")
    off = robot.send(f"/api/v1/tasks/{made['id']}/call-off")

    assert (made["state"], made["late"], made["kind"], made["assignee_id"]) == ("open", True, "interview", None)
    assert (changed["title"], changed["assignee_id"]) == ("Ask Anna", desk.admin.id)
    assert (done["state"], done["closed_how"], done["closed_by"]) == ("done", "hand", desk.admin.id)
    assert (again["state"], off["state"], off["called_off"]) == ("open", "done", True)


def test_one_task_is_made_of_several_findings_and_closed_by_the_audit(desk: Desk, program: Programs, site: int) -> None:
    robot = program()
    ids = findings(robot, site)
    made = robot.send("/api/v1/tasks", status=201, findings=ids, note="Before the fair.")
    audit(desk.deps, site, [good("a"), good("b")])
    tasks.settle(desk.deps)
    after = robot.ask(f"/api/v1/tasks/{made['id']}")

    assert (made["finding_ids"], made["title"], made["site_id"]) == (ids, "Title missing", site)
    assert (after["state"], after["closed_how"]) == ("done", "proof")
    assert robot.ask(f"/api/v1/findings/{ids[0]}")["task_ids"] == [made["id"]]


def test_one_key_makes_one_task(desk: Desk, program: Programs) -> None:
    robot = program()
    answers = [robot.post("/api/v1/tasks", key="import-7", title="Ask Anna").get_json()["id"] for _ in range(3)]

    assert (len(set(answers)), count(desk)) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "title"),
        ({"title": "A", "assignee_id": 98765}, "assignee"),
        ({"title": "A", "url": "nowhere"}, "url"),
        ({"title": "A", "colour": "red"}, "colour"),
        ({"title": "A", "kind": "holiday"}, "kind"),
        ({"title": "A", "findings": [1]}, "title"),
        ({"findings": [1, "2"]}, "findings.1"),
    ],
)
def test_what_no_task_can_be_is_refused_at_its_field(
    desk: Desk, program: Programs, fields: dict[str, Any], field: str
) -> None:
    assert program().send("/api/v1/tasks", status=422, **fields)["error"]["field"] == field
    assert count(desk) == 0


def test_a_change_of_an_older_version_shows_both_sides(program: Programs) -> None:
    robot = program()
    made = robot.send("/api/v1/tasks", status=201, title="Ask Anna")
    robot.patch(f"/api/v1/tasks/{made['id']}", version=made["version"], title="Theirs")
    error = robot.patch(f"/api/v1/tasks/{made['id']}", status=409, version=made["version"], title="Mine")["error"]

    assert (error["code"], error["yours"]["title"], error["theirs"]["title"]) == ("stale_version", "Mine", "Theirs")


def test_tasks_are_listed_through_filters_page_after_page(desk: Desk, program: Programs, site: int) -> None:
    robot = program()
    ids = findings(robot, site)
    fix = robot.send("/api/v1/tasks", status=201, findings=ids)["id"]
    late = robot.send("/api/v1/tasks", status=201, title="Old", due_on="2026-12-01")["id"]
    last = robot.send("/api/v1/tasks", status=201, title="New", url=f"{BASE}c")["id"]

    def listed(query: str = "") -> list[int]:
        return [one["id"] for one in robot.ask(f"/api/v1/tasks{query}")["tasks"]]

    assert listed() == [late, fix, last]
    assert listed(f"?site={site}") == [fix, last]
    assert listed("?rule=title-missing") == listed(f"?finding={ids[1]}") == listed("?whose=mine") == [fix]
    assert listed("?state=late") == [late]
    assert listed("?state=all") == [last, late, fix]
    first = robot.ask("/api/v1/tasks?limit=2")
    assert [one["id"] for one in robot.ask(f"/api/v1/tasks?after={first['next']}")["tasks"]] == [last]
    assert robot.ask("/api/v1/tasks?after=x", status=422)


def test_somebody_who_only_looks_makes_no_task(desk: Desk, program: Programs) -> None:
    viewer = program(add_person(desk.deps, "Vera", Role.VIEWER))

    assert viewer.send("/api/v1/tasks", status=403, title="A")["error"]["code"] == "not_allowed"
    assert viewer.ask("/api/v1/tasks") == {"tasks": [], "next": None}
