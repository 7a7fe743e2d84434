"""The one way to move an item's status: every button, drag, job and import comes through `move`."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from editorial.domain import workflow
from editorial.domain.people import permissions
from editorial.domain.workflow import Status, TransitionRefused, Way
from editorial.services.deps import Deps
from editorial.services.scheduling import situation
from editorial.store import history
from editorial.store.content import ContentItem
from editorial.store.history import HistoryEvent
from editorial.store.people import Person


@dataclass(frozen=True)
class WayOn:
    """A way that leads on from where an item stands, and what stands in it, if anything."""

    way: Way
    refusal: TransitionRefused | None


def ways_on(session: Session, deps: Deps, item: ContentItem, actor: Person) -> list[WayOn]:
    """Every way on from where the item stands, each with the refusal that a click on it would meet.

    What only the click itself brings (a comment, an address) counts as given.
    """
    now = situation(session, item, deps.now(), comment="…", url="…")
    found = []
    for way in workflow.ways_from(item.status):
        try:
            workflow.check(now, way.to, permissions(actor.roles))
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
    actor: Person,
    *,
    comment: str = "",
    evidence_url: str = "",
    undo: bool = False,
) -> HistoryEvent:
    """Move the item, and write down who did it. The caller commits.

    Not for publish times: `scheduling` moves items to and from "scheduled", together with their jobs.

    Raises:
        TransitionRefused: there is no such way, the actor may not take it, or a guard refuses.
    """
    workflow.check(
        situation(session, item, deps.now(), comment=comment, url=evidence_url), to, permissions(actor.roles)
    )
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
