"""Items and their text: made, saved, archived. A save never loses what somebody else wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.journey import steps_without_offers
from editorial.domain.keywords import LONGEST_QUERY, Intent, normalised
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.plans import Key
from editorial.domain.workflow import Status
from editorial.services import collisions, corrections, details, scheduling, slugs
from editorial.services.collisions import Choice
from editorial.services.deps import Deps
from editorial.services.moving import move
from editorial.store import channel_plans, content, distribution, history
from editorial.store.campaigns import Campaign
from editorial.store.content import (
    BuyingStep,
    ContentItem,
    ContentType,
    DecisionRole,
    ItemRevision,
    ItemRoleStep,
    OwnWords,
    Site,
)
from editorial.store.people import Person

Cell = tuple[int, int]
"""Ids of a decision role and a buying step."""
EDITED = Message(N_("The text was changed after its approval. It goes out once it is approved and scheduled again."))
_REOPENED_BY_AN_EDIT = frozenset({Status.APPROVED, Status.SCHEDULED})
_OUT = frozenset({Status.PUBLISHED, Status.REFRESH_DUE})


@dataclass(frozen=True)
class Draft:
    """An item as its form has it."""

    type_id: int
    title: str
    language: Language
    slug: str = ""
    """Empty: made from the title."""
    description: str = ""
    brief: str = ""
    body: str = ""
    owner_id: int | None = None
    site_id: int | None = None
    cells: frozenset[Cell] = frozenset()
    primary: Cell | None = None
    """The cell it works for above all; the first one where none of `cells` is named."""
    campaign_id: int | None = None
    priority: int = 2
    """1, 2 or 3; 1 comes first."""
    target_query: str = ""
    query_intent: Intent = Intent.INFORMATIONAL
    choice: Choice | None = None
    """What becomes of this item and another after the same query."""
    is_offer: bool = False
    review_by: date | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    """Values of the type's own fields, by key; what the type does not ask for is dropped."""
    texts: Mapping[Key, str] | None = None
    """Own words on channels, by channel id and variant; None: they stay as they are. A form of their own sends them."""


@dataclass(frozen=True)
class Saved:
    """What a save did."""

    item: ContentItem
    changed: bool
    """False: everything was as before, and nothing was written."""
    reopened_from: Status | None = None
    """The text had been approved or scheduled; it is in review again, and its jobs are held."""
    corrects: bool = False
    """The item is out; the new text is a correction of it."""


class Stale(StaleVersion):
    """Somebody else saved the item in the meantime; `by` is their name, where it is known."""

    def __init__(self, by: str | None = None) -> None:
        says = (
            Message(N_("%(name)s saved this item in the meantime."), {"name": by})
            if by
            else Message(N_("This item was changed in the meantime."))
        )
        super().__init__(says, hint=Message(N_("Nothing is lost. Keep yours, or take theirs.")))
        self.by = by


def fresh_item(session: Session, item_id: int, version: int) -> ContentItem:
    """The item, if it still is the version that the person looked at. Its jobs are held first, as workers do.

    Raises:
        NotFound: there is no such item.
        Stale: it was saved in the meantime.
    """
    distribution.lock_live_jobs(session, item_id)
    item = content.get_item(session, item_id)
    if item.version != version:
        raise Stale(last_actor(session, item_id))
    return item


def last_actor(session: Session, item_id: int) -> str | None:
    """Name of the person behind the newest event of the item; None where it was the clock."""
    newest = history.of_entity(session, "item", item_id, limit=1)
    somebody = session.get(Person, newest[0].actor_id) if newest and newest[0].actor_id else None
    return somebody.name if somebody else None


