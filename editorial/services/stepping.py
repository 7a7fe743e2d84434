"""One step of an item for whoever names only the status it should get: each kind of step goes the way its form does."""

from sqlalchemy.orm import Session

from editorial.domain.messages import N_, Message
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services import approvals, content, endings, moving, scheduling
from editorial.services.deps import Deps
from editorial.store.content import ContentItem
from editorial.store.people import Person


def take_step(
    session: Session,
    deps: Deps,
    actor: Person,
    item_id: int,
    to: Status,
    *,
    version: int,
    comment: str = "",
    url: str = "",
) -> tuple[ContentItem, Message]:
    """Take an item to another status. The caller commits. Returns it and a sentence that says what happened.

    Args:
        comment: what a reviewer says, or the reason of a hold or a rejection.
        url: where it is live, for "published".

    Raises:
        Stale: it was changed in the meantime. TransitionRefused: a guard, or it takes a publish time.
        GoingOut: it is on its way.
    """
    item = content.fresh_item(session, item_id, version)
    if to is Status.SCHEDULED and item.status is not Status.ON_HOLD:
        raise TransitionRefused(
            "slot",
            Message(N_("To schedule it takes a publish time.")),
            Message(N_("Schedule it for a time instead.")),
            field="to",
        )
    if to is Status.APPROVED and item.status is Status.SCHEDULED:
        return scheduling.unschedule(session, item.id, actor=actor, version=version, now=deps.now())
    if to is Status.APPROVED and item.status is Status.IN_REVIEW:
        approvals.approve(session, deps, actor, item.id, version=version, comment=comment)
    elif to is Status.CHANGES_REQUESTED:
        approvals.ask_for_changes(session, deps, actor, item.id, version=version, comment=comment)
    elif to is Status.PUBLISHED and item.status in {Status.APPROVED, Status.SCHEDULED}:
        endings.mark_published(session, deps, actor, item.id, url, version=version)
    elif to is Status.ARCHIVED:
        endings.archive(session, deps, actor, item.id, version=version)
    else:
        moving.move(session, deps, item, to, actor, comment=comment)
        content.touch(session, deps, item)
    return item, Message(N_("“%(title)s” is now: %(status)s."), {"title": item.title, "status": item.status.label})
