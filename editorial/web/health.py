"""Whether the desk is alive, for machines."""

from datetime import timedelta

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from editorial import __version__
from editorial.domain.people import Permission
from editorial.services import clock_health
from editorial.store.base import reading
from editorial.store.migrate import answers
from editorial.web.context import deps
from editorial.web.guard import requires

bp = Blueprint("health", __name__)
GRACE = timedelta(seconds=15)
"""How long after its start a desk may not have ticked yet."""


@bp.get("/healthz")
@requires(Permission.PUBLIC)
def healthz() -> ResponseReturnValue:
    """200 while the database answers and the clock ticks, 503 otherwise; also before set-up. No secrets in it."""
    parts = deps()
    try:
        database = answers(reading(parts.sessions).get_bind())  # type: ignore[arg-type]
        clock = clock_health.report(parts)
    except Exception as error:  # noqa: BLE001 -- a health check reports every fault
        return jsonify(status="failing", version=__version__, database=type(error).__name__), 503
    starting = deps().now() - current_app.config["STARTED_AT"] < GRACE and clock.last_tick_age is None
    healthy = database and (clock.healthy or starting)
    body = {
        "status": "ok" if healthy else "failing",
        "version": __version__,
        "database": "ok",
        "clock": {
            "running": clock.running,
            "last_tick_age_seconds": clock.last_tick_age,
            "oldest_overdue_seconds": clock.oldest_overdue,
        },
    }
    return jsonify(body), 200 if healthy else 503
