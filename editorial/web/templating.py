"""What every template may use: sentences, dates in the reader's language and zone, icons' addresses."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import Flask, g
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined

from editorial.domain.bilingual import Bilingual
from editorial.domain.locales import Language
from editorial.domain.messages import Message
from editorial.domain.people import Permission
from editorial.domain.slots import shown_in
from editorial.services import clock_health
from editorial.web.assets import asset
from editorial.web.context import catalog, deps, explain, found_person, may, say, zone


def register(app: Flask) -> None:
    """Teach the templates our words."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: catalog().gettext(text),
        lambda one, many, count: catalog().ngettext(one, many, count),
        newstyle=True,
    )
    env.filters.update(
        say=_say,
        day=_day,
        month=lambda value: catalog().month(value),
        clock=_clock,
        moment=_moment,
        name_of=_name_of,
        number=lambda value: catalog().value(value),
        explain=explain,
    )
    env.globals.update(asset=asset, csrf_token=generate_csrf, may=may, Permission=Permission, languages=tuple(Language))
    app.context_processor(_surroundings)


def _surroundings() -> dict[str, object]:
    if "catalog" not in g:
        g.catalog = deps().catalogs["en"]
    g.setdefault("zone", ZoneInfo("UTC"))
    somebody = found_person()
    return {
        "me": somebody,
        "lang_tag": catalog().tag,
        "locale": catalog().name,
        "viewer_zone": zone().key,
        "theme": somebody.theme if somebody else "system",
        "clock_problem": clock_health.report(deps()).says if somebody and not g.get("broken") else None,
    }


def _say(message: Message | str) -> str:
    return say(message) if isinstance(message, Message) else message


def _day(value: date, *, year: bool = False) -> str:
    return catalog().day(value, year=year)


def _clock(value: time | datetime, in_zone: str | None = None) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = shown_in(value, ZoneInfo(in_zone) if in_zone else zone())
    return catalog().clock(value)


def _moment(value: datetime, in_zone: str | None = None) -> str:
    return catalog().moment(value, ZoneInfo(in_zone) if in_zone else zone())


def _name_of(value: Bilingual) -> str:
    return value.in_(catalog().name)
