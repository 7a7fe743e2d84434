"""The outbox, the weekly mail of a site before it is written, and the way out of it."""

from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.mails import MailState
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.packing import unpack
from editorial.domain.people import Permission
from editorial.services import mail, sending, weekly
from editorial.services.links_at_rest import link_gone
from editorial.services.mail import Reader, Subscription
from editorial.store import content
from editorial.store import mail as store
from editorial.store.base import reading
from editorial.store.mail import OutgoingMail
from editorial.store.people import Person
from editorial.web.context import deps, may, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.headers import as_document

bp = Blueprint("mail", __name__)

PAGE = 50  # mails
VIEWS: dict[str, tuple[str, tuple[MailState, ...]]] = {
    "all": (N_("All mails"), ()),
    "waiting": (N_("Waiting"), (MailState.WAITING, MailState.SENDING)),
    "decide": (N_("Needs somebody"), (MailState.UNKNOWN, MailState.REFUSED)),
    "sent": (N_("Sent"), (MailState.SENT,)),
}


@dataclass(frozen=True)
class Can:
    """What may be done with a mail as it stands."""

    send: bool
    mark: bool
    cancel: bool

    @classmethod
    def with_(cls, row: OutgoingMail) -> "Can":
        """By its state and the person's right."""
        allowed = may(Permission.MANAGE_WORKSPACE)
        unsent = row.state in {MailState.WAITING, MailState.REFUSED}
        gone = link_gone(row)
        return cls(
            send=allowed and not gone and (unsent or row.state in {MailState.UNKNOWN, MailState.CANCELLED}),
            mark=allowed and (unsent or row.state is MailState.UNKNOWN),
            cancel=allowed and unsent,
        )


# -- the outbox ---------------------------------------------------------------------------------------------------


@bp.get("/outbox")
@requires(Permission.READ)
def outbox() -> ResponseReturnValue:
    """What left the house and what waits: everybody's for an administrator, one's own for the others."""
    form = Form(request.args)
    view = form.typed.get("view", "all")
    if view not in VIEWS:
        raise NotFound
    before, reader = form.number("before"), _only_reader()
    with reading(deps().sessions) as session:
        rows = store.outbox(session, reader=reader, states=VIEWS[view][1], before=before, limit=PAGE + 1)
        counts = store.count_by_state(session, reader=reader)
        sites = content.active_sites(session)
    return render_template(
        "mail/outbox.html",
        rows=rows[:PAGE],
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        newest=before is None,
        view=view,
        views={
            name: (Message(label), sum(counts.get(state, 0) for state in states or tuple(counts)))
            for name, (label, states) in VIEWS.items()
        },
        total=Message.counted(NP_("%(count)s mail", "%(count)s mails"), sum(counts.values())),
        waiting=counts.get(MailState.WAITING, 0),
        unknown=counts.get(MailState.UNKNOWN, 0),
        own=reader is not None,
        connected=sending.server_of(deps()) is not None,
        sites=sites,
    )


@bp.get("/outbox/<int:mail_id>")
@requires(Permission.READ)
def show(mail_id: int) -> ResponseReturnValue:
    """One mail as its reader sees it, and what was tried."""
    return _mail(mail_id, Form())


@bp.get("/outbox/<int:mail_id>/document")
@requires(Permission.READ)
def document(mail_id: int) -> ResponseReturnValue:
    """The HTML of one mail alone, boxed in."""
    with reading(deps().sessions) as session:
        return as_document(_readable(store.get_mail(session, mail_id)).html)


@bp.post("/outbox/<int:mail_id>/dispatch")
@requires(Permission.MANAGE_WORKSPACE)
def send_now(mail_id: int) -> ResponseReturnValue:
    """Put a mail in line, to go out now; of an unknown one somebody looked and it did not arrive."""
    try:
        with deps().sessions.begin() as session:
            sending.send_again(session, deps(), mail_id, person().id)
    except EditorialError as error:  # outside the transaction, so nothing half-done is saved
        return _refused(mail_id, error)
    flash(say(Message(N_("The mail goes out within the next minute."))))
    return redirect(url_for("mail.show", mail_id=mail_id))


@bp.post("/outbox/<int:mail_id>/confirmation")
@requires(Permission.MANAGE_WORKSPACE)
def handled(mail_id: int) -> ResponseReturnValue:
    """Somebody passed it on by hand, or knows that it arrived."""
    try:
        with deps().sessions.begin() as session:
            sending.mark_sent(session, deps(), mail_id, person().id)
    except EditorialError as error:
        return _refused(mail_id, error)
    flash(say(Message(N_("Noted as sent. It is never sent again."))))
    return redirect(url_for("mail.show", mail_id=mail_id))


@bp.post("/outbox/<int:mail_id>/cancellation")
@requires(Permission.MANAGE_WORKSPACE)
def cancel(mail_id: int) -> ResponseReturnValue:
    """Take a mail out of the line."""
    try:
        with deps().sessions.begin() as session:
            sending.cancel(session, deps(), mail_id, person().id)
    except EditorialError as error:
        return _refused(mail_id, error)
    flash(say(Message(N_("The mail is cancelled."))))
    return redirect(url_for("mail.show", mail_id=mail_id))


