"""The calendar pages."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from editorial.domain.people import Permission
from editorial.web.guard import requires

bp = Blueprint("calendar", __name__)


@bp.get("/")
@requires(Permission.READ)
def month() -> ResponseReturnValue:
    """Not built yet."""
    return render_template("error.html")
