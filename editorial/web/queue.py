"""The queue pages."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from editorial.domain.people import Permission
from editorial.web.guard import requires

bp = Blueprint("queue", __name__)


@bp.get("/queue")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """Not built yet."""
    return render_template("error.html")
