"""The checklist of a content type, ticked for one item."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.bilingual import Bilingual
from editorial.domain.errors import NotFound
from editorial.services.deps import Deps
from editorial.store import comments, content, history
from editorial.store.comments import ChecklistTick
from editorial.store.content import ContentItem
from editorial.store.people import Person


@dataclass(frozen=True)
class Point:
    """One point of the checklist, and who ticked it."""

    key: str
    name: Bilingual
    required: bool
    """It has to be done before the text may be handed in."""
    by: str | None
    at: datetime | None

    @property
    def done(self) -> bool:
        """Whether somebody ticked it."""
        return self.at is not None


def points(session: Session, item: ContentItem) -> tuple[Point, ...]:
    """The checklist of the item's type in its order."""
    ticks = comments.ticks_of(session, item.id)
    wanted = select(Person.id, Person.name).where(Person.id.in_({tick.person_id for tick in ticks.values()}))
    names = {row.id: row.name for row in session.execute(wanted)}
    found = []
    for point in item.type.checklist:
        tick = ticks.get(point["key"])
        found.append(
            Point(
                key=point["key"],
                name=Bilingual(point["en"], point["zh"]),
                required=bool(point.get("required")),
                by=names.get(tick.person_id) if tick else None,
                at=tick.ticked_at if tick else None,
            )
        )
    return tuple(found)


def tick(session: Session, deps: Deps, actor: Person, item_id: int, key: str, *, done: bool) -> Point:
    """Tick one point, or take the tick away; once is enough. The caller commits.

    Raises:
        NotFound: there is no such item, or its type has no such point.
    """
    item = content.get_item(session, item_id)
    point = next((one for one in points(session, item) if one.key == key), None)
    if point is None:
        raise NotFound
    if point.done == done:
        return point
    if done:
        session.add(ChecklistTick(item_id=item.id, key=key, person_id=actor.id, ticked_at=deps.now()))
    else:
        session.delete(session.get_one(ChecklistTick, (item.id, key)))
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="item.checked" if done else "item.unchecked",
        entity="item",
        entity_id=item.id,
        after={"en": point.name.en, "zh": point.name.zh},
    )
    session.flush()
    return next(one for one in points(session, item) if one.key == key)
