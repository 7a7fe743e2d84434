"""What the calendar changes: an item's day, its quick edit, and taking a move back."""

from datetime import date, datetime
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.cards import Card
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.workflow import Status
from editorial.services import bulk, calendar, colours, planning, quick_edit
from editorial.services.content import last_actor
from editorial.services.plan_jobs import Past
from editorial.services.quick_edit import QuickEdit
from editorial.store.base import reading
from editorial.store.content import ContentItem
from editorial.store.names import names
from editorial.web import cascades, together
from editorial.web.calendar_page import View, shown_as, viewer, wanted_there
from editorial.web.context import catalog, deps, explain, person, say, zone
from editorial.web.forms import Form
from editorial.web.guard import requires

_SOMEBODY = Message(N_("Somebody"))
_NO_DAY = Message(N_("no day"))
_NO_TIME = Message(N_("no time"))
_NOBODY = Message(N_("nobody"))


@requires(Permission.WRITE_CONTENT)
def move_page(item_id: int) -> ResponseReturnValue:
    """Move an item without dragging: choose its day in a form."""
    with reading(deps().sessions) as session:
        card = calendar.card_of(session, viewer(), item_id)
    typed = {"day": card.target_date.isoformat() if card.target_date else "", "version": str(card.version)}
    return _move_form(card, Form(typed))


@requires(Permission.WRITE_CONTENT)
def moved(item_id: int) -> ResponseReturnValue:
    """Plan the item for a day (or for none), its publish time too where asked."""
    form = Form(request.form)
    target, version, at = form.day("day"), form.number("version"), form.clock("at")
    with_slot = form.typed.get("publish_time") == "moves"
    if not form.ok:
        return _not_moved(item_id, form, None, target)
    with reading(deps().sessions) as session:
        before = calendar.card_of(session, viewer(), item_id)
    wall = datetime.combine(target, at) if target and at else None
    try:
        if with_slot and target is not None and (question := cascades.of_move(item_id, target, wall, form)) is not None:
            return question
        with deps().sessions.begin() as session:
            done = planning.plan_day(
                session,
                deps(),
                person(),
                item_id,
                target,
                version=version or 0,
                with_slot=with_slot,
                at=wall,
                zone=zone(),
                past=form.choice("past", Past),
            )
    except EditorialError as error:  # outside the transaction, so nothing half-done is saved
        form.reject(error)
        return _not_moved(item_id, form, error, target)
    return _done(done.item, done.says, done.undo_token, before)


@requires(Permission.WRITE_CONTENT)
def undone() -> ResponseReturnValue:
    """Take a move back by its token."""
    token = Form(request.form).text("token")  # without NUL, which PostgreSQL refuses
    with reading(deps().sessions) as session:
        several = bulk.find(session, token)
        before = None if several else calendar.card_of(session, viewer(), planning.find_undo_item(session, token))
    if before is None:
        with deps().sessions.begin() as session:
            back = bulk.undo(session, deps(), person(), token)
        return together.shown(back)
    with deps().sessions.begin() as session:
        done = planning.undo(session, deps(), person(), token)
    return _done(done.item, done.says, done.undo_token, before)


@requires(Permission.WRITE_CONTENT)
def quick(item_id: int) -> ResponseReturnValue:
    """The popover of an item, as a part of a page."""
    with reading(deps().sessions) as session:
        found = quick_edit.view(session, deps(), person(), item_id)
        card = calendar.card_of(session, viewer(), item_id)
    return render_template("calendar/_quick.html", quick=found, item=found.item, card=card, zone=zone().key)


@requires(Permission.WRITE_CONTENT)
def quickly_edited(item_id: int) -> ResponseReturnValue:
    """Save the popover: all of it or nothing."""
    form = Form(request.form)
    edit = QuickEdit(
        form.line("title"),
        form.number("owner"),
        form.day("day"),
        form.choice("to", Status),
        form.text("words", longest=2000).strip(),
    )
    version = form.number("version")
    if not form.ok:
        return jsonify(says=" ".join(form.errors.values()), errors=form.errors, stale=False), 422
    with reading(deps().sessions) as session:
        before = calendar.card_of(session, viewer(), item_id)
    try:
        with deps().sessions.begin() as session:
            done = quick_edit.save(session, deps(), person(), item_id, edit, version=version or 0)
    except StaleVersion as error:
        return _stale_edit(item_id, edit, error)
    except EditorialError as error:
        form.reject(error)
        return jsonify(says=explain(error), errors=form.errors, stale=False), error.http_status
    return _done(done.item, done.says, done.undo_token, before)


