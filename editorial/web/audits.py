"""The audit pages: how a site fares, its findings, what was seen of a page, the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.audit.rule import Result, Severity
from editorial.audit.rulebook import ALL_RULES
from editorial.domain.errors import NotFound
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.slots import shown_in
from editorial.domain.urls import path_of
from editorial.services import audit_pages, auditing, finding_care, finding_pages, findings, page_facts, serp
from editorial.services.finding_pages import Grouping, Place, Standing, Wanted
from editorial.store import content
from editorial.store.audit import Audit, AuditTrigger
from editorial.store.base import reading
from editorial.web.context import catalog, deps, person, say, zone
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("audits", __name__)
bp.add_app_template_filter(lambda instant: shown_in(instant, zone()).date(), "date_of")
bp.add_app_template_filter(lambda rule: say(findings.title_of(rule)), "rule_title")
bp.add_app_template_filter(lambda rule: say(Message(rule.why, rule.defaults())), "why")
bp.add_app_template_filter(lambda rule: say(Message(rule.fix, rule.defaults())), "fix")
bp.add_app_template_filter(lambda error: say(audit_pages.UNSEEN.get(error, audit_pages.NO_ANSWER)), "unseen")

CHART_LEFT, CHART_RIGHT, CHART_TOP, CHART_BOTTOM = 4.0, 312.0, 20.0, 130.0  # of the SVG's 340 x 152
CATEGORIES = {
    "responses": Message(N_("How pages answer")),
    "indexability": Message(N_("Whether engines may show a page")),
    "titles": Message(N_("Titles")),
    "descriptions": Message(N_("Descriptions")),
    "headings": Message(N_("Headings")),
    "links": Message(N_("Links")),
    "images": Message(N_("Images")),
    "structured-data": Message(N_("Structured data")),
    "international": Message(N_("Languages")),
    "redirects": Message(N_("Redirects")),
    "encoding": Message(N_("Encoding of the text")),
    "content": Message(N_("What there is to read")),
    "security": Message(N_("Security")),
    "mobile": Message(N_("Phones")),
    "robots": Message(N_("robots.txt")),
    "sitemaps": Message(N_("Sitemaps")),
    "forms": Message(N_("Lead forms")),
}
RESULTS = {
    Result.FAIL: Message(N_("failed")),
    Result.PASS: Message(N_("passed")),
    Result.NOT_APPLICABLE: Message(N_("does not apply")),
    Result.INCONCLUSIVE: Message(N_("could not be judged")),
}


@dataclass(frozen=True)
class Point:
    """A place in the chart, in units of its view box."""

    x: float
    y: float
    label: str = ""


@dataclass(frozen=True)
class Chart:
    """The score over the last audits, ready to be drawn."""

    points: Sequence[Point]
    lines: Sequence[Point]
    values: str
    first: date
    last: date


@bp.get("/audits")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """How a site fares: the one that is asked for, or the first."""
    chosen = Form(request.args).number("site")
    with reading(deps().sessions) as session:
        sites = content.active_sites(session)
        site = content.get_site(session, chosen) if chosen is not None else audit_pages.first_audited(session, sites)
        view = audit_pages.overview(session, site, deps().now()) if site is not None else None
        scored = [audit for audit in view.history if audit.score is not None] if view is not None else []
        return render_template(
            "audits/overview.html",
            view=view,
            sites=sites,
            scored=scored,
            chart=chart(scored, zone()) if len(scored) > 1 else None,
            states=audit_pages.STATES,
            reasons=audit_pages.REASONS,
            reason=_reason(view.latest if view is not None else None),
            failure_reason=_reason(view.last_failure if view is not None else None),
            severity_names=finding_pages.SEVERITIES,
        )


@bp.post("/audits/sites/<int:site_id>/audits")
@requires(Permission.MANAGE_AUDITS)
def request_audit(site_id: int) -> ResponseReturnValue:
    """Queue an audit of the whole site; one that is under way already is enough."""
    with deps().sessions.begin() as session:
        site = content.get_site(session, site_id)
        auditing.start_audit(session, site, AuditTrigger.PERSON, deps().now(), requested_by=person().id)
    flash(say(Message(N_("The audit of %(site)s begins within a minute."), {"site": site.name})))
    return redirect(url_for("audits.overview", site=site_id))


@bp.post("/audits/<int:audit_id>/stop")
@requires(Permission.MANAGE_AUDITS)
def stop(audit_id: int) -> ResponseReturnValue:
    """Ask an audit to stop; what it saw stays."""
    with deps().sessions.begin() as session:
        audit = session.get(Audit, audit_id)
        if audit is None:
            raise NotFound
        auditing.ask_to_stop(session, audit_id, deps().now())
        site_id = audit.site_id
    flash(say(Message(N_("The audit is asked to stop. What it saw is kept."))))
    return redirect(url_for("audits.overview", site=site_id))


@bp.post("/audits/<int:audit_id>/pause")
@requires(Permission.MANAGE_AUDITS)
def pause(audit_id: int) -> ResponseReturnValue:
    """Let an audit wait; what it saw stays."""
    return _wait(audit_id, wait=True, says=Message(N_("The audit is asked to wait. What it saw is kept.")))


@bp.post("/audits/<int:audit_id>/going-on")
@requires(Permission.MANAGE_AUDITS)
def go_on(audit_id: int) -> ResponseReturnValue:
    """Let an audit that waits go on where it was."""
    return _wait(audit_id, wait=False, says=Message(N_("The audit goes on within a minute.")))


def _wait(audit_id: int, *, wait: bool, says: Message) -> ResponseReturnValue:
    with deps().sessions.begin() as session:
        audit = session.get(Audit, audit_id)
        if audit is None:
            raise NotFound
        auditing.ask_to_wait(session, audit_id, wait=wait)
        site_id = audit.site_id
    flash(say(says))
    return redirect(url_for("audits.overview", site=site_id))


@bp.get("/audits/<int:audit_id>/progress")
@requires(Permission.READ)
def progress(audit_id: int) -> ResponseReturnValue:
    """How far an audit is, as a piece of its page; 204 once it has ended and the page is worth loading again."""
    with reading(deps().sessions) as session:
        audit = session.get(Audit, audit_id)
        if audit is None:
            raise NotFound
        running = audit_pages.progress_of(audit, deps().now())
        return render_template("audits/_progress.html", running=running) if running is not None else ("", 204)


@bp.get("/audits/sites/<int:site_id>/findings")
@requires(Permission.READ)
def site_findings(site_id: int) -> ResponseReturnValue:
    """The findings of a site, grouped and filtered, with one of them beside."""
    form = Form(request.args)
    wanted = _wanted(site_id, form)
    chosen = form.number("finding")
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        latest, before = audit_pages.latest_two(session, site_id)
        return render_template(
            "audits/findings.html",
            site=site,
            wanted=wanted,
            form=form,
            listing=finding_pages.listing(session, wanted),
            detail=page_facts.finding_detail(session, chosen) if chosen is not None else None,
            care=finding_care.care_of(session, chosen, deps().now(), zone()) if chosen is not None else None,
            muted=finding_pages.muted_count(session, site_id),
            latest=latest,
            before=before,
            moved=finding_pages.came_and_went(session, site_id, before.ended_at)
            if before and before.ended_at
            else None,
            owners=finding_pages.owners(session, site_id),
            standings=tuple(Standing),
            severities=finding_pages.SEVERITIES,
            severity_names=finding_pages.SEVERITIES,
            query=_query(form),
        )


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
            severity_names=finding_pages.SEVERITIES,
            close=None,
        )


@bp.get("/audits/sites/<int:site_id>/pages")
@requires(Permission.READ)
def pages(site_id: int) -> ResponseReturnValue:
    """The pages that the latest audit saw, by address."""
    form = Form(request.args)
    with reading(deps().sessions) as session:
        site = content.get_site(session, site_id)
        latest, _ = audit_pages.latest_two(session, site_id)
        text, after = form.line("q", required=False), form.text("after", longest=8000)
        listing = page_facts.pages_of(session, latest.id, text, after) if latest is not None else None
        return render_template(
            "audits/pages.html",
            site=site,
            latest=latest,
            listing=listing,
            form=form,
            open_findings=sum(finding_pages.open_by_severity(session, site_id).values()),
        )


@bp.get("/audits/pages/<int:audit_id>/<int:no>")
@requires(Permission.READ)
def page(audit_id: int, no: int) -> ResponseReturnValue:
    """What one audit saw of one page, and what each rule said about it."""
    with reading(deps().sessions) as session:
        view = page_facts.page_view(session, audit_id, no)
        return render_template(
            "audits/page.html",
            view=view,
            previews=serp.previews(view.facts.title, view.facts.description),
            severity_names=finding_pages.SEVERITIES,
            result_names=RESULTS,
        )


@bp.get("/audits/rules")
@requires(Permission.READ)
def rules() -> ResponseReturnValue:
    """Every rule: what it looks for, why it matters, how to mend it, and who says so."""
    chosen = Form(request.args).number("site")
    with reading(deps().sessions) as session:
        sites = content.active_sites(session)
        site = content.get_site(session, chosen) if chosen is not None else audit_pages.first_audited(session, sites)
        counts = finding_pages.open_by_rule(session, site.id) if site is not None else {}
    families: dict[str, list[object]] = {}
    for rule in ALL_RULES:
        families.setdefault(rule.category, []).append(rule)
    return render_template(
        "audits/rules.html",
        families=families,
        categories=CATEGORIES,
        counts=counts,
        site=site,
        total=len(ALL_RULES),
        open_findings=sum(counts.values()),
        severity_names=finding_pages.SEVERITIES,
    )


def chart(audits: Sequence[Audit], zone: ZoneInfo) -> Chart:
    """The scores as points of the SVG: the highest and lowest round ten frame them."""
    scores = [(audit.score or 0.0, shown_in(audit.ended_at, zone).date()) for audit in audits if audit.ended_at]
    low = min(int(min(value for value, _ in scores) // 10) * 10, 90)
    high = max(int(-(-max(value for value, _ in scores) // 10)) * 10, low + 10)
    step = (CHART_RIGHT - CHART_LEFT) / (len(scores) - 1)

    def height(value: float) -> float:
        return round(CHART_BOTTOM - (value - low) / (high - low) * (CHART_BOTTOM - CHART_TOP), 1)

    middle = (low + high) / 2
    marks = (high, middle, low) if middle.is_integer() else (high, low)
    return Chart(
        points=[Point(round(CHART_LEFT + n * step, 1), height(value)) for n, (value, _) in enumerate(scores)],
        lines=[Point(0, height(value), f"{value:g}") for value in marks],
        values=", ".join(str(round(value)) for value, _ in scores),
        first=scores[0][1],
        last=scores[-1][1],
    )


@bp.app_template_filter("signed")
def _signed(points: float) -> str:
    """A change in points: `+4.1`, `−0.9`, `0.0`."""
    number = format_decimal(abs(points), format="0.0", locale=catalog().locale)
    return f"+{number}" if points > 0 else f"−{number}" if points < 0 else number


@bp.app_template_filter("path_of")
def _path(url: str) -> str:
    """Path and query; whatever is no whole address stays as it is."""
    try:
        return path_of(url)
    except ValueError:
        return url


def _reason(audit: Audit | None) -> Message:
    reason = audit.stop_reason if audit is not None and audit.stop_reason else "complete"
    return audit_pages.REASONS.get(reason, audit_pages.REASONS["complete"])


def _wanted(site_id: int, form: Form) -> Wanted:
    return Wanted(
        site_id=site_id,
        by=form.choice("by", Grouping) or Grouping.RULE,
        standing=form.choice("state", Standing) or Standing.OPEN,
        severity=form.choice("severity", Severity),
        owner_id=form.number("owner"),
        text=form.line("q", required=False),
        rule=form.text("rule", longest=80),
        page=form.text("page", longest=8000),
        after=Place.parse(form.typed.get("after", "")),
    )


def _query(form: Form) -> dict[str, str]:
    """The filters in force, to be kept in the links of the page."""
    kept = ("by", "state", "severity", "owner", "q", "rule", "page")
    return {name: form.typed[name] for name in kept if form.typed.get(name) and name not in form.errors}
