"""Writing the weekly mail of each site when its hour has come: once a site, week and reader."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from editorial.adapters.mail_templates import MailTooLong, Rendered
from editorial.domain.mails import WEEKLY, WeekDue, latest_due, week_of
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.slots import shown_in
from editorial.services import audit_schedule, mail, weekly_data
from editorial.services.deps import Deps
from editorial.services.mail import Reader
from editorial.services.weekly_mail import GROUPS, Report, beside, explanation, headline, is_empty, shortened, title
from editorial.store import audit as audits
from editorial.store import content, people
from editorial.store import mail as store
from editorial.store.base import reading
from editorial.store.content import Site
from editorial.store.mail import WeeklyIssue

log = structlog.get_logger()

AUDIT_GRACE = timedelta(hours=8)
"""How long the mail waits for an audit that is under way; then it goes out and says so. A crawl ends after six."""


def write_due(deps: Deps) -> int:
    """Write the mails of every site whose mail time has come; returns how many. Safe in any number of processes."""
    now = deps.now()
    with reading(deps.sessions) as session:
        due = [(site.id, found) for site in content.active_sites(session) if (found := _due(session, site, now))]
    if not due:
        return 0
    audit_schedule.enqueue_due(deps)  # after a downtime both are due at once, and the mail shall not be the faster
    written = 0
    for site_id, found in due:
        try:
            with deps.sessions.begin() as session:
                site = content.get_site(session, site_id)
                if not _audit_awaited(session, now, site, found):
                    written += _write(session, deps, site, found.week, found.at)
        except Exception:  # one site must not keep the others from their mail; the next tick tries again
            log.exception("weekly_mail.failed", site_id=site_id, week=found.week)
    return written


def write_now(session: Session, deps: Deps, site_id: int) -> int:
    """Write this week's mail of a site for every reader who has none yet, whatever the hour. The caller commits."""
    site = content.get_site(session, site_id)
    return _write(session, deps, site, week_of(deps.now(), ZoneInfo(site.zone)), deps.now(), again=True)


def preview(session: Session, deps: Deps, site_id: int, to: Reader) -> Rendered:
    """This week's mail as it would read now, for one reader."""
    site = content.get_site(session, site_id)
    report = weekly_data.gather(session, site, week_of(deps.now(), ZoneInfo(site.zone)), deps.now())
    return _compose(session, deps, site, report, to)


def _due(session: Session, site: Site, now: datetime) -> WeekDue | None:
    """The week whose mail should have been written and was not. A site's first one is that after it was added."""
    due = latest_due(now, ZoneInfo(site.zone), site.mail_weekday, time.fromisoformat(site.mail_time))
    if due.at < site.created_at or store.find_issue(session, site.id, due.week) is not None:
        return None
    return due


def _audit_awaited(session: Session, now: datetime, site: Site, due: WeekDue) -> bool:
    """Whether the week's audit waits or runs and the mail has patience left: hours from when it was asked for."""
    running = audits.under_way(session, site.id)
    return running is not None and now < max(due.at, running.requested_at) + AUDIT_GRACE


def _write(session: Session, deps: Deps, site: Site, week: str, due_at: datetime, *, again: bool = False) -> int:
    now = deps.now()
    first = store.open_issue(session, site_id=site.id, week=week, due_at=due_at, now=now)
    if not first and not again:
        return 0
    report = weekly_data.gather(session, site, week, now)
    if is_empty(report) and not again:
        log.info("weekly_mail.nothing_to_tell", site_id=site.id, week=week)
        return 0
    have = store.weekly_readers_with_mail(session, site.id, week)
    written = [
        mail_id
        for person in store.weekly_readers(session, site.id)
        if person.id not in have and (mail_id := _write_one(session, deps, site, report, Reader.of(person))) is not None
    ]
    issue = session.get_one(WeeklyIssue, (site.id, week))
    issue.mails += len(written)
    if first:
        reason = Message(N_("The mail of %(week)s took its place."), {"week": week})
        store.cancel_older_weeklies(session, site.id, week, pack(reason))
    log.info("weekly_mail.written", site_id=site.id, week=week, mails=len(written))
    return len(written)


def _write_one(session: Session, deps: Deps, site: Site, report: Report, to: Reader) -> int | None:
    if to.person_id is None:
        raise ValueError("the weekly mail is for people of the team")
    return mail.put(
        session,
        deps,
        kind=WEEKLY,
        dedupe_key=f"weekly:{site.id}:{report.week}:{to.person_id}",
        to=to,
        composed=_compose(session, deps, site, report, to),
        site_id=site.id,
        week=report.week,
        headers=mail.list_headers(deps, to.person_id, site.id),
    )


def _compose(session: Session, deps: Deps, site: Site, report: Report, to: Reader) -> Rendered:
    root = deps.config.public_url
    workspace = people.workspace(session)
    values: dict[str, object] = {
        "headline": headline(report),
        "title": title(report),
        "beside": beside(report),
        "explanation": explanation(report.seen) if report.seen else beside(report),
        "limits": {"groups": GROUPS},
        # a mail has one clock, its reader's; only what is planned for a day and no hour stays on the site's calendar
        "days": {"on": shown_in(report.at, to.zone).date(), "since": shown_in(report.since, to.zone).date()},
        "desk": {
            "root": root,
            "audits": f"{root}/audits?site={site.id}",
            "findings": f"{root}/audits/sites/{site.id}/findings",
            "calendar": f"{root}/",
        },
    }
    reason = Message(
        N_("You receive this because you are on the team of %(team)s and want the weekly mail of its sites."),
        {"team": workspace.name if workspace else site.name},
    )
    way_out = mail.unsubscribe_url(deps, to.person_id, site.id) if to.person_id is not None else ""
    try:
        return mail.compose(deps, WEEKLY, to, reason=reason, unsubscribe_url=way_out, report=report, **values)
    except MailTooLong:
        log.warning("weekly_mail.shortened", site_id=site.id, week=report.week)
        less = shortened(report)
        return mail.compose(deps, WEEKLY, to, reason=reason, unsubscribe_url=way_out, report=less, **values)
