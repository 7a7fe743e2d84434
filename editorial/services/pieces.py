"""What goes out of an item."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.adapters.channels.base import ChannelAdapter
from editorial.adapters.markdown import to_html
from editorial.adapters.outgoing import Destination, link_to, outgoing_html
from editorial.domain.jobs import Action, Nature, Refused
from editorial.domain.rendering import Piece
from editorial.domain.urls import SiteScope, in_scope, n1, scope_of
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.utm_sets import utm_of
from editorial.store import channel_plans, distribution
from editorial.store.content import ContentItem, Site
from editorial.store.distribution import Channel, ChannelMessage, DistributionJob

_ANY_JOB = 9_999_999
"""Stands in a link for the number of a job that is not made yet, so that its length is counted."""
_STEP = 8  # channels that are read at once


def piece_of(item: ContentItem, due_at: datetime, *, update: bool) -> Piece:
    """The item's text and what a channel needs to place it, in the zone it was planned in.

    Enough to ask a channel where it would be read; what is sent is a `piece_of_job`.

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


@dataclass(frozen=True)
class Ground:
    """What a piece stands on besides its item and its channel."""

    own: tuple[SiteScope, ...]
    """The team's sites."""
    page: str | None
    """The item's address on our own site, see `page_of`."""
    words: ChannelMessage | None = None
    """What somebody decided about the item on the channel."""


def grounds(session: Session, deps: Deps, jobs: Collection[DistributionJob]) -> dict[int, Ground]:
    """The ground of each job, by its id: what many jobs have in common is read once."""
    if not jobs:
        return {}
    own = own_sites(session)
    items = {job.item_id: job.item for job in jobs}
    pages = {item_id: page_of(session, deps, item) for item_id, item in items.items()}
    said = {
        (one.item_id, one.channel_id, one.variant): one
        for one in channel_plans.messages_of_items(session, items.keys())
    }
    return {
        job.id: Ground(own, pages[job.item_id], said.get((job.item_id, job.channel_id, job.variant))) for job in jobs
    }


def piece_of_job(session: Session, deps: Deps, job: DistributionJob) -> Piece:
    """What a job carries, see `piece_on`. Raises `Refused` where the channel is not set up right."""
    ground = grounds(session, deps, [job])[job.id]
    return piece_on(job, adapter_of(deps, job.channel), ground)


def piece_on(job: DistributionJob, adapter: ChannelAdapter, ground: Ground) -> Piece:
    """What a job carries: text, HTML, the channel's own words, the link, and its campaign parameters.

    The parameters are those the job was locked to, if it was (`DistributionJob.utm`): whoever begins the first attempt
    keeps `Piece.utm` there, so that every try sends the same.
    """
    words, locked = ground.words, job.utm
    utm = {name: str(value) for name, value in locked.items()} if locked is not None else None
    plain = piece_of(job.item, job.due_at, update=job.action is Action.UPDATE)
    plain = replace(plain, job_id=job.id, text=words.text if words else "")
    if utm is None:
        utm = utm_of(job.channel, job.item, job_id=job.id, own=words.utm if words else None)
    return _whole(adapter, job.item, ground, plain=plain, utm=utm)


def piece_for_preview(session: Session, deps: Deps, channel: Channel, item: ContentItem, variant: str = "") -> Piece:
    """What a job on the channel would carry if it went out now; there is no job yet that its links could name.

    Raises:
        Refused: the channel is not set up right.
    """
    words = channel_plans.find_row(session, item.id, channel.id, variant)
    plain = piece_of(item, deps.now(), update=item.published_at is not None)
    plain = replace(plain, text=words.text if words else "")
    utm = utm_of(channel, item, own=words.utm if words else None)
    ground = Ground(own_sites(session), page_of(session, deps, item), words)
    return _whole(adapter_of(deps, channel), item, ground, plain=plain, utm=utm)


def link_on(page: str, item: ContentItem, own: tuple[SiteScope, ...], utm: dict[str, str]) -> str:
    """The page as a channel points at it, with these parameters; empty without a page."""
    return link_to(page, Destination(_base(page, item), own, utm)) if page else ""


def link_to_count(
    channel: Channel,
    item: ContentItem,
    *,
    page: str,
    sites: tuple[SiteScope, ...],
    own: Mapping[str, Any],
    job: DistributionJob | None,
) -> str:
    """The link that a channel puts below its own words, as long as it will be; empty where it points at no page.

    Args:
        channel: where it goes.
        item: what it points at.
        page: its address, see `page_of`; empty while nobody knows it.
        sites: the team's sites.
        own: campaign parameters that were typed for this item.
        job: the line's last one, whose number the link says if it is still to go.
    """
    if channel.nature is not Nature.POINTING:
        return ""
    number = job.id if job is not None and job.live else _ANY_JOB
    return link_on(page, item, sites, utm_of(channel, item, job_id=number, own=own))


def page_of(session: Session, deps: Deps, item: ContentItem) -> str | None:
    """The item's address on our own site: where it is, or where its page-making channel will put it."""
    if item.url:
        return item.url
    plain = piece_of(item, deps.now(), update=False)
    for channel in _channels_by_and_by(session, item.site_id):
        try:
            url = adapter_of(deps, channel, secret=False).url_of(plain)
        except Refused:
            continue
        if url:
            return url
    return None


def _channels_by_and_by(session: Session, site_id: int | None) -> Iterator[Channel]:
    """The channels that carry a site's items: the first ones mostly tell, and there may be hundreds."""
    for step in count():
        some = distribution.channels_of_site(session, site_id, after=step * _STEP, most=_STEP)
        yield from some
        if len(some) < _STEP:
            return


def own_sites(session: Session) -> tuple[SiteScope, ...]:
    """The team's sites with every host below theirs."""
    return tuple(scope_of(base, subdomains=True) for base in session.scalars(select(Site.base_url).order_by(Site.id)))


def _whole(adapter: ChannelAdapter, item: ContentItem, ground: Ground, *, plain: Piece, utm: dict[str, str]) -> Piece:
    page, own = ground.page, ground.own
    if _is_our_page(adapter, plain, own):
        to = Destination(_base(page, item), own)
        return replace(plain, html=outgoing_html(to_html(plain.body), to))
    to = Destination(_base(page, item), own, utm)
    html = outgoing_html(to_html(plain.body), to)
    return replace(plain, html=html, utm=utm, link=link_to(page, to) if page else "")


def _is_our_page(adapter: ChannelAdapter, piece: Piece, own: tuple[SiteScope, ...]) -> bool:
    """Whether the channel makes the page on our own site: its readers have come already, so its links say nothing."""
    if adapter.nature is Nature.POINTING or adapter.by_hand:
        return False
    try:
        address = n1(adapter.url_of(piece) or "")
    except Refused:  # a slug that cannot stand in an address; the channel says so itself when it renders
        return True
    return address is None or any(in_scope(address, site) for site in own)


def _base(page: str | None, item: ContentItem) -> str | None:
    """What relative addresses hang on: the page, or the site's own beginning while nobody knows the page."""
    return n1(page) if page else (item.site.base_url if item.site else None)
