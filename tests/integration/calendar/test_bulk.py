"""Several items at once: what can be done is done, the rest says why, one undo takes all back."""

from datetime import date, datetime

import pytest

from editorial.domain.errors import EditorialError
from editorial.services import bulk
from editorial.services.bulk import Outcome, What, Wish, next_working_day
from editorial.services.planning import DayRefused
from editorial.store.people import Person
from tests.integration.plans import Desk

TUESDAY, THURSDAY, FRIDAY = date(2026, 12, 15), date(2026, 12, 17), date(2026, 12, 18)


def change(desk: Desk, items: list[int], wish: Wish, *, who: Person | None = None) -> Outcome:
    chosen = [(one, desk.item(one).version) for one in items]
    with desk.deps.sessions.begin() as session:
        return bulk.change(session, desk.deps, who or desk.admin, chosen, wish)


def undo(desk: Desk, token: str | None) -> Outcome:
    with desk.deps.sessions.begin() as session:
        return bulk.undo(session, desk.deps, desk.admin, token or "")


def test_what_can_move_moves_and_the_rest_says_why(desk: Desk) -> None:
    planned, undated = desk.create(TUESDAY), desk.create(title="Without a day")

    done = change(desk, [planned, undated], Wish(What.SHIFT, days=2))

    assert (desk.item(planned).target_date, done.done) == (THURSDAY, 1)
    assert [(one.title, str(one.error)) for one in done.refused] == [("Without a day", "“Without a day” has no day.")]


def test_one_undo_takes_all_back(desk: Desk) -> None:
    items = [desk.create(TUESDAY), desk.create(THURSDAY)]
    token = change(desk, items, Wish(What.SHIFT, days=7)).undo_token

    undo(desk, token)

    assert [desk.item(one).target_date for one in items] == [TUESDAY, THURSDAY]
    with pytest.raises(DayRefused):
        undo(desk, token)


def test_an_undo_leaves_what_somebody_changed_since(desk: Desk) -> None:
    items = [desk.create(TUESDAY), desk.create(TUESDAY)]
    token = change(desk, items, Wish(What.SHIFT, days=2)).undo_token
    desk.save(items[0], title="Another title")

    back = undo(desk, token)

    assert (back.done, [one.item_id for one in back.refused]) == (1, [items[0]])
    assert [desk.item(one).target_date for one in items] == [THURSDAY, TUESDAY]


def test_publish_times_stay_unless_they_are_asked_to_move(desk: Desk) -> None:
    item = desk.scheduled()

    change(desk, [item], Wish(What.SHIFT, days=2))
    stayed = desk.item(item).publish_wall
    change(desk, [item], Wish(What.SHIFT, days=3, with_slot=True))

    assert (stayed, desk.item(item).publish_wall) == (datetime(2026, 12, 15, 10), datetime(2026, 12, 18, 10))


def test_a_writer_shifts_plans_but_no_publish_times(desk: Desk) -> None:
    plain, timed = desk.create(TUESDAY), desk.scheduled(title="Has its minute")

    done = change(desk, [plain, timed], Wish(What.SHIFT, days=3, with_slot=True), who=desk.writer)

    assert (desk.item(plain).target_date, [one.title for one in done.refused]) == (FRIDAY, ["Has its minute"])


def test_an_owner_is_set_for_all_and_taken_back(desk: Desk) -> None:
    items = [desk.create(TUESDAY), desk.create(title="Another")]

    token = change(desk, items, Wish(What.OWNER, to=desk.approver.id)).undo_token
    owners = {desk.item(one).owner_id for one in items}
    undo(desk, token)

    assert (owners, {desk.item(one).owner_id for one in items}) == ({desk.approver.id}, {desk.writer.id})


def test_a_stale_item_stays_and_is_named(desk: Desk) -> None:
    item = desk.create(TUESDAY)

    with desk.deps.sessions.begin() as session:
        done = bulk.change(session, desk.deps, desk.admin, [(item, 99)], Wish(What.SHIFT, days=1))

    assert (done.done, done.undo_token, desk.item(item).target_date) == (0, None, TUESDAY)


@pytest.mark.parametrize(("days", "chosen"), [(0, 1), (400, 1), (1, 0), (1, 201)])
def test_what_makes_no_sense_is_refused_as_a_whole(desk: Desk, days: int, chosen: int) -> None:
    pairs = [(number + 1, 1) for number in range(chosen)]

    with pytest.raises(EditorialError), desk.deps.sessions.begin() as session:
        bulk.change(session, desk.deps, desk.admin, pairs, Wish(What.SHIFT, days=days))


def test_the_next_working_day_skips_the_weekend() -> None:
    days = [date(2026, 12, 14 + number) for number in range(7)]

    assert [next_working_day(day).day for day in days] == [15, 16, 17, 18, 21, 21, 21]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_lists_form_needs_no_script(desk: Desk) -> None:
    item = desk.create(TUESDAY)
    writer = desk.as_(desk.writer)
    assert f'name="item" value="{item}:1"' in writer.get("/calendar/list?from=2026-12-01")

    page = writer.post("/items/together", item=f"{item}:1", what="shift", days="2", back="/calendar/list")

    assert (page.status_code, desk.item(item).target_date) == (200, THURSDAY)
    assert "1 item is changed." in page.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("item", ["", "x", "1", "1:2:3", "-1:1", "99999999999:1", "²:1"])
def test_an_item_that_is_none_changes_nothing(desk: Desk, item: str) -> None:
    answer = desk.as_(desk.writer).post("/items/together", item=item, what="shift", days="1")

    assert answer.status_code == 422
