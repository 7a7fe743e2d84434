"""The channel pages: where items go out, whether that works, and what would be sent."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from editorial.adapters.channels import Kind, kind_of
from editorial.adapters.channels.base import SettingsRefused
from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.jobs import Health
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import channel_pages, channel_probes, channel_secrets, channels
from editorial.services.delivery import Delivery
from editorial.store import content, distribution
from editorial.store.base import reading
from editorial.store.distribution import Channel
from editorial.web.channel_secrets import shown_once, typed_secrets
from editorial.web.context import deps, person, say
from editorial.web.deliveries import as_typed, typed_delivery
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.zones import zone_groups

bp = Blueprint("channels", __name__)
PREVIEW_KEY = "preview"  # stands where a job's key will


@bp.get("/channels")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """Every channel with its health."""
    with reading(deps().sessions) as session:
        return render_template(
            "channels/overview.html",
            rows=channel_pages.rows(session),
            kinds=channels.KINDS,
            sites=content.active_sites(session),
        )


@bp.get("/channels/new")
@requires(Permission.MANAGE_CHANNELS)
def new() -> ResponseReturnValue:
    """The form of a new channel; first of all which kind it is."""
    chosen = request.args.get("kind")
    with reading(deps().sessions) as session:
        sites = content.active_sites(session)
    if not chosen:
        return render_template("channels/kinds.html", kinds=channels.KINDS, sites=sites)
    kind = _kind(chosen)
    typed = channel_pages.defaults_of(kind) | as_typed(Delivery(late_ok_minutes=kind.late_ok_minutes))
    if len(sites) == 1:
        typed["site"] = str(sites[0].id)
    return _form(Form(typed), kind, None)


@bp.post("/channels")
@requires(Permission.MANAGE_CHANNELS)
def add() -> ResponseReturnValue:
    """Connect a channel, then ask it whether it works."""
    kind = _kind(request.form.get("kind", ""))
    form = Form(request.form)
    site_id, delivery = _site_of(form), typed_delivery(form)
    if form.ok and site_id is not None:
        typed = typed_secrets(form, kind)
        made = channel_secrets.made(deps(), kind, typed)
        try:
            with deps().sessions.begin() as session:
                channel_id = channels.create(
                    session,
                    deps(),
                    kind=kind.key,
                    name=form.text("name"),
                    site_id=site_id,
                    settings=_settings(form, kind),
                    delivery=delivery,
                    actor_id=person().id,
                    secrets=typed | made,
                ).id
        except (EditorialError, IntegrityError) as error:  # outside the transaction, so nothing half-done is saved
            _reject(form, error)
        else:
            _probe(channel_id)
            return shown_once(channel_id, made) if made else redirect(url_for("channels.edit", channel_id=channel_id))
    return _form(form, kind, None), 422


@bp.get("/channels/<int:channel_id>")
@requires(Permission.READ)
def edit(channel_id: int) -> ResponseReturnValue:
    """One channel with its settings."""
    with reading(deps().sessions) as session:
        channel = distribution.get_channel(session, channel_id)
    return _form(_as_stored(channel), _kind(channel.kind), channel)


@bp.post("/channels/<int:channel_id>")
@requires(Permission.MANAGE_CHANNELS)
def change(channel_id: int) -> ResponseReturnValue:
    """Save a channel, then ask it whether it still works."""
    form = Form(request.form)
    with reading(deps().sessions) as session:
        channel = distribution.get_channel(session, channel_id)
    kind, delivery, version = _kind(channel.kind), typed_delivery(form), form.number("version")
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                channels.save(
                    session,
                    deps(),
                    channel_id,
                    version=version or 0,
                    name=form.text("name"),
                    settings=_settings(form, kind),
                    delivery=delivery,
                    actor_id=person().id,
                    secrets=typed_secrets(form, kind),
                )
        except (EditorialError, IntegrityError) as error:
            _reject(form, error)
            return _form(form, kind, channel), getattr(error, "http_status", 422)
        _probe(channel_id)
        return redirect(url_for("channels.edit", channel_id=channel_id))
    return _form(form, kind, channel), 422


@bp.post("/channels/<int:channel_id>/check")
@requires(Permission.MANAGE_CHANNELS)
def check(channel_id: int) -> ResponseReturnValue:
    """Ask the channel now whether it works."""
    with reading(deps().sessions) as session:
        distribution.get_channel(session, channel_id)
    _probe(channel_id)
    return redirect(url_for("channels.edit", channel_id=channel_id))


@bp.post("/channels/<int:channel_id>/switch")
@requires(Permission.MANAGE_CHANNELS)
def switch(channel_id: int) -> ResponseReturnValue:
    """Switch a channel on or off."""
    form = Form(request.form)
    enabled, version = bool(form.typed.get("enabled")), form.number("version")
    try:
        with deps().sessions.begin() as session:
            channels.switch(session, deps(), channel_id, version=version or 0, enabled=enabled, actor_id=person().id)
    except NotFound:
        raise
    except EditorialError as error:
        with reading(deps().sessions) as session:
            channel = distribution.get_channel(session, channel_id)
        shown = _as_stored(channel)
        shown.reject(error)
        return _form(shown, _kind(channel.kind), channel), error.http_status
    flash(say(Message(N_("The channel is switched on.") if enabled else N_("The channel is switched off."))))
    return redirect(url_for("channels.edit", channel_id=channel_id))


@bp.get("/channels/<int:channel_id>/preview")
@requires(Permission.READ)
def preview(channel_id: int) -> ResponseReturnValue:
    """What the channel would send of an item; nothing leaves the house."""
    chosen = Form(request.args).number("item")
    with reading(deps().sessions) as session:
        channel = distribution.get_channel(session, channel_id)
        items = channel_pages.items_for(session, channel)
        wanted = chosen if chosen is not None else (items[0].id if items else None)
        item = content.get_item(session, wanted) if wanted is not None else None
        if item is not None and item.site_id != channel.site_id:
            raise NotFound
        refusal, shown = None, None
        if item is not None:
            try:
                shown = channel_pages.preview(session, deps(), channel, item, PREVIEW_KEY)
            except EditorialError as error:
                refusal = error
        return render_template(
            "channels/preview.html", channel=channel, items=items, item=item, preview=shown, refusal=refusal
        )


def _kind(key: str) -> Kind:
    kind = kind_of(key)
    if kind is None:
        raise NotFound(
            Message(N_("There is no such kind of channel.")), hint=Message(N_("Choose one from the list of channels."))
        )
    return kind


def _settings(form: Form, kind: Kind) -> Mapping[str, str]:
    """What the form says about the fields of the kind; a box that is not ticked says no."""
    fields = kind.settings.model_fields
    ticked = {name: "true" if form.typed.get(name) else "false" for name, it in fields.items() if it.annotation is bool}
    return {name: form.text(name) for name in fields if name in form.typed} | ticked


def _site_of(form: Form) -> int | None:
    site_id = form.number("site")
    if site_id is None and "site" not in form.errors:
        _wrong(form, "site", Message(N_("No site is chosen.")), Message(N_("Choose whose items it carries.")))
    return site_id


def _as_stored(channel: Channel) -> Form:
    """The form as the channel is."""
    settings = {name: channel_pages.typed(value) for name, value in channel.settings.items()}
    return Form(settings | as_typed(Delivery.of(channel)) | {"name": channel.name, "site": str(channel.site_id)})


def _wrong(form: Form, field: str, says: Message, hint: Message) -> None:
    form.reject(EditorialError(says, hint=hint, field=field))


def _reject(form: Form, error: EditorialError | IntegrityError) -> None:
    """Show every fault beside its field. Two people who take one name at the same moment meet the database's own no."""
    if isinstance(error, IntegrityError):
        hint = Message(N_("Give this one another name."))
        _wrong(form, "name", Message(N_("Somebody took this name a moment ago.")), hint)
    elif isinstance(error, SettingsRefused):
        for fault in error.faults:
            form.reject(fault)
    else:
        form.reject(error)


def _probe(channel_id: int) -> None:
    probed = channel_probes.ask_now(deps(), channel_id)
    if probed.health is Health.OK:
        flash(say(Message(N_("“%(name)s” works."), {"name": probed.name})))


def _form(form: Form, kind: Kind, channel: Channel | None) -> str:
    with reading(deps().sessions) as session:
        live, live_count = channel_pages.live_jobs(session, channel.id) if channel is not None else ((), 0)
        return render_template(
            "channels/edit.html",
            form=form,
            kind=kind,
            channel=channel,
            secrets=channel_secrets.rows(session, deps(), channel, kind),
            sites=content.active_sites(session),
            reason=channel_pages.reason_of(channel) if channel is not None else None,
            live=live,
            live_count=live_count,
            zones=zone_groups(),
        )
