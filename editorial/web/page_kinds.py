"""Which pages are made alike, and which say the same: templates and similar texts of a site."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from editorial.domain.people import Permission
from editorial.services import finding_pages, similar_pages, template_pages
from editorial.store import content
from editorial.store.base import reading
from editorial.web.context import deps, say
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("page_kinds", __name__)
bp.add_app_template_filter(lambda name: name if isinstance(name, str) else say(name), "shown_name")


@bp.get("/audits/sites/<int:site_id>/templates")
@requires(Permission.READ)
def templates(site_id: int) -> ResponseReturnValue:
    """The templates of a site: how many pages each makes, and what is wrong with many of them at once."""
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        return render_template(
            "audits/templates.html",
            site=site,
            found=template_pages.overview(session, site_id),
            open_findings=sum(finding_pages.open_by_severity(session, site_id).values()),
        )


@bp.get("/audits/sites/<int:site_id>/similar")
@requires(Permission.READ)
def similar(site_id: int) -> ResponseReturnValue:
    """Groups of pages that say the same, or nearly."""
    form = Form(request.args)
    after = max(0, form.number("after") or 0)
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        return render_template(
            "audits/similar.html",
            site=site,
            found=similar_pages.groups_of(session, site_id, after),
            open_findings=sum(finding_pages.open_by_severity(session, site_id).values()),
        )
