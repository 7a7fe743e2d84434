"""Comments beside a text: names completed by keyboard, answered in place, and all of it without scripts too."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from editorial.domain.locales import Language
from editorial.services import content
from editorial.services.content import Draft
from editorial.store.people import Person
from editorial.web.guard import COOKIE
from tests.browser.conftest import Desk, Visit
from tests.browser.reader import Reader
from tests.web import add_person, add_workspace

ADD, REPLY, NAMES = "Add a comment", "Your answer", "Names to mention"


@pytest.fixture
def mei(desk: Desk) -> Person:
    """Mei, with two colleagues whose names begin alike."""
    add_workspace(desk.deps)
    add_person(desk.deps, "Li Hang")
    add_person(desk.deps, "Li Na")
    return add_person(desk.deps)


@pytest.fixture
def item(desk: Desk, mei: Person) -> int:
    draft = Draft(type_id=1, title="What a CFO will ask", language=Language.EN, cells=frozenset({(1, 1)}))
    with desk.deps.sessions.begin() as session:
        return content.create(session, desk.deps, mei, draft).id


@pytest.fixture
def plain(browser: Browser, desk: Desk, mei: Person) -> Iterator[Page]:
    """A browser without JavaScript."""
    context = browser.new_context(base_url=desk.url, java_script_enabled=False, locale="en-GB")
    context.add_cookies([{"name": COOKIE, "value": desk.cookie_for(mei), "url": desk.url}])
    yield context.new_page()
    context.close()


def test_a_name_is_chosen_by_keyboard_and_shown_as_a_mention(
    desk: Desk, open_window: Callable[..., Visit], mei: Person, item: int
) -> None:
    visit = open_window(desk, mei)
    page, reader = visit.page, Reader(visit.page, desk, Language.EN)
    page.goto(f"/items/{item}")
    box = reader.field(ADD)

    box.press_sequentially("Ask @li")
    offered = page.get_by_role("listbox", name=NAMES).get_by_role("option")
    expect(offered).to_have_text(["Li Hang", "Li Na"])
    expect(offered.first).to_have_attribute("aria-selected", "true")
    assert visit.violations(path="names offered") == []
    box.press("ArrowDown")
    expect(offered.nth(1)).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value("Ask @Li Na ")
    expect(offered).to_have_count(0)
    box.press_sequentially("about table 4.")
    reader.press("Add the comment")

    comments = page.get_by_role("region", name=reader.say("Comments"))
    expect(comments.locator("b.named")).to_have_text("@Li Na")
    expect(comments.get_by_text("about table 4.")).to_be_visible()
    expect(box).to_have_value("")
    assert visit.faults == []


def test_escape_closes_the_names_and_enter_is_a_new_line_again(
    desk: Desk, open_window: Callable[..., Visit], mei: Person, item: int
) -> None:
    visit = open_window(desk, mei)
    visit.page.goto(f"/items/{item}")
    box = Reader(visit.page, desk, Language.EN).field(ADD)

    box.press_sequentially("@li")
    expect(visit.page.get_by_role("listbox", name=NAMES).get_by_role("option").first).to_be_visible()
    box.press("Escape")
    expect(visit.page.get_by_role("listbox", name=NAMES).get_by_role("option")).to_have_count(0)
    box.press("Enter")

    expect(box).to_have_value("@li\n")


def test_a_reply_leaves_the_text_that_is_being_written_alone(
    desk: Desk, open_window: Callable[..., Visit], mei: Person, item: int
) -> None:
    visit = open_window(desk, mei)
    page, reader = visit.page, Reader(visit.page, desk, Language.EN)
    page.goto(f"/items/{item}")
    reader.field(ADD).fill("Which plant?")
    reader.press("Add the comment")
    reader.field("Text, in Markdown").fill("Not saved yet.")

    comments = page.get_by_role("region", name=reader.say("Comments"))
    comments.locator("summary", has_text="Reply").click()
    reader.field(REPLY).press_sequentially("@Li H")
    reader.field(REPLY).press("Tab")
    expect(reader.field(REPLY)).to_have_value("@Li Hang ")
    comments.get_by_role("button", name="Reply").click()

    expect(comments.locator("b.named")).to_have_text("@Li Hang")
    expect(reader.field("Text, in Markdown")).to_have_value("Not saved yet.")
    assert visit.faults == []


def test_a_comment_needs_no_script(plain: Page, desk: Desk, item: int) -> None:
    reader = Reader(plain, desk, Language.EN)
    plain.goto(f"/items/{item}")
    reader.field(ADD).fill("Ask @Li Na about table 4.")
    reader.press("Add the comment")

    expect(plain.get_by_role("status").get_by_text("Your comment is there.")).to_be_visible()
    expect(plain.locator("b.named")).to_have_text("@Li Na")
