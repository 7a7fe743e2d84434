"""Tasks: the list, and what is done about a finding: a task, or muting it."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.slots import shown_in
from editorial.domain.tasks import KINDS, TaskKind
from editorial.services import muting, task_making, task_pages, tasks, template_pages
from editorial.services.muting import MuteScope
from editorial.services.task_making import TaskDraft
from editorial.services.task_pages import WantedTasks, When, Whose
from editorial.store import content, people
from editorial.store import tasks as tasks_store
from editorial.store.base import reading
from editorial.store.content import ContentItem
from editorial.store.tasks import Task
from editorial.web.audits import finding_page
from editorial.web.context import deps, explain, person, say, zone
from editorial.web.counts import once_a_page
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("tasks", __name__)
WHOSE = {
    Whose.MINE: Message(N_("Mine")),
    Whose.ALL: Message(N_("Everybody's")),
    Whose.NOBODY: Message(N_("Nobody's")),
}
WHEN = {
    When.OPEN: Message(N_("Open")),
    When.LATE: Message(N_("Overdue")),
    When.DONE: Message(N_("Done")),
    When.ALL: Message(N_("All")),
}


@bp.get("/tasks")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """What is to be done, by whom and until when."""
    form = Form(request.args)
    wanted = WantedTasks(
        person().id,
        whose=form.choice("whose", Whose) or Whose.MINE,
        when=form.choice("when", When) or When.OPEN,
        site_id=form.number("site"),
        rule=form.text("rule", longest=80),
    )
    today = shown_in(deps().now(), zone()).date()
    with reading(deps().sessions) as session:
        after = form.text("after", longest=40)
        return render_template(
            "tasks/overview.html",
            board=task_pages.board(session, wanted, today, after=after),
            counts=task_pages.counts(session, wanted, today),
            wanted=wanted,
            after=after,
            whose_names=WHOSE,
            when_names=WHEN,
            sites=content.active_sites(session),
            rules=task_pages.rules_of_tasks(session),
        )


@bp.get("/tasks/new")
@requires(Permission.WRITE_CONTENT)
def new() -> ResponseReturnValue:
    """The form of a task by hand, perhaps about an item."""
    asked = Form(request.args)
    item = asked.number("item")
    return _form_page(
        Form({"assignee": str(person().id), "kind": TaskKind.OTHER.value, "item": str(item) if item else ""})
    )


@bp.post("/tasks")
@requires(Permission.WRITE_CONTENT)
def created() -> ResponseReturnValue:
    """Make a task by hand."""
    form = Form(request.form)
    draft = _draft(form)
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                made = task_making.make(session, deps(), person(), draft)
        except EditorialError as error:  # outside the transaction, so nothing half-done is saved
            form.reject(error)
        else:
            flash(say(Message(N_("The task is made."))))
            return redirect(url_for("tasks.show", task_id=made.id))
    return _form_page(form), 422


@bp.get("/audits/sites/<int:site_id>/task")
@requires(Permission.WRITE_CONTENT)
def together(site_id: int) -> ResponseReturnValue:
    """The open findings of one rule on a site, to make one task of them."""
    asked = Form(request.args)
    return _together_page(site_id, asked.text("rule", longest=80), Form(), template=asked.text("template", longest=120))


@bp.post("/audits/sites/<int:site_id>/task")
@requires(Permission.WRITE_CONTENT)
def made_together(site_id: int) -> ResponseReturnValue:
    """Make one task of the ticked findings."""
    form = Form(request.form)
    ids = [int(one) for one in request.form.getlist("findings") if one.isascii() and one.isdigit() and len(one) < 10]
    assignee, due_on = form.number("assignee"), form.day("due_on")
    note = form.text("note", longest=task_making.LONGEST_NOTE)
    rule, template = form.text("rule", longest=80), form.text("template", longest=120)
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                if template:
                    key = task_making.TemplateKey(site_id, rule, template)
                    made = task_making.make_for_template(
                        session, deps(), person(), key, assignee_id=assignee, due_on=due_on, note=note
                    )
                else:
                    made = task_making.make_together(
                        session, deps(), person(), ids, assignee_id=assignee, due_on=due_on, note=note
                    )
        except EditorialError as error:
            form.reject(error)
        else:
            flash(say(Message(N_("The task is made. The next audit that proves the repair closes it."))))
            return redirect(url_for("tasks.show", task_id=made.id))
    return _together_page(site_id, rule, form, frozenset(ids), template=template), 422


@bp.get("/tasks/<int:task_id>")
@requires(Permission.READ)
def show(task_id: int) -> ResponseReturnValue:
    """One task: what it is about, its form, and what became of it."""
    return _task_page(task_id, None)


@bp.post("/tasks/<int:task_id>")
@requires(Permission.WRITE_CONTENT)
def saved(task_id: int) -> ResponseReturnValue:
    """Change a task."""
    form = Form(request.form)
    draft, version, status = _draft(form), form.number("version") or 0, 422
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                before = task_making.draft_of(tasks_store.get_task(session, task_id))
                if "url" not in request.form:  # of a finding: its page is none of the form's business
                    draft = replace(draft, item_id=before.item_id, site_id=before.site_id, url=before.url)
                task_making.save(session, deps(), person(), task_id, draft, version=version)
        except EditorialError as error:
            form.reject(error)
            status = error.http_status
        else:
            flash(say(Message(N_("The task is saved."))))
            return redirect(url_for("tasks.show", task_id=task_id))
    return _task_page(task_id, form, stale=status == StaleVersion.http_status), status


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


@bp.post("/tasks/<int:task_id>/calling-off")
@requires(Permission.WRITE_CONTENT)
def call_off(task_id: int) -> ResponseReturnValue:
    """Nobody has to do it any more."""
    try:
        with deps().sessions.begin() as session:
            tasks.call_off(session, deps(), person(), task_id)
    except tasks.BadTask as error:
        flash(explain(error))
    else:
        flash(say(Message(N_("The task is called off. It stays in the list of what is done."))))
    return redirect(url_for("tasks.show", task_id=task_id))


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
    """Where to go on: to the page that the form names, else to the finding, else to the task."""
    match request.form.get("from"):
        case "tasks":
            return url_for("tasks.overview")
        case "item" if task.item_id is not None:
            return url_for("content.show", item_id=task.item_id)
        case "task":
            return url_for("tasks.show", task_id=task.id)
    if task.finding_id is None:
        return url_for("tasks.show", task_id=task.id)
    return url_for("audits.finding", finding_id=task.finding_id)


def _draft(form: Form) -> TaskDraft:
    return TaskDraft(
        title=form.line("title", longest=task_making.LONGEST_TITLE, required=False),
        kind=form.choice("kind", TaskKind) or TaskKind.OTHER,
        note=form.text("note", longest=task_making.LONGEST_NOTE).strip(),
        assignee_id=form.number("assignee"),
        due_on=form.day("due_on"),
        item_id=form.number("item"),
        site_id=form.number("site"),
        url=form.line("url", longest=task_making.LONGEST_URL, required=False),
    )


def _typed(task: Task) -> dict[str, str]:
    return {
        "version": str(task.version),
        "title": task.title,
        "kind": task.kind.value,
        "note": task.note,
        "assignee": str(task.assignee_id or ""),
        "due_on": task.due_on.isoformat() if task.due_on else "",
        "item": str(task.item_id or ""),
        "site": str(task.site_id or ""),
        "url": task.url,
    }


def _form_page(form: Form) -> str:
    with reading(deps().sessions) as session:
        number = form.number("item") if "item" not in form.errors else None
        item = session.get(ContentItem, number) if number is not None else None
        return render_template(
            "tasks/new.html",
            form=form,
            item=item,
            team=people.active_people(session),
            sites=content.active_sites(session),
            kinds=KINDS,
        )


def _task_page(task_id: int, form: Form | None, *, stale: bool = False) -> str:
    today = shown_in(deps().now(), zone()).date()
    with reading(deps().sessions) as session:
        page = task_pages.task_page(session, task_id, today)
        theirs = _typed(page.view.task)
        typed = form or Form(theirs)
        differences = _differences(theirs, typed) if stale else {}
        if stale:  # what is shown beside it is the version to save upon
            typed = Form({**typed.typed, "version": theirs["version"]}, typed.errors)
        return render_template(
            "tasks/show.html",
            page=page,
            task=page.view.task,
            form=typed,
            differences=differences,
            team=people.active_people(session),
            sites=content.active_sites(session),
            kinds=KINDS,
            editing=form is not None,
        )


def _differences(theirs: dict[str, str], form: Form) -> dict[str, tuple[str, str]]:
    names = [name for name in ("title", "kind", "assignee", "due_on", "site", "url", "note") if name in form.typed]
    return {name: (theirs[name], form.typed[name]) for name in names if theirs[name] != form.typed[name].strip()}


def _together_page(
    site_id: int, rule: str, form: Form, ticked: frozenset[int] | None = None, *, template: str = ""
) -> str:
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        choice = task_pages.to_be_shared(session, site_id, rule, template)
        return render_template(
            "tasks/together.html",
            site=site,
            rule=rule,
            template=template,
            named=template_pages.names(session, site_id) if template else {},
            choice=choice,
            form=form,
            ticked=frozenset(one.id for one in choice.findings) if ticked is None else ticked,
            team=people.active_people(session),
        )


def own_open_tasks() -> int:
    """For the sections on every page."""
    return once_a_page("open_tasks", tasks_store.open_tasks_of)


@bp.record_once
def register_globals(state: BlueprintSetupState) -> None:
    """Teach the templates to ask for it."""
    state.app.jinja_env.globals.update(own_open_tasks=own_open_tasks, most_tasks=tasks_store.MOST_COUNTED)
