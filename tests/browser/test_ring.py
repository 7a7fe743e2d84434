"""The whole way of one piece as a person goes it, from the welcome link to the finding on its card."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect

from editorial.background.clock import Clock
from editorial.domain.locales import Language
from tests.browser.conftest import Desk, Visit
from tests.browser.reader import Reader, come_in
from tests.hugo_site import HugoSite, hugo_site

SHANGHAI = ZoneInfo("Asia/Shanghai")
TITLES = {Language.EN: "What a sensor gateway may never do", Language.ZH: "传感器网关绝不能做的事"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[HugoSite]:
    with hugo_site(tmp_path / "site") as running:
        yield running


@pytest.fixture
def ticking(desk: Desk) -> Iterator[None]:
    clock = Clock(desk.deps)
    clock.start()
    yield
    clock.stop(5)


def connect(reader: Reader, site: HugoSite) -> None:
    page = reader.page
    page.goto("/sites/new")
    page.locator("[name=name]").fill("Northgauge")
    page.locator("[name=base_url]").fill(site.url)
    reader.press("Add the site")
    page.goto("/channels/new?kind=git")
    reader.field("Name on this desk").fill("Website")
    if page.locator("[name=site]").input_value() == "":
        page.locator("[name=site]").select_option(label="Northgauge")
    reader.field("Address of the repository").fill(site.repository)
    reader.field("Address of a page").fill(site.url + "/posts/{slug}/")
    reader.press("Connect and check")
    expect(page.get_by_text(reader.say("Works"), exact=True)).to_be_visible()


def plan(reader: Reader, title: str, day: str) -> None:
    page = reader.page
    page.goto(f"/items/new?day={day}&role=1&step=1")
    reader.field("Title").fill(title)
    page.locator("[name=type]").select_option(index=3)
    page.locator("[name=site]").select_option(label="Northgauge")
    if not page.locator("[name=cells]").first.is_checked():
        page.locator("[name=cells]").first.check()
    reader.press("Plan it")
    page.wait_for_url("**/items/*")


def approve(reader: Reader) -> None:
    reader.press("Make it a brief")
    reader.press("Start production")
    reader.page.locator("[name=body]").fill("It may never stop the line.\n\n![](/gateway.png)\n")
    reader.press("Hand in for review")
    reader.press("Approve")


def wait_for(page: Page, path: str, selector: str, word: str = "") -> None:
    """Look at a page of the desk again and again until it shows `selector` with `word` in it."""
    for _ in range(130):  # 40 seconds
        document = BeautifulSoup(page.request.get(path).text(), "html.parser")
        seen = any(word in found.get_text() for found in document.select(selector)[:1])
        if seen:
            break
        page.wait_for_timeout(300)
    assert seen, f"{path} never showed {selector} with {word!r}"
    page.goto(path)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.usefixtures("ticking")
def test_one_piece_goes_the_whole_way(
    desk: Desk, site: HugoSite, open_window: Callable[..., Visit], language: Language
) -> None:
    visit = open_window(desk, language=language)
    page, reader = visit.page, Reader(visit.page, desk, language)
    soon = (desk.clock() + timedelta(minutes=2)).astimezone(SHANGHAI)

    come_in(reader, desk)
    connect(reader, site)
    plan(reader, TITLES[language], soon.date().isoformat())
    approve(reader)
    page.locator("[name=publish_day]").fill(soon.date().isoformat())
    page.locator("[name=publish_time]").fill(f"{soon:%H:%M}")
    reader.press("Schedule")
    expect(page.locator(".stage").first).to_contain_text(reader.say("Scheduled"))
    desk.clock.forward(minutes=2)
    wait_for(page, page.url, ".stage", reader.say("Published"))

    site.build()
    live = page.locator(f"a[href^='{site.url}/posts/']").first.get_attribute("href")
    page.goto("/audits")
    reader.press("Audit now")
    expect(page.locator(".toast")).to_be_visible()  # the answer is here: nothing leads the page away any more
    wait_for(page, "/", ".card-mark")
    card = page.locator(".card", has_text=TITLES[language])
    expect(card.locator(".card-mark")).to_be_visible()
    card.click()
    page.get_by_role("link", name=reader.say("Open its page")).click()  # a click opens the quick edit
    page.wait_for_url("**/items/*")

    expect(page.get_by_text(reader.say("Description missing"), exact=True)).to_be_visible()
    expect(page.get_by_text(reader.say("Image without alt text"), exact=True)).to_be_hidden()  # an empty alt is meant
    assert live is not None
    assert visit.faults == []
