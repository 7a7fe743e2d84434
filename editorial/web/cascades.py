"""What a move does to the jobs of an item, shown before it happens: a page of its own, or the calendar's dialogue."""

from collections.abc import Sequence
from datetime import date, datetime

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.messages import N_, Message
from editorial.domain.slots import Slot
from editorial.domain.workflow import Status
from editorial.services import bulk, cascade, planning
from editorial.services.bulk import Moving, Wish
from editorial.store.base import reading
from editorial.store.content import get_item
from editorial.web.context import deps, say, zone
from editorial.web.forms import Form
from editorial.web.places import way_back

_ASKED = 409
"""Nothing has happened yet: the same form once more, with `confirmed`, makes it happen."""
_TITLE = Message(N_("This moves more than one thing"))


def of_move(item_id: int, day: date, at: datetime | None, form: Form) -> ResponseReturnValue | None:
    """The question before a move in the calendar; None where there is nothing to ask or it was answered."""
    if form.typed.get("confirmed") == "1":
        return None
    with reading(deps().sessions) as session:
        item = get_item(session, item_id)
        if str(item.version) != form.typed.get("version", "") or item.status is not Status.SCHEDULED:
            return None
        planned = planning.slot_on(item, day, at=at, zone=zone())
        found = cascade.preview(session, item, planned, now=deps().now()) if planned else None
    if found is None or not found.matters:
        return None
    return _of_one(Moving(item, found), url_for("calendar.moved", item_id=item_id))


def of_schedule(item_id: int, planned: Slot, form: Form) -> ResponseReturnValue | None:
    """The question before an item is scheduled, or scheduled anew, from its own page."""
    if form.typed.get("confirmed") == "1":
        return None
    with reading(deps().sessions) as session:
        item = get_item(session, item_id)
        if str(item.version) != form.typed.get("version", "") or planned.instant <= deps().now():
            return None
        found = cascade.preview(session, item, planned, now=deps().now())
    if not (found.past or (item.status is Status.SCHEDULED and found.matters)):
        return None
    return _of_one(Moving(item, found), url_for("content.slot_set", item_id=item_id))


def of_several(chosen: Sequence[tuple[int, int]], wish: Wish, form: Form) -> ResponseReturnValue | None:
    """The question before several items move with their publish times; None where there is nothing to ask."""
    if form.typed.get("confirmed") == "1":
        return None
    with reading(deps().sessions) as session:
        found = bulk.preview(session, deps(), chosen, wish)
    if not found:
        return None
    return _question(found, url_for("calendar.changed_together"), way_back(form.typed.get("back", "")))


def _of_one(moving: Moving, action: str) -> ResponseReturnValue:
    return _question([moving], action, url_for("content.show", item_id=moving.item.id))


def _question(moves: Sequence[Moving], action: str, back: str) -> ResponseReturnValue:
    """Each job of each item; the page asks with the same form once more."""
    past = sum(len(one.cascade.past) for one in moves)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(
            says=say(_TITLE), confirm=render_template("calendar/_cascade.html", moves=moves), past=past
        ), _ASKED
    kept = [pair for pair in request.form.items(multi=True) if pair[0] not in {"csrf_token", "confirmed", "past"}]
    jobs = sum(len(one.cascade.rows) for one in moves)
    page = render_template(
        "calendar/cascade.html", moves=moves, jobs=jobs, past=past, action=action, kept=kept, back=back
    )
    return page, _ASKED
