"""The audits pages."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from editorial.domain.people import Permission
from editorial.web.guard import requires

bp = Blueprint("audits", __name__)


@bp.get("/audits")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """Not built yet."""
    return render_template("error.html")
