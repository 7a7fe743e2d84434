"""Switching a channel off while jobs wait for it: what waits, and the three ways out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import switching
from editorial.services.switching import Fate
from editorial.store.base import reading
from editorial.web.context import deps, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("channel_switching", __name__)


@bp.get("/channels/<int:channel_id>/off")
@requires(Permission.MANAGE_CHANNELS)
def show(channel_id: int) -> ResponseReturnValue:
    """What waits for the channel, and what may become of it."""
    return _page(channel_id, Form())


@bp.post("/channels/<int:channel_id>/off")
@requires(Permission.MANAGE_CHANNELS)
def switched(channel_id: int) -> ResponseReturnValue:
    """Switch it off, its jobs cancelled or moved."""
    form = Form(request.form)
    fate, to, version = form.choice("fate", Fate), form.number("to"), form.number("version") or 0
    if fate is None and form.ok:
        form.reject(
            EditorialError(
                Message(N_("Nobody has said yet what becomes of its jobs.")),
                hint=Message(N_("Choose one of the ways.")),
                field="fate",
            )
        )
    if not form.ok or fate is None:
        return _page(channel_id, form), 422
    try:
        with deps().sessions.begin() as session:
            switching.switch_off(session, deps(), person(), channel_id, version=version, fate=fate, to_channel_id=to)
    except EditorialError as error:  # outside the transaction, so nothing half-done is saved
        form.reject(error)
        return _page(channel_id, form), error.http_status
    flash(say(Message(N_("The channel is switched off."))))
    return redirect(url_for("channels.edit", channel_id=channel_id))


def _page(channel_id: int, form: Form) -> str:
    with reading(deps().sessions) as session:
        return render_template("channels/off.html", waiting=switching.waiting(session, channel_id), form=form)