def touch(session: Session, deps: Deps, item: ContentItem) -> None:
    """Give the item its next version and write it, or say who was faster.

    Raises:
        Stale: on PostgreSQL two saves of one version may meet here.
    """
    item.updated_at = deps.now()
    flag_modified(item, "updated_at")  # a change of cells alone is a new version too
    try:
        session.flush()
    except StaleDataError as error:
        raise Stale from error
    except IntegrityError as error:
        raise EditorialError(
            Message(N_("Another item of this site just took this address.")),
            hint=Message(N_("Save once more; choose another address if it is said to be taken.")),
            field="slug",
        ) from error


def _fitting(session: Session, draft: Draft) -> Draft:
    """The draft with those of its details that its type asks for. Raises EditorialError."""
    _check(session, draft)
    return replace(draft, details=details.checked(session.get_one(ContentType, draft.type_id), draft.details))


def create(
    session: Session, deps: Deps, actor: Person, draft: Draft, *, target_date: date | None = None
) -> ContentItem:
    """Put a new item into the plan, as an idea. The caller commits.

    Raises:
        EditorialError: title, type, owner, site, slug, cells... cannot be used; `field` says which.
        CollisionRefused: another item is after the query, and nobody has decided about the two.
    """
    draft = _fitting(session, draft)
    slug = slugs.checked_slug(session, draft.slug, title=draft.title, site_id=draft.site_id)
    now = deps.now()

    item = ContentItem(status=Status.IDEA, target_date=target_date, created_at=now, created_by=actor.id, updated_at=now)
    _write_text(item, draft, slug, frozenset())
    primary = _primary(draft)
    item.cells = [
        ItemRoleStep(role_id=role, step_id=step, is_primary=(role, step) == primary)
        for role, step in sorted(draft.cells)
    ]
    session.add(item)
    touch(session, deps, item)
    collisions.settle(session, deps, actor, item, draft.choice)
    _keep_revision(session, deps, actor, item)
    history.record(
        session,
        at=now,
        actor_id=actor.id,
        action="item.created",
        entity="item",
        entity_id=item.id,
        after={"title": item.title, "target_date": target_date.isoformat() if target_date else None},
    )
    return item


def save(session: Session, deps: Deps, actor: Person, item_id: int, draft: Draft, *, version: int) -> Saved:
    """Save an item as its form has it. The caller commits.

    Text that was approved or scheduled goes back into review when it changes, and its jobs are held; an identical
    save changes nothing and voids nothing. A published item stays published: what is live is the approved revision,
    and the new text is a correction that has to be approved; jobs that carry an older correction are cancelled.

    Raises:
        Stale: somebody saved in the meantime; nothing was written.
        GoingOut: the text is on its way right now.
        CollisionRefused: another item is after the query, and nobody has decided about the two.
        EditorialError: something cannot be used; `field` says what.
    """
    item = fresh_item(session, item_id, version)
    draft = _fitting(session, draft)
    slug = _slug_of(session, item, draft)
    if item.status is Status.ARCHIVED:
        raise EditorialError(
            Message(N_("“%(title)s” is archived."), {"title": item.title}),
            hint=Message(N_("Take that back in its history, then edit it.")),
        )
    before = _shown(item)
    hash_before, status_before = item.content_hash, item.status

    _write_cells(session, item, draft)
    with session.no_autoflush:  # a scheduled row may not be seen with a text that nobody approved
        _write_text(item, draft, slug, _write_words(session, deps, item, draft))
        decided = collisions.settle(session, deps, actor, item, draft.choice)
        if _shown(item) == before and item.content_hash == hash_before and decided is None:
            return Saved(item, changed=False)
        if item.content_hash != hash_before:
            _forget_round(session, deps, item)
        reopened = item.content_hash != hash_before and status_before in _REOPENED_BY_AN_EDIT
        if reopened:
            if status_before is Status.SCHEDULED:
                scheduling.hold_jobs(session, item, deps.now(), EDITED)
            move(session, deps, item, Status.IN_REVIEW, actor)
    touch(session, deps, item)
    if item.content_hash != hash_before or item.brief != before["brief"]:
        _keep_revision(session, deps, actor, item)
    _record_save(session, deps, actor, item, before)
    return Saved(
        item,
        changed=True,
        reopened_from=status_before if reopened else None,
        corrects=item.status in _OUT and item.content_hash != hash_before,
    )


