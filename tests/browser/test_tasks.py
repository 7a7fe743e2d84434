"""Tasks in the browser: made, changed and closed with the keyboard alone, in both languages, on a desk and a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from editorial.domain.locales import Language
from editorial.store.content import Site
from editorial.store.people import Person
from editorial.store.tasks import Task
from tests.browser.conftest import Desk, Visit
from tests.integration.web.audited import BASE, add_site, audit, untitled
from tests.web import add_person, add_workspace

LOOKS = [(Language.EN, False, 1440), (Language.ZH, True, 380)]
LONG = f"blog/{'a-rather-long-address-of-a-page/' * 3}"


@pytest.fixture
def person(desk: Desk) -> Person:
    """Somebody whose site has three pages without a title."""
    add_workspace(desk.deps)
    site = add_site(desk.deps)
    audit(desk.deps, site, [untitled("a"), untitled("b"), untitled(LONG)])
    return add_person(desk.deps, "Mei Lin")


def type_into(page: Page, name: str, text: str) -> None:
    page.locator(f"[name={name}]").focus()
    page.keyboard.type(text)


def press(page: Page, selector: str) -> None:
    page.locator(selector).focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_tasks_is_sound(
    desk: Desk, person: Person, open_window: Callable[..., Visit], look: tuple[Language, bool, int]
) -> None:
    language, dark, width = look
    with desk.deps.sessions.begin() as session:
        site = session.scalars(select(Site.id)).one()
        session.get_one(Person, person.id).language = language
    visit = open_window(desk, person, width=width, dark=dark, language=language)
    page = visit.page
    wrong = []

    def look_at(path: str) -> None:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append(f"{path}: scrolls sideways")
        wrong.extend(visit.violations(path=path))

    for path in ("/tasks", "/tasks?when=all", "/tasks/new", f"/audits/sites/{site}/task?rule=title-missing"):
        look_at(path)
    press(page, "main form[action$='/task'] button[type=submit]")
    page.wait_for_url("**/tasks/1")
    page.goto("/tasks/new")
    type_into(page, "title", "Ask Anna for a quote about gateways")
    type_into(page, "url", f"{BASE}{LONG}")
    press(page, "main form[action='/tasks'] button[type=submit]")
    page.wait_for_url("**/tasks/2")
    for path in ("/tasks", "/tasks/1", "/tasks/2", f"/audits/sites/{site}/task?rule=title-missing"):
        look_at(path)

    assert "\n".join(wrong + visit.faults) == ""


def test_a_task_is_made_changed_and_closed_with_the_keyboard(
    desk: Desk, person: Person, open_window: Callable[..., Visit]
) -> None:
    visit = open_window(desk, person)
    page = visit.page
    page.goto("/tasks")
    press(page, "a[href='/tasks/new']")
    page.wait_for_url("**/tasks/new")
    type_into(page, "title", "Ask Anna")
    page.keyboard.press("Enter")  # in the field: it sends the form
    page.wait_for_url("**/tasks/1")
    type_into(page, "note", "By phone.")
    press(page, "main form[action='/tasks/1'] button[type=submit]")
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator(".sections [aria-current]")).to_contain_text("1")
    press(page, "form[action='/tasks/1/closing'] button")
    page.wait_for_url("**/tasks/1")

    expect(page.locator(".page-head")).to_contain_text("Closed by hand")
    expect(page.locator(".trail")).to_contain_text("Changed the note")
    assert visit.faults == []
    with desk.deps.sessions() as session:
        assert session.scalars(select(Task.note)).one() == "By phone."


def test_a_refused_task_leads_to_its_field(desk: Desk, person: Person, open_window: Callable[..., Visit]) -> None:
    page = open_window(desk, person).page
    page.goto("/tasks/new")
    type_into(page, "title", "Ask Anna")
    type_into(page, "url", "nowhere")
    press(page, "main form[action='/tasks'] button[type=submit]")

    page.locator(".errors a").click()

    expect(page.locator("[name=url]")).to_be_focused()
    expect(page.locator("[name=title]")).to_have_value("Ask Anna")
