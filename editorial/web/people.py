"""Welcome, signing in and out, one's own account."""

import re

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from editorial.domain.errors import EditorialError
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.slots import zone_named
from editorial.services import account, sign_in, welcome
from editorial.services.api_tokens import Made
from editorial.services.welcome import FirstPerson
from editorial.store import api, people
from editorial.store.base import reading
from editorial.store.people import Person
from editorial.web.context import catalog, deps, found_person, person, say
from editorial.web.forms import Form
from editorial.web.guard import COOKIE, requires
from editorial.web.zones import zone_groups

bp = Blueprint("people", __name__)
KNOWN_COOKIE = "editorial_known"
A_YEAR = 365 * 24 * 3600  # seconds
# neither `//host`, nor anything that becomes it once a browser has left out tabs and turned its slashes around
_LOCAL = re.compile(r"/(?!/)[^\x00-\x20\\]*")


@bp.get("/welcome")
@requires(Permission.PUBLIC)
def welcome_page() -> ResponseReturnValue:
    """The set-up form behind the printed link."""
    token = request.args.get("token", "")
    with reading(deps().sessions) as session:
        welcome.check_token(session, token)
    return _welcome(Form({"token": token, "language": catalog().name}))


@bp.post("/welcome")
@requires(Permission.PUBLIC)
def welcome_sent() -> ResponseReturnValue:
    """Make the workspace and its first person, and sign them in."""
    form = Form(request.form)
    token, name = form.text("token"), form.line("name", longest=120)
    with reading(deps().sessions) as session:
        welcome.check_token(session, token)
    language = form.choice("language", Language) or Language.EN
    first = FirstPerson(
        name=name,
        email=form.line("email", longest=254),
        password=form.text("password", longest=1000),
        language=language,
        zone=form.line("zone", longest=64),
        team=form.line("team", longest=120, required=False),
    )
    for fault in welcome.faults(name=name, email=first.email, password=first.password, zone=first.zone):
        form.reject(fault)
    if form.ok:
        try:
            somebody = welcome.set_up(deps(), token, first)
        except welcome.WelcomeClosed:
            raise
        except EditorialError as error:
            form.reject(error)
        else:
            return signed_in_first(somebody)
    return _welcome(form), 422


def _welcome(form: Form) -> str:
    return render_template("people/welcome.html", form=form, zones=zone_groups())


@bp.get("/sign-in")
@requires(Permission.PUBLIC)
def sign_in_page() -> ResponseReturnValue:
    """The sign-in form."""
    if found_person() is not None:
        return redirect(_local(request.args.get("next", "")))
    with reading(deps().sessions) as session:
        open_for_welcome = people.workspace(session) is None
    response = make_response(
        render_template(
            "people/sign_in.html", form=Form({"next": request.args.get("next", "")}), before_set_up=open_for_welcome
        )
    )
    if (asked := request.args.get("lang")) and asked in {language.value for language in Language}:
        response.set_cookie("editorial_lang", asked, max_age=A_YEAR, samesite="Lax", httponly=True)
    return response


@bp.post("/sign-in")
@requires(Permission.PUBLIC)
def sign_in_sent() -> ResponseReturnValue:
    """Check address and password and open a session."""
    form = Form(request.form)
    status = 422
    try:
        somebody, cookie = sign_in.sign_in(
            deps(),
            form.line("email"),
            form.text("password", longest=1000),
            known=request.cookies.get(KNOWN_COOKIE, ""),
            instead_of=request.cookies.get(COOKIE, ""),
            **origin(),
        )
    except EditorialError as error:
        error.field = ""  # which of the two was wrong is not said
        form.errors.clear()
        form.reject(error)
        status = error.http_status
    else:
        return signed_in(somebody, cookie, _local(form.typed.get("next", "")))
    return render_template("people/sign_in.html", form=form, before_set_up=False), status


