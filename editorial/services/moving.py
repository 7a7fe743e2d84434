"""The one way to move an item's status: every button, drag, job and import comes through `move`."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from editorial.domain import workflow
from editorial.domain.messages import N_, Message
from editorial.domain.people import permissions
from editorial.domain.workflow import Status, TransitionRefused, Way
from editorial.services import review_notices, scheduling
from editorial.services.deps import Deps
from editorial.services.steps import advance, situation
from editorial.store import history
from editorial.store.content import ContentItem
from editorial.store.history import HistoryEvent
from editorial.store.people import Person

ON_HOLD = Message(N_("The item was put on hold."))
_HANDED_IN_FROM = {
    Status.IN_PRODUCTION: review_notices.HANDED_IN,
    Status.CHANGES_REQUESTED: review_notices.HANDED_IN,
    Status.APPROVED: review_notices.REOPENED,
    Status.SCHEDULED: review_notices.REOPENED,
}


@dataclass(frozen=True)
class WayOn:
    """A way that leads on from where an item stands, and what stands in it, if anything."""

    way: Way
    refusal: TransitionRefused | None


def ways_on(session: Session, deps: Deps, item: ContentItem, actor: Person) -> list[WayOn]:
    """Every way on from where the item stands, each with the refusal that a click on it would meet.

    What only the click itself brings (a comment, an address) counts as given.
    """
    now = situation(session, item, deps.now(), actor=actor, comment="…", url="…")
    found = []
    for way in workflow.ways_from(item.status):
        if not way.by_hand or _leads_elsewhere(item, way):
            continue
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
        GoingOut: it is put on hold while a job of it is being sent.
    """
    before = item.status
    facing = situation(session, item, deps.now(), actor=actor, comment=comment, url=evidence_url)
    advance(item, to, facing, permissions(actor.roles), deps.now())
    if to is Status.ON_HOLD and before is Status.SCHEDULED:
        scheduling.hold_jobs(session, item, deps.now(), ON_HOLD)
    _tell(session, deps, item, actor, before=before, comment=comment)
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


def _tell(session: Session, deps: Deps, item: ContentItem, actor: Person, *, before: Status, comment: str) -> None:
    """Tell whoever has to do something now. Who comes back from hold was told before."""
    if item.status is Status.CHANGES_REQUESTED and before is Status.IN_REVIEW:
        review_notices.tell_owner(session, deps, item, actor, says=review_notices.GIVEN_BACK, comment=comment)
    elif item.status is Status.IN_REVIEW and before in _HANDED_IN_FROM:
        review_notices.tell_approvers(session, deps, item, actor, says=_HANDED_IN_FROM[before], comment=comment)


def _leads_elsewhere(item: ContentItem, way: Way) -> bool:
    """Of the ways back from hold and archive only one leads home; the others would be eleven dead buttons."""
    if item.status is Status.ON_HOLD and way.to is not Status.ARCHIVED:
        return way.to is not item.held_from
    return item.status is Status.ARCHIVED and way.to is not item.archived_from
