"""Planned days, publish times before approval, and taking a move back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.cards import OUT
from editorial.domain.errors import EditorialError, NotAllowed, NotFound
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission, permissions
from editorial.domain.slots import Slot, slot, zone_named
from editorial.domain.workflow import Status
from editorial.services import scheduling
from editorial.services.content import Stale, fresh_item, last_actor, touch
from editorial.services.deps import Deps
from editorial.services.plan_jobs import Past
from editorial.services.steps import advance, situation
from editorial.store import content, history
from editorial.store.content import ContentItem
from editorial.store.history import HistoryEvent
from editorial.store.people import Person

_CLOSED = OUT | {Status.ARCHIVED, Status.REJECTED}


class DayRefused(EditorialError):
    """The item's day cannot change like this."""

    http_status = 409


@dataclass(frozen=True)
class Moved:
    """What a move came to. `undo_token` takes it back; None where nothing changed."""

    item: ContentItem
    says: Message
    undo_token: str | None
    before: date | None
    """The planned day before the move."""


def plan_day(
    session: Session,
    deps: Deps,
    actor: Person,
    item_id: int,
    day: date | None,
    *,
    version: int,
    with_slot: bool = False,
    at: datetime | None = None,
    zone: ZoneInfo | None = None,
    past: Past | None = None,
) -> Moved:
    """Plan an item for a day, or for none. The caller commits.

    The publish time stays as it is, and the answer says so; `with_slot` moves it too, which takes a publisher.

    Args:
        at: with `with_slot`, the new publish time as the clock in `zone` shows it (naive); None keeps the wall time.
            The item keeps the zone it was planned in. An item without a publish time changes its day only.
        past: what becomes of jobs that would lie in the past; None: they are a refusal.

    Raises:
        Stale: somebody changed the item in the meantime.
        DayRefused: it is out or archived, or it has a publish time and was dropped on "no day".
        NonexistentSlot, TransitionRefused, NotAllowed: the publish time cannot move there.
    """
    item = fresh_item(session, item_id, version)
    _check_open(item)
    if day is None and item.publish_at is not None:
        raise DayRefused(
            Message(N_("“%(title)s” has a publish time."), {"title": item.title}),
            hint=Message(N_("Cancel its schedule or clear its publish time first.")),
        )
    before = item.target_date
    planned = slot_on(item, day, at=at, zone=zone) if with_slot and day is not None else None
    if planned is not None:
        return _move_slot(session, deps, actor, item, planned, past=past)
    if day == before:
        return Moved(item, _says(item), None, before)

    item.target_date = day
    touch(session, deps, item)
    event = _record(session, deps, actor, item, "item.planned", before={"target_date": _iso(before)})
    return Moved(item, _says(item), event.undo_token, before)


def slot_on(item: ContentItem, day: date, *, at: datetime | None = None, zone: ZoneInfo | None = None) -> Slot | None:
    """The publish time of an item moved to a day, or to what the clock in `zone` shows as `at`; None if it has none.

    Raises:
        NonexistentSlot: it lies in a gap. UnknownZone, DayOutOfRange.
    """
    if item.publish_wall is None or item.publish_zone is None:
        return None
    home = zone_named(item.publish_zone)
    if at is not None and zone is not None:
        return _slot_there(at, zone, home)
    return slot(datetime.combine(day, item.publish_wall.time()), home, fold=item.publish_fold)


def keep_slot(
    session: Session, deps: Deps, actor: Person, item_id: int, planned: Slot | None, *, version: int
) -> Moved:
    """Set or clear the publish time of an item that is not scheduled yet. Nothing fires before it is. Caller commits.

    Raises:
        Stale, DayRefused, NotAllowed; EditorialError: the time lies in the past.
    """
    item = fresh_item(session, item_id, version)
    _check_open(item)
    _check_publisher(actor)
    if item.status is Status.SCHEDULED:
        raise DayRefused(
            Message(N_("The item is scheduled.")), hint=Message(N_("Schedule it anew, or cancel its schedule first."))
        )
    if planned is not None and planned.instant <= deps.now():
        raise EditorialError(
            Message(N_("The publish time lies in the past.")),
            hint=Message(N_("Choose a time from now on.")),
            field="publish_time",
        )
    before, day = _slot_of(item), item.target_date

    _write_slot(item, planned)
    touch(session, deps, item)
    event = _record(session, deps, actor, item, "item.slot_planned", before=before)
    says = (
        Message(N_("The publish time is kept. Nothing goes out before the item is approved and scheduled."))
        if planned
        else Message(N_("The publish time is cleared."))
    )
    return Moved(item, says, event.undo_token, day)


