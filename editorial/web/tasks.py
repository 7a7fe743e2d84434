"""Tasks: the list, and what is done about a finding: a task, or muting it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.slots import shown_in
from editorial.services import muting, task_pages, tasks
from editorial.services.muting import MuteScope
from editorial.services.task_pages import When, Whose
from editorial.store import people
from editorial.store.base import reading
from editorial.store.tasks import Task
from editorial.web.audits import finding_page
from editorial.web.context import deps, explain, person, say, zone
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("tasks", __name__)
WHOSE = {Whose.MINE: Message(N_("Mine")), Whose.ALL: Message(N_("Everybody's"))}
WHEN = {When.OPEN: Message(N_("Open")), When.LATE: Message(N_("Overdue")), When.DONE: Message(N_("Done"))}


@bp.get("/tasks")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """What is to be done, by whom and until when."""
    form = Form(request.args)
    whose, when = form.choice("whose", Whose) or Whose.MINE, form.choice("when", When) or When.OPEN
    today = shown_in(deps().now(), zone()).date()
    with reading(deps().sessions) as session:
        after = form.text("after", longest=40)
        return render_template(
            "tasks/overview.html",
            board=task_pages.board(session, person().id, today, whose=whose, when=when, after=after),
            counts=task_pages.counts(session, person().id, today),
            whose=whose,
            when=when,
            after=after,
            whose_names=WHOSE,
            when_names=WHEN,
            team=people.active_people(session),
        )


@bp.post("/audits/findings/<int:finding_id>/tasks")
@requires(Permission.WRITE_CONTENT)
def make(finding_id: int) -> ResponseReturnValue:
    """One click: a task for the owner of the piece."""
    try:
        with deps().sessions.begin() as session:
            tasks.make_for_finding(session, deps(), person(), finding_id)
    except tasks.BadTask as error:  # outside the transaction, so nothing half-done is saved
        flash(explain(error))
    else:
        flash(say(Message(N_("The task is made. The next audit that proves the repair closes it."))))
    return redirect(url_for("audits.finding", finding_id=finding_id))


@bp.post("/tasks/<int:task_id>/closing")
@requires(Permission.WRITE_CONTENT)
def close(task_id: int) -> ResponseReturnValue:
    """Close it by hand."""
    with deps().sessions.begin() as session:
        back = _page_of(tasks.close(session, deps(), person(), task_id))
    flash(say(Message(N_("The task is closed."))))
    return redirect(back)


@bp.post("/tasks/<int:task_id>/opening")
@requires(Permission.WRITE_CONTENT)
def reopen(task_id: int) -> ResponseReturnValue:
    """Open it again."""
    try:
        with deps().sessions.begin() as session:
            back = _page_of(tasks.reopen(session, deps(), person(), task_id))
    except tasks.BadTask as error:
        flash(explain(error))
        return redirect(url_for("tasks.overview"))
    flash(say(Message(N_("The task is open again."))))
    return redirect(back)


@bp.post("/tasks/<int:task_id>")
@requires(Permission.WRITE_CONTENT)
def change(task_id: int) -> ResponseReturnValue:
    """Give it to somebody else, or another day."""
    form = Form(request.form)
    version, assignee, due_on = form.number("version"), form.number("assignee"), form.day("due_on")
    back = url_for("tasks.overview")
    try:
        if not form.ok or version is None:
            raise EditorialError(
                Message(N_("The task could not be read.")), hint=Message(N_("Choose a person and a day again."))
            )
        with deps().sessions.begin() as session:
            found = tasks.change(
                session, deps(), person(), task_id, version=version, assignee_id=assignee, due_on=due_on
            )
            back = _page_of(found)
    except EditorialError as error:
        flash(explain(error))
    else:
        flash(say(Message(N_("The task is saved."))))
    return redirect(back)


@bp.post("/audits/findings/<int:finding_id>/mute")
@requires(Permission.WRITE_CONTENT)
def mute(finding_id: int) -> ResponseReturnValue:
    """Leave the finding be, or its rule on its page or site."""
    form = Form(request.form)
    scope, reason, until = form.choice("scope", MuteScope), form.text("reason", longest=2000), form.day("until")
    if not form.ok:
        return finding_page(finding_id, form), 422
    try:
        with deps().sessions.begin() as session:
            muting.mute(
                session,
                deps(),
                person(),
                finding_id,
                scope=scope or MuteScope.FINDING,
                reason=reason,
                until=until,
            )
    except muting.MuteRefused as error:
        form.reject(error)
        return finding_page(finding_id, form), 422
    flash(say(Message(N_("Muted. It is counted apart, and comes back by itself."))))
    return redirect(url_for("audits.finding", finding_id=finding_id))


@bp.post("/audits/findings/<int:finding_id>/unmute")
@requires(Permission.WRITE_CONTENT)
def unmute(finding_id: int) -> ResponseReturnValue:
    """Bring back what a mute covers."""
    try:
        with deps().sessions.begin() as session:
            muting.unmute(session, deps(), person(), finding_id)
    except muting.MuteRefused as error:
        flash(explain(error))
    else:
        flash(say(Message(N_("It is open again."))))
    return redirect(url_for("audits.finding", finding_id=finding_id))


def _page_of(task: Task) -> str:
    """Where a task is seen: the page of its finding, or the list. A form may ask to come back to the list."""
    if task.finding_id is None or request.form.get("from") == "tasks":
        return url_for("tasks.overview")
    return url_for("audits.finding", finding_id=task.finding_id)
