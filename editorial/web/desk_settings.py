"""The settings of the whole desk, for its administrators."""

from babel.dates import get_day_names
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.errors import EditorialError
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import workspace_settings
from editorial.services.workspace_settings import DeskSettings, SelfApproval
from editorial.store.base import reading
from editorial.web.context import catalog, deps, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.zones import zone_groups

bp = Blueprint("settings", __name__)


@bp.get("/settings")
@requires(Permission.MANAGE_WORKSPACE)
def page() -> ResponseReturnValue:
    """What holds for everybody."""
    with reading(deps().sessions) as session:
        found = workspace_settings.get(session)
    return _page(
        Form(
            {
                "name": found.name,
                "language": found.language.value,
                "zone": found.zone,
                "week_start": str(found.week_start),
                "self_approval": SelfApproval.of(found).value,
            }
        )
    )


@bp.post("/settings")
@requires(Permission.MANAGE_WORKSPACE)
def saved() -> ResponseReturnValue:
    """Save them."""
    form = Form(request.form)
    name, zone = form.line("name", longest=120), form.line("zone", longest=64)
    language, first_day = form.choice("language", Language), form.number("week_start")
    own = form.choice("self_approval", SelfApproval)
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                now = workspace_settings.get(session)
                wanted = DeskSettings(
                    name=name,
                    zone=zone,
                    language=language or now.language,
                    week_start=now.week_start if first_day is None else first_day,
                    self_approval=own or SelfApproval.of(now),
                )
                changed = workspace_settings.change(session, deps(), person(), wanted)
        except EditorialError as error:
            form.reject(error)
        else:
            says = Message(N_("The settings are saved.")) if changed else Message(N_("Nothing had changed."))
            flash(say(says))
            return redirect(url_for("settings.page"))
    return _page(form), 422


def _page(form: Form) -> str:
    weekdays = sorted(get_day_names("wide", context="stand-alone", locale=catalog().locale).items())
    return render_template("team/settings.html", form=form, zones=zone_groups(), weekdays=weekdays)
