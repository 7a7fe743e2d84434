"""The one way to move an item's status: every button, drag, job and import comes through `move`."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from editorial.domain import workflow
from editorial.domain.people import Permission
from editorial.domain.workflow import Situation, Status, TransitionRefused, Way
from editorial.services.deps import Deps
from editorial.store import distribution, history
from editorial.store.content import ContentItem
from editorial.store.history import HistoryEvent


@dataclass(frozen=True)
class Actor:
    """Who does something, and what they may do. The clock is an actor without an id."""

    id: int | None
    granted: frozenset[Permission]


CLOCK = Actor(None, frozenset(Permission))


@dataclass(frozen=True)
class WayOn:
    """A way that leads on from where an item stands, and what stands in it, if anything."""

    way: Way
    refusal: TransitionRefused | None


def situation(
    session: Session, deps: Deps, item: ContentItem, *, comment: str = "", evidence_url: str = ""
) -> Situation:
    """What the guards need to know of an item, in one read."""
    return Situation(
        status=item.status,
        title=item.title,
        body=item.body,
        cells=len(item.cells),
        has_owner=item.owner_id is not None,
        content_hash=item.content_hash,
        approved_hash=item.approved_hash,
        review_hash=item.review_hash,
        has_site=item.site_id is not None,
        channels=len(distribution.channels_of_site(session, item.site_id)) if item.site_id else 0,
        publish_at=item.publish_at,
        live_jobs=sum(job.live for job in distribution.jobs_of_item(session, item.id)),
        now=deps.now(),
        comment=comment,
        evidence_url=evidence_url,
    )


def ways_on(session: Session, deps: Deps, item: ContentItem, actor: Actor) -> list[WayOn]:
    """Every way on from where the item stands, each with the refusal that a click on it would meet.

    What only the click itself brings (a comment, an address) counts as given.
    """
    now = situation(session, deps, item, comment="…", evidence_url="…")
    found = []
    for way in workflow.ways_from(item.status):
        try:
            workflow.check(now, way.to, actor.granted)
        except TransitionRefused as refusal:
            found.append(WayOn(way, refusal))
        else:
            found.append(WayOn(way, None))
    return found


def move(
    session: Session,
    deps: Deps,
    item: ContentItem,
    to: Status,
    actor: Actor,
    *,
    comment: str = "",
    evidence_url: str = "",
    undo: bool = False,
) -> HistoryEvent:
    """Move the item, and write down who did it. The caller commits.

    Jobs are not touched here: `scheduling` makes and cancels them around its own call of this function.

    Raises:
        TransitionRefused: there is no such way, the actor may not take it, or a guard refuses.
    """
    workflow.check(situation(session, deps, item, comment=comment, evidence_url=evidence_url), to, actor.granted)
    before = item.status

    item.status = to
    item.updated_at = deps.now()
    if to in {Status.IN_REVIEW, Status.CHANGES_REQUESTED}:
        item.review_hash = item.content_hash  # what the round is about, and what an answer to it must differ from
        item.approved_hash = None
    elif to is Status.APPROVED and before is Status.IN_REVIEW:
        item.approved_hash = item.content_hash
    return history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="item.status_changed",
        entity="item",
        entity_id=item.id,
        before={"status": before.value},
        after={"status": to.value} | ({"comment": comment} if comment else {}),
        undo_token=deps.token() if undo else None,
    )
