"""When an item goes out: scheduled, taken back, sent now, its day moved, and taking that back."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Self

from flask import Blueprint, Response
from pydantic import Field, NaiveDatetime, model_validator
from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.slots import Slot, shown_in, slot, zone_named
from editorial.services import cascade, planning, scheduling
from editorial.services.content import fresh_item
from editorial.services.plan_jobs import Past
from editorial.store.content import ContentItem
from editorial.web.api import shapes
from editorial.web.api.contract import ONE_LINE, Contradiction, Day, Given, Id, Moment, done_once, operation
from editorial.web.api.items import with_sides
from editorial.web.context import deps, person, zone

bp = Blueprint("plans", __name__)
_NOT_TRIED = Message(N_("Nothing was changed: this was asked for as a dry run."))


class Versioned(Given):
    """A change of the item that was read."""

    version: Id
    past: Past | None = None
    """What becomes of jobs whose time would lie in the past; left out, they are a refusal."""


class ScheduleGiven(Versioned):
    """A publish time: `wall`, `zone` and (of an hour that comes twice) `fold`; or `instant` with its offset."""

    wall: NaiveDatetime | None = None
    zone: Annotated[str, Field(max_length=64), ONE_LINE] = ""
    """IANA name. Beside `instant` it may be left out: the item's own, else its site's, is taken."""
    fold: Annotated[int, Field(ge=0, le=1)] = 0
    instant: Moment | None = None
    dry_run: bool = False
    """Only say what would move."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.wall is None) == (self.instant is None):
            raise Contradiction(
                Message(N_("A publish time is either a wall time with its zone, or an instant.")),
                Message(N_("Send “wall” and “zone”, or “instant” alone.")),
            )
        if self.wall is not None and not self.zone:
            raise Contradiction(
                Message(N_("A wall time without a zone is no time.")),
                Message(N_("Name its zone in “zone”, such as Asia/Shanghai.")),
            )
        return self


class DayGiven(Versioned):
    """A planned day, or none."""

    day: Day | None
    with_publish_time: bool = False
    """The publish time moves along, at its own wall time."""
    dry_run: bool = False


class UndoGiven(Given):
    """What takes a change back."""

    undo: Annotated[str, Field(max_length=64), ONE_LINE]


@bp.post("/items/<int:item_id>/schedule")
@operation(
    Permission.PUBLISH,
    "Schedule an approved item, or give a scheduled one another time. Answers what moves along.",
    shapes.Done,
    body=ScheduleGiven,
    keyed=True,
)
def scheduled(item_id: int, body: ScheduleGiven) -> Response:
    """A publish time that fires."""

    def act(session: Session) -> shapes.Done:
        item = fresh_item(session, item_id, body.version)
        planned = _slot(item, body)
        found = cascade.preview(session, item, planned, now=deps().now())
        if body.dry_run:
            return _dry(session, item, found)
        done = scheduling.schedule(
            session,
            item_id,
            wall=planned.wall,
            zone=planned.zone,
            fold=planned.fold,
            actor=person(),
            version=body.version,
            now=deps().now(),
            token=deps().token,
            past=body.past,
        )
        return shapes.done(session, done.item, done.says, cascade=found)

    return _answer(item_id, body, act)


@bp.post("/items/<int:item_id>/unschedule")
@operation(Permission.PUBLISH, "Take a scheduled item out of the plan.", shapes.Done, body=Versioned, keyed=True)
def unscheduled(item_id: int, body: Versioned) -> Response:
    """No publish time any more."""

    def act(session: Session) -> shapes.Done:
        fresh_item(session, item_id, body.version)
        item, says = scheduling.unschedule(
            session, item_id, actor=person(), version=body.version, now=deps().now()
        )  # fmt: skip
        return shapes.done(session, item, says)

    return _answer(item_id, body, act)


@bp.post("/items/<int:item_id>/publish-now")
@operation(Permission.PUBLISH, "Send an approved or scheduled item at once.", shapes.Done, body=Versioned, keyed=True)
def published_now(item_id: int, body: Versioned) -> Response:
    """Out, now."""

    def act(session: Session) -> shapes.Done:
        fresh_item(session, item_id, body.version)
        done = scheduling.publish_now(
            session,
            item_id,
            actor=person(),
            version=body.version,
            now=deps().now(),
            token=deps().token,
            past=body.past or Past.NOW,
        )
        return shapes.done(session, done.item, done.says)

    return _answer(item_id, body, act)


@bp.post("/items/<int:item_id>/target-date")
@operation(
    Permission.WRITE_CONTENT,
    "Plan an item for another day, its publish time too where asked. Answers what takes it back.",
    shapes.Done,
    body=DayGiven,
    keyed=True,
)
def moved(item_id: int, body: DayGiven) -> Response:
    """Another day."""

    def act(session: Session) -> shapes.Done:
        item = fresh_item(session, item_id, body.version)
        planned = planning.slot_on(item, body.day) if body.with_publish_time and body.day else None
        found = cascade.preview(session, item, planned, now=deps().now()) if planned else None
        if body.dry_run:
            return _dry(session, item, found)
        done = planning.plan_day(
            session,
            deps(),
            person(),
            item_id,
            body.day,
            version=body.version,
            with_slot=body.with_publish_time,
            zone=zone(),
            past=body.past,
        )
        return shapes.done(session, done.item, done.says, cascade=found, undo=done.undo_token)

    return _answer(item_id, body, act)


@bp.post("/undo")
@operation(Permission.WRITE_CONTENT, "Take a change back.", shapes.Done, body=UndoGiven, keyed=True)
def undone(body: UndoGiven) -> Response:
    """As it was before."""

    def act(session: Session) -> shapes.Done:
        back = planning.undo(session, deps(), person(), body.undo)
        return shapes.done(session, back.item, back.says)

    return done_once(act)


def _answer(item_id: int, body: Versioned, act: Callable[[Session], shapes.Done]) -> Response:
    try:
        return done_once(act)
    except StaleVersion as error:
        raise with_sides(error, item_id, body, body.model_fields_set) from error


def _dry(session: Session, item: ContentItem, found: cascade.Cascade | None) -> shapes.Done:
    if found is not None and found.refusal is not None:
        raise found.refusal
    return shapes.done(session, item, _NOT_TRIED, cascade=found, dry_run=True)


def _slot(item: ContentItem, body: ScheduleGiven) -> Slot:
    if body.wall is not None:
        return slot(body.wall, zone_named(body.zone), fold=body.fold)
    if body.instant is None:
        raise EditorialError(
            Message(N_("There is no publish time.")), hint=Message(N_("Set day and time.")), field="instant"
        )
    home = zone_named(body.zone or item.publish_zone or (item.site.zone if item.site else zone().key))
    there: datetime = body.instant.astimezone(home)
    return slot(shown_in(body.instant, home), home, fold=there.fold)
