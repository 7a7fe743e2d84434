"""The secrets of a channel on its pages: typed, replaced, shown once when they are made, and never again."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, Response, make_response, render_template, request

from editorial.adapters.channels import Kind, kind_of
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import channel_probes, channel_secrets, channels
from editorial.services.channel_secrets import field_of
from editorial.store import distribution
from editorial.store.base import reading
from editorial.web.context import deps, person
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("channel_secrets", __name__)
LONGEST_OVERLAP = 30 * 24  # hours


@bp.post("/channels/<int:channel_id>/secrets/<key>")
@requires(Permission.MANAGE_CHANNELS)
def replace(channel_id: int, key: str) -> Response:
    """Have another secret made. The one before it stays in force as long as the form says."""
    form = Form(request.form)
    hours, version = form.number(f"overlap-{key}"), form.number("version")
    if hours is None or not 0 <= hours <= LONGEST_OVERLAP:
        raise EditorialError(
            Message(N_("This is no number of hours that makes sense.")),
            hint=Message(N_("Choose between 0 and %(most)s hours."), {"most": LONGEST_OVERLAP}),
            field=f"overlap-{key}",
        )
    with deps().sessions.begin() as session:
        value = channels.replace_secret(
            session,
            deps(),
            channel_id,
            version=version or 0,
            key=key,
            overlap=timedelta(hours=hours),
            actor_id=person().id,
        )
    channel_probes.ask_now(deps(), channel_id)
    return shown_once(channel_id, {key: value})


def typed_secrets(form: Form, kind: Kind) -> dict[str, str | None]:
    """What the form says about each secret of a kind: something new, nothing, or None to remove it."""
    return {
        each.key: None if form.typed.get(f"remove-{field_of(each.key)}") else form.text(field_of(each.key))
        for each in kind.secrets
    }


def shown_once(channel_id: int, made: Mapping[str, str]) -> Response:
    """The page with fresh secrets: the answer to the POST itself, so that they lie in no address, cookie or cache."""
    with reading(deps().sessions) as session:
        channel = distribution.get_channel(session, channel_id)
        kind = kind_of(channel.kind)
        rows = channel_secrets.rows(session, deps(), channel, kind) if kind is not None else ()
    shown = [(row, made[row.secret.key]) for row in rows if row.secret.key in made]
    response = make_response(render_template("channels/secret_once.html", channel=channel, shown=shown))
    response.headers["Cache-Control"] = "no-store"
    return response
