"""Page titles."""

import re
from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_home, is_results_page
from editorial.audit.rule import Engine, Failure, Param, Params, Severity, page_rule
from editorial.audit.widths import pixel_width, width_units
from editorial.domain.messages import N_

_FULL_WIDTH = re.compile("[\u3041-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]")  # kana, Han, Hangul
TITLE_LINK = "https://developers.google.com/search/docs/appearance/title-link"


@page_rule(
    version=1,
    category="titles",
    severity=Severity.ERROR,
    title=N_("Title missing"),
    says=N_("The page has no title in its head, or an empty one."),
    why=N_("The title is the headline on the results page. Without one the search engine invents it."),
    fix=N_("Write a <title> that says what the page offers, with the words that matter first."),
    source=TITLE_LINK,
    applies=is_results_page,
)
def title_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """A title within inline SVG belongs to the drawing; gathering leaves it out."""
    if not page.title:
        yield Failure("title", evidence=tuple(f"<body>: {title.text}" for title in page.titles if not title.in_head))


@page_rule(
    version=1,
    category="titles",
    severity=Severity.WARNING,
    title=N_("Several titles"),
    says=N_("The head of the page holds %(count)s titles."),
    why=N_("Browsers show the first one; which one a search engine takes is anyone's guess."),
    fix=N_("Keep one <title>. Often a template and a plug-in each write their own."),
    source=TITLE_LINK,
    applies=is_results_page,
)
def title_multiple(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Twins with the same text are a notice."""
    titles = [title.text for title in page.titles if title.in_head]
    if len(titles) > 1:
        severity = Severity.NOTICE if len(set(titles)) == 1 else None
        yield Failure("title", {"count": len(titles)}, tuple(titles[:10]), severity)


@page_rule(
    version=1,
    category="titles",
    severity=Severity.NOTICE,
    title=N_("Title too long"),
    says=N_("The title is %(width)s pixels wide; about %(max_px)s fit."),
    why=N_("The end of the title is cut off on the results page."),
    fix=N_(
        "Shorten it to %(max_px)s pixels (some 60 Latin or 30 Chinese characters), with the words that matter first."
    ),
    source=TITLE_LINK,
    applies=lambda page: is_results_page(page) and bool(page.title),
    engines=frozenset({Engine.GOOGLE}),
    params={"max_px": Param(600, at_least=300, at_most=900)},  # at 20 px Arial; a Han character is 20 px
)
def title_too_long(page: PageFacts, params: Params) -> Iterator[Failure]:
    """Width, never bytes: 25 Han are 75 bytes and fit."""
    width = pixel_width(page.title, size=20)
    if width > params["max_px"]:
        yield Failure("title", {"width": width}, (page.title,))


@page_rule(
    version=2,
    category="titles",
    severity=Severity.NOTICE,
    title=N_("Title too short"),
    says=N_("The title is %(units)s characters wide; from %(wanted)s on it says more."),
    why=N_("The headline on the results page says little, and room for a reason to click stays empty."),
    fix=N_("Say what the page offers and for whom, then the brand. A Chinese character counts as two."),
    source=TITLE_LINK,
    applies=lambda page: is_results_page(page) and bool(page.title) and not is_home(page.final_url),
    params={
        "min_units": Param(30, at_least=5, at_most=60),
        "min_units_han": Param(16, at_least=4, at_most=40),
        "min_px": Param(200, at_least=50, at_most=400),  # at 20 px Arial
    },
)
def title_too_short(page: PageFacts, params: Params) -> Iterator[Failure]:
    """Half the width will do where the title holds Han, kana or Hangul. The home page may carry the brand alone."""
    units = width_units(page.title)
    if _FULL_WIDTH.search(page.title):
        wanted, narrow = params["min_units_han"], False
    else:
        wanted, narrow = params["min_units"], pixel_width(page.title, size=20) < params["min_px"]
    if units < wanted or narrow:
        yield Failure("title", {"units": units, "wanted": f"{wanted:g}"}, (page.title[:200],))
