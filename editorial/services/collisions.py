"""Two items after one search query: seen before the work begins, and decided with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError
from editorial.domain.keywords import Decision, Intent, normalised
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.services.deps import Deps
from editorial.store import history, keywords
from editorial.store.content import ContentItem
from editorial.store.keywords import QueryDecision
from editorial.store.people import Person


@dataclass(frozen=True)
class Choice:
    """What somebody decided about a collision, and why."""

    decision: Decision
    reason: str


@dataclass(frozen=True)
class Collision:
    """Others after the query, those that are out first, and what was decided about them."""

    others: Sequence[ContentItem]
    decided: QueryDecision | None
    open: bool
    """Somebody has to decide before this item may keep the query."""


class CollisionRefused(EditorialError):
    """Another item is after the same query, and nobody has decided what becomes of the two."""

    http_status = 409

    def __init__(self, other: str) -> None:
        super().__init__(
            Message(
                N_("“%(title)s” is after the same query, in the same language and with the same intent."),
                {"title": other},
            ),
            hint=Message(N_("Decide what becomes of the two and say why, or write for another query.")),
            field="target_query",
        )


def look(session: Session, query: str, intent: Intent, language: Language, *, item_id: int | None = None) -> Collision:
    """Who else is after that query as it is typed."""
    key = normalised(query)
    others = keywords.items_after(session, key, intent, language, besides=item_id)
    decided = keywords.decision_on(session, item_id, key, intent, language) if item_id is not None and key else None
    waiting = [one for one in others if keywords.decision_on(session, one.id, key, intent, language) is None]
    return Collision(others, decided, open=bool(waiting) and decided is None)


def undecided(session: Session, item: ContentItem) -> str:
    """Title of an item that collides with this one, nobody having decided; empty where there is none."""
    if not item.query_key:
        return ""
    found = look(session, item.target_query, item.query_intent, item.language, item_id=item.id)
    return found.others[0].title if found.open else ""


def settle(
    session: Session, deps: Deps, actor: Person, item: ContentItem, choice: Choice | None
) -> QueryDecision | None:
    """Refuse an item whose query collides, unless somebody decided; keep the decision. The item must have its id.

    Raises:
        CollisionRefused: nobody has decided, or the decision lacks its reason.
    """
    found = look(session, item.target_query, item.query_intent, item.language, item_id=item.id)
    if not found.others or (choice is None and not found.open):
        return None
    if choice is None:
        raise CollisionRefused(found.others[0].title)
    same = found.decided is not None and (found.decided.decision, found.decided.reason) == (
        choice.decision,
        choice.reason,
    )
    if same:
        return None
    if not choice.reason.strip():
        raise EditorialError(
            Message(N_("The decision has no reason.")),
            hint=Message(N_("Say in one sentence why; it stays with both items.")),
            field="query_reason",
        )
    decided = QueryDecision(
        item_id=item.id,
        other_item_id=found.others[0].id,
        query_key=item.query_key,
        query_intent=item.query_intent,
        language=item.language,
        decision=choice.decision,
        reason=choice.reason.strip(),
        person_id=actor.id,
        decided_at=deps.now(),
    )
    session.add(decided)
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="item.query_decided",
        entity="item",
        entity_id=item.id,
        after={"decision": choice.decision.value, "comment": choice.reason.strip(), "other": found.others[0].title},
    )
    return decided
