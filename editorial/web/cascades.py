"""What a move does to the jobs of an item, shown before it happens: a page of its own, or the calendar's dialogue."""

from collections.abc import Mapping
from datetime import date, datetime

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.messages import N_, Message
from editorial.domain.slots import Slot
from editorial.domain.workflow import Status
from editorial.services import cascade, planning
from editorial.services.cascade import Cascade
from editorial.store.base import reading
from editorial.store.content import ContentItem, get_item
from editorial.web.context import deps, say, zone
from editorial.web.forms import Form

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
    return _question(item, found, url_for("calendar.moved", item_id=item_id), form.typed)


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
    return _question(item, found, url_for("content.slot_set", item_id=item_id), form.typed)


def _question(item: ContentItem, found: Cascade, action: str, typed: Mapping[str, str]) -> ResponseReturnValue:
    if request.accept_mimetypes.best == "application/json":
        html = render_template("calendar/_cascade.html", cascade=found, item=item)
        return jsonify(says=say(_TITLE), confirm=html, past=len(found.past)), _ASKED
    kept = {name: value for name, value in typed.items() if name not in {"csrf_token", "confirmed", "past"}}
    return (
        render_template("calendar/cascade.html", cascade=found, item=item, action=action, kept=kept),
        _ASKED,
    )
