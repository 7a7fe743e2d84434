"""How an item leaves the plan by hand: published elsewhere, or archived."""

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.jobs import JobState
from editorial.domain.messages import N_, Message
from editorial.domain.slots import shown_in, zone_named
from editorial.domain.urls import n1, n2
from editorial.domain.workflow import Status
from editorial.services import audit_schedule, scheduling
from editorial.services.content import fresh_item, touch
from editorial.services.deps import Deps
from editorial.services.moving import move
from editorial.store import distribution
from editorial.store.content import ContentItem
from editorial.store.history import HistoryEvent
from editorial.store.people import Person


def mark_published(session: Session, deps: Deps, actor: Person, item_id: int, url: str, *, version: int) -> ContentItem:
    """Say that an item is live at an address, where no job of ours put it. Its waiting jobs are cancelled.

    Raises:
        EditorialError: the address cannot be one.
        Stale, TransitionRefused: as every move.
    """
    item = fresh_item(session, item_id, version)
    address = n1(url.strip()) if url.strip() else ""
    if address is None or len(address) > 2000:
        raise EditorialError(
            Message(N_("“%(url)s” is not the address of a page."), {"url": url.strip()[:80]}),
            hint=Message(N_("It begins with https:// and can be opened in a browser.")),
            field="url",
        )
    now = deps.now()

    with session.no_autoflush:  # "published" and its address are one row, written once
        move(session, deps, item, Status.PUBLISHED, actor, evidence_url=address)
        for job in distribution.live_jobs(session, item.id):
            if job.state is not JobState.ACCEPTED:  # its channel has it: it ends by itself in a moment
                scheduling.cancel_job(job, now)
        item.url, item.url_n2, item.published_at, item.publish_failed = address, n2(address), now, False
        if item.publish_at is None or item.publish_at > now:  # it stands on the day on which it went out
            zone = zone_named(item.publish_zone or (item.site.zone if item.site else actor.zone))
            item.publish_wall, item.publish_zone, item.publish_at = shown_in(now, zone), zone.key, now
            item.publish_fold = now.astimezone(zone).fold
    touch(session, deps, item)
    audit_schedule.page_is_live(session, item, now)
    return item


def archive(session: Session, deps: Deps, actor: Person, item_id: int, *, version: int) -> HistoryEvent:
    """Take an item out of the plan; its undo brings it back. The caller commits."""
    item = fresh_item(session, item_id, version)
    for job in distribution.live_jobs(session, item.id):
        if job.state is JobState.HELD and item.status is not Status.SCHEDULED:  # held for an approval that won't come
            scheduling.cancel_job(job, deps.now())
    event = move(session, deps, item, Status.ARCHIVED, actor, undo=True)
    touch(session, deps, item)
    event.after = {**event.after, "version": item.version}
    return event
