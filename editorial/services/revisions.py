"""The texts of an item as they were saved, what changed between two of them, and taking an old one back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.diffing import Block, Piece, compare, words
from editorial.domain.messages import N_, Message
from editorial.services import content as items
from editorial.services.content import Draft, Saved
from editorial.services.deps import Deps
from editorial.store import channel_plans, content
from editorial.store.content import ContentItem, ItemRevision
from editorial.store.people import Person


@dataclass(frozen=True)
class RevisionView:
    """One saved text: who wrote it, and what it is to the item."""

    revision: ItemRevision
    author: str | None
    current: bool
    live: bool
    approved: bool


@dataclass(frozen=True)
class Changed:
    """One line of the item that differs between two revisions."""

    name: Message
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Comparison:
    """Two revisions: short lines first, then brief and text by paragraphs."""

    older: RevisionView
    newer: RevisionView
    lines: tuple[Changed, ...]
    brief: tuple[Block, ...]
    blocks: tuple[Block, ...]

    @property
    def same(self) -> bool:
        """Nothing differs."""
        return not self.lines and not self.brief and not self.blocks


def revisions(session: Session, item: ContentItem, *, limit: int = 200) -> tuple[RevisionView, ...]:
    """The saved texts of an item, newest first."""
    found = content.revisions_of(session, item.id, limit=limit)
    names = _names(session, found)
    return tuple(_view(item, one, names) for one in found)


def comparison(session: Session, item: ContentItem, older: int, newer: int) -> Comparison:
    """What changed from revision number `older` to `newer`, in whichever order they are named.

    Raises:
        NotFound: there is no such revision.
    """
    first, second = (content.get_revision(session, item.id, n) for n in sorted((older, newer)))
    names = _names(session, (first, second))
    lines = tuple(
        Changed(label, words(getattr(first, name) or "", getattr(second, name) or ""))
        for name, label in _LINES.items()
        if (getattr(first, name) or "") != (getattr(second, name) or "")
    )
    return Comparison(
        _view(item, first, names),
        _view(item, second, names),
        lines,
        brief=compare(first.brief, second.brief) if first.brief != second.brief else (),
        blocks=compare(first.body, second.body) if first.body != second.body else (),
    )


def restore(session: Session, deps: Deps, actor: Person, item_id: int, n: int, *, version: int) -> Saved:
    """Make the text of revision `n` the item's text again: a save like any other. The caller commits.

    Raises:
        NotFound: no such revision. What `content.save` raises: stale, on its way, slug taken meanwhile...
    """
    item = items.fresh_item(session, item_id, version)
    found = content.get_revision(session, item_id, n)
    words = {(channel_id, variant): "" for channel_id, variant, _ in channel_plans.texts_of(session, item_id)}
    draft = replace(
        draft_of(item),
        title=found.title,
        slug=found.slug or "",
        description=found.description,
        brief=found.brief,
        body=found.body,
        texts=words | {(channel_id, variant): text for channel_id, variant, text in found.texts},
    )
    return items.save(session, deps, actor, item_id, draft, version=version)


def draft_of(item: ContentItem) -> Draft:
    """The item as its form would send it unchanged."""
    primary = next((cell for cell in item.cells if cell.is_primary), None)
    return Draft(
        type_id=item.type_id,
        title=item.title,
        language=item.language,
        slug=item.slug or "",
        description=item.description,
        brief=item.brief,
        body=item.body,
        owner_id=item.owner_id,
        site_id=item.site_id,
        cells=frozenset((cell.role_id, cell.step_id) for cell in item.cells),
        primary=(primary.role_id, primary.step_id) if primary else None,
        campaign_id=item.campaign_id,
        priority=item.priority,
        target_query=item.target_query,
        query_intent=item.query_intent,
        is_offer=item.is_offer,
        review_by=item.review_by,
        details=item.details,
    )


def _view(item: ContentItem, one: ItemRevision, names: dict[int, str]) -> RevisionView:
    return RevisionView(
        revision=one,
        author=names.get(one.author_id) if one.author_id else None,
        current=one.content_hash == item.content_hash and one.brief == item.brief,
        live=one.content_hash == item.live_hash,
        approved=one.content_hash == item.approved_hash,
    )


def _names(session: Session, found: Sequence[ItemRevision]) -> dict[int, str]:
    wanted = select(Person.id, Person.name).where(Person.id.in_({one.author_id for one in found}))
    return {row.id: row.name for row in session.execute(wanted)}


_LINES = {
    "title": Message(N_("Title")),
    "slug": Message(N_("Address")),
    "description": Message(N_("Description")),
}
