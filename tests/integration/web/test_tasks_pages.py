"""Tasks and muting, as people use them: on a finding, on an item, and in the list."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from editorial.domain.findings import FindingState
from editorial.domain.locales import Language
from editorial.domain.people import Role
from editorial.domain.tasks import TaskState
from editorial.domain.urls import n2
from editorial.services import tasks
from editorial.services.deps import Deps
from editorial.services.task_pages import marks_of_items
from editorial.store.audit import Audit, AuditState, Finding
from editorial.store.content import ContentItem
from editorial.store.people import Person
from editorial.store.tasks import Task
from tests.conftest import Clock
from tests.integration.web.audited import BASE, add_site, audit, good, untitled
from tests.web import Visitor, add_person, add_workspace, application, visitor


@pytest.fixture
def app(deps: Deps) -> Flask:
    add_workspace(deps)
    return application(deps)


@pytest.fixture
def ed(deps: Deps, app: Flask) -> Person:
    return add_person(deps, "Ed", Role.EDITOR)


@pytest.fixture
def editor(app: Flask, deps: Deps, ed: Person) -> Visitor:
    return visitor(app, deps, ed)


@pytest.fixture
def finding(deps: Deps, app: Flask) -> int:
    """The one finding of a site whose page has no title."""
    audit(deps, add_site(deps), [untitled("pricing")])
    with deps.sessions() as session:
        return session.scalars(select(Finding.id)).one()


def state(deps: Deps) -> FindingState:
    with deps.sessions() as session:
        return session.scalars(select(Finding.state)).one()


def task(deps: Deps) -> Task:
    with deps.sessions() as session:
        return session.scalars(select(Task)).one()


def test_one_click_makes_a_task_that_the_list_shows(editor: Visitor, finding: int) -> None:
    before = editor.get(f"/audits/findings/{finding}")
    editor.post(f"/audits/findings/{finding}/tasks")

    page, listed = editor.get(f"/audits/findings/{finding}"), editor.get("/tasks")

    assert "Make a task" in before
    assert "Make a task" not in page
    assert "Until Wed 16 Dec" in page
    assert "Title missing" in listed
    assert "/pricing" in listed


def test_a_task_that_is_overdue_is_found_and_said_to_be(
    editor: Visitor, deps: Deps, clock: Clock, finding: int
) -> None:
    editor.post(f"/audits/findings/{finding}/tasks")
    early = editor.get("/tasks?when=late")
    clock.forward(days=8)

    late = editor.get("/tasks?when=late")

    assert "Nothing is overdue." in early
    assert "Overdue since Wed 16 Dec" in late


def test_a_task_of_another_is_under_everybodys(app: Flask, deps: Deps, editor: Visitor, finding: int) -> None:
    editor.post(f"/audits/findings/{finding}/tasks")
    mei = visitor(app, deps, add_person(deps, "Mei Lin"))

    assert "Nothing is to be done." in mei.get("/tasks")
    assert "Title missing" in mei.get("/tasks?whose=all")


def test_a_task_is_closed_opened_and_given_away_by_hand(editor: Visitor, deps: Deps, finding: int) -> None:
    mei = add_person(deps, "Mei Lin")
    editor.post(f"/audits/findings/{finding}/tasks")
    number = task(deps).id

    editor.post(f"/tasks/{number}/closing")
    closed = editor.get("/tasks?when=done")
    editor.post(f"/tasks/{number}/opening")
    editor.post(f"/tasks/{number}", version=task(deps).version, assignee=mei.id, due_on="2026-12-24")

    assert "Closed by hand" in closed
    assert (task(deps).state, task(deps).assignee_id, str(task(deps).due_on)) == (TaskState.OPEN, mei.id, "2026-12-24")


def test_the_page_shows_what_an_audit_proved(editor: Visitor, deps: Deps, clock: Clock, finding: int) -> None:
    editor.post(f"/audits/findings/{finding}/tasks")
    clock.forward(days=7)
    with deps.sessions() as session:
        site = session.get_one(Finding, finding).site_id
    audit(deps, site, [good("pricing")])
    tasks.settle(deps)

    assert "Proven by the audit" in editor.get(f"/audits/findings/{finding}")


def test_an_item_lists_its_tasks(editor: Visitor, deps: Deps, ed: Person) -> None:
    site = add_site(deps)
    with deps.sessions.begin() as session:
        item = ContentItem(
            type_id=3,
            title="How we price",
            language=Language.EN,
            owner_id=ed.id,
            site_id=site,
            url=f"{BASE}pricing",
            url_n2=n2(f"{BASE}pricing"),
            content_hash="0" * 64,
            created_at=deps.now(),
            updated_at=deps.now(),
        )
        session.add(item)
        session.flush()
        item_id = item.id
    audit(deps, site, [untitled("pricing")])
    with deps.sessions() as session:
        number = session.scalars(select(Finding.id)).one()
    editor.post(f"/audits/findings/{number}/tasks")

    assert "Until Wed 16 Dec" in editor.get(f"/items/{item_id}")
    with deps.sessions() as session:
        marks = marks_of_items(session, [item_id], [item_id])
    assert marks == ({item_id: 1}, {item_id: 1})


def test_a_finding_is_muted_counted_apart_and_opened_again(editor: Visitor, deps: Deps, finding: int) -> None:
    with deps.sessions() as session:
        site = session.get_one(Finding, finding).site_id
    editor.post(f"/audits/findings/{finding}/mute", scope="finding", reason="It is a frame.", until="2027-01-09")
    muted = state(deps)
    listed = editor.get(f"/audits/sites/{site}/findings")
    apart = editor.get(f"/audits/sites/{site}/findings?state=muted")
    page = editor.get(f"/audits/findings/{finding}")
    editor.post(f"/audits/findings/{finding}/unmute")

    assert (muted, state(deps)) == (FindingState.MUTED, FindingState.PERSISTING)
    assert "0 open on northgauge.example." in listed
    assert "1 is muted." in listed
    assert f'data-finding="{finding}"' in apart
    assert "It is a frame." in page
    assert "Muted until Sat 9 Jan" in page


def test_a_mute_that_is_refused_keeps_what_was_typed(editor: Visitor, deps: Deps, finding: int) -> None:
    answer = editor.post(
        f"/audits/findings/{finding}/mute", scope="site", reason="Our frame <b>has</b> none.", until=""
    )

    assert answer.status_code == 422
    assert "Our frame &lt;b&gt;has&lt;/b&gt; none." in answer.text
    assert "until a day only" in answer.text
    assert state(deps) is FindingState.NEW


@pytest.mark.parametrize("path", ["tasks", "mute", "unmute"])
def test_a_viewer_may_neither_mute_nor_make_tasks(app: Flask, deps: Deps, finding: int, path: str) -> None:
    viewer = visitor(app, deps, add_person(deps, "Vera", Role.VIEWER))

    assert viewer.post(f"/audits/findings/{finding}/{path}", reason="No.").status_code == 403
    assert "Make a task" not in viewer.get(f"/audits/findings/{finding}")


def test_a_task_is_made_by_hand_from_an_item_and_shown_with_its_history(
    editor: Visitor, deps: Deps, ed: Person
) -> None:
    with deps.sessions.begin() as session:
        item = ContentItem(
            type_id=3,
            title="How we price",
            language=Language.EN,
            owner_id=ed.id,
            content_hash="0" * 64,
            created_at=deps.now(),
            updated_at=deps.now(),
        )
        session.add(item)
        session.flush()
        item_id = item.id
    form = editor.get(f"/tasks/new?item={item_id}")
    editor.post(
        "/tasks", title="  Ask <b>Anna</b>  ", assignee=ed.id, due_on="2026-12-18", item=item_id, note="By phone."
    )

    page = editor.get(f"/tasks/{task(deps).id}")

    assert f"/tasks/new?item={item_id}" in editor.get(f"/items/{item_id}")
    assert "How we price" in form
    assert "Ask &lt;b&gt;Anna&lt;/b&gt;" in page
    assert "Until Fri 18 Dec" in page
    assert "Made the task" in page
    assert "Ask &lt;b&gt;Anna&lt;/b&gt;" in editor.get(f"/items/{item_id}")
    assert "Ask &lt;b&gt;Anna&lt;/b&gt;" in editor.get("/tasks")


def test_a_task_that_is_refused_keeps_what_was_typed(editor: Visitor, deps: Deps) -> None:
    answer = editor.post("/tasks", title="", note="By <i>phone</i>.", url="nowhere", due_on="2026-12-18")

    assert answer.status_code == 422
    assert "The task has no title." in answer.text
    assert "By &lt;i&gt;phone&lt;/i&gt;." in answer.text
    with deps.sessions() as session:
        assert session.scalars(select(Task)).all() == []


def test_a_stale_change_shows_both_versions(editor: Visitor, deps: Deps, ed: Person) -> None:
    editor.post("/tasks", title="Ask Anna", assignee=ed.id)
    number = task(deps).id
    fields = {"version": 1, "assignee": ed.id, "kind": "other", "url": "", "site": "", "item": ""}
    editor.post(f"/tasks/{number}", **fields | {"title": "Theirs"})

    answer = editor.post(f"/tasks/{number}", **fields | {"title": "Mine"})

    assert answer.status_code == 409
    assert "<del>Theirs</del><ins>Mine</ins>" in answer.text
    assert 'name="version" value="2"' in answer.text  # saving again keeps mine
    assert task(deps).title == "Theirs"


def test_one_task_is_made_of_the_ticked_findings(editor: Visitor, deps: Deps, app: Flask) -> None:
    site = add_site(deps)
    audit(deps, site, [untitled("a"), untitled("b"), untitled("c")])
    with deps.sessions() as session:
        first, second, third = session.scalars(select(Finding.id).order_by(Finding.id)).all()
    address = f"/audits/sites/{site}/task"
    before = editor.get(f"{address}?rule=title-missing")
    nothing = editor.post(address, rule="title-missing")
    editor.post(address, rule="title-missing", findings=[first, second], note="Before the fair.")
    after = editor.get(f"{address}?rule=title-missing")
    page = editor.get(f"/tasks/{task(deps).id}")

    assert f"{address}?rule=title-missing" in editor.get(f"/audits/sites/{site}/findings")
    assert before.count('name="findings"') == 3
    assert nothing.status_code == 422
    assert f'value="{third}"' in after
    assert after.count('name="findings"') == 1
    assert "0 of 2 findings closed" in page
    assert page.count("/audits/findings/") == 2


def test_a_task_is_called_off_and_opened_again(editor: Visitor, deps: Deps) -> None:
    editor.post("/tasks", title="Ask Anna")
    number = task(deps).id
    editor.post(f"/tasks/{number}/calling-off")
    page = editor.get(f"/tasks/{number}")
    editor.post(f"/tasks/{number}/opening", **{"from": "task"})

    assert "Called off, " in page
    assert (task(deps).state, task(deps).called_off) == (TaskState.OPEN, False)


def test_the_sections_count_ones_own_open_tasks(app: Flask, deps: Deps, editor: Visitor, ed: Person) -> None:
    mei = visitor(app, deps, add_person(deps, "Mei Lin"))
    editor.post("/tasks", title="Ask Anna", assignee=ed.id)
    editor.post("/tasks", title="Ask Bo", assignee=ed.id)

    assert '<span aria-hidden="true">2</span><span class="sr">2 open</span>' in editor.get("/audits")
    assert '<span aria-hidden="true">2</span>' not in mei.get("/audits")


def test_the_list_is_filtered_by_site_and_rule(editor: Visitor, deps: Deps, finding: int) -> None:
    editor.post(f"/audits/findings/{finding}/tasks")
    editor.post("/tasks", title="Ask Anna")
    with deps.sessions() as session:
        site = session.get_one(Finding, finding).site_id

    filtered = editor.get(f"/tasks?whose=all&site={site}&rule=title-missing")

    assert "Ask Anna" in editor.get("/tasks?whose=nobody")
    assert "Ask Anna" not in filtered
    assert "/pricing" in filtered
    assert "No task fits these filters." in editor.get("/tasks?rule=no-such-rule")


@pytest.mark.parametrize(
    "path",
    ["/tasks", "/tasks/1", "/tasks/1/closing", "/tasks/1/opening", "/tasks/1/calling-off", "/audits/sites/1/task"],
)
def test_a_viewer_changes_no_task(app: Flask, deps: Deps, editor: Visitor, path: str) -> None:
    editor.post("/tasks", title="Ask Anna")
    viewer = visitor(app, deps, add_person(deps, "Vera", Role.VIEWER))

    assert viewer.post(path, title="Mine").status_code == 403
    assert "Ask Anna" in viewer.get(f"/tasks/{task(deps).id}")
    assert "Change the task" not in viewer.get(f"/tasks/{task(deps).id}")


@pytest.mark.parametrize("after", ["x", "2026-12-09", "2026-12-09.x", "9" * 12])
def test_a_broken_place_in_the_tasks_is_refused_in_words(editor: Visitor, after: str) -> None:
    assert "Begin at the first page." in editor.get(f"/tasks?after={after}", status=422)


def test_an_audit_is_paused_and_goes_on(editor: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    editor.post(f"/audits/sites/{site}/audits")
    with deps.sessions() as session:
        number = session.scalars(select(Audit.id)).one()

    editor.post(f"/audits/{number}/pause")
    paused = editor.get("/audits")
    editor.post(f"/audits/{number}/going-on")

    assert "The audit is paused." in paused
    assert "Go on" in paused
    assert "Pause it" in editor.get("/audits")


def test_the_progress_names_rate_and_time_left(editor: Visitor, deps: Deps) -> None:
    site = add_site(deps)
    editor.post(f"/audits/sites/{site}/audits")
    with deps.sessions.begin() as session:
        row = session.scalars(select(Audit)).one()
        row.state, row.heartbeat_at, row.fetched, row.known = AuditState.RUNNING, deps.now(), 300, 1500
        row.taken_up_at, row.fetched_before = deps.now() - timedelta(seconds=100), 100

    page = editor.get("/audits")

    assert "2.0 pages a second, about 10 minutes left for what is known" in page
