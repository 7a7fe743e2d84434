"""Moving an item with several jobs: what it would do is shown first, and one undo brings all of it back."""

import re
from datetime import datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from editorial.domain.jobs import Nature
from editorial.domain.plans import HOUR
from editorial.domain.slots import slot, zone_named
from editorial.domain.workflow import Status
from editorial.services import cascade
from editorial.services.cascade import Fate
from editorial.services.deps import Deps
from editorial.store.content import get_item
from editorial.store.distribution import get_channel
from tests.integration.distribution.test_channel_plans import add_channel, at, due, live, save
from tests.integration.plans import SLOT, ZONE, Desk, make_desk


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return make_desk(deps)


@pytest.fixture
def item_id(desk: Desk) -> int:
    """Its page at ten, a chat two hours later, a reminder that is pinned to the 24th."""
    chat = add_channel(desk, "Chat")
    item_id = desk.scheduled()
    save(desk, item_id, chat, carried=True, offset_minutes=2 * HOUR)
    save(desk, item_id, chat, "reminder", carried=True, own=at(datetime(2026, 12, 24, 9, 0)))
    return item_id


def look(desk: Desk, item_id: int, wall: datetime) -> cascade.Cascade:
    with desk.deps.sessions() as session:
        planned = slot(wall, zone_named(ZONE))
        return cascade.preview(session, get_item(session, item_id), planned, now=desk.deps.now())


def test_it_says_of_each_job_whether_it_moves_or_stays(desk: Desk, item_id: int) -> None:
    found = look(desk, item_id, SLOT + timedelta(days=1))

    assert [(row.label, row.fate) for row in found.rows] == [
        ("Website", Fate.MOVES),
        ("Chat", Fate.MOVES),
        ("Chat · reminder", Fate.STAYS),
    ]


def test_it_says_from_when_to_when(desk: Desk, item_id: int) -> None:
    chat = look(desk, item_id, SLOT + timedelta(days=1)).rows[1]
    first = at(SLOT).instant + timedelta(hours=2)

    assert (chat.origin, chat.to) == (first, first + timedelta(days=1))


def test_it_says_what_falls_into_quiet_hours(desk: Desk, item_id: int) -> None:
    with desk.deps.sessions.begin() as session:
        channel = get_channel(session, 2)
        channel.quiet_from, channel.quiet_until, channel.quiet_zone = "22:00", "08:00", ZONE
    late = datetime(2026, 12, 15, 21, 0)

    assert look(desk, item_id, late).rows[1].quiet_until == at(datetime(2026, 12, 16, 8, 0)).instant


def test_it_says_why_the_jobs_cannot_be_like_that(desk: Desk, item_id: int) -> None:
    assert look(desk, item_id, datetime(2026, 12, 25, 10, 0)).refusal is not None


def test_one_job_alone_is_no_question(desk: Desk) -> None:
    assert not look(desk, desk.scheduled(), SLOT + timedelta(days=1)).matters


def move(desk: Desk, item_id: int, **fields: object) -> TestResponse:
    version = desk.item(item_id).version
    visitor = desk.as_(desk.admin)
    return visitor.post(f"/items/{item_id}/day", day="2026-12-16", publish_time="moves", version=version, **fields)


def test_a_move_is_asked_about_before_it_happens(desk: Desk, item_id: int) -> None:
    before = due(desk, item_id)
    answer = move(desk, item_id)

    assert (answer.status_code, due(desk, item_id)) == (409, before)
    assert "Chat · reminder" in answer.text
    assert "stays: it has a time of its own" in answer.text


def test_a_confirmed_move_takes_its_jobs_along(desk: Desk, item_id: int) -> None:
    before = due(desk, item_id)
    move(desk, item_id, confirmed="1")
    day = timedelta(days=1)

    assert due(desk, item_id) == {
        ("Website", ""): before["Website", ""] + day,
        ("Chat", ""): before["Chat", ""] + day,
        ("Chat", "reminder"): before["Chat", "reminder"],
    }


def test_one_undo_brings_all_of_it_back(desk: Desk, item_id: int) -> None:
    before = due(desk, item_id)
    move(desk, item_id, confirmed="1")
    page = desk.as_(desk.admin).get(f"/items/{item_id}")
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    desk.as_(desk.admin).post("/undos", token=token[1])

    assert due(desk, item_id) == before


