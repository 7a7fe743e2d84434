"""The calendar by hand: dragging, keys, undo, a conflict, quick edit, in both languages."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from editorial.domain.locales import Language
from editorial.domain.workflow import Status
from editorial.services import content, moving, planning
from editorial.services.content import Draft
from editorial.store.content import ContentItem, get_item
from editorial.store.people import Person
from tests.browser.conftest import Desk, Visit
from tests.web import add_person, add_workspace

TITLE = "What a CFO will ask"
WORDS = {
    Language.EN: {
        "undo": "Undo",
        "mine": "Keep mine",
        "theirs": "Theirs",
        "save": "Save",
        "title": "Title",
        "hide": "Your filters hide",
    },
    Language.ZH: {
        "undo": "撤销",
        "mine": "保留我的",
        "theirs": "对方的",
        "save": "保存",
        "title": "标题",
        "hide": "筛选隐藏了",
    },
}
LANGUAGES = pytest.mark.parametrize("language", list(Language))


def monday(desk: Desk) -> date:
    """A Monday in the middle of the month that is shown, so that a week around it is shown whole."""
    today = (desk.deps.now() + timedelta(hours=8)).date()
    middle = today.replace(day=15)
    return middle - timedelta(days=middle.weekday())


def planned(desk: Desk, owner: Person, day: date | None) -> int:
    with desk.deps.sessions.begin() as session:
        draft = Draft(type_id=1, title=TITLE, language=Language.EN, owner_id=owner.id, cells=frozenset({(1, 1)}))
        return content.create(session, desk.deps, owner, draft, target_date=day).id


def day_of(desk: Desk, item_id: int) -> date | None:
    with desk.deps.sessions() as session:
        return session.get_one(ContentItem, item_id).target_date


def card_on(page: Page, day: date) -> Locator:
    return page.locator(f'.days [data-day="{day}"] .card', has_text=TITLE)


@pytest.fixture
def begin(desk: Desk, open_window: Callable[..., Visit]) -> Callable[[Language], tuple[Visit, Person, int, date]]:
    def start(language: Language) -> tuple[Visit, Person, int, date]:
        add_workspace(desk.deps)
        person = add_person(desk.deps, language=language)
        day = monday(desk)
        item = planned(desk, person, day)
        visit = open_window(desk, person, language=language)
        visit.page.goto(f"/calendar/{day:%Y-%m}")
        return visit, person, item, day

    return start


@LANGUAGES
def test_a_card_is_dragged_to_another_day_and_back_by_undo(desk: Desk, begin, language: Language) -> None:
    visit, _, item, day = begin(language)
    page, target = visit.page, day + timedelta(days=2)
    start, end = card_on(page, day).bounding_box(), page.locator(f'[data-day="{target}"]').bounding_box()
    assert start is not None
    assert end is not None

    page.mouse.move(start["x"] + 20, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] + 60, steps=8)
    expect(page.locator(".ghost-say")).to_be_visible()
    page.mouse.up()

    expect(card_on(page, target)).to_be_visible()
    assert day_of(desk, item) == target
    page.get_by_role("button", name=WORDS[language]["undo"]).click()
    expect(card_on(page, day)).to_be_visible()
    assert day_of(desk, item) == day
    assert visit.faults == []


@LANGUAGES
def test_shift_and_an_arrow_move_a_card_and_ctrl_z_takes_it_back(desk: Desk, begin, language: Language) -> None:
    visit, _, item, day = begin(language)
    page, target = visit.page, day + timedelta(days=1)

    card_on(page, day).focus()
    page.keyboard.press("Shift+ArrowRight")

    expect(card_on(page, target)).to_be_focused()
    assert day_of(desk, item) == target
    page.keyboard.press("Control+z")
    expect(card_on(page, day)).to_be_visible()
    assert visit.faults == []


@LANGUAGES
def test_a_conflict_shows_both_days_and_keeps_mine_when_asked(desk: Desk, begin, language: Language) -> None:
    visit, person, item, day = begin(language)
    page, mine = visit.page, day + timedelta(days=1)
    with desk.deps.sessions.begin() as session:
        planning.plan_day(session, desk.deps, person, item, day + timedelta(days=3), version=1)

    card_on(page, day).focus()
    page.keyboard.press("Shift+ArrowRight")
    dialog = page.locator("#ask")
    expect(dialog.get_by_role("columnheader", name=WORDS[language]["theirs"])).to_be_visible()
    dialog.get_by_role("button", name=WORDS[language]["mine"]).click()

    expect(card_on(page, mine)).to_be_visible()
    assert day_of(desk, item) == mine
    assert [fault for fault in visit.faults if "409" not in fault] == []  # the browser notes the refusal


@LANGUAGES
def test_quick_edit_opens_on_the_card_and_saves_with_enter(desk: Desk, begin, language: Language) -> None:
    visit, _, item, day = begin(language)
    page = visit.page

    card_on(page, day).click()
    title = page.get_by_label(WORDS[language]["title"], exact=True)
    expect(title).to_be_focused()
    assert visit.violations(path="quick edit") == []
    title.fill("A better title")
    title.press("Enter")

    expect(page.locator(".card", has_text="A better title")).to_be_visible()
    expect(page.locator(".quick-pop")).to_have_count(0)
    with desk.deps.sessions() as session:
        assert session.get_one(ContentItem, item).title == "A better title"
    assert visit.faults == []


def test_escape_leaves_quick_edit_without_a_change(desk: Desk, begin) -> None:
    visit, _, item, day = begin(Language.EN)
    page = visit.page

    card_on(page, day).focus()
    page.keyboard.press("e")
    page.get_by_label("Title", exact=True).fill("Never")
    page.keyboard.press("Escape")

    expect(page.locator(".quick-pop")).to_have_count(0)
    expect(card_on(page, day)).to_be_focused()
    with desk.deps.sessions() as session:
        assert session.get_one(ContentItem, item).title == TITLE


def test_keys_lead_from_view_to_view_and_a_week_moves_too(desk: Desk, begin) -> None:
    visit, _, item, day = begin(Language.EN)
    page = visit.page

    for key, view in (("w", "week"), ("d", "day"), ("l", "list"), ("m", "month")):
        page.keyboard.press(key)
        expect(page.locator(f'.desk[data-view="{view}"]')).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(f"/calendar/weeks/{day}")
    card_on(page, day).focus()
    page.keyboard.press("Shift+ArrowRight")

    expect(card_on(page, day + timedelta(days=1))).to_be_focused()
    assert day_of(desk, item) == day + timedelta(days=1)
    assert visit.faults == []


def test_a_click_on_the_empty_part_of_a_day_begins_an_item(desk: Desk, begin) -> None:
    visit, _, _, day = begin(Language.EN)
    target = day + timedelta(days=3)

    visit.page.locator(f'[data-day="{target}"]').click(position={"x": 60, "y": 90})

    visit.page.wait_for_url(f"**/items/new?day={target}")


@LANGUAGES
def test_an_empty_filter_is_cleared_by_its_link(begin, language: Language) -> None:
    visit, _, _, day = begin(language)
    page = visit.page

    page.goto(f"/calendar/{day:%Y-%m}?status=published")
    expect(page.get_by_text(WORDS[language]["hide"])).to_be_visible()
    page.locator(".hides a").click()

    expect(card_on(page, day)).to_be_visible()


@pytest.fixture
def full(desk: Desk, begin) -> tuple[Visit, int, date]:
    """The item stands alone on its day; three days later six others leave two behind "+2 more"."""
    visit, person, item, day = begin(Language.EN)
    later = day + timedelta(days=3)
    for number in range(6):
        with desk.deps.sessions.begin() as session:
            draft = Draft(type_id=1, title=f"Piece {number}", language=Language.EN, cells=frozenset({(1, 1)}))
            content.create(session, desk.deps, person, draft, target_date=later)
    visit.page.reload()
    visit.page.locator(f'[data-day="{later}"] .day-more').click()
    expect(visit.page.get_by_role("dialog")).to_contain_text("6 items")
    return visit, item, later


def test_the_list_of_a_full_day_takes_a_dropped_card(desk: Desk, full: tuple[Visit, int, date]) -> None:
    visit, item, later = full
    page = visit.page

    page.locator(".days .card", has_text=TITLE).hover()
    page.mouse.down()
    page.get_by_role("dialog").get_by_text("New item, or drop a card here").hover()
    page.mouse.up()

    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert day_of(desk, item) == later
    assert visit.faults == []


def test_a_card_is_dragged_out_of_the_list_of_a_full_day(desk: Desk, full: tuple[Visit, int, date]) -> None:
    visit, _, later = full
    page, target = visit.page, later - timedelta(days=2)
    card = page.get_by_role("dialog").locator(".card", has_text="Piece 0")
    moved = int(str(card.get_attribute("data-item")))

    card.hover()
    page.mouse.down()
    page.locator(f'.days [data-day="{target}"]').hover(position={"x": 60, "y": 90})
    page.mouse.up()

    expect(page.locator(f'.days [data-day="{target}"] .card', has_text="Piece 0")).to_be_visible()
    assert day_of(desk, moved) == target
    assert visit.faults == []


def test_a_step_that_needs_more_than_a_popover_opens_on_the_items_page(desk: Desk, begin) -> None:
    visit, person, item, day = begin(Language.EN)
    with desk.deps.sessions.begin() as session:
        moving.move(session, desk.deps, get_item(session, item), Status.BRIEF, person)
        moving.move(session, desk.deps, get_item(session, item), Status.ON_HOLD, person, comment="Legal looks")
    page = visit.page
    page.reload()

    card_on(page, day).click()
    page.get_by_role("link", name="Archive").click()

    expect(page.get_by_role("button", name="Archive")).to_be_focused()
    assert visit.faults == []


@LANGUAGES
def test_a_filter_that_hides_everything_and_quick_edit_are_sound(begin, language: Language) -> None:
    visit, _, _, day = begin(language)
    page, path = visit.page, f"/calendar/{day:%Y-%m}?status=published&status=archived&text=cfo&mine=1"

    card_on(page, day).click()
    expect(page.locator(".quick-pop")).to_be_visible()
    wrong = visit.violations(path="quick edit")
    page.goto(path)
    expect(page.locator(".hides li")).to_have_count(3)
    wrong += visit.violations(path=path)

    assert "\n".join(wrong + visit.faults) == ""
