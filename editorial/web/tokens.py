"""Tokens of one's own programs, on the account page."""

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission, Scope
from editorial.services import api_tokens
from editorial.web.context import deps, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires
from editorial.web.people import account_with, profile_of

bp = Blueprint("tokens", __name__)


@bp.post("/account/tokens")
@requires(Permission.OWN_ACCOUNT)
def made() -> ResponseReturnValue:
    """Make a token and show it, this once: the page is not kept anywhere."""
    form = Form(request.form)
    name, scope, days = form.text("token_name"), form.choice("token_scope", Scope), form.number("token_days")
    try:
        if not form.ok:
            return _refused(form, 422)
        with deps().sessions.begin() as session:
            fresh = api_tokens.make(session, deps(), person(), name=name, scope=scope or Scope.READ, days=days)
    except EditorialError as error:
        form.reject(error)
        return _refused(form, error.http_status)
    response = make_response(account_with(Form(profile_of(person())), made=fresh))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/account/tokens/<int:token_id>/revocation")
@requires(Permission.OWN_ACCOUNT)
def revoked(token_id: int) -> ResponseReturnValue:
    """End one of one's own tokens; the others stay."""
    with deps().sessions.begin() as session:
        api_tokens.revoke(session, deps(), person(), token_id)
    flash(say(Message(N_("That token is worth nothing any more."))))
    return redirect(url_for("people.account_page", _anchor="tokens"))


def _refused(form: Form, status: int) -> ResponseReturnValue:
    form.typed = {**profile_of(person()), **form.typed}
    return account_with(form), status
