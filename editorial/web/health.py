"""Whether the desk is alive: for machines, and for whoever looks after it."""

from datetime import timedelta

from flask import Blueprint, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from editorial import __version__
from editorial.domain.people import Permission
from editorial.services import clock_health
from editorial.store import clock as clock_store
from editorial.store.base import reading
from editorial.store.migrate import answers
from editorial.web.context import deps
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("health", __name__)
GRACE = timedelta(seconds=15)
"""How long after its start a desk may not have ticked yet."""
PAGE = 50  # runs
ALIVE = timedelta(seconds=15)
"""A process whose heart beat since then is there; it beats every five seconds."""


@bp.get("/healthz")
@requires(Permission.PUBLIC)
def healthz() -> ResponseReturnValue:
    """200 while the database answers and the clock ticks and keeps up, else 503; also before set-up. No secrets."""
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
            "expected": clock.expected,
            "running": clock.running,
            "last_tick_age_seconds": clock.last_tick_age,
            "overdue_jobs": clock.overdue,
            "oldest_overdue_seconds": clock.oldest_overdue,
            "skew_seconds": round(clock.skew, 1),
        },
    }
    return jsonify(body), 200 if healthy else 503


@bp.get("/clock")
@requires(Permission.MANAGE_CHANNELS)
def clock() -> ResponseReturnValue:
    """The scheduler: the processes that run it, how each kind of tick fared, and what the last runs did."""
    before = Form(request.args).number("before")
    with reading(deps().sessions) as session:
        health = clock_health.clock_health(session, deps().now(), expected=deps().config.clock_enabled)
        runs = clock_store.runs(session, PAGE + 1, before=before)
        return render_template(
            "queue/clock.html",
            health=health,
            duration=clock_health.duration,
            workers=clock_store.workers(session),
            alive_since=deps().now() - ALIVE,
            now=deps().now(),
            ticks=clock_store.tick_states(session),
            names=clock_health.TICKS,
            counts=clock_health.COUNTS,
            runs=runs[:PAGE],
            following=runs[PAGE - 1].id if len(runs) > PAGE else None,
            before=before,
        )
