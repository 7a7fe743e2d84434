"""What is done to an item beside writing it: other steps, corrections, comments, checklist, revisions."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.keywords import LONGEST_QUERY, Decision, Intent
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.workflow import Correction, Status
from editorial.services import checklists, collisions, comments, content, corrections, moving, revisions
from editorial.store.base import reading
from editorial.store.comments import get_comment
from editorial.store.content import get_item
from editorial.web.context import catalog, deps, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.item_forms import page_of

bp = Blueprint("steps", __name__)


@bp.post("/items/<int:item_id>/step")
@requires(Permission.WRITE_CONTENT)
def taken(item_id: int) -> ResponseReturnValue:
    """Put on hold, reject, bring back, open a refresh: a step that saves no text."""
    form = Form(request.form)
    to, version = form.choice("to", Status), form.number("version") or 0
    comment = form.text("comment", longest=5000)

    def act(session: Session) -> Message:
        item = content.fresh_item(session, item_id, version)
        moving.move(session, deps(), item, to or item.status, person(), comment=comment.strip())
        content.touch(session, deps(), item)
        return Message(N_("“%(title)s” is now: %(status)s."), {"title": item.title, "status": item.status.label})

    return act_on(item_id, form, act)


@bp.post("/items/<int:item_id>/correction")
@requires(Permission.READ)
def corrected(item_id: int) -> ResponseReturnValue:
    """Take the correction of a published item one step on; each step asks for its own permission."""
    form = Form(request.form)
    to, version = form.choice("to", Correction), form.number("version") or 0
    comment = form.text("comment", longest=5000)

    def act(session: Session) -> Message:
        item = content.fresh_item(session, item_id, version)
        says = corrections.step(session, deps(), person(), item, to or Correction.NONE, comment=comment)
        content.touch(session, deps(), item)
        return says

    return act_on(item_id, form, act)


@bp.post("/items/<int:item_id>/checklist")
@requires(Permission.WRITE_CONTENT)
def ticked(item_id: int) -> ResponseReturnValue:
    """Tick one point of the checklist, or take the tick away."""
    form = Form(request.form)
    key, done = form.line("key", longest=40), form.typed.get("done") == "1"

    def act(session: Session) -> Message:
        point = checklists.tick(session, deps(), person(), item_id, key, done=done)
        name = point.name.in_(catalog().name)
        return (
            Message(N_("Ticked: %(point)s"), {"point": name})
            if done
            else Message(N_("Open again: %(point)s"), {"point": name})
        )

    return act_on(item_id, form, act, anchor="checklist")


@bp.post("/items/<int:item_id>/comments")
@requires(Permission.READ)
def commented(item_id: int) -> ResponseReturnValue:
    """Say something about the item, or answer somebody."""
    form = Form(request.form)
    text, answers = form.text("say", longest=100_000), form.number("answers")

    def act(session: Session) -> Message:
        comments.add(session, deps(), person(), item_id, text, answers=answers)
        return Message(N_("Your comment is there."))

    return act_on(item_id, form, act, anchor="comments")


@bp.post("/comments/<int:comment_id>/resolution")
@requires(Permission.READ)
def resolved(comment_id: int) -> ResponseReturnValue:
    """Settle a thread, or open it again."""
    form = Form(request.form)
    settled = form.typed.get("resolved") == "1"
    with reading(deps().sessions) as session:
        item_id = get_comment(session, comment_id).item_id

    def act(session: Session) -> Message:
        comments.resolve(session, deps(), person(), comment_id, resolved=settled)
        return Message(N_("The comment is settled.")) if settled else Message(N_("The comment is open again."))

    return act_on(item_id, form, act, anchor="comments")


@bp.get("/items/<int:item_id>/revisions")
@requires(Permission.READ)
def listed(item_id: int) -> ResponseReturnValue:
    """The saved texts of an item, and what changed between two of them."""
    return _revisions_page(item_id, Form(request.args))


@bp.post("/items/<int:item_id>/revisions/<int:n>/restore")
@requires(Permission.WRITE_CONTENT)
def restored(item_id: int, n: int) -> ResponseReturnValue:
    """Make an old text the text again: a save like any other."""
    form = Form(request.form)
    try:
        with deps().sessions.begin() as session:
            done = revisions.restore(session, deps(), person(), item_id, n, version=form.number("version") or 0)
    except EditorialError as error:
        form.reject(error)
        return _revisions_page(item_id, form), error.http_status
    says = Message(N_("The text is that of revision %(number)s again."), {"number": n})
    flash(say(says if done.changed else Message(N_("Nothing had changed."))))
    return redirect(url_for("content.show", item_id=item_id))


@bp.get("/items/query")
@requires(Permission.WRITE_CONTENT)
def query() -> ResponseReturnValue:
    """Who else is after a query as it is typed: a part of the item's form."""
    form = Form(request.args)
    with reading(deps().sessions) as session:
        found = collisions.look(
            session,
            form.typed.get("target_query", "")[:LONGEST_QUERY],
            form.choice("query_intent", Intent) or Intent.INFORMATIONAL,
            form.choice("language", Language) or Language(catalog().name),
            item_id=form.number("item"),
        )
        return render_template("content/_collision.html", collision=found, form=form, decisions=tuple(Decision))


def act_on(
    item_id: int, form: Form, act: Callable[[Session], Message], *, anchor: str | None = None
) -> ResponseReturnValue:
    """One thing done to an item from a form of its own; the text's form is drawn from the database again."""
    status = 422
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                said = act(session)
        except EditorialError as error:
            form.reject(error)
            status = error.http_status
        else:
            flash(say(said))
            return redirect(url_for("content.show", item_id=item_id, _anchor=anchor))
    return page_of(item_id, other=form), status


def _revisions_page(item_id: int, form: Form) -> str:
    with reading(deps().sessions) as session:
        item = get_item(session, item_id)
        found = revisions.revisions(session, item)
        newer = form.number("to") or found[0].revision.n
        older = form.number("from") or max(newer - 1, 1)
        pair = revisions.comparison(session, item, older, newer) if form.ok and older != newer else None
    return render_template("content/revisions.html", item=item, revisions=found, pair=pair, form=form)
