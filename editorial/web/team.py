"""The team page, invitations, and the way back in for somebody who forgot the password."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.errors import EditorialError
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission, Role
from editorial.services import forgotten, team, team_mail, welcome
from editorial.services.team import Invitation
from editorial.store import links
from editorial.store.base import reading
from editorial.store.links import Purpose
from editorial.store.people import workspace
from editorial.web.context import catalog, deps, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.people import origin, remember, signed_in_first
from editorial.web.zones import zone_groups

bp = Blueprint("team", __name__)


@dataclass(frozen=True)
class FreshLink:
    """A link that is shown this once."""

    name: str
    url: str
    purpose: Purpose
    mailed: bool


@bp.get("/team")
@requires(Permission.MANAGE_WORKSPACE)
def overview() -> ResponseReturnValue:
    """Who is on the team, and who was invited."""
    return _page(_blank())


@bp.post("/team/invitations")
@requires(Permission.MANAGE_WORKSPACE)
def invited() -> ResponseReturnValue:
    """Invite somebody; the link is mailed, and shown once to be copied."""
    form = Form(request.form)
    roles = _roles()
    wanted = Invitation(
        name=form.line("name", longest=120),
        email=form.line("email", longest=254),
        roles=roles,
        language=form.choice("language", Language) or Language.EN,
    )
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                issued = team.invite(session, deps(), person(), wanted)
                team_mail.send_invitation(session, deps(), issued, person())
        except EditorialError as error:
            form.reject(error)
        else:
            fresh = FreshLink(wanted.name, issued.url, Purpose.INVITATION, mailed=bool(deps().config.smtp_host))
            return _page(_blank(), fresh=fresh)
    return _page(form, ticked=roles), 422


@bp.post("/team/invitations/<int:link_id>/revocation")
@requires(Permission.MANAGE_WORKSPACE)
def invitation_revoked(link_id: int) -> ResponseReturnValue:
    """End an invitation."""
    with deps().sessions.begin() as session:
        link = team.revoke(session, deps(), person(), link_id)
    flash(say(Message(N_("The invitation of %(name)s is revoked."), {"name": link.name})))
    return redirect(url_for("team.overview"))


@bp.post("/team/<int:person_id>/roles")
@requires(Permission.MANAGE_WORKSPACE)
def roles_changed(person_id: int) -> ResponseReturnValue:
    """Say anew what somebody may do."""
    try:
        with deps().sessions.begin() as session:
            changed = team.change_roles(session, deps(), person(), person_id, _roles())
    except EditorialError as error:
        form = Form()
        error.field = ""
        form.reject(error)
        return _page(form), 422
    flash(say(Message(N_("The roles of %(name)s are saved."), {"name": changed.name})))
    return redirect(url_for("team.overview"))


@bp.post("/team/<int:person_id>/access")
@requires(Permission.MANAGE_WORKSPACE)
def access_changed(person_id: int) -> ResponseReturnValue:
    """Switch an account off or on."""
    active = request.form.get("active") == "yes"
    try:
        with deps().sessions.begin() as session:
            changed = team.set_active(session, deps(), person(), person_id, active=active)
    except EditorialError as error:
        form = Form()
        error.field = ""
        form.reject(error)
        return _page(form), 422
    says = N_("%(name)s may sign in again.") if active else N_("%(name)s can no longer sign in.")
    flash(say(Message(says, {"name": changed.name})))
    return redirect(url_for("team.overview"))


@bp.post("/team/<int:person_id>/password-link")
@requires(Permission.MANAGE_WORKSPACE)
def password_link_made(person_id: int) -> ResponseReturnValue:
    """Make a link with which somebody sets a new password."""
    with deps().sessions.begin() as session:
        issued = team.password_link(session, deps(), team.get(session, person_id), person())
        team_mail.send_password_link(session, deps(), issued)
    fresh = FreshLink(issued.link.name, issued.url, Purpose.PASSWORD, mailed=bool(deps().config.smtp_host))
    return _page(_blank(), fresh=fresh)


@bp.get("/invitation")
@requires(Permission.PUBLIC)
def invitation_page() -> ResponseReturnValue:
    """The form behind an invitation link."""
    token = request.args.get("token", "")
    with reading(deps().sessions) as session:
        link = team.opened(session, token, Purpose.INVITATION, deps().now())
    form = Form({"token": token, "name": link.name, "language": request.args.get("lang") or link.language})
    return render_template("team/invitation.html", form=form, zones=zone_groups(), email=link.email)


@bp.post("/invitation")
@requires(Permission.PUBLIC)
def invitation_taken_up() -> ResponseReturnValue:
    """Join the team and be signed in."""
    form = Form(request.form)
    token, name, zone = form.text("token"), form.line("name", longest=120), form.line("zone", longest=64)
    password = form.text("password", longest=1000)
    with reading(deps().sessions) as session:
        email = team.opened(session, token, Purpose.INVITATION, deps().now()).email
    for fault in welcome.faults(name=name, email=email, password=password, zone=zone):
        form.reject(fault)
    if form.ok:
        try:
            somebody = team.join(
                deps(),
                token,
                name=name,
                password=password,
                language=form.choice("language", Language) or Language.EN,
                zone=zone,
            )
        except EditorialError as error:
            form.reject(error)
        else:
            return signed_in_first(somebody)
    return render_template("team/invitation.html", form=form, zones=zone_groups(), email=email), 422


@bp.get("/password/forgotten")
@requires(Permission.PUBLIC)
def forgotten_page() -> ResponseReturnValue:
    """Ask for a link to a new password."""
    return render_template("team/forgotten.html", form=Form(), asked=False)


@bp.post("/password/forgotten")
@requires(Permission.PUBLIC)
def forgotten_sent() -> ResponseReturnValue:
    """Note the wish, say the same and do the same in any case; the clock mails the link if there is such a person."""
    form = Form(request.form)
    email = form.line("email", longest=254)
    if not form.ok:
        return render_template("team/forgotten.html", form=form, asked=False), 422
    try:
        with deps().sessions.begin() as session:
            forgotten.ask(session, deps(), email, address=origin()["address"])
    except EditorialError as error:
        form.reject(error)
        return render_template("team/forgotten.html", form=form, asked=False), error.http_status
    return render_template("team/forgotten.html", form=Form(), asked=True)


@bp.get("/password")
@requires(Permission.PUBLIC)
def password_page() -> ResponseReturnValue:
    """The form behind a password link."""
    token = request.args.get("token", "")
    with reading(deps().sessions) as session:
        link = team.opened(session, token, Purpose.PASSWORD, deps().now())
    return render_template("team/password.html", form=Form({"token": token}), email=link.email)


@bp.post("/password")
@requires(Permission.PUBLIC)
def password_set() -> ResponseReturnValue:
    """Set the new password; sign in with it next."""
    form = Form(request.form)
    token = form.text("token")
    with reading(deps().sessions) as session:
        email = team.opened(session, token, Purpose.PASSWORD, deps().now()).email
    try:
        somebody = team.set_password(deps(), token, form.text("password", longest=1000))
    except EditorialError as error:
        form.reject(error)
        return render_template("team/password.html", form=form, email=email), 422
    flash(say(Message(N_("The new password is set. Sign in with it."))))
    return remember(redirect(url_for("people.sign_in_page")), somebody)  # many wrong tries may have led here


def _blank() -> Form:
    """An empty invitation, in the language of the desk."""
    with reading(deps().sessions) as session:
        desk = workspace(session)
    return Form({"language": desk.language.value if desk else catalog().name})


def _page(form: Form, *, fresh: FreshLink | None = None, ticked: frozenset[Role] = frozenset()) -> str:
    with reading(deps().sessions) as session:
        members = team.everybody(session)
        waiting = links.open_invitations(session, deps().now())
    return render_template(
        "team/overview.html",
        room="team",
        form=form,
        members=members,
        waiting=waiting,
        fresh=fresh,
        roles=tuple(Role),
        ticked=ticked,
        now=deps().now(),
    )


def _roles() -> frozenset[Role]:
    known = {role.value for role in Role}
    return frozenset(Role(value) for value in request.form.getlist("roles") if value in known)
