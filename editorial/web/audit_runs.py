"""What people do with an audit that is to run or runs: begin, pause, go on, stop, watch."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from editorial.domain.errors import NotFound
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import audit_pages, auditing, crawl_course
from editorial.services.auditing import user_agent
from editorial.store import content
from editorial.store.audit import Audit, AuditTrigger
from editorial.store.base import reading
from editorial.web.context import deps, person, say
from editorial.web.guard import requires

bp = Blueprint("audit_runs", __name__)
bp.add_app_template_filter(
    lambda audit: crawl_course.told(audit, user_agent(deps().config.crawl_contact or deps().config.base_url)), "course"
)


@bp.post("/audits/sites/<int:site_id>/audits")
@requires(Permission.MANAGE_AUDITS)
def request_audit(site_id: int) -> ResponseReturnValue:
    """Queue an audit of the whole site; one that is under way already is enough.

    With `whole` ticked every page is sent, even one that did not change since the last audit.
    """
    whole = "whole" in request.form
    with deps().sessions.begin() as session:
        site = content.get_site(session, site_id)
        auditing.start_audit(session, site, AuditTrigger.PERSON, deps().now(), requested_by=person().id, whole=whole)
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