def _slug_of(session: Session, item: ContentItem, draft: Draft) -> str:
    """The slug to be saved. Once the item is out its address stays: links lead there, and an update overwrites it."""
    if item.status in _OUT and item.slug:
        if draft.slug.strip() not in {"", item.slug}:
            raise EditorialError(
                Message(N_("The item is out, so its address stays: %(slug)s."), {"slug": item.slug}),
                hint=Message(N_("Plan a new item for another address.")),
                field="slug",
            )
        return item.slug
    return slugs.checked_slug(session, draft.slug, title=draft.title, site_id=draft.site_id, item_id=item.id)


def offer_warning(session: Session, item: ContentItem) -> Message | None:
    """What to say of an offer that is mapped to steps at which it moves nobody. It warns, it does not refuse."""
    if not item.is_offer or not item.cells:
        return None
    positions = {step.id: step for step in content.buying_steps(session)}
    wrong = set(steps_without_offers(positions[cell.step_id].position for cell in item.cells))
    named = [step for step in positions.values() if step.position in wrong]
    if not named:
        return None
    return Message(
        N_("An offer moves buyers at steps 5 and 6. Here it is mapped to %(steps)s."),
        {"steps": [str(step.position) for step in named]},
    )


def _forget_round(session: Session, deps: Deps, item: ContentItem) -> None:
    """Another text than the one that was approved: an update under way stops, a hold goes back to review."""
    if item.status in _OUT:
        corrections.stop(session, item, deps.now())
    elif item.status is Status.ON_HOLD and item.held_from is Status.APPROVED:
        item.held_from, item.review_hash, item.approved_hash = Status.IN_REVIEW, item.content_hash, None


def _check(session: Session, draft: Draft) -> None:
    """Refuse what the form should not have offered: an old page, or somebody's own request."""
    from_list = Message(N_("Choose one from the list."))
    if not draft.title.strip():
        raise EditorialError(Message(N_("The item has no title.")), hint=Message(N_("Give it one.")), field="title")
    if session.get(ContentType, draft.type_id) is None:
        raise EditorialError(Message(N_("There is no such content type.")), hint=from_list, field="type")
    if draft.site_id is not None and session.get(Site, draft.site_id) is None:
        raise EditorialError(Message(N_("There is no such site.")), hint=from_list, field="site")
    owner = session.get(Person, draft.owner_id) if draft.owner_id is not None else None
    if draft.owner_id is not None and owner is None:
        raise EditorialError(Message(N_("There is no such person.")), hint=from_list, field="owner")
    campaign = session.get(Campaign, draft.campaign_id) if draft.campaign_id is not None else None
    if draft.campaign_id is not None and campaign is None:
        raise EditorialError(Message(N_("There is no such campaign.")), hint=from_list, field="campaign")
    if not 1 <= draft.priority <= 3:
        raise EditorialError(Message(N_("There is no such priority.")), hint=from_list, field="priority")
    if len(draft.target_query) > LONGEST_QUERY:
        raise EditorialError(
            Message(N_("Nobody types so long a query.")),
            hint=Message(N_("Use at most %(count)s characters."), {"count": LONGEST_QUERY}),
            field="target_query",
        )
    roles, steps = set(session.scalars(select(DecisionRole.id))), set(session.scalars(select(BuyingStep.id)))
    if any(role not in roles or step not in steps for role, step in draft.cells):
        raise EditorialError(
            Message(N_("There is no such decision role or buying step.")),
            hint=Message(N_("Load the page again and tick the cells once more.")),
            field="cells",
        )


