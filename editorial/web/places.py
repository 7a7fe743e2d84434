"""Days as people of a language write them in a calendar, as filters for the templates."""

from datetime import date

from babel.dates import format_date
from flask.blueprints import BlueprintSetupState

from editorial.domain.cards import GLYPHS, HUES
from editorial.web.context import catalog
from editorial.web.zones import city


def weekday_short(day: date) -> str:
    """`Tue` or `周二`."""
    return format_date(day, "EEE", locale=catalog().locale)


def long_day(day: date) -> str:
    """`Wednesday 9 December` or `12月9日 星期三`."""
    return format_date(day, "M月d日 EEEE" if _chinese() else "EEEE d MMMM", locale=catalog().locale)


def day_parts(day: date) -> tuple[str, str, str]:
    """The number of a day with its month before or after it: `("", "1", " Dec")` or `("12月", "1日", "")`."""
    month = format_date(day, "MMM", locale=catalog().locale)
    return (month, f"{day.day}日", "") if _chinese() else ("", str(day.day), f" {month}")


def register_filters(state: BlueprintSetupState) -> None:
    """Teach the templates these words, once."""
    state.app.jinja_env.filters.update(
        city=lambda zone: city(zone, catalog().locale),
        weekday_short=weekday_short,
        long_day=long_day,
        day_parts=day_parts,
        glyph=GLYPHS.__getitem__,
        hue=HUES.__getitem__,
    )


def _chinese() -> bool:
    return catalog().locale.language == "zh"
