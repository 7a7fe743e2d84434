"""The calendar's pages: month, week, day and list over one filter, and the drawer of what has no day."""

import re
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from editorial.domain.calendar import Filter
from editorial.domain.colours import Colour
from editorial.domain.errors import NotFound
from editorial.domain.people import Permission
from editorial.services import calendar, colours, filters
from editorial.services import listing as lists
from editorial.services.bulk import What
from editorial.services.calendar import Hidden, Month, Viewer
from editorial.services.listing import Place
from editorial.store import calendar as store
from editorial.store.base import reading
from editorial.store.names import names
from editorial.web import moves, together
from editorial.web.calendar_page import (
    LEGEND,
    View,
    address,
    last_month,
    next_month,
    shown_as,
    viewer,
    wanted_here,
)
from editorial.web.context import deps, person
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.places import register_filters, way_back, week_title

bp = Blueprint("calendar", __name__)
bp.record_once(register_filters)
bp.add_url_rule("/items/<int:item_id>/day", view_func=moves.move_page)
bp.add_url_rule("/items/<int:item_id>/day", view_func=moves.moved, methods=["POST"])
bp.add_url_rule("/items/together", view_func=together.changed_together, methods=["POST"])
bp.add_url_rule("/undos", view_func=moves.undone, methods=["POST"])
bp.add_url_rule("/items/<int:item_id>/quick", view_func=moves.quick)
bp.add_url_rule("/items/<int:item_id>/quick", view_func=moves.quickly_edited, methods=["POST"])

_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@bp.get("/")
@requires(Permission.READ)
def month() -> ResponseReturnValue:
    """This month."""
    today = viewer().today
    return _month(today.year, today.month)


@bp.get("/calendar")
@requires(Permission.READ)
def here() -> ResponseReturnValue:
    """The address that people type: it leads to this month, with what stands behind the question mark."""
    asked = request.query_string.decode("ascii", "replace")
    return redirect(url_for("calendar.month") + (f"?{asked}" if asked else ""))


@bp.get("/calendar/<month>")
@requires(Permission.READ)
def some_month(month: str) -> ResponseReturnValue:
    """Any month, `2026-12`."""
    if not _MONTH.fullmatch(month):
        raise NotFound
    return _month(int(month[:4]), int(month[5:]))


@bp.get("/calendar/weeks/<day>")
@requires(Permission.READ)
def week(day: str) -> ResponseReturnValue:
    """The week that a day lies in."""
    wanted, looks, around = wanted_here(), viewer(), _day_of(day)
    with reading(deps().sessions) as session:
        found = calendar.week_of(session, looks, around, week_start=calendar.week_start(session), wanted=wanted)
        first, last = found.days[0].date, found.days[-1].date
        frame = _frame(session, looks, View.WEEK, around, wanted)
        hidden = calendar.hidden_between(session, looks, first, last, wanted) if not found.count else Hidden()
    return render_template(
        "calendar/week.html",
        week=found,
        title=week_title(first, last),
        hidden=hidden,
        back=address(View.WEEK, around - timedelta(days=7)),
        ahead=address(View.WEEK, around + timedelta(days=7)),
        hour=looks.now.astimezone(looks.zone).hour,
        focus=looks.today if first <= looks.today <= last else first,
        **frame,
    )


@bp.get("/calendar/days/<day>")
@requires(Permission.READ)
def day(day: str) -> ResponseReturnValue:
    """One day with all its items: also the way on from "+3 more" without a script."""
    wanted, looks, around = wanted_here(), viewer(), _day_of(day)
    with reading(deps().sessions) as session:
        found = calendar.day_of(session, looks, around, wanted=wanted, tall=True)
        frame = _frame(session, looks, View.DAY, around, wanted)
        hidden = calendar.hidden_between(session, looks, around, around, wanted) if not found.count else Hidden()
    return render_template(
        "calendar/day.html",
        day=found,
        bands=calendar.bands_of([found]),
        hour=looks.now.astimezone(looks.zone).hour,
        hidden=hidden,
        back=address(View.DAY, around - timedelta(days=1)),
        ahead=address(View.DAY, around + timedelta(days=1)),
        focus=around,
        **frame,
    )


