"""The pages of an item: made, written, reviewed, given its publish time."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from editorial.adapters.markdown import to_html
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.slots import Slot, slot, zone_named
from editorial.domain.workflow import Status
from editorial.services import approvals, content, endings, moving, planning, scheduling
from editorial.services.content import Saved
from editorial.services.plan_jobs import Past
from editorial.store.base import reading
from editorial.store.content import get_item
from editorial.web import cascades, item_steps
from editorial.web.context import deps, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.headers import as_document
from editorial.web.item_forms import blank_form, draft_of, new_page, page_of, ticked_of
from editorial.web.item_steps import act_on

bp = Blueprint("content", __name__)
bp.register_blueprint(item_steps.bp)


@bp.get("/items/new")
@requires(Permission.WRITE_CONTENT)
def new() -> ResponseReturnValue:
    """The form for a new item; day, role and step may come with the address."""
    return new_page(blank_form(), ticked_of(request.args, "role", "step"))


@bp.post("/items")
@requires(Permission.WRITE_CONTENT)
def created() -> ResponseReturnValue:
    """Put the item into the plan."""
    form = Form(request.form)
    draft, day = draft_of(form), form.day("day")
    if form.ok and draft is not None:
        try:
            with deps().sessions.begin() as session:
                item = content.create(session, deps(), person(), draft, target_date=day)
        except EditorialError as error:  # outside the transaction, so nothing half-done is saved
            form.reject(error)
        else:
            flash(say(_created(item.title, day)))
            return redirect(url_for("content.show", item_id=item.id))
    return new_page(form, frozenset(request.form.getlist("cells"))), 422


@bp.get("/items/<int:item_id>")
@requires(Permission.READ)
def show(item_id: int) -> ResponseReturnValue:
    """The item: its text, and everything about it."""
    return page_of(item_id)


@bp.post("/items/<int:item_id>")
@requires(Permission.WRITE_CONTENT)
def saved(item_id: int) -> ResponseReturnValue:
    """Save the text and what is said about it."""
    return _save_and(item_id, None)


@bp.post("/items/<int:item_id>/status")
@requires(Permission.WRITE_CONTENT)
def status_changed(item_id: int) -> ResponseReturnValue:
    """Save what is in the form and take the item one step on, both or neither."""
    to = Form(request.form).choice("to", Status)
    if to is None:
        return page_of(item_id), 422
    return _save_and(item_id, to)


@bp.post("/items/<int:item_id>/decision")
@requires(Permission.APPROVE)
def decided(item_id: int) -> ResponseReturnValue:
    """Approve the text as it was shown, or give it back with a comment."""
    form = Form(request.form)
    decide = approvals.approve if form.typed.get("to") == Status.APPROVED else approvals.ask_for_changes
    version, comment = form.number("version") or 0, form.text("comment", longest=5000)

    def act(session: Session) -> Message:
        decide(session, deps(), person(), item_id, version=version, comment=comment)
        if decide is approvals.approve:
            return Message(N_("Approved. Now a publish time can be set."))
        return Message(N_("Given back with your comment."))

    return act_on(item_id, form, act)


@bp.post("/items/<int:item_id>/slot")
@requires(Permission.PUBLISH)
def slot_set(item_id: int) -> ResponseReturnValue:
    """Set the publish time: kept until approval, or scheduled at once, or cleared."""
    form = Form(request.form)
    wanted = form.typed.get("what", "keep")
    wall, version = form.wall("publish_day", "publish_time"), form.number("version") or 0

    def act(session: Session) -> Message:
        if wanted == "cancel":
            return scheduling.unschedule(session, item_id, actor=person(), version=version, now=deps().now())[1]
        planned = _slot(form) if wanted != "clear" else None
        if wanted == "schedule" and planned is not None:
            return scheduling.schedule(
                session,
                item_id,
                wall=planned.wall,
                zone=planned.zone,
                fold=planned.fold,
                actor=person(),
                version=version,
                now=deps().now(),
                token=deps().token,
                past=form.choice("past", Past),
            ).says
        return planning.keep_slot(session, deps(), person(), item_id, planned, version=version).says

    question = _question(item_id, form) if wanted == "schedule" and wall is not None else None
    if question is not None:
        return question
    if wall is None and form.ok and wanted in {"keep", "schedule"}:
        form.reject(
            EditorialError(
                Message(N_("There is no publish time.")), hint=Message(N_("Set day and time.")), field="publish_day"
            )
        )
    return act_on(item_id, form, act)


@bp.post("/items/<int:item_id>/publication")
@requires(Permission.PUBLISH)
def published(item_id: int) -> ResponseReturnValue:
    """Say that the item is live at an address, where no job of ours put it."""
    form = Form(request.form)
    url, version = form.text("url", longest=2000), form.number("version") or 0

    def act(session: Session) -> Message:
        endings.mark_published(session, deps(), person(), item_id, url, version=version)
        return Message(N_("Marked as published."))

    return act_on(item_id, form, act)


@bp.post("/items/<int:item_id>/archive")
@requires(Permission.WRITE_CONTENT)
def archived(item_id: int) -> ResponseReturnValue:
    """Take the item out of the plan; the history takes it back."""
    form = Form(request.form)
    version = form.number("version") or 0

    def act(session: Session) -> Message:
        endings.archive(session, deps(), person(), item_id, version=version)
        return Message(N_("Archived. The history below takes it back."))

    return act_on(item_id, form, act)


@bp.get("/items/<int:item_id>/preview")
@requires(Permission.READ)
def preview(item_id: int) -> ResponseReturnValue:
    """The saved text as a document of its own, boxed in."""
    with reading(deps().sessions) as session:
        item = get_item(session, item_id)
    return as_document(
        render_template("content/preview.html", title=item.title, text=to_html(item.body), language=item.language)
    )


@bp.post("/items/<int:item_id>/preview")
@requires(Permission.WRITE_CONTENT)
def preview_typed(item_id: int) -> ResponseReturnValue:
    """The text as it stands in the form, nothing saved."""
    with reading(deps().sessions) as session:
        item = get_item(session, item_id)
    form = Form(request.form)
    return as_document(
        render_template(
            "content/preview.html",
            title=form.line("title", required=False),
            text=to_html(form.text("body", longest=1_000_000)),
            language=item.language,
        )
    )


def _save_and(item_id: int, to: Status | None) -> ResponseReturnValue:
    form = Form(request.form)
    draft, version = draft_of(form), form.number("version") or 0
    ticked = frozenset(request.form.getlist("cells"))
    if not form.ok or draft is None:
        return page_of(item_id, form=form, ticked=ticked), 422
    try:
        with deps().sessions.begin() as session:
            done = content.save(session, deps(), person(), item_id, draft, version=version)
            if to is not None:
                comment = form.text("comment", longest=5000)
                moving.move(session, deps(), done.item, to, person(), comment=comment)
                content.touch(session, deps(), done.item)
    except EditorialError as error:  # outside the transaction, so nothing half-done is saved
        form.reject(error)
        return page_of(item_id, form=form, ticked=ticked, stale=isinstance(error, StaleVersion)), error.http_status
    flash(say(_saved(done, to)))
    return redirect(url_for("content.show", item_id=item_id))


def _question(item_id: int, form: Form) -> ResponseReturnValue | None:
    """What a schedule does to several jobs, to be confirmed; a slot that cannot be is refused by the service itself."""
    try:
        planned = _slot(form)
        return cascades.of_schedule(item_id, planned, form) if planned is not None else None
    except EditorialError:
        return None


def _slot(form: Form) -> Slot | None:
    wall = form.wall("publish_day", "publish_time")
    zone = zone_named(form.typed.get("publish_zone", ""), field="publish_zone")
    return slot(wall, zone, fold=1 if form.typed.get("publish_fold") == "1" else 0) if wall else None


def _created(title: str, day: date | None) -> Message:
    if day is None:
        return Message(N_("“%(title)s” is an idea without a day."), {"title": title})
    return Message(N_("“%(title)s” is planned for %(day)s."), {"title": title, "day": day})


def _saved(done: Saved, to: Status | None) -> Message:
    if to is not None:
        return Message(N_("Saved. Now: %(status)s."), {"status": to.label})
    if done.corrects:
        return Message(N_("Saved as a correction. What is out stays as it is until the correction is approved."))
    if done.reopened_from is Status.SCHEDULED:
        return Message(N_("Saved. The text had been scheduled: its jobs are held back, and it is in review again."))
    if done.reopened_from is not None:
        return Message(N_("Saved. The text had been approved: it is in review again."))
    return Message(N_("Saved.")) if done.changed else Message(N_("Nothing had changed."))
