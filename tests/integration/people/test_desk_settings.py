"""What administrators set for the whole desk."""

import pytest
from sqlalchemy import select

from editorial.domain.people import Role
from editorial.domain.workflow import Status
from editorial.services import content
from editorial.services.deps import Deps
from editorial.store.content import get_item
from editorial.store.history import HistoryEvent
from editorial.store.people import Workspace
from tests.integration.plans import Desk, make_desk
from tests.web import add_person

FIELDS = {"name": "Northgauge", "language": "en", "zone": "Asia/Shanghai", "week_start": "0", "self_approval": "alone"}


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return make_desk(deps)


def stored(desk: Desk) -> Workspace:
    with desk.deps.sessions() as session:
        return session.get_one(Workspace, 1)


def events(desk: Desk) -> list[HistoryEvent]:
    with desk.deps.sessions() as session:
        return list(session.scalars(select(HistoryEvent).where(HistoryEvent.action == "workspace.changed")))


@pytest.mark.parametrize(("typed", "kept"), [("alone", None), ("yes", True), ("no", False)])
def test_an_administrator_says_whether_one_may_approve_ones_own_text(desk: Desk, typed: str, kept: bool | None) -> None:
    desk.as_(desk.admin).post("/settings", **(FIELDS | {"self_approval": typed}))

    assert stored(desk).self_approval is kept


def test_the_form_shows_what_is_set(desk: Desk) -> None:
    visitor = desk.as_(desk.admin)
    visitor.post("/settings", **(FIELDS | {"self_approval": "no", "week_start": "6", "language": "zh_Hans_CN"}))

    page = visitor.get("/settings")

    assert '<option value="no" selected>' in page
    assert '<option value="6" selected>' in page
    assert '<option value="zh_Hans_CN" selected>' in page


def test_a_change_leaves_an_event_with_both_values(desk: Desk) -> None:
    desk.as_(desk.admin).post("/settings", **(FIELDS | {"self_approval": "no"}))

    assert [(one.actor_id, one.before, one.after) for one in events(desk)] == [
        (desk.admin.id, {"self_approval": "alone"}, {"self_approval": "no"})
    ]


def test_a_save_that_changes_nothing_writes_nothing(desk: Desk) -> None:
    desk.as_(desk.admin).post("/settings", **FIELDS)

    assert events(desk) == []


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "This field is empty."),
        ("zone", "Mars/Olympus", "Mars/Olympus"),
        ("week_start", "9", "no such day of the week"),
        ("self_approval", "perhaps", "does not fit here"),
        ("language", "tlh", "does not fit here"),
    ],
)
def test_what_cannot_be_used_is_said_and_changes_nothing(desk: Desk, field: str, value: str, says: str) -> None:
    answer = desk.as_(desk.admin).post("/settings", **(FIELDS | {"name": "Other", field: value}))

    assert (answer.status_code, says in answer.text) == (422, True)
    assert (stored(desk).name, events(desk)) == ("Northgauge", [])


def test_only_administrators_see_and_change_them(desk: Desk) -> None:
    visitor = desk.as_(desk.writer)

    assert "/settings" not in visitor.get("/coverage")
    visitor.get("/settings", status=403)
    assert visitor.post("/settings", **FIELDS).status_code == 403


def test_who_may_not_approve_their_own_text_reads_which_setting_forbids_it(desk: Desk) -> None:
    both = add_person(desk.deps, "Ada Brandt", Role.EDITOR, Role.APPROVER)
    item_id = desk.create()
    with desk.deps.sessions.begin() as session:
        version = get_item(session, item_id).version
        content.save(session, desk.deps, both, item_id, desk.draft(body="Hers."), version=version)
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        desk.move(item_id, step)
    desk.as_(desk.admin).post("/settings", **(FIELDS | {"self_approval": "no"}))

    refused = desk.as_(both).get(f"/items/{item_id}")
    desk.as_(desk.admin).post("/settings", **(FIELDS | {"self_approval": "yes"}))

    assert "under “Settings”, “Approving one&#39;s own text”" in refused
    assert "under “Settings”" not in desk.as_(both).get(f"/items/{item_id}")


def test_a_new_site_and_an_invitation_start_with_what_the_desk_says(desk: Desk) -> None:
    visitor = desk.as_(desk.admin)
    visitor.post("/settings", **(FIELDS | {"zone": "Europe/Berlin", "language": "zh_Hans_CN"}))

    site, team = visitor.get("/sites/new"), visitor.get("/team")

    assert '<option value="Europe/Berlin" selected>' in site
    assert '<option value="zh_Hans_CN" selected>' in site
    assert '<option value="zh_Hans_CN" selected>' in team
