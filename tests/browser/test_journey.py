"""A day of two people: invited, planned, dragged, both edit, one approves; all of it in the reader's language."""

from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from editorial.domain.locales import Language
from tests.browser.conftest import Desk, Visit
from tests.browser.reader import PASSWORD, Reader, come_in

TITLES = {
    Language.EN: ("What a sensor gateway may never do", "Seven things a gateway may never do"),
    Language.ZH: ("传感器网关绝不能做的事", "网关绝不能做的七件事"),
}
SECOND = "李航"
BODY = "It may never stop the line."


def invite(mei: Reader) -> str:
    """Mei invites a colleague who writes and approves. Returns the link that is shown once."""
    page = mei.page
    page.locator("details.menu summary").click()
    mei.link("Team and invitations").click()
    mei.field("Name").fill(SECOND)
    mei.field("E-mail address").fill("li@northgauge.example")
    form = page.locator("form", has=mei.button("Invite"))
    for role in ("Editor", "Approver"):
        form.get_by_label(mei.say(role)).check()
    mei.press("Invite")
    return page.get_by_label(mei.say("Link"), exact=True).input_value()


def accept(li: Reader, link: str) -> None:
    """The colleague takes the invitation up in a window of their own."""
    address = urlsplit(link)
    li.page.goto(f"{address.path}?{address.query}")
    expect(li.field("Your name")).to_have_value(SECOND)
    li.field("Password").fill(PASSWORD)
    li.press("Come in")
    li.page.wait_for_url("**/")


def plan(mei: Reader, title: str, day: date) -> None:
    """The empty calendar leads to the form of a first item."""
    page = mei.page
    page.goto("/")
    page.get_by_role("link").filter(has_text=mei.say("Write one brief")).click()
    mei.field("Title").fill(title)
    mei.field("Type").select_option(index=3)  # the cells that this type usually answers tick themselves
    mei.field("Planned day").fill(day.isoformat())
    mei.press("Plan it")
    page.wait_for_url("**/items/*")


def card_on(page: Page, day: date, title: str) -> Locator:
    return page.locator(f'.days [data-day="{day}"] .card', has_text=title)


def drag(page: Page, title: str, day: date, target: date) -> None:
    start, end = card_on(page, day, title).bounding_box(), page.locator(f'[data-day="{target}"]').bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 20, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] + 60, steps=8)
    page.mouse.up()


def edit_both(mei: Reader, li: Reader, new_title: str) -> None:
    """Both have the item open. Li saves a title; Mei's text then meets it, and she takes his title and her text."""
    mei_page, li_page = mei.page, li.page
    li_page.goto(mei_page.url)
    mei.field("Text, in Markdown").fill(BODY)
    mei.field("Title").fill(new_title + "?")
    li.field("Title").fill(new_title)
    li.press("Save")
    expect(li_page.get_by_role("status").get_by_text(li.say("Saved."))).to_be_visible()
    mei.press("Save")

    expect(mei_page.get_by_role("alert")).to_contain_text(
        mei.say("%(name)s saved this item in the meantime.", name=SECOND)
    )
    both = mei_page.get_by_role("region", name=mei.say("Both versions"))
    title = both.locator('[data-difference="title"]')
    expect(title.locator("del")).to_have_text(new_title)
    expect(title.locator("ins")).to_have_text(new_title + "?")
    expect(both.locator('[data-difference="body"] ins')).to_have_text(BODY)
    title.get_by_role("button", name=mei.say("Take theirs here"), exact=True).click()
    mei.press("Save what I kept")

    # the fields held these values before the answer came, too
    expect(mei_page.get_by_role("status").get_by_text(mei.say("Saved."))).to_be_visible()
    expect(mei.field("Title")).to_have_value(new_title)
    expect(mei.field("Text, in Markdown")).to_have_value(BODY)


def hand_in(mei: Reader) -> None:
    mei.press("Make it a brief")
    mei.press("Start production")
    expect(mei.button("Hand in for review")).to_be_visible()  # before the points are counted
    for point in mei.page.locator("#checklist .checks > li", has_text=mei.say("needed for review")).all():
        point.get_by_role("checkbox").click()
        expect(point).not_to_contain_text(mei.say("needed for review"))
    mei.press("Hand in for review")
    expect(mei.page.get_by_role("region", name=mei.say("Status"), exact=True)).to_contain_text(mei.say("In review"))


@pytest.mark.parametrize("language", list(Language))
def test_two_people_plan_disagree_and_approve(
    desk: Desk, open_window: Callable[..., Visit], language: Language
) -> None:
    visit, other = open_window(desk, language=language), open_window(desk, language=language)
    mei, li = Reader(visit.page, desk, language), Reader(other.page, desk, language)
    title, new_title = TITLES[language]
    today = (desk.deps.now() + timedelta(hours=8)).date()
    day = today.replace(day=15) - timedelta(days=today.replace(day=15).weekday())
    target = day + timedelta(days=2)
    page = visit.page

    come_in(mei, desk)
    accept(li, invite(mei))
    plan(mei, title, day)

    page.goto(f"/calendar/{day:%Y-%m}")
    drag(page, title, day, target)
    expect(card_on(page, target, title)).to_be_visible()
    mei.press("Undo")
    expect(card_on(page, day, title)).to_be_visible()

    card_on(page, day, title).click()
    mei.link("Open its page").click()
    page.wait_for_url("**/items/*")
    edit_both(mei, li, new_title)
    hand_in(mei)

    li.page.goto(page.url)
    li.press("Approve")
    expect(
        li.page.get_by_role("status").get_by_text(li.say("Approved. Now a publish time can be set."))
    ).to_be_visible()
    page.reload()
    expect(page.get_by_role("region", name=mei.say("Status"), exact=True)).to_contain_text(mei.say("Approved"))
    # the browser notes the refused save, and nothing else
    assert [fault for fault in visit.faults if "409" not in fault] == []
    assert other.faults == []