@bp.get("/calendar/days/<day>/items")
@requires(Permission.READ)
def day_list(day: str) -> ResponseReturnValue:
    """The list of a day alone, for the popover in the month."""
    wanted, around = wanted_here(), _day_of(day)
    with reading(deps().sessions) as session:
        looks = viewer()
        found = calendar.day_of(session, looks, around, wanted=wanted)
        shown = shown_as(View.MONTH, around, wanted, colours.palette(names(session), looks.colour))
    return render_template("calendar/_day_list.html", day=found, shown=shown)


@bp.get("/calendar/list")
@requires(Permission.READ)
def listing() -> ResponseReturnValue:
    """Everything from a day on (and until another), page after page."""
    wanted, looks = wanted_here(), viewer()
    first = _asked("from") or looks.today.replace(day=1)
    last, after = _asked("to"), Place.read(request.args.get("after", ""))
    keep = {"from": first.isoformat()} | ({"to": last.isoformat()} if last else {})
    with reading(deps().sessions) as session:
        found = lists.list_of(session, looks, first, last, wanted=wanted, after=after)
        frame = _frame(session, looks, View.LIST, first, wanted, **keep)
        empty = not found.count and not after
        hidden = lists.hidden(session, looks, first, last, wanted) if empty else Hidden()
    around = found.days[0].date if found.days else first
    return render_template(
        "calendar/list.html",
        listing=found,
        first=first,
        last=last,
        all_time=first <= lists.FIRST_DAY,
        paged=after is not None,
        hidden=hidden,
        back=address(View.LIST, last_month(first)),
        ahead=address(View.LIST, next_month(first)),
        focus=around,
        **frame,
    )


@bp.get("/calendar/drawer")
@requires(Permission.READ)
def drawer() -> ResponseReturnValue:
    """The drawer alone: its search looks through everything that has no day."""
    wanted = wanted_here()
    with reading(deps().sessions) as session:
        looks = viewer()
        found = calendar.drawer(session, looks, wanted=wanted)
        shown = shown_as(View.MONTH, looks.today, wanted, colours.palette(names(session), looks.colour))
    return render_template("calendar/_drawer.html", drawer=found, shown=shown)


@bp.post("/calendar/colour")
@requires(Permission.READ)
def coloured() -> ResponseReturnValue:
    """Choose what colours mean, and go back to the page where it was chosen."""
    chosen = Form(request.form).choice("colour", Colour)
    if chosen is not None:
        with deps().sessions.begin() as session:
            colours.choose(session, person().id, chosen)
    return redirect(way_back(request.form.get("back", "")))


def _month(year: int, number: int) -> str:
    wanted, looks = wanted_here(), viewer()
    with reading(deps().sessions) as session:
        found = calendar.month_of(session, looks, year, number, week_start=calendar.week_start(session), wanted=wanted)
        focus = _focus(found, looks)
        frame = _frame(session, looks, View.MONTH, found.first, wanted)
        hidden = calendar.hidden_between(session, looks, *found.span, wanted) if found.empty else Hidden()
        blank = not wanted and found.empty and not frame["drawer"].cards and not store.any_item(session)
    return render_template(
        "calendar/month.html",
        month=found,
        hidden=hidden,
        blank=blank,
        back=address(View.MONTH, found.previous),
        ahead=address(View.MONTH, found.following),
        focus=focus,
        **frame,
    )


def _frame(session: Session, looks: Viewer, view: View, day: date, wanted: Filter, **keep: str) -> dict[str, Any]:
    """What stands around the grid of every view."""
    named = names(session)
    shown = shown_as(view, day, wanted, colours.palette(named, looks.colour), **keep)
    return {
        "shown": shown,
        "pills": filters.pills(named, wanted),
        "colours": tuple(Colour),
        "whats": tuple(What),
        "drawer": calendar.drawer(session, looks, wanted=shown.wanted),
        "health": calendar.health(session, looks),
        "legend": LEGEND,
        "views": tuple(View),
    }


def _day_of(text: str) -> date:
    try:
        return calendar.checked_day(date.fromisoformat(text))
    except ValueError as error:
        raise NotFound from error


def _asked(name: str) -> date | None:
    """A day of the address; one that is none is left out."""
    try:
        return calendar.checked_day(date.fromisoformat(request.args.get(name, "")))
    except (ValueError, NotFound):
        return None


def _focus(shown: Month, looks: Viewer) -> date:
    """The day that the keyboard finds first: today, or the first of the month."""
    today = looks.today
    return today if (today.year, today.month) == (shown.first.year, shown.first.month) else shown.first