def _write_words(session: Session, deps: Deps, item: ContentItem, draft: Draft) -> frozenset[OwnWords]:
    """The item's own words on channels as the draft has them, written where they differ."""
    if draft.texts is None:
        return channel_plans.texts_of(session, item.id)
    known = {(channel_id, variant): text for channel_id, variant, text in channel_plans.texts_of(session, item.id)}
    for (channel_id, variant), text in draft.texts.items():
        if text != known.get((channel_id, variant), ""):
            channel = distribution.get_channel(session, channel_id)
            row = channel_plans.row_of(session, item.id, channel, variant, deps.now())
            row.text, row.updated_at = text, deps.now()
    told = {key: text for key, text in (known | dict(draft.texts)).items() if text}
    return frozenset((channel_id, variant, text) for (channel_id, variant), text in told.items())


def _write_text(item: ContentItem, draft: Draft, slug: str, texts: frozenset[OwnWords]) -> None:
    item.type_id, item.title, item.language, item.slug = draft.type_id, draft.title.strip(), draft.language, slug
    item.description, item.brief, item.body = draft.description.strip(), draft.brief.strip(), draft.body
    item.owner_id, item.site_id, item.campaign_id = draft.owner_id, draft.site_id, draft.campaign_id
    item.priority, item.is_offer = draft.priority, draft.is_offer
    item.target_query, item.query_key = draft.target_query.strip(), normalised(draft.target_query)
    item.query_intent = draft.query_intent
    item.details = dict(draft.details)
    if item.status in _OUT:
        item.review_by = draft.review_by
    item.content_hash = content.hash_of(
        title=item.title,
        slug=slug,
        description=item.description,
        body=item.body,
        language=item.language.value,
        texts=texts,
    )


def _write_cells(session: Session, item: ContentItem, draft: Draft) -> None:
    primary = _primary(draft)
    for cell in list(item.cells):
        key = (cell.role_id, cell.step_id)
        if key not in draft.cells:
            item.cells.remove(cell)
        elif key != primary:
            cell.is_primary = False
    session.flush()  # the old primary goes before the new one comes: there may be one at a time
    kept = {(cell.role_id, cell.step_id): cell for cell in item.cells}
    for role, step in sorted(draft.cells - set(kept)):
        item.cells.append(ItemRoleStep(role_id=role, step_id=step, is_primary=(role, step) == primary))
    if primary in kept:
        kept[primary].is_primary = True


def _primary(draft: Draft) -> Cell | None:
    if draft.primary in draft.cells:
        return draft.primary
    return min(draft.cells, key=lambda cell: (cell[1], cell[0]), default=None)


def _keep_revision(session: Session, deps: Deps, actor: Person, item: ContentItem) -> None:
    session.add(
        ItemRevision(
            item_id=item.id,
            n=content.next_revision(session, item.id),
            title=item.title,
            slug=item.slug,
            description=item.description,
            brief=item.brief,
            body=item.body,
            texts=[list(words) for words in sorted(channel_plans.texts_of(session, item.id))],
            content_hash=item.content_hash,
            author_id=actor.id,
            created_at=deps.now(),
        )
    )


def _shown(item: ContentItem) -> dict[str, object]:
    """What the history shows of an item; the text itself stands in its revisions."""
    return {
        "title": item.title,
        "slug": item.slug,
        "language": item.language.value,
        "type_id": item.type_id,
        "owner_id": item.owner_id,
        "site_id": item.site_id,
        "campaign_id": item.campaign_id,
        "priority": item.priority,
        "target_query": [item.target_query, item.query_intent.value] if item.target_query else None,
        "is_offer": item.is_offer,
        "review_by": item.review_by.isoformat() if item.review_by else None,
        "details": dict(item.details),
        "brief": item.brief,
        "cells": sorted([cell.role_id, cell.step_id, int(cell.is_primary)] for cell in item.cells),
        "text": item.content_hash[:12],
    }


def _record_save(session: Session, deps: Deps, actor: Person, item: ContentItem, before: Mapping[str, object]) -> None:
    after = _shown(item)
    changed = [name for name in after if after[name] != before[name]]
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="item.saved",
        entity="item",
        entity_id=item.id,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
