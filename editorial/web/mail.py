"""The mail pages."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from editorial.domain.people import Permission
from editorial.web.guard import requires

bp = Blueprint("mail", __name__)


@bp.get("/outbox")
@requires(Permission.READ)
def outbox() -> ResponseReturnValue:
    """Not built yet."""
    return render_template("error.html")
