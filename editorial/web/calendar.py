"""The calendar pages: a month, a day, and the move of an item to another day."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.cards import GLYPHS, HUES, Card
from editorial.domain.errors import EditorialError, NotFound, StaleVersion
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.workflow import Status
from editorial.services import calendar, planning
from editorial.services.calendar import Month, Viewer
from editorial.services.content import last_actor
from editorial.services.planning import Moved
from editorial.store import calendar as store
from editorial.store.base import reading
from editorial.web.assets import asset
from editorial.web.context import deps, explain, may, person, say, zone
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.places import register_filters

bp = Blueprint("calendar", __name__)
bp.record_once(register_filters)


_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
LEGEND = tuple(
    (status, GLYPHS[status], HUES[status]) for status in Status if status not in {Status.ON_HOLD, *store.SHELVED}
)
"""Every status that a card may have; the hatch explains "on hold" by its word."""


@dataclass(frozen=True)
class _Shown:
    """What every part of the calendar needs to draw itself."""

    first: date
    today: date
    zone: str
    write: bool
    sprite: str
    """Address of the icons: asked for once a page, not twice a card."""


@bp.get("/")
@requires(Permission.READ)
def month() -> ResponseReturnValue:
    """This month."""
    today = _viewer().today
    return _month(today.year, today.month)


@bp.get("/calendar/<month>")
@requires(Permission.READ)
def some_month(month: str) -> ResponseReturnValue:
    """Any month, `2026-12`."""
    if not _MONTH.fullmatch(month):
        raise NotFound
    return _month(int(month[:4]), int(month[5:]))


@bp.get("/calendar/days/<day>")
@requires(Permission.READ)
def day(day: str) -> ResponseReturnValue:
    """One day with all its items: the way on from "+3 more" without a script."""
    return _day("calendar/day.html", day)


@bp.get("/calendar/days/<day>/items")
@requires(Permission.READ)
def day_list(day: str) -> ResponseReturnValue:
    """The list of a day alone, for the popover in the month."""
    return _day("calendar/_day_list.html", day)


@bp.get("/items/<int:item_id>/day")
@requires(Permission.WRITE_CONTENT)
def move_page(item_id: int) -> ResponseReturnValue:
    """Move an item without dragging: choose its day in a form."""
    with reading(deps().sessions) as session:
        card = calendar.card_of(session, _viewer(), item_id)
    typed = {"day": card.target_date.isoformat() if card.target_date else "", "version": str(card.version)}
    return _move_form(card, Form(typed))


@bp.post("/items/<int:item_id>/day")
@requires(Permission.WRITE_CONTENT)
def moved(item_id: int) -> ResponseReturnValue:
    """Plan the item for a day (or for none), its publish time too where asked."""
    form = Form(request.form)
    target, version = form.day("day"), form.number("version")
    with_slot = form.typed.get("publish_time") == "moves"
    if not form.ok:
        return _not_moved(item_id, form, None)
    with reading(deps().sessions) as session:
        before = calendar.card_of(session, _viewer(), item_id)
    try:
        with deps().sessions.begin() as session:
            done = planning.plan_day(
                session, deps(), person(), item_id, target, version=version or 0, with_slot=with_slot
            )
    except EditorialError as error:  # outside the transaction, so nothing half-done is saved
        form.reject(error)
        return _not_moved(item_id, form, error)
    return _done(done, before)


@bp.post("/undos")
@requires(Permission.WRITE_CONTENT)
def undone() -> ResponseReturnValue:
    """Take a move back by its token."""
    token = request.form.get("token", "")
    with reading(deps().sessions) as session:
        before = calendar.card_of(session, _viewer(), planning.find_undo_item(session, token))
    with deps().sessions.begin() as session:
        done = planning.undo(session, deps(), person(), token)
    return _done(done, before)


def _month(year: int, number: int) -> str:
    viewer = _viewer()
    with reading(deps().sessions) as session:
        shown = calendar.month_of(session, viewer, year, number, week_start=calendar.week_start(session))
        drawer = calendar.drawer(session, viewer)
        health = calendar.health(session, deps(), viewer, person())
        blank = shown.empty and not drawer.cards and not store.any_item(session)
    return render_template(
        "calendar/month.html",
        month=shown,
        drawer=drawer,
        health=health,
        blank=blank,
        shown=_shown(shown.first),
        focus=_focus(shown, viewer),
        legend=LEGEND,
    )


def _day(template: str, text: str) -> str:
    try:
        wanted = date.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error
    viewer = _viewer()
    with reading(deps().sessions) as session:
        found = calendar.day_of(session, viewer, wanted)
    return render_template(template, day=found, shown=_shown(wanted.replace(day=1)))


def _move_form(card: Card, form: Form) -> str:
    return render_template("calendar/move.html", card=card, form=form, zone=zone().key)


def _not_moved(item_id: int, form: Form, error: EditorialError | None) -> ResponseReturnValue:
    """Say why, and how things stand now; what was typed is kept."""
    status = error.http_status if error else 422
    with reading(deps().sessions) as session:
        card = calendar.card_of(session, _viewer(), item_id)
        by = last_actor(session, item_id) if isinstance(error, StaleVersion) else None
    if not _wants_json():
        if isinstance(error, StaleVersion):
            form.typed = {**form.typed, "version": str(card.version)}
        return _move_form(card, form), status
    answer: dict[str, Any] = {"says": "", "hint": "", "stale": isinstance(error, StaleVersion)}
    if error is None:
        answer["says"] = " ".join(form.errors.values())
    elif isinstance(error, StaleVersion):
        answer.update(
            says=_conflict(card, by),
            item=card.id,
            version=card.version,
            day=_iso(card.day),
            cells=_cells(card, card),
            drawer=_drawer(),
        )
    else:
        answer.update(says=explain(error))
    return jsonify(answer), status


def _conflict(card: Card, by: str | None) -> str:
    name = by or say(Message(N_("Somebody")))
    if card.day is None:
        return say(Message(N_("%(name)s took its day away. Keep yours, or take theirs?"), {"name": name}))
    return say(
        Message(
            N_("%(name)s changed this item; it now stands on %(day)s. Keep yours, or take theirs?"),
            {"name": name, "day": card.day},
        )
    )


def _done(done: Moved, before: Card) -> ResponseReturnValue:
    said = say(done.says)
    if not _wants_json():
        flash(said)
        there = done.item.target_date or before.day or _viewer().today
        return redirect(url_for("calendar.some_month", month=f"{there:%Y-%m}", _anchor=f"d-{there}"))
    with reading(deps().sessions) as session:
        after = calendar.card_of(session, _viewer(), done.item.id)
    return jsonify(
        says=said,
        undo=done.undo_token,
        item=after.id,
        version=after.version,
        day=_iso(after.day),
        cells=_cells(before, after),
        drawer=_drawer(),
    )


def _cells(before: Card, after: Card) -> dict[str, str]:
    """The cells that changed, drawn anew for the month that is shown."""
    try:
        first = date.fromisoformat(f"{request.form.get('month', '')}-01")
    except ValueError:
        return {}
    viewer, found = _viewer(), {}
    with reading(deps().sessions) as session:
        for one in {card.day for card in (before, after) if card.day is not None}:
            found[one.isoformat()] = render_template(
                "calendar/_cell.html", day=calendar.day_of(session, viewer, one), shown=_shown(first)
            )
    return found


def _drawer() -> str:
    with reading(deps().sessions) as session:
        found = calendar.drawer(session, _viewer())
    return render_template("calendar/_drawer.html", drawer=found, shown=_shown(_viewer().today))


def _viewer() -> Viewer:
    return Viewer(zone(), deps().now())


def _shown(first: date) -> _Shown:
    return _Shown(first, _viewer().today, zone().key, may(Permission.WRITE_CONTENT), asset("icons.svg"))


def _focus(shown: Month, viewer: Viewer) -> date:
    """The day that the keyboard finds first: today, or the first of the month."""
    return (
        viewer.today
        if (viewer.today.year, viewer.today.month) == (shown.first.year, shown.first.month)
        else shown.first
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
