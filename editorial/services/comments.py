"""What the team says about an item: threads, people named with @, and when it is settled."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, NotAllowed, NotFound
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import Permission, permissions
from editorial.services import notices
from editorial.services.deps import Deps
from editorial.store import comments, content, history, people
from editorial.store.comments import Comment
from editorial.store.people import Person

LONGEST = 5000  # characters


@dataclass(frozen=True)
class CommentView:
    """One comment: its text in pieces, of which those that name somebody are told apart."""

    id: int
    author: Person
    at: datetime
    pieces: tuple[tuple[str, bool], ...]
    """(text, names somebody) in order."""
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    answers: list["CommentView"] = field(default_factory=list)


def threads(session: Session, item_id: int) -> tuple[CommentView, ...]:
    """The threads of an item: open ones first, each oldest first."""
    found = comments.comments_of(session, item_id)
    ids = {one.author_id for one in found} | {one.resolved_by for one in found if one.resolved_by}
    ids |= {named for one in found for named in one.mentions}
    team = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))}
    views = {one.id: _view(one, team) for one in found}
    for one in found:
        if one.parent_id is not None:
            views[one.parent_id].answers.append(views[one.id])
    heads = [views[one.id] for one in found if one.parent_id is None]
    return tuple(sorted(heads, key=lambda head: (head.resolved_at is not None, head.id)))


def add(session: Session, deps: Deps, actor: Person, item_id: int, text: str, *, answers: int | None = None) -> Comment:
    """Say something about an item, or answer. Whoever may read may speak. The caller commits.

    Raises:
        EditorialError: it is empty or too long. NotFound: no such item or thread.
    """
    item = content.get_item(session, item_id)
    body = text.replace("\r\n", "\n").strip()
    if not body:
        raise EditorialError(
            Message(N_("The comment is empty.")), hint=Message(N_("Write what you want to say.")), field="say"
        )
    if len(body) > LONGEST:
        raise EditorialError(
            Message.counted(
                NP_("This is too long by %(count)s character.", "This is too long by %(count)s characters."),
                len(body) - LONGEST,
            ),
            hint=Message(N_("Shorten it.")),
            field="say",
        )
    parent = _head(session, item_id, answers) if answers is not None else None
    named = mentioned(body, people.active_people(session))
    comment = Comment(
        item_id=item_id,
        parent_id=parent.id if parent else None,
        author_id=actor.id,
        body=body,
        mentions=[one.id for one in named],
        created_at=deps.now(),
    )
    session.add(comment)
    if parent is not None and parent.resolved_at is not None:  # an answer opens it again
        parent.resolved_at = parent.resolved_by = None
    session.flush()
    _record(session, deps, actor, comment, "item.commented")
    tell_mentioned(session, deps, actor, comment, title=item.title, named=named)
    return comment


def tell_mentioned(
    session: Session, deps: Deps, actor: Person, comment: Comment, *, title: str, named: Sequence[Person]
) -> None:
    """Tell those whom a comment names, each once, however often it is said again. The caller commits."""
    notices.notify(
        session,
        deps,
        named,
        kind="mention",
        dedupe_key=f"mention:{comment.id}",
        message=Message(N_("%(name)s mentions you in “%(title)s”."), {"name": actor.name, "title": title}),
        link=f"/items/{comment.item_id}#comments",
        actor=actor,
        cause=f"talk:{comment.item_id}",
        quote=comment.body,
    )


def resolve(session: Session, deps: Deps, actor: Person, comment_id: int, *, resolved: bool) -> Comment:
    """Settle a thread, or open it again. The caller commits.

    Raises:
        NotAllowed: only its author and those who write may. NotFound: no such thread.
    """
    comment = comments.get_comment(session, comment_id)
    if comment.parent_id is not None:
        raise NotFound
    if comment.author_id != actor.id and Permission.WRITE_CONTENT not in permissions(actor.roles):
        raise NotAllowed(
            Message(N_("Only its author and people who write may settle a comment.")),
            hint=Message(N_("Answer it instead.")),
        )
    if (comment.resolved_at is not None) == resolved:
        return comment
    comment.resolved_at, comment.resolved_by = (deps.now(), actor.id) if resolved else (None, None)
    action = "item.comment_resolved" if resolved else "item.comment_reopened"
    _record(session, deps, actor, comment, action)
    return comment


def mentioned(text: str, team: Sequence[Person]) -> list[Person]:
    """The people whom a text names by `@` and their name, longest names first, so that @Li Hang is not @Li."""
    found, rest = [], text.casefold()
    for one in sorted(team, key=lambda person: -len(person.name)):
        sign = "@" + one.name.casefold()
        if re.search(_ends(sign, one.name), rest):
            found.append(one)
            rest = rest.replace(sign, " ")
    return sorted(found, key=lambda person: person.id)


def _ends(sign: str, name: str) -> str:
    """Latin names end with a word; a Chinese text goes on without a space."""
    return re.escape(sign) + (r"(?!\w)" if name[-1:].isascii() else "")


def _view(comment: Comment, team: dict[int, Person]) -> CommentView:
    names = sorted((team[one].name for one in comment.mentions if one in team), key=len, reverse=True)
    pieces: tuple[tuple[str, bool], ...] = ((comment.body, False),)
    if names:
        parts = re.split(
            "(" + "|".join(re.escape("@" + name) for name in names) + ")", comment.body, flags=re.IGNORECASE
        )
        pieces = tuple((part, part[1:].casefold() in {name.casefold() for name in names}) for part in parts if part)
    settled = team.get(comment.resolved_by) if comment.resolved_by else None
    return CommentView(
        id=comment.id,
        author=team[comment.author_id],
        at=comment.created_at,
        pieces=pieces,
        resolved_at=comment.resolved_at,
        resolved_by=settled.name if settled else None,
    )


def _head(session: Session, item_id: int, comment_id: int) -> Comment:
    found = comments.get_comment(session, comment_id)
    if found.item_id != item_id or found.parent_id is not None:
        raise NotFound
    return found


def _record(session: Session, deps: Deps, actor: Person, comment: Comment, action: str) -> None:
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action=action,
        entity="item",
        entity_id=comment.item_id,
        after={"comment": comment.body[:200]},
    )
