"""What the channel pages show: the list, one channel, and what would be sent of an item."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, lazyload, load_only

from editorial.adapters.channels import Kind, kind_of
from editorial.domain.jobs import TERMINAL
from editorial.domain.messages import N_, Message
from editorial.domain.packing import unpack
from editorial.domain.workflow import Status
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.pieces import piece_for_preview
from editorial.store import distribution
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, DistributionJob

ITEMS = 200  # to choose from in the preview
LIVE = 10  # jobs named in the form
RETIRED = Message(N_("A kind that is no longer known"))


@dataclass(frozen=True)
class Row:
    """One channel of the list."""

    channel: Channel
    kind_name: Message
    reason: Message | None
    live_jobs: int


@dataclass(frozen=True)
class Preview:
    """The file that would be sent, and where it would be read."""

    path: str
    text: str
    url: str | None


def rows(session: Session) -> Sequence[Row]:
    """Every channel with its health and how many jobs wait for it."""
    waiting = (
        select(DistributionJob.channel_id, func.count())
        .where(DistributionJob.state.not_in(TERMINAL))
        .group_by(DistributionJob.channel_id)
    )
    live = dict(session.execute(waiting).all())
    return [
        Row(channel, kind_name(channel.kind), reason_of(channel), live.get(channel.id, 0))
        for channel in distribution.all_channels(session)
    ]


def kind_name(key: str) -> Message:
    """What people call a kind of channel."""
    kind = kind_of(key)
    return kind.name if kind is not None else RETIRED


def icon_of(key: str) -> str:
    """The symbol of a kind of channel."""
    kind = kind_of(key)
    return kind.icon if kind is not None else "c-site"


def reason_of(channel: Channel) -> Message | None:
    """Why a channel is broken."""
    return unpack(channel.health_reason) if channel.health_reason else None


def live_jobs(session: Session, channel_id: int) -> tuple[Sequence[DistributionJob], int]:
    """The first jobs that wait for a channel, and how many there are."""
    wanted = select(DistributionJob).where(
        DistributionJob.channel_id == channel_id, DistributionJob.state.not_in(TERMINAL)
    )
    first = wanted.options(joinedload(DistributionJob.item)).order_by(DistributionJob.due_at).limit(LIVE)
    return session.scalars(first).all(), distribution.count_live_jobs(session, channel_id=channel_id)


def items_for(session: Session, channel: Channel) -> Sequence[ContentItem]:
    """The items of the channel's site, last touched first, to choose a preview from."""
    wanted = (
        select(ContentItem)
        .where(ContentItem.site_id == channel.site_id, ContentItem.status != Status.ARCHIVED)
        .options(load_only(ContentItem.id, ContentItem.title, ContentItem.language), lazyload(ContentItem.type))
    )
    return session.scalars(wanted.order_by(ContentItem.updated_at.desc(), ContentItem.id).limit(ITEMS)).all()


def preview(
    session: Session, deps: Deps, channel: Channel, item: ContentItem, key: str, *, variant: str = ""
) -> Preview:
    """What the channel would send of an item now. No secret stands in it: a channel renders before any secret joins.

    Raises:
        Refused: the channel would refuse it.
    """
    adapter = adapter_of(deps, channel)
    piece = piece_for_preview(session, deps, channel, item, variant)
    rendered = adapter.render(piece, key)
    return Preview(rendered.name, rendered.data.decode(errors="replace"), adapter.url_of(piece))


def defaults_of(kind: Kind) -> dict[str, str]:
    """What the form of a new channel begins with."""
    fields = kind.settings.model_fields
    given = {name: field.default for name, field in fields.items() if not field.is_required()}
    return {name: typed(value) for name, value in given.items()}


def typed(value: object) -> str:
    """A setting as a form shows it."""
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value)
