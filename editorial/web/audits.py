"""The audit pages: how a site fares, its findings, one finding."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from babel.dates import get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Blueprint, Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from editorial.domain.messages import Message
from editorial.domain.people import Permission
from editorial.domain.slots import shown_in
from editorial.domain.urls import host_of
from editorial.services import (
    audit_pages,
    finding_care,
    finding_download,
    finding_filters,
    finding_pages,
    findings,
    page_facts,
    template_pages,
)
from editorial.services.finding_filters import SEVERITIES, Grouping, Order, Standing, Wanted
from editorial.services.finding_pages import Listing
from editorial.services.rule_pages import CATEGORIES
from editorial.services.stop_reasons import why_it_stopped
from editorial.store import content
from editorial.store.audit import Audit
from editorial.store.base import reading
from editorial.web.audit_charts import score_chart
from editorial.web.context import catalog, deps, say, zone
from editorial.web.finding_filters import chips, query_of, shown_path, wanted_of
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("audits", __name__)
bp.add_app_template_filter(lambda instant: shown_in(instant, zone()).date(), "date_of")
bp.add_app_template_filter(lambda rule: say(findings.title_of(rule)), "rule_title")
bp.add_app_template_filter(lambda rule: say(Message(rule.why, rule.defaults())), "why")
bp.add_app_template_filter(lambda rule: say(Message(rule.fix, rule.defaults())), "fix")
bp.add_app_template_filter(lambda error: say(audit_pages.UNSEEN.get(error, audit_pages.NO_ANSWER)), "unseen")
bp.add_app_template_filter(shown_path, "path_of")
bp.add_app_template_filter(host_of, "host_shown")


@bp.get("/audits")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """How a site fares: the one that is asked for, or the first."""
    chosen = Form(request.args).number("site")
    with reading(deps().sessions) as session:
        sites = content.active_sites(session)
        site = content.get_site(session, chosen) if chosen is not None else audit_pages.first_audited(session, sites)
        view = audit_pages.overview(session, site, deps().now()) if site is not None else None
        scored = view.curve if view is not None else ()
        return render_template(
            "audits/overview.html",
            view=view,
            sites=sites,
            scored=scored,
            chart=score_chart(scored, zone()) if len(scored) > 1 else None,
            state_of=audit_pages.state_of,
            ending_of=audit_pages.ending_of,
            sound=audit_pages.sound,
            reason=_reason(view.latest if view is not None else None),
            failure_reason=_reason(view.last_failure if view is not None else None),
            severity_names=SEVERITIES,
            rate=(site.crawl_rate if site is not None else None) or deps().config.crawl_rate,
            weekday=get_day_names("wide", locale=catalog().locale)[site.audit_weekday] if site is not None else "",
        )


@bp.get("/audits/sites/<int:site_id>/findings")
@requires(Permission.READ)
def site_findings(site_id: int) -> ResponseReturnValue:
    """The findings of a site, grouped and filtered, with one of them beside."""
    form = Form(request.args)
    wanted = wanted_of(site_id, form)
    chosen = form.number("finding")
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        listing = finding_pages.listing(session, wanted)
        return render_template(
            "audits/findings.html",
            site=site,
            wanted=wanted,
            form=form,
            listing=listing,
            detail=page_facts.finding_detail(session, chosen) if chosen is not None else None,
            care=finding_care.care_of(session, chosen, deps().now(), zone()) if chosen is not None else None,
            query=query_of(form),
            named=template_pages.names(session, site_id) if wanted.by is Grouping.TEMPLATE else {},
            severity_names=SEVERITIES,
            **_around(session, site_id),
            **_filters(session, wanted, listing),
        )


def _around(session: Session, site_id: int) -> dict[str, Any]:
    """What the head of the findings says of the site's last audits."""
    latest, before = audit_pages.latest_two(session, site_id)
    since = before.ended_at if before is not None else None
    return {
        "latest": latest,
        "before": before,
        "muted": finding_pages.muted_count(session, site_id),
        "moved": finding_pages.came_and_went(session, site_id, since) if since is not None else None,
    }


def _filters(session: Session, wanted: Wanted, listing: Listing) -> dict[str, Any]:
    """What can be filtered by, and what is."""
    owners = finding_pages.owners(session, wanted.site_id)
    campaigns = finding_filters.campaigns(session, wanted.site_id)
    audit = session.get(Audit, wanted.audit_id) if wanted.audit_id is not None else None
    changed_by = audit if audit is not None and audit.site_id == wanted.site_id else None
    hidden = finding_filters.hidden_by(session, wanted) if not listing.total else {}
    return {
        "owners": owners,
        "campaigns": campaigns,
        "chips": chips(wanted, owners, campaigns, changed_by, hidden),
        "standings": tuple(Standing),
        "severities": SEVERITIES,
        "categories": CATEGORIES,
        "orders": tuple(Order),
    }


@bp.get("/audits/sites/<int:site_id>/findings.csv")
@requires(Permission.READ)
def download(site_id: int) -> ResponseReturnValue:
    """The findings under the same filters, all of them, for a spreadsheet."""
    wanted = replace(wanted_of(site_id, Form(request.args)), after=None)
    with reading(deps().sessions) as session:
        content.get_site(session, site_id)
    name = f"findings-{site_id}-{shown_in(deps().now(), zone()).date().isoformat()}.csv"
    return Response(
        stream_with_context(_lines(wanted)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lines(wanted: Wanted) -> Iterator[str]:
    with reading(deps().sessions) as session:
        yield from finding_download.lines(session, wanted, say)


@bp.get("/audits/findings/<int:finding_id>")
@requires(Permission.READ)
def finding(finding_id: int) -> ResponseReturnValue:
    """One finding on a page of its own; the piece alone where a module asks for it."""
    return finding_page(finding_id, Form(), piece_alone=request.args.get("piece") == "1")


def finding_page(finding_id: int, form: Form, *, piece_alone: bool = False) -> str:
    """One finding, with what somebody typed into its forms."""
    with reading(deps().sessions) as session:
        detail = page_facts.finding_detail(session, finding_id)
        return render_template(
            "audits/_detail.html" if piece_alone else "audits/finding.html",
            detail=detail,
            care=finding_care.care_of(session, finding_id, deps().now(), zone()),
            form=form,
            severity_names=SEVERITIES,
            close=None,
        )


@bp.app_template_filter("listed")
def _listed(values: Iterable[str]) -> str:
    """`answer, title, and words`, or `应答、标题和字数`."""
    return format_list(list(values), locale=catalog().locale)


@bp.app_template_filter("points")
def _points(points: float) -> str:
    return str(format_decimal(points, format="0.0", locale=catalog().locale))


@bp.app_template_filter("signed")
def _signed(points: float) -> str:
    """A change in points: `+4.1`, `−0.9`, `0.0`."""
    number = _points(abs(points))
    return f"+{number}" if points > 0 else f"−{number}" if points < 0 else number


def _reason(audit: Audit | None) -> Message:
    return why_it_stopped(audit) if audit is not None and audit.stop_reason else audit_pages.REASONS["complete"]