@bp.post("/sign-out")
@requires(Permission.OWN_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    with deps().sessions.begin() as session:
        sign_in.revoke(session, deps(), person().id, g.session_id)
    response = redirect(url_for("people.sign_in_page"))
    response.delete_cookie(COOKIE, path="/")
    return response


@bp.get("/account")
@requires(Permission.OWN_ACCOUNT)
def account_page() -> ResponseReturnValue:
    """One's own name, language, zone, theme and sign-ins."""
    return account_with(Form(profile_of(person())))


@bp.post("/account")
@requires(Permission.OWN_ACCOUNT)
def account_saved() -> ResponseReturnValue:
    """Save the profile."""
    form = Form(request.form)
    name, language, zone = (
        form.line("name", longest=120),
        form.choice("language", Language),
        form.line("zone", longest=64),
    )
    if form.ok:
        try:
            with deps().sessions.begin() as session:
                account.change_profile(
                    session,
                    deps(),
                    person().id,
                    name=name,
                    language=language or person().language,
                    zone=zone_named(zone).key,
                    theme=form.typed.get("theme", "system"),
                    weekly_mail="weekly_mail" in form.typed,
                    notice_mail="notice_mail" in form.typed,
                )
        except EditorialError as error:
            form.reject(error)
        else:
            if language is not None:
                g.catalog = deps().catalogs[language.value]
            flash(say(Message(N_("Your account is saved."))))
            return redirect(url_for("people.account_page"))
    return account_with(form), 422


@bp.post("/account/password")
@requires(Permission.OWN_ACCOUNT)
def password_changed() -> ResponseReturnValue:
    """Set a new password; every other sign-in of this person ends."""
    form = Form(request.form)
    try:
        me = account.change_password(
            deps(),
            person().id,
            old=form.text("old_password", longest=1000),
            new=form.text("password", longest=1000),
            keep=g.session_id,
        )
    except EditorialError as error:
        form.reject(error)
        me = person()
        form.typed = profile_of(me)
        return account_with(form), 422
    flash(say(Message(N_("The password is changed. All your other sign-ins have ended."))))
    return remember(redirect(url_for("people.account_page")), me)


@bp.post("/account/sessions/<int:session_id>/revocation")
@requires(Permission.OWN_ACCOUNT)
def session_revoked(session_id: int) -> ResponseReturnValue:
    """End one of one's own sign-ins."""
    with deps().sessions.begin() as session:
        sign_in.revoke(session, deps(), person().id, session_id)
    flash(say(Message(N_("That sign-in has ended."))))
    return redirect(url_for("people.account_page"))


def profile_of(me: Person) -> dict[str, str]:
    """What the account's form begins with."""
    return {
        "name": me.name,
        "language": me.language,
        "zone": me.zone,
        "theme": me.theme,
        "weekly_mail": "on" if me.weekly_mail else "",
        "notice_mail": "on" if me.notice_mail else "",
        "token_days": "90",
    }


def account_with(form: Form, *, made: Made | None = None) -> str:
    """The account page; `made` is a fresh token, shown this once."""
    now = deps().now()
    with reading(deps().sessions) as session:
        live = people.sessions_of(session, person().id, now)
        tokens = api.tokens_of(session, person().id)
    return render_template(
        "people/account.html",
        form=form,
        zones=zone_groups(),
        live=live,
        this_session=g.session_id,
        tokens=tokens,
        made=made,
        now=now,
    )


def origin() -> dict[str, str]:
    """Address and program of the visitor, for the list of sign-ins."""
    return {"address": (request.remote_addr or "")[:45], "agent": request.user_agent.string}


def signed_in_first(somebody: Person) -> Response:
    """Sign in somebody who has just joined, and show them the calendar."""
    with deps().sessions.begin() as session:
        before = request.cookies.get(COOKIE, "")
        _, cookie = sign_in.open_session(session, deps(), somebody, instead_of=before, **origin())
    return signed_in(somebody, cookie, url_for("calendar.month"))


def remember(response: Response, somebody: Person) -> Response:
    """Let this browser show at its next sign-in that the person used it before."""
    response.set_cookie(
        KNOWN_COOKIE,
        sign_in.known_browser(deps(), somebody),
        max_age=A_YEAR,
        httponly=True,
        samesite="Lax",
        path="/sign-in",
        secure=deps().config.public_url.startswith("https://"),
    )
    return response


def signed_in(somebody: Person, cookie: str, target: str) -> Response:
    """Send the session cookie and go on to `target`."""
    config = deps().config
    response = redirect(target)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=config.session_days * 86400,
        httponly=True,
        samesite="Lax",
        path="/",
        secure=config.public_url.startswith("https://"),
    )
    return remember(response, somebody)


def _local(target: str) -> str:
    """A path on this desk, or its calendar: a sign-in link must not lead elsewhere."""
    return target if _LOCAL.fullmatch(target) else url_for("calendar.month")
