"""Pages that were handed over without a check whether they are out: looked for, and audited once they are seen.

A generator of sites takes a minute or an hour, and an audit that came before it would tell of a page that is missing.
So the page is looked at after one minute, two, four and so on, for a day. Nothing is stored about it: that the audit
was asked for since ends the looking, on whatever process.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from editorial.adapters.channels.live import seen_live
from editorial.domain.jobs import JobState, Nature
from editorial.domain.statuses import LIVE
from editorial.domain.urls import n1
from editorial.services import audit_schedule
from editorial.services.channels import surroundings
from editorial.services.deps import Deps
from editorial.services.live_signs import signs_of
from editorial.store.audit import Audit, AuditTrigger
from editorial.store.base import reading
from editorial.store.content import ContentItem, get_item
from editorial.store.distribution import Channel, DistributionJob

log = structlog.get_logger()
LOOKED_FOR = timedelta(days=1)
MOST = 50
"""Pages that are looked at in one round."""


@dataclass(frozen=True)
class Page:
    """Where an item should be read, and by what it is known there."""

    item_id: int
    url: str
    signs: tuple[str, ...]


def due(deps: Deps) -> list[Page]:
    """Pages to be looked at in this minute."""
    now = deps.now()
    with reading(deps.sessions) as session:
        asked = _audited_since(session, now)
        jobs = [job for job in _handed_over(session, now) if _is_its_minute(job.ended_at or now, now)]
        pages = []
        for job in jobs:
            url = n1(job.item.url or "")
            if url is not None and (url not in asked or asked[url] < job.due_at):
                pages.append(Page(job.item_id, url, signs_of(session, job, _before(session, job))))
        return pages[:MOST]


def look(deps: Deps, pages: Sequence[Page], *, stopping: Callable[[], bool] = lambda: False) -> int:
    """Look at pages, and have those audited that are out; returns how many."""
    seen = 0
    for page in pages:
        if stopping():
            break
        if not seen_live(page.url, page.signs, surroundings(deps).allow):
            continue
        with deps.sessions.begin() as session:
            item = get_item(session, page.item_id)
            if n1(item.url or "") == page.url and audit_schedule.page_is_live(session, item, deps.now()) is not None:
                seen += 1
                log.info("page.seen", item_id=item.id, url=page.url)
    return seen


def _is_its_minute(since: datetime, now: datetime) -> bool:
    """After one minute, two, four, and so on."""
    minutes = int((now - since).total_seconds() // 60)
    return minutes > 0 and minutes & (minutes - 1) == 0


def _handed_over(session: Session, now: datetime) -> Sequence[DistributionJob]:
    """The jobs that made or changed a page lately, the newest of each item."""
    job = DistributionJob
    wanted = (
        select(job)
        .join(Channel, Channel.id == job.channel_id)
        .join(ContentItem, ContentItem.id == job.item_id)
        .where(
            job.state == JobState.SUCCEEDED,
            job.due_at >= now - LOOKED_FOR,
            job.ended_at.is_not(None),
            Channel.nature == Nature.PAGE_MAKING,
            ContentItem.status.in_(LIVE),
        )
        .options(joinedload(job.item, innerjoin=True))
        .order_by(job.ended_at)
    )
    return list({found.item_id: found for found in session.scalars(wanted)}.values())


def _audited_since(session: Session, now: datetime) -> dict[str, datetime]:
    """When each page was last asked to be audited alone, by its address."""
    wanted = (
        select(Audit.start_url, Audit.requested_at)
        .where(Audit.trigger == AuditTrigger.PUBLISH, Audit.requested_at >= now - LOOKED_FOR)
        .order_by(Audit.requested_at)
    )
    return dict(session.execute(wanted).all())


def _before(session: Session, job: DistributionJob) -> str | None:
    """The text that the page had before this job."""
    earlier = (
        select(DistributionJob.content_hash)
        .where(
            DistributionJob.item_id == job.item_id,
            DistributionJob.channel_id == job.channel_id,
            DistributionJob.state == JobState.SUCCEEDED,
            DistributionJob.id < job.id,
        )
        .order_by(DistributionJob.id.desc())
    )
    return session.scalar(earlier.limit(1))
