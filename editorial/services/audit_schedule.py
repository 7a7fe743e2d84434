"""The weekly audit of each site, by the clocks of its own zone."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from editorial.domain.mails import latest_due
from editorial.domain.urls import in_scope, n1, scope_of
from editorial.services import auditing
from editorial.services.deps import Deps
from editorial.store import audit as store
from editorial.store import content
from editorial.store.audit import ENDED, Audit, AuditState
from editorial.store.base import reading
from editorial.store.content import ContentItem, Site

log = structlog.get_logger()
_UNDER_WAY = (AuditState.QUEUED, AuditState.RUNNING)


def enqueue_due(deps: Deps) -> int:
    """Queue the audit of every site whose hour has come; returns how many. Safe in any number of processes.

    What counts is whether anybody asked for an audit since the hour: so it happens once on a night with two such
    hours, once after a downtime, and not again where a person was faster. An audit that was under way at the hour is
    the one that was due, unless it fails. A site's first one is that after it was added.
    """
    now = deps.now()
    with reading(deps.sessions) as session:
        due = [site.id for site in content.active_sites(session) if _is_owed(session, site, now)]
    queued = 0
    for site_id in due:
        try:
            with deps.sessions.begin() as session:
                site = content.get_site(session, site_id)
                if _is_owed(session, site, now):
                    auditing.start_owed_audit(session, site, now)
                    queued += 1
        except IntegrityError:
            log.info("audit.queued_elsewhere", site_id=site_id)  # another process was faster by a moment
    return queued


def _is_owed(session: Session, site: Site, now: datetime) -> bool:
    """Whether the site's hour has come, and neither was an audit asked for since, nor is one under way."""
    since = _due_since(site, now)
    if since is None:
        return False
    asked = or_(
        Audit.requested_at >= since, Audit.state.in_(_UNDER_WAY), and_(Audit.state.in_(ENDED), Audit.ended_at >= since)
    )
    wanted = select(Audit.id).where(Audit.site_id == site.id, Audit.whole_site, asked)
    return session.scalar(wanted.limit(1)) is None


def _due_since(site: Site, now: datetime) -> datetime | None:
    """The last hour at which the site's audit was due, if the site was there already."""
    due = latest_due(now, ZoneInfo(site.zone), site.audit_weekday, time.fromisoformat(site.audit_time))
    return due.at if due.at >= site.created_at else None


def page_is_live(session: Session, item: ContentItem, now: datetime) -> Audit | None:
    """Somebody says that an item's page is out: what was found there is the item's, and the page is audited alone.

    None where the page is none of its site's: of an article on somebody else's pages nothing is to be mended here.
    """
    site = session.get(Site, item.site_id) if item.site_id is not None else None
    address, base = n1(item.url or ""), n1(site.base_url) if site is not None else None
    if site is None or not site.active or address is None or base is None or not in_scope(address, scope_of(base)):
        return None
    store.give_findings(session, item.id, site.id, item.url_n2 or address)
    return auditing.start_page_audit(session, site.id, address, now)