def find_undo_item(session: Session, token: str) -> int:
    """The item that a token would take back, or `NotFound`."""
    return _event_behind(session, token).entity_id


def undo(session: Session, deps: Deps, actor: Person, token: str) -> Moved:
    """Take a move back: a normal, versioned write. The caller commits.

    Raises:
        NotFound: no such token. Stale: the item was changed since. DayRefused: it was taken back already.
    """
    event = _event_behind(session, token)
    if session.scalar(select(HistoryEvent.id).where(HistoryEvent.undo_of == event.id)) is not None:
        raise DayRefused(
            Message(N_("This was taken back already.")),
            hint=Message(N_("Load the page again to see how things stand.")),
        )
    item = content.get_item(session, event.entity_id)
    if item.version != event.after.get("version"):
        raise Stale(last_actor(session, item.id))
    before = item.target_date

    _TAKE_BACK[event.action](session, deps, actor, item, event.before)
    touch(session, deps, item)
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="item.undone",
        entity="item",
        entity_id=item.id,
        before=event.after,
        after=event.before,
        undo_of=event.id,
    )
    says = _says(item) if event.action == "item.planned" else _back_says(item, event.action)
    return Moved(item, says, None, before)


def _event_behind(session: Session, token: str) -> HistoryEvent:
    event = history.find_undo(session, token)
    if event is None or event.entity != "item" or event.action not in _TAKE_BACK:
        raise NotFound(
            Message(N_("There is nothing to take back.")),
            hint=Message(N_("Load the page again to see how things stand.")),
        )
    return event


def _slot_there(at: datetime, zone: ZoneInfo, home: ZoneInfo) -> Slot:
    """What a clock of `zone` shows as `at`, written in the item's own zone. Of an hour that comes twice the first."""
    seen = slot(at, zone)
    if zone.key == home.key:
        return seen
    there = seen.instant.astimezone(home)
    planned = slot(there.replace(tzinfo=None, fold=0), home, fold=there.fold)
    return replace(planned, twice=planned.twice or seen.twice)


def _move_slot(
    session: Session, deps: Deps, actor: Person, item: ContentItem, planned: Slot, *, past: Past | None
) -> Moved:
    """Day and publish time together."""
    _check_publisher(actor)
    if item.status is not Status.SCHEDULED:
        kept = keep_slot(session, deps, actor, item.id, planned, version=item.version)
        return replace(kept, says=_kept_says(planned))
    before, old_day = _slot_of(item), item.target_date
    plan = scheduling.schedule(
        session,
        item.id,
        wall=planned.wall,
        zone=planned.zone,
        fold=planned.fold,
        actor=actor,
        version=item.version,
        now=deps.now(),
        token=deps.token,
        past=past,
    )
    event = history.of_entity(session, "item", item.id, limit=1)[0]
    event.undo_token, event.before = deps.token(), before
    event.after = {**event.after, "version": item.version}
    return Moved(item, plan.says, event.undo_token, old_day)


def _kept_says(planned: Slot) -> Message:
    """Where the publish time stands now, which of two equal hours is meant, and that it fires nothing yet."""
    params = {"wall": planned.wall, "zone": ZoneInfo(planned.zone)}
    if planned.twice and planned.fold:
        return Message(
            N_(
                "The publish time is %(wall)s (%(zone)s) now. That hour comes twice in this night; the second is meant."
            ),
            params,
        )
    if planned.twice:
        return Message(
            N_("The publish time is %(wall)s (%(zone)s) now. That hour comes twice in this night; the first is meant."),
            params,
        )
    return Message(
        N_("The publish time is %(wall)s (%(zone)s) now. Nothing goes out before the item is approved and scheduled."),
        params,
    )


def _restore_day(_: Session, __: Deps, ___: Person, item: ContentItem, before: dict[str, Any]) -> None:
    _check_open(item)
    item.target_date = _date(before["target_date"])


