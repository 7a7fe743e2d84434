"""Items: listed through the calendar's filter, read, made, changed, and taken a step on."""

from dataclasses import fields, replace
from typing import Annotated, Any

from flask import Blueprint, Response
from pydantic import BaseModel, Field, JsonValue
from sqlalchemy.orm import Session

from editorial.domain.calendar import LONGEST_TEXT, Filter, Late
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.keywords import LONGEST_QUERY, Decision, Intent
from editorial.domain.locales import Language
from editorial.domain.people import Permission
from editorial.domain.slots import LAST_YEAR
from editorial.domain.workflow import Status
from editorial.services import content, listing, moving
from editorial.services.collisions import Choice
from editorial.services.content import Draft
from editorial.services.listing import FIRST_DAY, Place
from editorial.services.queue_pages import BadCursor
from editorial.services.revisions import draft_of
from editorial.services.stepping import take_step
from editorial.store.base import reading
from editorial.store.content import get_item
from editorial.web.api import shapes
from editorial.web.api.contract import BIGGEST, ONE_LINE, WHOLE, Asked, Day, Given, Id, Shown, done_once, operation
from editorial.web.api.errors import WithSides
from editorial.web.calendar_page import viewer
from editorial.web.context import deps, person, say

bp = Blueprint("items", __name__)
Title = Annotated[str, Field(max_length=200), ONE_LINE]
IdOrNobody = Annotated[int, Field(ge=0, le=BIGGEST)]
"""0: items that have none."""
Limit = Annotated[int, Field(ge=1, le=200)]


class FilterAsked(Asked):
    """The calendar's filter: within a name any value fits, across names all must."""

    owner: list[IdOrNobody] = Field(default_factory=list)
    status: list[Status] = Field(default_factory=list)
    type: list[Id] = Field(default_factory=list)
    role: list[Id] = Field(default_factory=list)
    step: list[Id] = Field(default_factory=list)
    campaign: list[IdOrNobody] = Field(default_factory=list)
    site: list[IdOrNobody] = Field(default_factory=list)
    language: list[Language] = Field(default_factory=list)
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    late: Late | None = None
    mine: bool = False

    def filter(self) -> Filter:
        """As the calendar has it."""
        return Filter(
            **{name: frozenset(getattr(self, name)) for name in _FACETS},
            text=" ".join(self.text.replace("\x00", " ").split()),
            late=self.late,
            mine=self.mine,
        )


class ItemsAsked(FilterAsked):
    """The calendar's filter, the days, and where the page begins."""

    first: Day = FIRST_DAY
    """First day, in the person's zone."""
    last: Day | None = None
    """Last day; without it what has no day stands at the end."""
    after: Annotated[str, Field(max_length=80)] = ""
    limit: Limit = 100


_FACETS = ("owner", "status", "type", "role", "step", "campaign", "site", "language")


class CellGiven(Given):
    """A decision role and a buying step."""

    role_id: Id
    step_id: Id
    is_primary: bool = False


class QueryDecision(Given):
    """What becomes of this item and another after the same query."""

    decision: Decision
    reason: Annotated[str, Field(max_length=1000), WHOLE]


class ItemGiven(Given):
    """What an item may be made of."""

    slug: Annotated[str, Field(max_length=120), ONE_LINE] = ""
    description: Annotated[str, Field(max_length=1000), WHOLE] = ""
    brief: Annotated[str, Field(max_length=20_000), WHOLE] = ""
    body: Annotated[str, Field(max_length=1_000_000), WHOLE] = ""
    owner_id: Id | None = None
    site_id: Id | None = None
    campaign_id: Id | None = None
    priority: Annotated[int, Field(ge=1, le=3)] = 2
    target_query: Annotated[str, Field(max_length=LONGEST_QUERY), ONE_LINE] = ""
    query_intent: Intent = Intent.INFORMATIONAL
    query_decision: QueryDecision | None = None
    is_offer: bool = False
    review_by: Day | None = None
    cells: Annotated[list[CellGiven], Field(max_length=100)] = Field(default_factory=list)
    details: Annotated[dict[str, JsonValue], Field(max_length=50)] = Field(default_factory=dict)


class NewItem(ItemGiven):
    """A new item, which begins as an idea."""

    title: Title
    type_id: Id
    language: Language
    target_date: Day | None = None


class ItemPatch(ItemGiven):
    """What is to be changed; what is left out stays as it is."""

    version: Id
    """Of the item that was read. Another one by now: 409, with both sides."""
    title: Title = ""
    type_id: Id = 1
    language: Language = Language.EN


class Step(Shown):
    """A way on from where the item stands."""

    to: Status
    says: str
    allowed: bool
    refusal: str | None
    """What stands in the way."""
    hint: str | None
    field: str | None


class Steps(Shown):
    """Every way on."""

    version: int
    status: Status
    steps: list[Step]