def test_scripts_get_the_question_as_a_part_of_a_page(desk: Desk, item_id: int) -> None:
    visitor, version = desk.as_(desk.admin), desk.item(item_id).version
    answer = visitor.send(f"/items/{item_id}/day", day="2026-12-16", publish_time="moves", version=version)

    said = answer.get_json()
    assert (answer.status_code, said["past"]) == (409, 0)
    assert "Chat · reminder" in said["confirm"]


def test_scheduling_from_the_items_page_asks_what_becomes_of_what_is_past(desk: Desk) -> None:
    mirror = add_channel(desk, "Mirror", nature=Nature.PAGE_MAKING)
    item_id = desk.approved()
    save(desk, item_id, mirror, carried=True, offset_minutes=-30)
    fields = {
        "publish_day": "2026-12-09", "publish_time": "10:10", "publish_zone": ZONE, "what": "schedule",
        "version": desk.item(item_id).version,
    }  # fmt: skip
    asked = desk.as_(desk.admin).post(f"/items/{item_id}/slot", **fields)
    before = desk.item(item_id).status
    desk.as_(desk.admin).post(f"/items/{item_id}/slot", **fields, confirmed="1", past="leave_out")

    assert (asked.status_code, before, desk.item(item_id).status) == (409, Status.APPROVED, Status.SCHEDULED)
    assert set(live(desk, item_id)) == {("Website", "")}


def together(desk: Desk, items: list[int], **fields: object) -> TestResponse:
    """Several items shifted by a day, their publish times too."""
    chosen = [f"{one}:{desk.item(one).version}" for one in items]
    return desk.as_(desk.admin).post(
        "/items/together", item=chosen, what="shift", days="1", publish_time="moves", back="/calendar/list", **fields
    )


def test_a_move_of_several_shows_the_jobs_of_each_before_it_happens(desk: Desk, item_id: int) -> None:
    other = desk.scheduled(title="The other piece")
    before = due(desk, item_id)

    asked = together(desk, [item_id, other])

    assert (asked.status_code, due(desk, item_id), desk.item(other).publish_wall) == (409, before, SLOT)
    assert [words in asked.text for words in ("The other piece", "Chat · reminder", "4 jobs")] == [True] * 3
    assert asked.text.count('<input type="hidden" name="item"') == 2  # the same form once more moves them


def test_a_confirmed_move_of_several_takes_their_jobs_along(desk: Desk, item_id: int) -> None:
    other = desk.scheduled(title="The other piece")
    first = due(desk, item_id)["Chat", ""]

    done = together(desk, [item_id, other], confirmed="1")

    day = timedelta(days=1)
    assert (done.status_code, due(desk, item_id)["Chat", ""]) == (200, first + day)
    assert desk.item(other).publish_wall == SLOT + day


def test_a_move_of_several_plans_alone_asks_nothing(desk: Desk, item_id: int) -> None:
    chosen = f"{item_id}:{desk.item(item_id).version}"

    done = desk.as_(desk.admin).post("/items/together", item=chosen, what="shift", days="1")

    assert (done.status_code, desk.item(item_id).publish_wall) == (200, SLOT)


def test_a_stale_item_of_several_is_named_and_not_asked_about(desk: Desk, item_id: int) -> None:
    answer = desk.as_(desk.admin).post(
        "/items/together", item=f"{item_id}:99", what="shift", days="1", publish_time="moves"
    )

    assert answer.status_code == 409
    assert "1 item stays as it was." in answer.text


def test_jobs_of_several_that_fall_into_the_past_become_what_somebody_says(desk: Desk) -> None:
    mirror = add_channel(desk, "Mirror", nature=Nature.PAGE_MAKING)
    item_id = desk.scheduled(datetime(2026, 12, 15, 10, 10))  # it is ten o'clock on the ninth
    save(desk, item_id, mirror, carried=True, offset_minutes=-30)
    fields = {"what": "shift", "days": "-6", "publish_time": "moves"}
    chosen = f"{item_id}:{desk.item(item_id).version}"

    asked = desk.as_(desk.admin).post("/items/together", item=chosen, **fields)
    desk.as_(desk.admin).post("/items/together", item=chosen, **fields, confirmed="1", past="leave_out")

    assert (asked.status_code, 'name="past" value="leave_out"' in asked.text) == (409, True)
    assert set(live(desk, item_id)) == {("Website", "")}
