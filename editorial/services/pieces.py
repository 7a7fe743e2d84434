"""What goes out of an item."""

from datetime import datetime
from zoneinfo import ZoneInfo

from editorial.domain.rendering import Piece
from editorial.store.content import ContentItem


def piece_of(item: ContentItem, due_at: datetime, *, update: bool) -> Piece:
    """The item's text and what a channel needs to place it, in the zone it was planned in.

    Args:
        item: its text must be the approved one; whoever sends it has looked.
        due_at: stands for the publish time of an item that has none.
        update: it replaces what is out already.
    """
    zone = ZoneInfo(item.publish_zone or "UTC")
    return Piece(
        item_id=item.id,
        title=item.title,
        slug=item.slug or "",
        description=item.description,
        body=item.body,
        language=item.language.tag,
        published_at=(item.publish_at or item.published_at or due_at).astimezone(zone),
        update=update,
    )
