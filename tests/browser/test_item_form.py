"""Writing an item: saved by key from anywhere on the page, and quick with a text that nobody would write."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from editorial.domain.locales import Language
from editorial.domain.workflow import Status
from editorial.services import content
from editorial.services.content import Draft
from editorial.store.content import get_item
from editorial.store.people import Person
from tests.browser.conftest import Desk, Visit
from tests.browser.reader import Reader
from tests.web import add_person, add_workspace


@pytest.fixture
def mei(desk: Desk) -> Person:
    add_workspace(desk.deps)
    return add_person(desk.deps)


def create(desk: Desk, mei: Person, body: str = "") -> int:
    draft = Draft(type_id=1, title="What a CFO will ask", language=Language.EN, body=body, cells=frozenset({(1, 1)}))
    with desk.deps.sessions.begin() as session:
        return content.create(session, desk.deps, mei, draft).id


def test_enter_in_a_field_of_the_panel_saves_and_takes_no_step(
    desk: Desk, open_window: Callable[..., Visit], mei: Person
) -> None:
    item, visit = create(desk, mei), open_window(desk, mei)
    reader = Reader(visit.page, desk, Language.EN)
    visit.page.goto(f"/items/{item}")
    reader.field("Address").fill("cfo-questions")
    reader.field("Address").press("Enter")

    expect(visit.page.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    with desk.deps.sessions() as session:
        found = get_item(session, item)
    assert (found.slug, found.status) == ("cfo-questions", Status.IDEA)


@pytest.mark.parametrize("width", [1440, 380])
def test_save_is_in_sight_at_the_end_of_the_page_and_after_ctrl_s_nothing_is_unsaved(
    desk: Desk, open_window: Callable[..., Visit], mei: Person, width: int
) -> None:
    item, visit = create(desk, mei), open_window(desk, mei, width=width)
    page, reader = visit.page, Reader(visit.page, desk, Language.EN)
    page.goto(f"/items/{item}")
    reader.button("Archive").scroll_into_view_if_needed()

    expect(reader.button("Save")).to_be_in_viewport()
    reader.field("Text, in Markdown").fill("A finance chief hears a number.")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_text("Not saved yet")).to_be_hidden()
    assert visit.faults == []


def test_a_text_of_one_unbroken_run_is_typed_into_at_once(
    desk: Desk, open_window: Callable[..., Visit], mei: Person
) -> None:
    item, visit = create(desk, mei, body="x" * 200_000), open_window(desk, mei)
    visit.page.goto(f"/items/{item}")
    box = Reader(visit.page, desk, Language.EN).field("Text, in Markdown")
    box.focus()

    took = visit.page.evaluate(
        """async (box) => {
            const start = performance.now();
            box.setRangeText("a", 10, 10, "end");
            box.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            return performance.now() - start;
        }""",
        box.element_handle(),
    )

    assert took < 2000, f"{took:.0f} ms a letter"  # with kerning it was 4,000
