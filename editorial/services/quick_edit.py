"""Quick edit: title, owner, planned day and the next status of an item, without leaving the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date

from sqlalchemy.orm import Session

from editorial.domain.messages import N_, Message
from editorial.domain.people import permissions
from editorial.domain.workflow import Status, Way
from editorial.services import approvals, content, planning
from editorial.services.content import Draft, fresh_item, touch
from editorial.services.deps import Deps
from editorial.services.moving import move, ways_on
from editorial.store import people
from editorial.store.content import BuyingStep, ContentItem, DecisionRole, buying_steps, decision_roles, get_item
from editorial.store.people import Person

WORDY = frozenset({Status.CHANGES_REQUESTED, Status.REJECTED, Status.ON_HOLD})
"""Steps that ask for words: a comment or a reason."""
_OPEN = WORDY | {Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW, Status.APPROVED}
"""Where a popover may lead: no address and no publish time is asked on the way."""
_FIRM = frozenset({Status.SCHEDULED, Status.PUBLISHED, Status.REFRESH_DUE, Status.ON_HOLD, Status.ARCHIVED})
"""From here every way says or takes something: it is gone on the item's page."""


@dataclass(frozen=True)
class QuickEdit:
    """What the popover holds."""

    title: str
    owner_id: int | None
    day: date | None
    to: Status | None = None
    """The status to go on to; None: it stays."""
    words: str = ""
    """The comment or the reason, where the step asks for one."""


@dataclass(frozen=True)
class QuickView:
    """An item as its popover shows it."""

    item: ContentItem
    ways: tuple[Way, ...]
    elsewhere: tuple[Way, ...]
    """The other ways open to the person: they ask for more than a popover holds, and are gone on the item's page."""
    people: Sequence[Person]
    cells: tuple[tuple[DecisionRole, tuple[BuyingStep, ...]], ...]
    """Each role with the steps at which the item works for it."""


@dataclass(frozen=True)
class Edited:
    """What a quick edit came to. `undo_token` takes it back where only the day changed."""

    item: ContentItem
    says: Message
    undo_token: str | None


def view(session: Session, deps: Deps, actor: Person, item_id: int) -> QuickView:
    """The item with what its popover offers, or `NotFound`. A guard may still refuse a way; its sentence says why."""
    item = get_item(session, item_id)
    team = people.active_people(session)
    if item.owner is not None and item.owner.id not in {one.id for one in team}:
        team.append(item.owner)  # switched off since; the item keeps its owner until somebody chooses another
    steps = {step.id: step for step in buying_steps(session)}
    cells = []
    for role in decision_roles(session):
        mapped = tuple(steps[cell.step_id] for cell in item.cells if cell.role_id == role.id)
        if mapped:
            cells.append((role, mapped))
    granted = permissions(actor.roles)
    ways = [on.way for on in ways_on(session, deps, item, actor) if on.way.permission in granted]
    here = tuple(way for way in ways if way.to in _OPEN and item.status not in _FIRM)
    return QuickView(item, here, tuple(way for way in ways if way not in here), team, tuple(cells))


def save(session: Session, deps: Deps, actor: Person, item_id: int, edit: QuickEdit, *, version: int) -> Edited:
    """Save what the popover holds, all or nothing. The caller commits.

    Raises:
        Stale: somebody saved the item in the meantime.
        DayRefused, TransitionRefused, EditorialError: something cannot be; the sentence says what.
    """
    item = fresh_item(session, item_id, version)
    reopened = None
    text_changed = (edit.title, edit.owner_id) != (item.title, item.owner_id)
    if text_changed:
        draft = replace(draft_of(item), title=edit.title, owner_id=edit.owner_id)
        reopened = content.save(session, deps, actor, item.id, draft, version=item.version).reopened_from
    _go_on(session, deps, actor, item, edit)
    if edit.day == item.target_date:
        return Edited(item, _says(item, reopened), None)

    moved = planning.plan_day(session, deps, actor, item.id, edit.day, version=item.version)
    if text_changed or edit.to is not None:
        return Edited(item, _says(item, reopened), None)
    return Edited(item, moved.says, moved.undo_token)


def _go_on(session: Session, deps: Deps, actor: Person, item: ContentItem, edit: QuickEdit) -> None:
    """Take the step. A click on one that asks for words without any is refused by its guard, which says so."""
    if edit.to is Status.APPROVED:
        approvals.approve(session, deps, actor, item.id, version=item.version)
    elif edit.to is Status.CHANGES_REQUESTED:
        approvals.ask_for_changes(session, deps, actor, item.id, version=item.version, comment=edit.words)
    elif edit.to is not None:
        move(session, deps, item, edit.to, actor, comment=edit.words if edit.to in WORDY else "")
        touch(session, deps, item)


def draft_of(item: ContentItem) -> Draft:
    """Everything that a draft holds, as the item has it: a quick edit changes two fields and must keep the others."""
    special = {"slug", "cells", "primary", "choice", "texts"}
    values = {one.name: getattr(item, one.name) for one in fields(Draft) if one.name not in special}
    return Draft(
        slug=item.slug or "",
        cells=frozenset((cell.role_id, cell.step_id) for cell in item.cells),
        primary=next(((cell.role_id, cell.step_id) for cell in item.cells if cell.is_primary), None),
        **values,
    )


def _says(item: ContentItem, reopened: Status | None) -> Message:
    if reopened is not None:
        return Message(
            N_("“%(title)s” is saved and in review again: the title that was approved has changed."),
            {"title": item.title},
        )
    return Message(N_("“%(title)s” is saved."), {"title": item.title})
