"""What a person sees when something is wrong: one sentence, and the way on."""

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.messages import N_, Message
from editorial.web.api import errors
from editorial.web.context import deps, say
from editorial.web.log import log


def register(app: Flask) -> None:
    """Catch what views raise."""
    app.register_error_handler(EditorialError, refused)
    app.register_error_handler(StaleDataError, overtaken)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, plain)
    app.register_error_handler(Exception, crashed)


def refused(error: EditorialError) -> ResponseReturnValue:
    """A refusal that no view showed beside its field."""
    if errors.asked():
        _language()
        return errors.answer_to(error)
    return _answer(error.says, error.hint, error.http_status)


def overtaken(_: StaleDataError) -> ResponseReturnValue:
    """Two saves met between a look and a write; the version column let one of them through."""
    return _answer(
        Message(N_("Somebody else saved this a moment before you.")),
        Message(N_("Nothing of yours was written. Load the page again, then decide.")),
        409,
    )


def forged(_: CSRFError) -> ResponseReturnValue:
    """A form without its token: an old page, or somebody else's."""
    return _answer(
        Message(N_("This form is too old to be accepted.")),
        Message(N_("Go back, load the page again and send it once more. Nothing was changed.")),
        400,
    )


def plain(error: HTTPException) -> ResponseReturnValue:
    """The errors that the framework raises."""
    if error.code == 404:
        missing = NotFound()
        return _answer(missing.says, missing.hint, 404)
    if error.code == 413:
        return _answer(Message(N_("That is too large.")), Message(N_("Send less than 4 MB at once.")), 413)
    if error.code is None or error.code < 400:
        return error
    return _answer(
        Message(N_("The desk cannot answer this request.")), Message(N_("Go back and try another way.")), error.code
    )


def crashed(error: Exception) -> ResponseReturnValue:
    """Our own fault. The log has the details, the page has none."""
    log.exception("request.crashed", path=request.path, method=request.method, kind=type(error).__name__)
    return _answer(
        Message(N_("Something broke on our side. Nothing was changed.")),
        Message(N_("Try again; if it stays broken, tell whoever runs this desk to look into its log.")),
        500,
    )


def _answer(says: Message, hint: Message, status: int) -> ResponseReturnValue:
    _language()
    g.broken = status >= 500  # the page of a fault asks the database nothing
    if errors.asked():
        return errors.answer(says, hint, status)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(says=say(says), hint=say(hint)), status
    return render_template("error.html", says=says, hint=hint, status=status), status


def _language() -> None:
    if "catalog" not in g:  # it broke before the language was known
        g.catalog = deps().catalogs["en"]
