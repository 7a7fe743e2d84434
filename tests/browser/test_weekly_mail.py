"""The weekly mail as mail programs show it, in weeks of every kind, with words and addresses as long as they come.

That a mail arrives and what a spam filter makes of it is shown by the acceptance tests.
"""

from dataclasses import replace
from typing import Literal

import pytest
from playwright.sync_api import Browser

from editorial.adapters.catalog import Catalogs
from editorial.domain.messages import Message
from editorial.services.weekly_mail import Report, Seen
from tests.browser.conftest import AXE
from tests.unit.services.test_weekly_mail import FULL, LONG, render

LONGEST = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SMALLEST_LETTER = """() => Math.min(...[...document.querySelectorAll("body *")]
  .filter(each => each.offsetHeight > 2 && [...each.childNodes].some(one => one.nodeType === 3 && one.data.trim()))
  .map(each => parseFloat(getComputedStyle(each).fontSize)))"""


def stretched() -> Seen:
    """A week in which every name and address is as long as it may be."""
    seen = FULL.seen
    assert seen is not None
    assert seen.forms is not None
    spots = tuple(replace(spot, url=LONG, title=LONGEST, owner=LONGEST) for spot in seen.new[0].spots)
    wide = replace(seen.new[0], title=Message(LONGEST), spots=spots, count=20_000)
    forms = replace(seen.forms, changes=tuple(replace(one, form=LONGEST) for one in seen.forms.changes))
    scores = tuple((day, 100) for day, _ in seen.scores[:1] * 8)
    return replace(
        seen, new=(wide,), fixed=(wide,), forms=forms, known=48_000, fetched=40_000, scores=scores, score=100
    )


WEEKS: dict[str, Report] = {
    "full": FULL,
    "failed": replace(FULL, seen=None, failure=Message("robots.txt could not be read.")),
    "stretched": replace(
        FULL, seen=stretched(), site=LONGEST, went_out=tuple(replace(one, title=LONGEST) for one in FULL.went_out)
    ),
}


@pytest.mark.parametrize("language", ["en", "zh_Hans_CN"])
@pytest.mark.parametrize("week", WEEKS)
def test_it_fits_every_screen_and_fetches_nothing(
    browser: Browser, catalogs: Catalogs, week: str, language: str
) -> None:
    html = render(catalogs, WEEKS[week], language).html
    looks = [look(browser, html, width, scheme) for width in (320, 640) for scheme in SCHEMES]

    assert [fault for faults in looks for fault in faults] == []


def look(browser: Browser, html: str, width: int, scheme: Literal["light", "dark"]) -> list[str]:
    """What is wrong with a mail in a window of that width."""
    faults: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.on("request", lambda request: faults.append(f"fetched {request.url}"))
    page.set_content(html)
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        faults.append(f"{wide} pixels wide")
    if (size := page.evaluate(SMALLEST_LETTER)) < 11:
        faults.append(f"letters of {size} pixels")
    if width == 320:  # what axe looks at is the same in a wider one
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
        faults += [f"{one['id']} {one['nodes'][0]['html'][:120]}" for one in found["violations"]]
    context.close()
    return [f"{width} {scheme}: {fault}" for fault in faults]
