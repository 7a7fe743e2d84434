"""The pages that audits saw: their list, the facts of one, and its history."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from editorial.audit.rule import Result
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import audit_pages, finding_pages, page_facts, page_history, serp
from editorial.services.finding_filters import SEVERITIES
from editorial.store import content
from editorial.store.base import reading
from editorial.web.context import deps
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("audited_pages", __name__)

RESULTS = {
    Result.FAIL: Message(N_("failed")),
    Result.PASS: Message(N_("passed")),
    Result.NOT_APPLICABLE: Message(N_("does not apply")),
    Result.INCONCLUSIVE: Message(N_("could not be judged")),
}


@bp.get("/audits/sites/<int:site_id>/pages")
@requires(Permission.READ)
def overview(site_id: int) -> ResponseReturnValue:
    """The pages that the latest audit saw, by address."""
    form = Form(request.args)
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        latest, _ = audit_pages.latest_two(session, site_id)
        text, after = form.line("q", required=False), form.text("after", longest=8000)
        clicks = form.text("clicks", longest=10)
        listing = page_facts.pages_of(session, latest.id, text, after, clicks) if latest is not None else None
        return render_template(
            "audits/pages.html",
            site=site,
            latest=latest,
            listing=listing,
            distances=page_facts.CLICKS,
            form=form,
            open_findings=sum(finding_pages.open_by_severity(session, site_id).values()),
        )


@bp.get("/audits/pages/<int:audit_id>/<int:no>")
@requires(Permission.READ)
def show(audit_id: int, no: int) -> ResponseReturnValue:
    """What one audit saw of one page, and what each rule said about it."""
    with reading(deps().sessions) as session:
        view = page_facts.page_view(session, audit_id, no)
        return render_template(
            "audits/page.html",
            view=view,
            previews=serp.previews(view.facts.title, view.facts.description),
            severity_names=SEVERITIES,
            result_names=RESULTS,
        )


@bp.get("/audits/pages/<int:audit_id>/<int:no>/history")
@requires(Permission.READ)
def history(audit_id: int, no: int) -> ResponseReturnValue:
    """One page across the audits that fetched it."""
    before = Form(request.args).number("before")
    with reading(deps().sessions) as session:
        told = page_history.history(session, audit_id, no, before=before)
        return render_template(
            "audits/history.html", told=told, audit_id=audit_id, no=no, before=before, severity_names=SEVERITIES
        )
