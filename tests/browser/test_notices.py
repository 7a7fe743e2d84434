"""Somebody is named in a comment, sees the bell, opens the notice and finds it read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from editorial.domain.locales import Language
from tests.browser.conftest import Desk, Visit
from tests.world import make_world

pytestmark = pytest.mark.thorough
BELL = {Language.EN: "Notices, 1 unread", Language.ZH: "通知，1 条未读"}
NONE = {Language.EN: "Notices", Language.ZH: "通知"}
TELLS = {
    Language.EN: "Li Hang mentions you in “Predictive maintenance: what a CFO will ask”.",
    Language.ZH: "Mei Lin 在《Predictive maintenance: what a CFO will ask》中提到了您。",
}


@pytest.mark.parametrize(("language", "width"), [(Language.EN, 1440), (Language.ZH, 380)])
def test_a_mention_rings_the_bell_until_it_is_opened(
    desk: Desk, tmp_path: Path, open_window: Callable[..., Visit], language: Language, width: int
) -> None:
    world = make_world(desk.deps, tmp_path / "world", items=1)
    reader, writer = (world.mei, world.li) if language is Language.EN else (world.li, world.mei)
    talk = open_window(desk, writer).page
    talk.goto(f"/items/{world.items[0].id}")
    talk.locator("#f-say").fill(f"@{reader.name} Where is this number from?")
    talk.locator("form:has(#f-say) button[type=submit]").click()
    expect(talk.locator("#comments .said")).to_contain_text("Where is this number from?")

    visit = open_window(desk, reader, width=width, language=language)
    visit.page.goto("/coverage")
    visit.page.get_by_role("link", name=BELL[language], exact=True).click()
    visit.page.get_by_role("button", name=TELLS[language], exact=True).click()
    visit.page.wait_for_url(f"**/items/{world.items[0].id}#comments")

    expect(visit.page.get_by_role("link", name=NONE[language], exact=True)).to_be_visible()
    assert visit.faults == []
