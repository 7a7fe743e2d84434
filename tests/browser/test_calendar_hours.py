"""Hours and several cards by hand: a publish time dragged to another hour, cards chosen and moved together."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect

from editorial.domain.locales import Language
from editorial.domain.slots import slot, zone_named
from editorial.services import content, planning
from editorial.services.content import Draft
from editorial.store.content import ContentItem
from editorial.store.people import Person
from tests.browser.conftest import Desk, Visit
from tests.browser.test_calendar import LANGUAGES, monday
from tests.web import add_person, add_workspace

WORDS = {
    Language.EN: {"move": "Move the publish time", "change": "Change them", "undo": "Undo"},
    Language.ZH: {"move": "移动发布时间", "change": "更改", "undo": "撤销"},
}
NEXT = timedelta(days=35)
"""A publish time lies ahead, wherever in its month today is."""


def planned(desk: Desk, owner: Person, title: str, day: date) -> int:
    with desk.deps.sessions.begin() as session:
        draft = Draft(type_id=1, title=title, language=Language.EN, owner_id=owner.id, cells=frozenset({(1, 1)}))
        return content.create(session, desk.deps, owner, draft, target_date=day).id


def timed(desk: Desk, owner: Person, title: str, wall: datetime) -> int:
    item_id = planned(desk, owner, title, wall.date())
    with desk.deps.sessions.begin() as session:
        slot_there = slot(wall, zone_named("Asia/Shanghai"))
        planning.keep_slot(session, desk.deps, owner, item_id, slot_there, version=1)
    return item_id


def item_of(desk: Desk, item_id: int) -> ContentItem:
    with desk.deps.sessions() as session:
        return session.get_one(ContentItem, item_id)


def drag(page: Page, start: str, end: str, *, part: float = 0.5) -> None:
    """From the middle of one thing to a height of another."""
    first, last = page.locator(start).bounding_box(), page.locator(end).bounding_box()
    assert first is not None
    assert last is not None
    page.mouse.move(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] / 2, last["y"] + last["height"] * part, steps=5)
    page.mouse.up()


@pytest.fixture
def mei(desk: Desk) -> Person:
    add_workspace(desk.deps)
    return add_person(desk.deps)


@LANGUAGES
def test_a_card_dropped_on_an_hour_asks_and_moves_its_publish_time(
    desk: Desk, mei: Person, open_window: Callable[..., Visit], language: Language
) -> None:
    with desk.deps.sessions.begin() as session:
        session.get_one(Person, mei.id).language = language
    day = monday(desk) + NEXT
    item = timed(desk, mei, "At ten", datetime.combine(day, time(10)))
    page = open_window(desk, mei, language=language).page
    page.goto(f"/calendar/weeks/{day}")

    drag(page, f'.card[data-item="{item}"]', f'.hour[data-hour="14"] [data-day="{day + timedelta(days=1)}"]', part=0.3)
    page.get_by_role("button", name=WORDS[language]["move"]).click()

    expect(page.locator(f'.hour[data-hour="14"] .card[data-item="{item}"]')).to_be_visible()
    assert item_of(desk, item).publish_wall == datetime.combine(day + timedelta(days=1), time(14, 15))


def test_shift_and_down_move_a_publish_time_by_an_hour(
    desk: Desk, mei: Person, open_window: Callable[..., Visit]
) -> None:
    day = monday(desk) + NEXT
    item = timed(desk, mei, "At ten", datetime.combine(day, time(10, 30)))
    visit = open_window(desk, mei)
    page = visit.page
    page.goto(f"/calendar/days/{day}")

    page.locator(f'.card[data-item="{item}"]').focus()
    page.keyboard.press("Shift+ArrowDown")
    page.get_by_role("button", name="Move the publish time").press("Enter")

    expect(page.locator(f'.hour[data-hour="11"] .card[data-item="{item}"]')).to_be_focused()
    assert item_of(desk, item).publish_wall == datetime.combine(day, time(11, 30))
    assert visit.faults == []


def test_a_card_without_a_publish_time_only_changes_its_day(
    desk: Desk, mei: Person, open_window: Callable[..., Visit]
) -> None:
    day = monday(desk) + NEXT
    item = planned(desk, mei, "No time yet", day)
    page = open_window(desk, mei).page
    page.goto(f"/calendar/weeks/{day}")

    drag(page, f'.card[data-item="{item}"]', f'.hour[data-hour="14"] [data-day="{day + timedelta(days=2)}"]')

    expect(page.locator(f'.is-plan [data-day="{day + timedelta(days=2)}"] .card')).to_be_visible()
    assert (item_of(desk, item).target_date, item_of(desk, item).publish_wall) == (day + timedelta(days=2), None)


@LANGUAGES
def test_chosen_cards_move_together_and_one_undo_brings_them_back(
    desk: Desk, mei: Person, open_window: Callable[..., Visit], language: Language
) -> None:
    with desk.deps.sessions.begin() as session:
        session.get_one(Person, mei.id).language = language
    day = monday(desk)
    items = [planned(desk, mei, f"Number {number}", day + timedelta(days=number)) for number in range(2)]
    visit = open_window(desk, mei, language=language)
    page = visit.page
    page.goto(f"/calendar/{day:%Y-%m}")

    for item in items:
        page.locator(f'.card[data-item="{item}"]').click(modifiers=["Control"])
    page.get_by_role("button", name=WORDS[language]["change"], exact=True).click()
    expect(page.locator(f'[data-day="{day + timedelta(days=2)}"] .card[data-item="{items[1]}"]')).to_be_visible()
    there = [item_of(desk, item).target_date for item in items]
    page.get_by_role("button", name=WORDS[language]["undo"]).click()

    expect(page.locator(f'[data-day="{day}"] .card[data-item="{items[0]}"]')).to_be_visible()
    assert there == [day + timedelta(days=1), day + timedelta(days=2)]
    assert [item_of(desk, item).target_date for item in items] == [day, day + timedelta(days=1)]
    assert visit.faults == []


def test_space_chooses_a_card_and_boxes_of_the_list_are_kept_in_step(
    desk: Desk, mei: Person, open_window: Callable[..., Visit]
) -> None:
    day = monday(desk)
    item = planned(desk, mei, "One of them", day)
    page = open_window(desk, mei, width=380).page
    page.goto(f"/calendar/list?from={day}")

    page.locator(".listing .card").focus()
    page.keyboard.press(" ")
    expect(page.locator(f'[name=item][value^="{item}:"]')).to_be_checked()
    page.get_by_role("button", name="Change them").click()

    expect(page.locator(f'tr[data-day="{day + timedelta(days=1)}"] .card')).to_be_visible()
