"""Lead forms and the addresses they are sent to."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select

from editorial.audit.form_answers import DEAD, Verdict
from editorial.audit.rule import Severity
from editorial.audit.site_rule import site_rule
from editorial.audit.tables import AuditTables
from editorial.domain.messages import N_


def _has_address(audit: AuditTables) -> ColumnElement[bool]:
    form = audit.form
    return and_(audit.is_html, select(form.c.page_id).where(form.c.page_id == audit.page.c.id).exists())


def _not_known(audit: AuditTables) -> ColumnElement[bool]:
    """Some address of the page was not asked, or its answer says nothing."""
    form = audit.form
    silent = or_(form.c.verdict.is_(None), form.c.verdict == Verdict.UNKNOWN.value)
    return select(form.c.page_id).where(form.c.page_id == audit.page.c.id, silent).exists()


@site_rule(
    version=1,
    category="forms",
    severity=Severity.BLOCKER,
    ref="LF-SUB-10",
    title=N_("Lead form to a dead address"),
    says=N_("A lead form sends to %(action)s, where nobody receives it: %(answer)s."),
    why=N_("Whoever fills it in sees an error, and the lead is lost."),
    fix=N_("Correct the address of the form, or bring back what takes it in. Then send it once yourself."),
    source="https://www.rfc-editor.org/rfc/rfc9110#name-404-not-found",
    applies=_has_address,
    silence_needs=frozenset(),
    unsure=_not_known,
)
def form_endpoint_dead(audit: AuditTables) -> Select[Any]:
    """Asked by HEAD and OPTIONS, never sent. A warning where the server may keep POST apart (404 for all else)."""
    form, page = audit.form, audit.page
    sure = func.min(case((form.c.certain, 0), else_=1))
    return (
        select(
            form.c.page_id.label("page_id"),
            form.c.mark.label("key"),
            func.min(form.c.address).label("param_action"),
            func.min(form.c.answer).label("param_answer"),
            func.min(form.c.address).label("evidence"),
            case((sure == 0, literal(Severity.BLOCKER.value)), else_=literal(Severity.WARNING.value)).label("severity"),
        )
        .join_from(form, page, page.c.id == form.c.page_id)
        .where(audit.is_html, form.c.verdict.in_([verdict.value for verdict in DEAD]))
        .group_by(form.c.page_id, form.c.mark)
    )