def _restore_slot(session: Session, deps: Deps, actor: Person, item: ContentItem, before: dict[str, Any]) -> None:
    _check_open(item)
    _check_publisher(actor)
    wall = datetime.fromisoformat(before["publish_wall"]) if before["publish_wall"] else None
    planned = slot(wall, zone_named(before["publish_zone"]), fold=before["publish_fold"]) if wall else None
    if item.status is Status.SCHEDULED and planned is not None:
        scheduling.schedule(
            session,
            item.id,
            wall=planned.wall,
            zone=planned.zone,
            fold=planned.fold,
            actor=actor,
            version=item.version,
            now=deps.now(),
            token=deps.token,
        )
    else:
        _write_slot(item, planned)
    item.target_date = _date(before["target_date"])


def _restore_status(session: Session, deps: Deps, actor: Person, item: ContentItem, before: dict[str, Any]) -> None:
    facing = situation(session, item, deps.now(), actor=actor)
    advance(item, Status(before["status"]), facing, permissions(actor.roles), deps.now())


_TAKE_BACK: dict[str, Callable[[Session, Deps, Person, ContentItem, dict[str, Any]], None]] = {
    "item.planned": _restore_day,
    "item.slot_planned": _restore_slot,
    "item.rescheduled": _restore_slot,
    "item.status_changed": _restore_status,  # only archiving hands out a token
}


def _check_open(item: ContentItem) -> None:
    if item.status in _CLOSED:
        raise DayRefused(
            Message(
                N_("“%(title)s” is %(status)s: its day stays."), {"title": item.title, "status": item.status.label}
            ),
            hint=Message(N_("Plan a new item for the refresh.")),
        )


def _check_publisher(actor: Person) -> None:
    if Permission.PUBLISH not in permissions(actor.roles):
        raise NotAllowed(
            Message(N_("You may plan this day. Only a publisher may set the publish time.")),
            hint=Message(N_("Ask somebody who may.")),
        )


def _write_slot(item: ContentItem, planned: Slot | None) -> None:
    item.publish_wall = planned.wall if planned else None
    item.publish_zone = planned.zone if planned else None
    item.publish_fold = planned.fold if planned else 0
    item.publish_at = planned.instant if planned else None
    if planned:
        item.target_date = planned.wall.date()


def _record(
    session: Session, deps: Deps, actor: Person, item: ContentItem, action: str, *, before: dict[str, Any]
) -> HistoryEvent:
    return history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action=action,
        entity="item",
        entity_id=item.id,
        before=before,
        after={**{name: value for name, value in _slot_of(item).items() if name in before}, "version": item.version},
        undo_token=deps.token(),
    )


def _slot_of(item: ContentItem) -> dict[str, Any]:
    return {
        "target_date": _iso(item.target_date),
        "publish_wall": _iso(item.publish_wall),
        "publish_zone": item.publish_zone,
        "publish_fold": item.publish_fold,
    }


def _says(item: ContentItem) -> Message:
    """Where the item stands now, and that its publish time did not move with it."""
    if item.target_date is None:
        return Message(N_("“%(title)s” has no day any more."), {"title": item.title})
    if item.publish_wall is not None:
        return Message(
            N_("“%(title)s” is planned for %(day)s. Its publish time stays: %(wall)s (%(zone)s)."),
            {
                "title": item.title,
                "day": item.target_date,
                "wall": item.publish_wall,
                "zone": ZoneInfo(item.publish_zone or "UTC"),
            },
        )
    return Message(N_("“%(title)s” moved to %(day)s."), {"title": item.title, "day": item.target_date})


def _back_says(item: ContentItem, action: str) -> Message:
    """What an undo brought back."""
    if action == "item.status_changed":
        return Message(N_("“%(title)s” is back: %(status)s."), {"title": item.title, "status": item.status.label})
    if item.publish_wall is None:
        return Message(N_("“%(title)s” has no publish time, as before."), {"title": item.title})
    return Message(
        N_("“%(title)s” has its publish time back: %(wall)s (%(zone)s)."),
        {"title": item.title, "wall": item.publish_wall, "zone": ZoneInfo(item.publish_zone or "UTC")},
    )


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
