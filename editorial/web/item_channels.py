"""The plan of an item on its channels: whether, when and in which words it goes out there."""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.plans import DAY, HOUR, Key
from editorial.domain.slots import Slot, slot, zone_named
from editorial.domain.utm import NAMES
from editorial.domain.workflow import Status
from editorial.services import channel_plans
from editorial.services.channel_plans import Changed, Wanted
from editorial.services.plan_jobs import Past
from editorial.services.plan_views import plan_view
from editorial.store.base import reading
from editorial.store.content import get_item
from editorial.web.context import deps, may, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.zones import zone_groups

bp = Blueprint("item_channels", __name__)
UNITS = {"minutes": 1, "hours": HOUR, "days": DAY}
OWN_UTM = tuple(name for name in NAMES if name != "utm_id")


@bp.get("/items/<int:item_id>/channels")
@requires(Permission.READ)
def show(item_id: int) -> ResponseReturnValue:
    """The plan of an item as a page of its own."""
    return _page(item_id, Form(), None)


@bp.post("/items/<int:item_id>/channels/<int:channel_id>")
@requires(Permission.WRITE_CONTENT)
def saved(item_id: int, channel_id: int) -> ResponseReturnValue:
    """Decide about the item on one channel in one variant."""
    form = Form(request.form)
    key = (channel_id, form.line("variant", longest=40, required=form.typed.get("new") == "1"))
    wanted, version, past = _wanted(form), form.number("version") or 0, form.choice("past", Past)

    def act(session: Session) -> Message:
        done = channel_plans.save_line(
            session, deps(), person(), item_id, key, wanted=wanted, version=version, past=past
        )
        return _says(done)

    return _act(item_id, key, form, act)


@bp.post("/items/<int:item_id>/channels/<int:channel_id>/removal")
@requires(Permission.WRITE_CONTENT)
def removed(item_id: int, channel_id: int) -> ResponseReturnValue:
    """Take a further variant out of the plan."""
    form = Form(request.form)
    key, version = (channel_id, form.line("variant", longest=40)), form.number("version") or 0

    def act(session: Session) -> Message:
        channel_plans.remove_variant(session, deps(), person(), item_id, key, version=version)
        return Message(N_("The variant is gone."))

    return _act(item_id, key, form, act)


@bp.post("/items/<int:item_id>/channels/<int:channel_id>/share")
@requires(Permission.PUBLISH)
def shared(item_id: int, channel_id: int) -> ResponseReturnValue:
    """Share what is published once more, now or at a time of its own."""
    form = Form(request.form)
    key, version = (channel_id, form.line("variant", longest=40, required=False)), form.number("version") or 0
    at = _own(form) if form.typed.get("when") == "own" else None

    def act(session: Session) -> Message:
        job = channel_plans.share_again(session, deps(), person(), item_id, key, at=at, version=version)
        return Message(N_("It goes out again on %(when)s."), {"when": job.due_at})

    return _act(item_id, key, form, act)


def _act(item_id: int, key: Key, form: Form, act: Callable[[Session], Message]) -> ResponseReturnValue:
    status = 422
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                said = act(session)
        except EditorialError as error:  # outside the transaction, so nothing half-done is saved
            form.reject(error)
            status = error.http_status
            if isinstance(error, StaleVersion):
                form.typed = {**form.typed, "version": str(_version(item_id))}
        else:
            flash(say(said))
            return redirect(url_for("content.show", item_id=item_id, _anchor="channels"))
    return _page(item_id, form, key), status


def _page(item_id: int, form: Form, key: Key | None) -> str:
    with reading(deps().sessions) as session:
        item = get_item(session, item_id)
        plan = plan_view(session, deps(), item)
    return render_template(
        "content/channels.html",
        item=item,
        plan=plan,
        form=form,
        key=key,
        zones=zone_groups(),
        write=may(Permission.WRITE_CONTENT),
    )


def _version(item_id: int) -> int:
    with reading(deps().sessions) as session:
        return get_item(session, item_id).version


def _wanted(form: Form) -> Wanted:
    """What the form of a line means. Parts that it does not show stay as they are."""
    text = form.text("text", longest=channel_plans.LONGEST_TEXT) if "text" in form.typed else None
    utm = _utm(form.typed)
    if "when" not in form.typed or not may(Permission.PUBLISH):
        return Wanted(text=text, utm=utm)
    carried = form.typed.get("carried") == "1"
    own = _own(form) if form.typed["when"] == "own" and carried else None
    return Wanted(carried=carried, offset_minutes=_offset(form), own=own, text=text, utm=utm)


def _utm(typed: Mapping[str, str]) -> dict[str, str] | None:
    found = {name: typed[name] for name in OWN_UTM if name in typed}
    return found or None


def _offset(form: Form) -> int:
    """Minutes from the publish time; negative is before it."""
    if form.typed.get("when") not in {"after", "before"}:
        return 0
    count = form.number("offset") or 0
    minutes = count * UNITS.get(form.typed.get("unit", ""), 1)
    if count < 0 or abs(minutes) > 2**31 - 1:
        form.reject(
            EditorialError(
                Message(N_("“%(value)s” does not fit here."), {"value": str(count)}),
                hint=Message(N_("Write a whole number.")),
                field="offset",
            )
        )
        return 0
    return minutes if form.typed["when"] == "after" else -minutes


def _own(form: Form) -> Slot | None:
    """The time of its own that was typed; what is wrong with it stands in the form."""
    wall = form.wall("own_day", "own_time")
    if wall is None:
        if form.ok:
            form.reject(
                EditorialError(
                    Message(N_("Its own time is missing.")),
                    hint=Message(N_("Fill in day and time, or let it follow the publish time.")),
                    field="own_day",
                )
            )
        return None
    try:
        return slot(
            wall,
            zone_named(form.typed.get("own_zone", ""), field="own_zone"),
            fold=1 if form.typed.get("own_fold") == "1" else 0,
        )
    except EditorialError as error:
        error.field = "own_time" if error.field != "own_zone" else error.field
        form.reject(error)
        return None


def _says(done: Changed) -> Message:
    if not done.changed:
        return Message(N_("Nothing had changed."))
    if done.reopened_from is Status.SCHEDULED:
        return Message(N_("Saved. The text had been scheduled: its jobs are held back, and it is in review again."))
    if done.reopened_from is not None:
        return Message(N_("Saved. The text had been approved: it is in review again."))
    if done.corrects:
        return Message(N_("Saved as a correction. What is out stays as it is until the correction is approved."))
    return Message(N_("Saved."))
