"""What the desk has to tell the person who is signed in: the bell, the list, and what was read."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import Permission
from editorial.services import notices
from editorial.store.base import reading
from editorial.web.context import deps, person, say
from editorial.web.counts import once_a_page
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("notices", __name__)
SYMBOLS = {
    "mention": "comment",
    "review": "s-review",
    "changes": "s-changes",
    "job-retry": "s-late",
    "job-failed": "s-missed",
    "job-missed": "s-missed",
    "job-unknown": "s-unknown",
    "job-no-address": "s-unknown",
    "job-held": "s-hold",
    "job-hand": "c-hand",
    "job-reminder": "c-hand",
    "job-declined": "c-hand",
    "channel-broken": "alert",
    "channel-mended": "check",
    "channel-gone": "alert",
}
"""Icon of a kind of notice; the others have a bell."""


@bp.get("/notices")
@requires(Permission.OWN_ACCOUNT)
def overview() -> ResponseReturnValue:
    """One's notices, what is unread first."""
    after = request.args.get("after", "")
    with reading(deps().sessions) as session:
        found = notices.board(session, person().id, after=after)
    return render_template("notices/overview.html", board=found, first=not after, symbols=SYMBOLS)


@bp.post("/notices/<int:notice_id>/visit")
@requires(Permission.OWN_ACCOUNT)
def visited(notice_id: int) -> ResponseReturnValue:
    """Go where a notice leads; it is read then."""
    with deps().sessions.begin() as session:
        notice = notices.read(session, deps(), person().id, notice_id)
    return redirect(notice.link, 303)


@bp.post("/notices/<int:notice_id>/reading")
@requires(Permission.OWN_ACCOUNT)
def was_read(notice_id: int) -> ResponseReturnValue:
    """Note that one was read, without going there."""
    with deps().sessions.begin() as session:
        notices.read(session, deps(), person().id, notice_id)
    return redirect(url_for("notices.overview"))


@bp.post("/notices/reading")
@requires(Permission.OWN_ACCOUNT)
def all_read() -> ResponseReturnValue:
    """Note that everything was read up to the newest that stood on the page; what came meanwhile stays unread."""
    with deps().sessions.begin() as session:
        count = notices.read_all(session, deps(), person().id, up_to=Form(request.form).number("up_to"))
    says = Message.counted(NP_("%(count)s notice is marked as read.", "%(count)s notices are marked as read."), count)
    flash(say(says if count else Message(N_("Nothing was unread."))))
    return redirect(url_for("notices.overview"))


def unread() -> int:
    """For the bell on every page."""
    return once_a_page("unread", notices.unread_count)


@bp.record_once
def register_globals(state: BlueprintSetupState) -> None:
    """Teach the templates to ask for it."""
    state.app.jinja_env.globals.update(unread_notices=unread, most_notices=notices.MOST_COUNTED)