class StepTaken(Given):
    """A step to take."""

    version: Id
    to: Status
    comment: Annotated[str, Field(max_length=5000), WHOLE] = ""
    url: Annotated[str, Field(max_length=2000), ONE_LINE] = ""
    """Where it is live already, for "published"."""


@bp.get("/items")
@operation(Permission.READ, "List items through the calendar's filter, by day.", shapes.Items, query=ItemsAsked)
def listed(query: ItemsAsked) -> shapes.Items:
    """One page of the calendar's list."""
    after = Place.read(query.after) if query.after else None
    if query.after and (after is None or (after.day is not None and after.day.year > LAST_YEAR)):
        raise BadCursor
    with reading(deps().sessions) as session:
        found = listing.list_of(
            session, viewer(), query.first, query.last, wanted=query.filter(), after=after, page=query.limit
        )
    cards = [*(card for day in found.days for card in day.cards), *found.undated]
    return shapes.Items(
        items=[shapes.item_row(card) for card in cards], next=str(found.following) if found.following else None
    )


@bp.get("/items/<int:item_id>")
@operation(Permission.READ, "Read an item with its text.", shapes.Item)
def one(item_id: int) -> shapes.Item:
    """One item."""
    with reading(deps().sessions) as session:
        return shapes.item(get_item(session, item_id))


@bp.post("/items")
@operation(
    Permission.WRITE_CONTENT, "Make an item, as an idea.", shapes.Item, body=NewItem, status=201, keyed=True
)  # fmt: skip
def made(body: NewItem) -> Response:
    """A new item."""

    def act(session: Session) -> shapes.Item:
        draft = Draft(**_values(body, {name for name in type(body).model_fields if name != "target_date"}))
        return shapes.item(content.create(session, deps(), person(), draft, target_date=body.target_date))

    return done_once(act, status=201)


@bp.patch("/items/<int:item_id>")
@operation(Permission.WRITE_CONTENT, "Change fields of an item.", shapes.Item, body=ItemPatch)
def changed(item_id: int, body: ItemPatch) -> shapes.Item:
    """Some fields of an item."""
    sent = body.model_fields_set - {"version"}
    try:
        with deps().sessions.begin() as session:
            item = content.fresh_item(session, item_id, body.version)
            draft = replace(draft_of(item), **_values(body, sent))
            content.save(session, deps(), person(), item_id, draft, version=body.version)
            return shapes.item(item)
    except StaleVersion as error:
        raise with_sides(error, item_id, body, sent) from error


@bp.get("/items/<int:item_id>/steps")
@operation(Permission.READ, "Say which steps lead on, and what stands in the way of each.", Steps)
def steps(item_id: int) -> Steps:
    """The ways on."""
    with reading(deps().sessions) as session:
        item = get_item(session, item_id)
        found = [
            Step(
                to=one.way.to,
                says=say(one.way.says),
                allowed=one.refusal is None,
                refusal=say(one.refusal.says) if one.refusal else None,
                hint=say(one.refusal.hint) if one.refusal else None,
                field=one.refusal.field if one.refusal else None,
            )
            for one in moving.ways_on(session, deps(), item, person())
        ]
        return Steps(version=item.version, status=item.status, steps=found)


@bp.post("/items/<int:item_id>/steps")
@operation(
    Permission.READ, "Take a step: each asks for its own permission.", shapes.Done, body=StepTaken, keyed=True
)  # fmt: skip
def stepped(item_id: int, body: StepTaken) -> Response:
    """One step on."""

    def act(session: Session) -> shapes.Done:
        item, says = take_step(
            session,
            deps(),
            person(),
            item_id,
            body.to,
            version=body.version,
            comment=body.comment.strip(),
            url=body.url,
        )
        return shapes.done(session, item, says)

    try:
        return done_once(act)
    except StaleVersion as error:
        raise with_sides(error, item_id, body, {"to"}) from error


def with_sides(error: StaleVersion, item_id: int, body: BaseModel, sent: set[str]) -> EditorialError:
    """The refusal of a change that was made from an older version, with what was sent and what is there now."""
    with reading(deps().sessions) as session:
        theirs = shapes.item(get_item(session, item_id)).model_dump(mode="json")
    yours = body.model_dump(mode="json", include=sent | {"version"})
    shown = {"version", "status"} | sent
    return WithSides(error, yours=yours, theirs={name: value for name, value in theirs.items() if name in shown})


def _values(body: ItemGiven, sent: set[str]) -> dict[str, Any]:
    """The sent fields as a draft calls them."""
    known = {one.name for one in fields(Draft)}
    values = {name: getattr(body, name) for name in sent if name in known}
    if "cells" in sent:
        values["cells"] = frozenset((cell.role_id, cell.step_id) for cell in body.cells)
        values["primary"] = next(((cell.role_id, cell.step_id) for cell in body.cells if cell.is_primary), None)
    if body.query_decision is not None:
        values["choice"] = Choice(body.query_decision.decision, body.query_decision.reason)
    return values
