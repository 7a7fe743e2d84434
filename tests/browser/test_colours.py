"""The calendar coloured in every way, light and dark: nothing for axe to find, and no colour that stands alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from editorial.domain.colours import Colour
from editorial.domain.locales import Language
from editorial.services import colours
from tests.browser.conftest import Desk, Visit
from tests.browser.test_every_page import seen_wrong
from tests.world import make_world

LOOKS = [
    pytest.param((Language.EN, False, 1440), marks=pytest.mark.every_look),
    (Language.ZH, True, 380),
]  # language, dark, width


@pytest.mark.parametrize("look", LOOKS)
def test_every_colouring_is_sound(
    desk: Desk, tmp_path: Path, open_window: Callable[..., Visit], look: tuple[Language, bool, int]
) -> None:
    language, dark, width = look
    world = make_world(desk.deps, tmp_path / "world", items=40)
    visit = open_window(desk, world.mei, width=width, dark=dark, language=language)

    wrong = []
    for colour in Colour:
        with desk.deps.sessions.begin() as session:
            colours.choose(session, world.mei.id, colour)
        for path in (f"/calendar/{world.today:%Y-%m}", f"/calendar/weeks/{world.today}"):
            wrong += [f"{colour}: {fault}" for fault in seen_wrong(visit, path)]

    assert "\n".join(wrong + visit.faults) == ""


def test_the_menu_colours_the_cards_and_says_what_the_colours_mean(
    desk: Desk, tmp_path: Path, open_window: Callable[..., Visit]
) -> None:
    world = make_world(desk.deps, tmp_path / "world")
    page = open_window(desk, world.mei).page
    page.goto(f"/calendar/{world.today:%Y-%m}")

    page.get_by_text("Colour: Status").click()
    page.get_by_role("button", name="Owner", exact=True).click()

    expect(page.get_by_text("Colour: Owner")).to_be_visible()
    legend = page.get_by_role("list", name="Legend: what the colours mean")
    expect(legend).to_contain_text(world.mei.name)
    expect(legend).to_contain_text(world.li.name)