def _refused(mail_id: int, error: EditorialError) -> ResponseReturnValue:
    if isinstance(error, NotFound):
        raise error
    form = Form()
    form.reject(error)
    return _mail(mail_id, form), error.http_status


def _mail(mail_id: int, form: Form) -> str:
    with reading(deps().sessions) as session:
        row = _readable(store.get_mail(session, mail_id))
        return render_template(
            "mail/mail.html",
            row=row,
            form=form,
            can=Can.with_(row),
            reason=unpack(row.last_error) if row.last_error else None,
            connected=sending.server_of(deps()) is not None,
        )


def _only_reader() -> int | None:
    return None if may(Permission.MANAGE_WORKSPACE) else person().id


def _readable(row: OutgoingMail) -> OutgoingMail:
    """The mail, unless it is somebody else's: mails may hold what is meant for their reader alone."""
    if _only_reader() is not None and row.person_id != person().id:
        raise NotFound(hint=store.GONE)
    return row


# -- the weekly mail of a site ------------------------------------------------------------------------------------


@bp.get("/sites/<int:site_id>/mail")
@requires(Permission.READ)
def weekly_page(site_id: int) -> ResponseReturnValue:
    """This week's mail of a site as it would read now."""
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        composed = weekly.preview(session, deps(), site_id, Reader.of(person()))
        readers = store.weekly_readers(session, site_id)
    mine = any(reader.id == person().id for reader in readers)
    return render_template("mail/weekly.html", site=site, composed=composed, readers=readers, mine=mine)


@bp.post("/sites/<int:site_id>/mail/subscription")
@requires(Permission.OWN_ACCOUNT)
def subscribed(site_id: int) -> ResponseReturnValue:
    """Switch the weekly mail of this site on or off for oneself."""
    wanted = "wanted" in request.form
    with deps().sessions.begin() as session:
        me = session.get_one(Person, person().id)
        mail.change_subscription(session, deps(), me, content.get_site(session, site_id), wanted=wanted)
    on, off = (
        Message(N_("You receive the mail of this site.")),
        Message(N_("You do not receive the mail of this site.")),
    )
    flash(say(on if wanted else off))
    return redirect(url_for("mail.weekly_page", site_id=site_id))


@bp.get("/sites/<int:site_id>/mail/document")
@requires(Permission.READ)
def weekly_document(site_id: int) -> ResponseReturnValue:
    """Its HTML alone, boxed in."""
    with reading(deps().sessions) as session:
        return as_document(weekly.preview(session, deps(), site_id, Reader.of(person())).html)


@bp.post("/sites/<int:site_id>/mail")
@requires(Permission.MANAGE_WORKSPACE)
def write_now(site_id: int) -> ResponseReturnValue:
    """Write this week's mail for everybody who has none yet."""
    with deps().sessions.begin() as session:
        written = weekly.write_now(session, deps(), site_id)
    if written:
        flash(say(Message.counted(NP_("%(count)s mail is written.", "%(count)s mails are written."), written)))
    else:
        flash(say(Message(N_("Everybody has this week's mail already."))))
    return redirect(url_for("mail.outbox"))


# -- the way out --------------------------------------------------------------------------------------------------


@bp.get("/unsubscribe/<token>")
@requires(Permission.PUBLIC)
def unsubscribe_page(token: str) -> ResponseReturnValue:
    """Asks once: programs that look at every link of a mail must not unsubscribe anybody."""
    with reading(deps().sessions) as session:
        return _unsubscribe(mail.find_subscription(session, deps(), token), token)


@bp.post("/unsubscribe/<token>")
@requires(Permission.PUBLIC)
def unsubscribed(token: str) -> ResponseReturnValue:
    """Switch the weekly mail off (on again with `again`). RFC 8058: works without a session and in one step."""
    said = request.form
    with deps().sessions.begin() as session:
        found = mail.subscribe(session, deps(), token, wanted="again" in said, everywhere="everywhere" in said)
    return _unsubscribe(found, token, everywhere="everywhere" in said)


def _unsubscribe(found: Subscription, token: str, *, everywhere: bool = False) -> Response:
    reader = Reader.of(found.person)
    g.catalog, g.zone = deps().catalogs[reader.language.value], reader.zone  # the reader's, whoever's browser it is
    site = None if everywhere else found.site
    page = Response(
        render_template("mail/unsubscribe.html", wanted=found.wanted, site=site, token=token, reader=reader),
        mimetype="text/html",
    )
    page.headers["Referrer-Policy"] = "no-referrer"  # the address is the reader's key
    page.headers["X-Robots-Tag"] = "noindex"
    return page


@bp.record_once
def _without_csrf(state: BlueprintSetupState) -> None:
    """The one view without a form token: a mail program posts here and has no session (RFC 8058, 3.2).

    The signed token in the address stands in for it; without it nothing can be changed, and with it only this one
    switch of this one reader.
    """
    state.app.extensions["csrf"].exempt(unsubscribed)
