"""The rules: all of them, and one with its trend and the pages that fail it."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from editorial.audit.rulebook import ALL_RULES
from editorial.domain.findings import FindingState
from editorial.domain.people import Permission
from editorial.services import audit_pages, finding_pages, rule_pages
from editorial.services.finding_filters import SEVERITIES
from editorial.services.rule_pages import CATEGORIES, ENGINES
from editorial.store import content
from editorial.store.base import reading
from editorial.store.content import Site
from editorial.web.audit_charts import trend_bars
from editorial.web.context import deps, zone
from editorial.web.forms import Form
from editorial.web.guard import requires

bp = Blueprint("audit_rules", __name__)


@bp.get("/audits/rules")
@requires(Permission.READ)
def overview() -> ResponseReturnValue:
    """Every rule: what it looks for, and how many findings of it are open."""
    with reading(deps().sessions) as session:
        sites = content.active_sites(session)
        site = _chosen(session, sites)
        counts = finding_pages.by_rule(session, site.id) if site is not None else {}
        muted = finding_pages.by_rule(session, site.id, (FindingState.MUTED,)) if site is not None else {}
        return render_template(
            "audits/rules.html",
            families=rule_pages.families(),
            categories=CATEGORIES,
            counts=counts,
            muted=muted,
            site=site,
            sites=sites,
            total=len(ALL_RULES),
            open_findings=sum(counts.values()),
            severity_names=SEVERITIES,
        )


@bp.get("/audits/rules/<rule_id>")
@requires(Permission.READ)
def show(rule_id: str) -> ResponseReturnValue:
    """One rule: what it means, how to mend it, who says so, its trend, and the pages that fail it now."""
    with reading(deps().sessions) as session:
        sites = content.active_sites(session)
        view = rule_pages.rule_view(session, rule_id, sites, _chosen(session, sites))
        return render_template(
            "audits/rule.html",
            view=view,
            bars=trend_bars(view.trend, zone()),
            categories=CATEGORIES,
            engines=[ENGINES[engine] for engine in ENGINES if engine in view.rule.engines],
            severity_names=SEVERITIES,
        )


def _chosen(session: Session, sites: Sequence[Site]) -> Site | None:
    """The site that is asked for, or the first that was audited."""
    number = Form(request.args).number("site")
    return content.get_site(session, number) if number is not None else audit_pages.first_audited(session, sites)
