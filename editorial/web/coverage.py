"""The coverage page: who finds what at which step, and where a gap waits for a brief."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.calendar import Facet, Filter
from editorial.domain.coverage import Cover
from editorial.domain.people import Permission
from editorial.services import coverage, filters
from editorial.services.coverage import MatrixCell
from editorial.store.base import reading
from editorial.store.names import names
from editorial.web.calendar_page import View, shown_as, viewer, wanted_here
from editorial.web.context import deps
from editorial.web.guard import requires

bp = Blueprint("coverage", __name__)

_FACETS = (Facet.SITE, Facet.LANGUAGE, Facet.CAMPAIGN, Facet.TYPE)
LOOKS = {  # symbol and tone of each state
    Cover.LIVE: ("s-published", "ok"),
    Cover.COMING: ("s-scheduled", "pencil"),
    Cover.WORK: ("s-production", "note"),
    Cover.STALE: ("s-refresh", "warn"),
    Cover.NONE: ("s-idea", "bad"),
}


@bp.get("/coverage")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """The matrix, through the filters that make sense for it."""
    asked = wanted_here()
    wanted = Filter(site=asked.site, language=asked.language, campaign=asked.campaign, type=asked.type)
    all_steps = request.args.get("steps") == "9"
    keep: dict[str, Any] = {"steps": "9"} if all_steps else {}
    with reading(deps().sessions) as session:
        found = coverage.matrix(session, viewer(), wanted, all_steps=all_steps)
        pills = filters.pills(names(session), wanted, _FACETS)
    pairs = wanted.pairs()
    return render_template(
        "coverage/overview.html",
        matrix=found,
        pills=pills,
        shown=shown_as(View.LIST, viewer().today, wanted, **keep),
        all_steps=all_steps,
        seven_url=f"?{urlencode(pairs)}",
        nine_url=f"?{urlencode([*pairs, ('steps', '9')])}",
        looks=LOOKS,
        items_url=_items_url(wanted),
        plan_url=_plan_url,
    )


def _items_url(wanted: Filter) -> Callable[[MatrixCell], str]:
    def url(cell: MatrixCell) -> str:
        pairs = [*wanted.pairs(), ("role", str(cell.role.id)), ("step", str(cell.step.id)), ("from", "1990-01-01")]
        return f"{url_for('calendar.listing')}?{urlencode(pairs)}"

    return url


def _plan_url(cell: MatrixCell, type_id: int | None = None) -> str:
    pairs = {"role": cell.role.id, "step": cell.step.id} | ({"type": type_id} if type_id else {})
    return f"{url_for('content.new')}?{urlencode(pairs)}"
