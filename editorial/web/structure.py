"""How the pages of a site hang together, as its last audit saw it."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, stream_with_context
from flask.typing import ResponseReturnValue

from editorial.domain.errors import NotFound
from editorial.domain.people import Permission
from editorial.domain.slots import shown_in
from editorial.services import audit_pages, finding_pages, structure, structure_download
from editorial.services.structure_words import BAD, CAUSES, FLAWS, STANDINGS
from editorial.store import content
from editorial.store.base import reading
from editorial.web.context import deps, zone
from editorial.web.guard import requires

bp = Blueprint("structure", __name__)


@bp.get("/audits/sites/<int:site_id>/structure")
@requires(Permission.READ)
def overview(site_id: int) -> ResponseReturnValue:
    """Clicks, rank, sitemap, chains, translations and broken links of a site."""
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        latest, _ = audit_pages.latest_two(session, site_id)
        return render_template(
            "audits/structure.html",
            site=site,
            latest=latest,
            view=structure.structure_of(session, latest) if latest is not None else None,
            open_findings=sum(finding_pages.open_by_severity(session, site_id).values()),
            standings=STANDINGS,
            bad=BAD,
            causes=CAUSES,
            flaws=FLAWS,
        )


@bp.get("/audits/sites/<int:site_id>/structure.csv")
@requires(Permission.READ)
def table(site_id: int) -> ResponseReturnValue:
    """Every page with its place, for a spreadsheet."""
    with reading(deps().sessions) as session:
        content.get_site(session, site_id)
        latest, _ = audit_pages.latest_two(session, site_id)
    if latest is None:
        raise NotFound
    name = f"structure-{site_id}-{shown_in(deps().now(), zone()).date().isoformat()}.csv"
    return Response(
        stream_with_context(_lines(latest.id)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(audit_id: int) -> Iterator[str]:
    with reading(deps().sessions) as session:
        yield from structure_download.lines(session, audit_id)
