"""Who hears of a review: approvers when a text waits for them, its owner when it comes back."""

from sqlalchemy.orm import Session

from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.services import notices
from editorial.services.deps import Deps
from editorial.store import content
from editorial.store.content import ContentItem
from editorial.store.people import Person, people_who_may

REVIEW, CHANGES = "review", "changes"
"""Kinds of notices."""
HANDED_IN = Message(N_("%(name)s hands in “%(title)s” for review."))
REOPENED = Message(N_("%(name)s changed “%(title)s” after its approval. It needs a new review."))
CORRECTED = Message(N_("%(name)s hands in a correction of “%(title)s” for review."))
GIVEN_BACK = Message(N_("%(name)s asks for changes to “%(title)s”."))
CORRECTION_GIVEN_BACK = Message(N_("%(name)s asks for changes to the correction of “%(title)s”."))


def tell_approvers(
    session: Session, deps: Deps, item: ContentItem, actor: Person, *, says: Message, comment: str = ""
) -> None:
    """Tell everybody who may approve, except who wrote the text, that it waits. The caller commits."""
    with session.no_autoflush:  # the item itself is written by whoever moves it, with its own errors
        written = content.find_revision(session, item.id, item.content_hash)
        approvers = people_who_may(session, Permission.APPROVE)
    author = written.author_id if written else None
    told = [one for one in approvers if one.id != author]
    _tell(session, deps, item, actor, people=told, kind=REVIEW, says=says, comment=comment)


def tell_owner(session: Session, deps: Deps, item: ContentItem, actor: Person, *, says: Message, comment: str) -> None:
    """Tell the owner that the text came back with a comment. The caller commits."""
    with session.no_autoflush:
        owner = session.get(Person, item.owner_id) if item.owner_id is not None else None
    told = [owner] if owner else []
    _tell(session, deps, item, actor, people=told, kind=CHANGES, says=says, comment=comment)


def _tell(
    session: Session,
    deps: Deps,
    item: ContentItem,
    actor: Person,
    *,
    people: list[Person],
    kind: str,
    says: Message,
    comment: str,
) -> None:
    notices.notify(
        session,
        deps,
        people,
        kind=kind,
        dedupe_key=f"{kind}:{item.id}:{item.version}",  # a step gives the item its next version
        message=Message(says.id, {"name": actor.name, "title": item.title}),
        link=f"/items/{item.id}",
        actor=actor,
        quote=comment,
    )
