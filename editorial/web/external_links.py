"""The pages of a site's links to other sites: their targets, one of them, and the table for spreadsheets."""

from collections.abc import Callable, Iterator

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from editorial.audit.report import Translate
from editorial.domain.external import LinkState
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import external_download, external_pages, finding_pages
from editorial.services.external_pages import Wanted
from editorial.store import content
from editorial.store.base import reading
from editorial.web.context import deps, person, say
from editorial.web.forms import Form
from editorial.web.guard import requires

Rows = Callable[[Session, Wanted, Translate], Iterator[str]]

bp = Blueprint("external_links", __name__)


@bp.get("/audits/sites/<int:site_id>/external-links")
@requires(Permission.READ)
def overview(site_id: int) -> ResponseReturnValue:
    """Every target that the site's pages link to outside, the worst first."""
    form = Form(request.args)
    wanted = _wanted(form, site_id)
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        return render_template(
            "audits/external_links.html",
            site=site,
            wanted=wanted,
            form=form,
            listing=external_pages.listing(session, wanted),
            states=[(state, external_pages.label_of(state)) for state in LinkState],
            is_on=external_pages.is_on(site, desk=deps().config.external_links),
            open_findings=sum(finding_pages.open_by_severity(session, site_id).values()),
        )


@bp.get("/audits/sites/<int:site_id>/external-links/<int:target_id>")
@requires(Permission.READ)
def show(site_id: int, target_id: int) -> ResponseReturnValue:
    """One target: what it answered, and the pages that link to it."""
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        return render_template(
            "audits/external_link.html",
            site=site,
            line=external_pages.target_of(session, site_id, target_id),
            pages=external_pages.pages_of(session, site_id, target_id),
            is_on=external_pages.is_on(site, desk=deps().config.external_links),
        )


@bp.post("/audits/sites/<int:site_id>/external-links/<int:target_id>/asking")
@requires(Permission.MANAGE_AUDITS)
def ask_again(site_id: int, target_id: int) -> ResponseReturnValue:
    """Have a target asked again before its week is over."""
    with deps().sessions.begin() as session:
        content.get_site(session, site_id)
        line = external_pages.ask_again(session, deps(), person().id, site_id, target_id)
    flash(say(Message(N_("%(host)s is asked again within a minute."), {"host": line.host})))
    return redirect(url_for("external_links.show", site_id=site_id, target_id=target_id))


@bp.get("/audits/sites/<int:site_id>/external-links.csv")
@requires(Permission.READ)
def table(site_id: int) -> ResponseReturnValue:
    """The same for spreadsheets, all that fit the filters: one row a target, or one a link."""
    form = Form(request.args)
    wanted = _wanted(form, site_id)
    rows = external_download.links if form.text("by", longest=10) == "link" else external_download.targets
    with reading(deps().sessions) as session:
        content.get_site(session, site_id)
    return Response(
        stream_with_context(_lines(rows, wanted)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="external-links-{site_id}.csv"'},
    )


def _lines(rows: Rows, wanted: Wanted) -> Iterator[str]:
    with reading(deps().sessions) as session:
        yield from rows(session, wanted, say)


def _wanted(form: Form, site_id: int) -> Wanted:
    return Wanted(
        site_id,
        state=form.choice("state", LinkState),
        text=form.line("q", required=False),
        after=form.text("after", longest=40),
    )
