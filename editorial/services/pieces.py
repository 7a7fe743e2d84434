"""What goes out of an item."""

from dataclasses import replace
from datetime import datetime
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


def piece_of_job(session: Session, deps: Deps, job: DistributionJob) -> Piece:
    """What a job carries: text, HTML, the channel's own words, the link, and its campaign parameters.

    The parameters are those the job was locked to, if it was (`DistributionJob.utm`): whoever begins the first attempt
    keeps `Piece.utm` there, so that every try sends the same.

    Raises:
        Refused: the channel is not set up right.
    """
    own = _message(session, job.item_id, job.channel_id, job.variant)
    locked: dict[str, Any] | None = job.utm
    utm = {name: str(value) for name, value in locked.items()} if locked is not None else None
    plain = piece_of(job.item, job.due_at, update=job.action is Action.UPDATE)
    plain = replace(plain, job_id=job.id, text=own.text if own else "")
    if utm is None:
        utm = utm_of(job.channel, job.item, job_id=job.id, own=own.utm if own else None)
    return _whole(session, deps, job.channel, job.item, plain=plain, utm=utm)


def piece_for_preview(session: Session, deps: Deps, channel: Channel, item: ContentItem, variant: str = "") -> Piece:
    """What a job on the channel would carry if it went out now; there is no job yet that its links could name.

    Raises:
        Refused: the channel is not set up right.
    """
    own = _message(session, item.id, channel.id, variant)
    plain = piece_of(item, deps.now(), update=item.published_at is not None)
    plain = replace(plain, text=own.text if own else "")
    utm = utm_of(channel, item, own=own.utm if own else None)
    return _whole(session, deps, channel, item, plain=plain, utm=utm)


def page_of(session: Session, deps: Deps, item: ContentItem) -> str | None:
    """The item's address on our own site: where it is, or where its page-making channel will put it."""
    if item.url:
        return item.url
    plain = piece_of(item, deps.now(), update=False)
    for channel in distribution.channels_of_site(session, item.site_id):
        try:
            url = adapter_of(deps, channel).url_of(plain)
        except Refused:
            continue
        if url:
            return url
    return None


def own_sites(session: Session) -> tuple[SiteScope, ...]:
    """The team's sites with every host below theirs."""
    return tuple(scope_of(base, subdomains=True) for base in session.scalars(select(Site.base_url).order_by(Site.id)))


def _whole(
    session: Session, deps: Deps, channel: Channel, item: ContentItem, *, plain: Piece, utm: dict[str, str]
) -> Piece:
    adapter, own = adapter_of(deps, channel), own_sites(session)
    page = page_of(session, deps, item)
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


def _message(session: Session, item_id: int, channel_id: int, variant: str) -> ChannelMessage | None:
    found = channel_plans.messages_of(session, item_id)
    return next((one for one in found if (one.channel_id, one.variant) == (channel_id, variant)), None)
