"""Days as people of a language write them in a calendar, as filters for the templates."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from flask import url_for
from flask.blueprints import BlueprintSetupState

from editorial.adapters.catalog import Catalog
from editorial.adapters.zone_names import city
from editorial.domain.cards import GLYPHS, HUES
from editorial.web.context import catalog


@dataclass(frozen=True)
class DayWords:
    """Everything a cell says of its day. Formatting a date costs more than a card, so it is done once a language."""

    iso: str
    short: str
    """`Tue 15 Dec` or `12月15日 周二`."""
    weekday: str
    """`Tue` or `周二`."""
    long: str
    """`Wednesday 9 December` or `12月9日 星期三`."""
    parts: tuple[str, str, str]
    """The number with its month before or after it: `("", "1", " Dec")` or `("12月", "1日", "")`."""
    number: str
    week: int


@lru_cache(maxsize=4096)
def words_of(speaks: Catalog, day: date) -> DayWords:
    """A day in one language."""
    locale, chinese = speaks.locale, speaks.locale.language == "zh"
    month = format_date(day, "MMM", locale=locale)
    return DayWords(
        iso=day.isoformat(),
        short=speaks.day(day),
        weekday=format_date(day, "EEE", locale=locale),
        long=format_date(day, "M月d日 EEEE" if chinese else "EEEE d MMMM", locale=locale),
        parts=(month, f"{day.day}日", "") if chinese else ("", str(day.day), f" {month}"),
        number=str(day.day),
        week=day.isocalendar().week,
    )


def week_title(first: date, last: date) -> str:
    """`7–13 December 2026`, `28 Dec – 3 Jan 2027` or `2026年12月7–13日`."""
    locale = catalog().locale
    if _chinese():
        end = f"{last.day}日" if first.month == last.month else format_date(last, "M月d日", locale=locale)
        return f"{format_date(first, 'y年M月d', locale=locale)}{'日' if first.month != last.month else ''}–{end}"
    if first.month == last.month:
        return f"{first.day}–{format_date(last, 'd MMMM y', locale=locale)}"
    return f"{format_date(first, 'd MMM', locale=locale)} – {format_date(last, 'd MMM y', locale=locale)}"


def way_back(asked: str) -> str:
    """An address of this desk that a form names to return to; the calendar where it leads elsewhere."""
    here = asked.startswith("/") and not asked.startswith("//") and "\\" not in asked and asked.isprintable()
    return asked if here else url_for("calendar.month")


def register_filters(state: BlueprintSetupState) -> None:
    """Teach the templates these words, once."""
    state.app.jinja_env.filters.update(
        city=lambda zone: city(zone, catalog().locale),
        weekday_short=lambda day: words_of(catalog(), day).weekday,
        long_day=lambda day: words_of(catalog(), day).long,
        day_parts=lambda day: words_of(catalog(), day).parts,
        words=lambda day: words_of(catalog(), day),
        glyph=GLYPHS.__getitem__,
        hue=HUES.__getitem__,
    )


def _chinese() -> bool:
    return catalog().locale.language == "zh"
