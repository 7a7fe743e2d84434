"""One change for several items: what can be done is done, the rest is listed with its reason, one undo takes all back.

Each item goes through the service that its own form or drag uses, in a savepoint of its own: a refusal leaves that item
as it was and nothing of it in the history.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, NotFound
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.workflow import Status
from editorial.services import cascade, content, planning
from editorial.services.cascade import Cascade
from editorial.services.content import fresh_item
from editorial.services.deps import Deps
from editorial.services.plan_jobs import Past
from editorial.services.planning import DayRefused
from editorial.services.quick_edit import draft_of
from editorial.store import history
from editorial.store.content import ContentItem, get_item
from editorial.store.history import HistoryEvent
from editorial.store.people import Person

MOST = 200
"""Items that one change may touch."""
FARTHEST = 366  # days
_ENTITY, _ACTION = "items", "items.changed_together"


class What(StrEnum):
    """What may be changed of several items at once."""

    SHIFT = "shift"
    WORKING_DAY = "working_day"
    OWNER = "owner"
    CAMPAIGN = "campaign"

    @property
    def label(self) -> Message:
        """What the choice says."""
        return _LABELS[self]


_LABELS = {
    What.SHIFT: Message(N_("Shift by days")),
    What.WORKING_DAY: Message(N_("To the next working day")),
    What.OWNER: Message(N_("Set the owner")),
    What.CAMPAIGN: Message(N_("Set the campaign")),
}


@dataclass(frozen=True)
class Wish:
    """What shall become of each item."""

    what: What
    days: int = 0
    to: int | None = None
    """The owner or the campaign; None takes it away."""
    with_slot: bool = False
    """Publish times move too; without it only the plan does."""
    past: Past | None = None
    """What becomes of jobs that would lie in the past; None: their item is refused."""


@dataclass(frozen=True)
class Moving:
    """One scheduled item and what its move would do to its jobs."""

    item: ContentItem
    cascade: Cascade


@dataclass(frozen=True)
class Refusal:
    """One item that stays as it was, and why."""

    item_id: int
    title: str
    error: EditorialError


@dataclass(frozen=True)
class Outcome:
    """What became of all of them. `undo_token` takes back what was done; None where nothing was."""

    done: int
    refused: tuple[Refusal, ...]
    says: Message
    undo_token: str | None


def preview(session: Session, deps: Deps, chosen: Sequence[tuple[int, int]], wish: Wish) -> tuple[Moving, ...]:
    """The jobs that would move with the chosen items, item by item; empty where nothing is to be asked.

    What cannot move is not here: `change` says why.

    Raises:
        EditorialError: nothing is chosen, too much is, or the days are too many.
    """
    _check(chosen, wish)
    if not wish.with_slot or wish.what in _FIELDS:
        return ()
    versions = dict(chosen)
    waiting = select(ContentItem).where(ContentItem.id.in_(versions), ContentItem.status == Status.SCHEDULED)
    found = []
    for item in session.scalars(waiting.order_by(ContentItem.publish_at, ContentItem.id)):
        if item.publish_wall is None or item.version != versions[item.id]:
            continue
        try:
            planned = planning.slot_on(item, _target(item.publish_wall.date(), wish))
        except EditorialError:
            continue
        moving = cascade.preview(session, item, planned, now=deps.now()) if planned else None
        if moving is not None and moving.rows:
            found.append(Moving(item, moving))
    return tuple(found) if len(found) > 1 or any(one.cascade.matters for one in found) else ()


def change(session: Session, deps: Deps, actor: Person, chosen: Sequence[tuple[int, int]], wish: Wish) -> Outcome:
    """Change several items alike. The caller commits.

    Args:
        chosen: id and version of each item.

    Raises:
        EditorialError: nothing is chosen, too much is, or the days are too many.
    """
    _check(chosen, wish)
    kept: list[dict[str, Any]] = []

    def one(item_id: int, version: int) -> None:
        item = fresh_item(session, item_id, version)
        if wish.what in _FIELDS:
            kept.append(_set(session, deps, actor, item, {_FIELDS[wish.what]: wish.to}))
        else:
            kept.append(_shift(session, deps, actor, item, wish))

    refused = _each(session, chosen, one)
    done = [entry for entry in kept if entry]
    token = deps.token() if done else None
    if token:
        history.record(
            session,
            at=deps.now(),
            actor_id=actor.id,
            action=_ACTION,
            entity=_ENTITY,
            entity_id=done[0]["id"],
            after={"what": wish.what.value, "items": done},
            undo_token=token,
        )
    changed = len(chosen) - len(refused)
    return Outcome(changed, refused, _says(changed, len(refused)), token)


def find(session: Session, token: str) -> HistoryEvent | None:
    """The change of several items that a token takes back, if it is one."""
    event = history.find_undo(session, token)
    return event if event is not None and event.action == _ACTION else None


def undo(session: Session, deps: Deps, actor: Person, token: str) -> Outcome:
    """Take a change of several items back, as far as nobody changed them since. The caller commits.

    Raises:
        NotFound: no such token. DayRefused: it was taken back already.
    """
    event = find(session, token)
    if event is None:
        raise NotFound
    if session.scalar(select(HistoryEvent.id).where(HistoryEvent.undo_of == event.id)) is not None:
        raise DayRefused(
            Message(N_("This was taken back already.")),
            hint=Message(N_("Load the page again to see how things stand.")),
        )
    entries = {entry["id"]: entry for entry in event.after["items"]}

    def one(item_id: int, version: int) -> None:
        entry = entries[item_id]
        if "token" in entry:
            planning.undo(session, deps, actor, entry["token"])
        else:
            _set(session, deps, actor, fresh_item(session, item_id, version), entry["before"])

    refused = _each(session, [(entry["id"], entry["version"]) for entry in entries.values()], one)
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="items.undone",
        entity=_ENTITY,
        entity_id=event.entity_id,
        before={"items": list(entries)},
        undo_of=event.id,
    )
    back = len(entries) - len(refused)
    says = Message.counted(NP_("%(count)s item is as it was.", "%(count)s items are as they were."), back)
    return Outcome(back, refused, says, None)


_FIELDS = {What.OWNER: "owner_id", What.CAMPAIGN: "campaign_id"}


def _check(chosen: Sequence[tuple[int, int]], wish: Wish) -> None:
    if not chosen:
        raise EditorialError(
            Message(N_("No item is chosen.")), hint=Message(N_("Choose some, then say what shall change."))
        )
    if len(chosen) > MOST:
        raise EditorialError(
            Message(N_("%(count)s items are too many at once."), {"count": len(chosen)}),
            hint=Message(N_("Choose %(count)s at most."), {"count": MOST}),
        )
    if wish.what is What.SHIFT and not 0 < abs(wish.days) <= FARTHEST:
        raise EditorialError(
            Message(N_("Items cannot be shifted by so many days.")),
            hint=Message(N_("Write a number from 1 to %(count)s, or a negative one to go back."), {"count": FARTHEST}),
            field="days",
        )


def _each(session: Session, chosen: Sequence[tuple[int, int]], one: Callable[[int, int], None]) -> tuple[Refusal, ...]:
    refused = []
    for item_id, version in dict(chosen).items():
        try:
            with session.begin_nested():
                one(item_id, version)
        except EditorialError as error:
            refused.append(Refusal(item_id, _title(session, item_id), error))
    return tuple(refused)


def _title(session: Session, item_id: int) -> str:
    try:
        return get_item(session, item_id).title
    except NotFound:
        return f"#{item_id}"


def _shift(session: Session, deps: Deps, actor: Person, item: ContentItem, wish: Wish) -> dict[str, Any]:
    moves = wish.with_slot and item.publish_wall is not None
    day = item.publish_wall.date() if moves and item.publish_wall else item.target_date
    if day is None:
        raise DayRefused(
            Message(N_("“%(title)s” has no day."), {"title": item.title}), hint=Message(N_("Plan it for a day first."))
        )
    moved = planning.plan_day(
        session, deps, actor, item.id, _target(day, wish), version=item.version, with_slot=moves, past=wish.past
    )
    return {"id": item.id, "version": item.version, "token": moved.undo_token} if moved.undo_token else {}


def _target(day: date, wish: Wish) -> date:
    return next_working_day(day) if wish.what is What.WORKING_DAY else day + timedelta(days=wish.days)


def _set(session: Session, deps: Deps, actor: Person, item: ContentItem, wanted: dict[str, Any]) -> dict[str, Any]:
    """Save one field, as the item's form would."""
    before = {field: getattr(item, field) for field in wanted}
    saved = content.save(session, deps, actor, item.id, replace(draft_of(item), **wanted), version=item.version)
    return {"id": item.id, "version": item.version, "before": before} if saved.changed else {}


def next_working_day(day: date) -> date:
    """The first day after it that is neither a Saturday nor a Sunday. Holidays are nowhere kept yet."""
    return day + timedelta(days=max(1, 7 - day.weekday()) if day.weekday() >= 4 else 1)


def _says(done: int, refused: int) -> Message:
    changed = Message.counted(NP_("%(count)s item is changed.", "%(count)s items are changed."), done)
    if not refused:
        return changed
    stays = Message.counted(NP_("%(count)s item stays as it was.", "%(count)s items stay as they were."), refused)
    return Message(N_("%(changed)s %(stays)s"), {"changed": changed, "stays": stays})