def _stale_edit(item_id: int, edit: QuickEdit, error: StaleVersion) -> ResponseReturnValue:
    """Both versions, field by field; nothing was written and nothing typed is lost."""
    with reading(deps().sessions) as session:
        found = quick_edit.view(session, deps(), person(), item_id)
        card = calendar.card_of(session, viewer(), item_id)
    item = found.item
    names = {one.id: one.name for one in found.people}
    nobody = say(_NOBODY)
    rows = [
        (Message(N_("Title")), item.title, edit.title),
        (Message(N_("Owner")), names.get(item.owner_id or 0, nobody), names.get(edit.owner_id or 0, nobody)),
        (Message(N_("Planned day")), _day(item.target_date), _day(edit.day)),
        (Message(N_("Status")), say(item.status.label), say((edit.to or item.status).label)),
    ]
    differences = [_difference(label, theirs, yours) for label, theirs, yours in rows if theirs != yours]
    answer = {"says": explain(error), "stale": True, "item": item.id, "version": item.version, "day": _iso(card.day)}
    return jsonify(answer | {"differences": differences, "cells": _cells(card, card), "drawer": _drawer()}), 409


def _move_form(card: Card, form: Form) -> str:
    return render_template("calendar/move.html", card=card, form=form, zone=zone().key)


def _not_moved(item_id: int, form: Form, error: EditorialError | None, target: date | None) -> ResponseReturnValue:
    """Say why, and how things stand now; what was typed is kept."""
    status = error.http_status if error else 422
    with reading(deps().sessions) as session:
        card = calendar.card_of(session, viewer(), item_id)
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
            differences=_both_plans(card, form, target),
            cells=_cells(card, card),
            drawer=_drawer(),
        )
    else:
        answer.update(says=explain(error))
    return jsonify(answer), status


def _both_plans(card: Card, form: Form, target: date | None) -> list[dict[str, str]]:
    """The day there and the day asked for; the publish time too, where another hour was asked for."""
    rows = [_difference(Message(N_("Planned day")), _day(card.target_date), _day(target))]
    at = form.clock("at")
    if target is not None and at is not None:
        theirs = catalog().moment(card.local) if card.local else say(_NO_TIME)
        rows.append(_difference(Message(N_("Publish time")), theirs, catalog().moment(datetime.combine(target, at))))
    return rows


def _conflict(card: Card, by: str | None) -> str:
    name = by or say(_SOMEBODY)
    if card.day is None:
        return say(Message(N_("%(name)s took its day away. Keep yours, or take theirs?"), {"name": name}))
    return say(
        Message(
            N_("%(name)s changed this item; it now stands on %(day)s. Keep yours, or take theirs?"),
            {"name": name, "day": card.day},
        )
    )


def _difference(label: Message, theirs: str, yours: str) -> dict[str, str]:
    return {"label": say(label), "theirs": theirs, "yours": yours}


def _done(item: ContentItem, says: Message, undo_token: str | None, before: Card) -> ResponseReturnValue:
    said = say(says)
    if not _wants_json():
        flash(said)
        there = item.target_date or before.day or viewer().today
        return redirect(url_for("calendar.some_month", month=f"{there:%Y-%m}", _anchor=f"d-{there}"))
    with reading(deps().sessions) as session:
        after = calendar.card_of(session, viewer(), item.id)
    return jsonify(
        says=said,
        undo=undo_token,
        item=after.id,
        version=after.version,
        day=_iso(after.day),
        cells=_cells(before, after),
        drawer=_drawer(),
    )


def _cells(before: Card, after: Card) -> dict[str, str]:
    """The cells that changed, drawn anew for the month that is shown, through its filter."""
    try:
        first = date.fromisoformat(f"{request.form.get('month', '')}-01")
    except ValueError:
        return {}
    wanted, found = wanted_there(), {}
    with reading(deps().sessions) as session:
        shown = shown_as(View.MONTH, first, wanted, colours.palette(names(session), viewer().colour))
        for one in {card.day for card in (before, after) if card.day is not None}:
            cell = calendar.cell_of(session, viewer(), one, wanted=wanted)
            found[one.isoformat()] = str(shown.cell(cell))
    return found


def _drawer() -> str:
    wanted = wanted_there()
    with reading(deps().sessions) as session:
        looks = viewer()
        found = calendar.drawer(session, looks, wanted=wanted)
        shown = shown_as(View.MONTH, looks.today, wanted, colours.palette(names(session), looks.colour))
    return render_template("calendar/_drawer.html", drawer=found, shown=shown)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _day(day: date | None) -> str:
    return catalog().day(day) if day else say(_NO_DAY)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
