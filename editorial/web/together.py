"""Several items changed at once: the list's form, and the same for what was chosen on the grid."""

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue

from editorial.domain.errors import EditorialError
from editorial.domain.people import Permission
from editorial.services import bulk
from editorial.services.bulk import Outcome, What, Wish
from editorial.services.plan_jobs import Past
from editorial.web import cascades
from editorial.web.context import deps, explain, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.places import way_back


@requires(Permission.WRITE_CONTENT)
def changed_together() -> ResponseReturnValue:
    """Change everything that is chosen, as far as it goes; jobs that move along are shown and asked about first."""
    form = Form(request.form)
    what = form.choice("what", What)
    wish = Wish(
        what or What.SHIFT,
        days=form.number("days") or 0 if what is What.SHIFT else 0,
        to=(form.number(what.value) or None) if what in {What.OWNER, What.CAMPAIGN} else None,
        with_slot=request.form.get("publish_time") == "moves",
        past=form.choice("past", Past),
    )
    if not form.ok:
        return _refused(" ".join(form.errors.values()), 422)
    chosen = _chosen()
    try:
        if (question := cascades.of_several(chosen, wish, form)) is not None:
            return question
        with deps().sessions.begin() as session:
            done = bulk.change(session, deps(), person(), chosen, wish)
    except EditorialError as error:
        return _refused(explain(error), error.http_status)
    return shown(done)


def shown(done: Outcome) -> ResponseReturnValue:
    """What became of all of them, as a page or for the calendar's script."""
    refused = [{"title": one.title, "says": explain(one.error)} for one in done.refused]
    status = 200 if done.done or not refused else 409
    if _wants_json():
        return jsonify(says=say(done.says), undo=done.undo_token, refused=refused, all=True), status
    back = way_back(request.form.get("back", ""))
    page = render_template(
        "calendar/together.html", says=say(done.says), undo=done.undo_token, refused=refused, back=back
    )
    return page, status


def _refused(says: str, status: int) -> ResponseReturnValue:
    if _wants_json():
        return jsonify(says=says, refused=[]), status
    back = way_back(request.form.get("back", ""))
    return render_template("calendar/together.html", says=says, undo=None, refused=[], back=back), status


def _chosen() -> list[tuple[int, int]]:
    """Id and version of each item; what is neither is left out."""
    pairs = (one.split(":") for one in request.form.getlist("item"))
    return [(int(pair[0]), int(pair[1])) for pair in pairs if len(pair) == 2 and all(map(_number, pair))]


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
