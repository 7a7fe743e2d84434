"""The plan of an item as its page shows it: each line with its time, its job, its words and what is odd about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from editorial.adapters.channels import kind_of
from editorial.domain.jobs import Health, Nature, Refused
from editorial.domain.limits import Limits, left, reserved
from editorial.domain.messages import N_, Message
from editorial.domain.plans import Due, Line, before_its_page, dues, offset_says
from editorial.domain.slots import Slot
from editorial.domain.urls import SiteScope
from editorial.services import utm_sets
from editorial.services.cascade import quiet_end
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.gates import draft_findings
from editorial.services.pieces import link_to_count, own_sites, page_of
from editorial.services.plan_jobs import OUT, item_slot
from editorial.services.plan_lines import lines
from editorial.store import channel_plans, distribution
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, ChannelMessage, DistributionJob

_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class LineView:
    """One line of the plan."""

    line: Line
    channel: Channel
    icon: str
    text: str
    slot: Slot | None
    """When it goes out; None while the item has no publish time."""
    when: Message
    """The same in words that hold without a publish time."""
    job: DistributionJob | None
    """Its last job, over or not."""
    closed: bool
    """The page is out: whether and when stays as it was."""
    shareable: bool
    """It is out, and this line points at it: it can be shared again."""
    limits: Limits
    left: int | None
    """Characters that are left for its words; None: no limit."""
    reserved: int
    """Characters that its link takes."""
    utm: Mapping[str, str]
    """What its links carry."""
    own_utm: Mapping[str, str]
    """What of it was typed for this item."""
    warnings: tuple[Message, ...]

    @property
    def words(self) -> bool:
        """Whether it takes words of its own."""
        return self.limits.words


@dataclass(frozen=True)
class PlanView:
    """The whole plan."""

    lines: tuple[LineView, ...]
    warnings: tuple[Message, ...]
    """What concerns several lines."""

    @property
    def carried(self) -> int:
        """How many lines go out."""
        return sum(one.line.carried for one in self.lines)


@dataclass(frozen=True)
class _Desk:
    """What every line is looked at with."""

    session: Session
    deps: Deps
    item: ContentItem
    base: Slot | None
    found: tuple[Due, ...]
    jobs: Mapping[tuple[int, str], DistributionJob]
    page: str
    own_sites: tuple[SiteScope, ...]


def plan_view(session: Session, deps: Deps, item: ContentItem) -> PlanView:
    """The plan of an item for its page."""
    channels = distribution.channels_of_site(session, item.site_id)
    rows = {(one.channel_id, one.variant): one for one in channel_plans.messages_of(session, item.id)}
    all_lines, base = lines(channels, rows.values()), item_slot(item)
    found = dues(all_lines, base) if base else ()
    jobs = channel_plans.last_jobs_by_line(session, item.id)
    page, own = (page_of(session, deps, item) or "", own_sites(session)) if channels else ("", ())
    desk = _Desk(session, deps, item, base, found, jobs, page, own)
    by_id = {one.id: one for one in channels}
    views = tuple(_view(desk, line, by_id[line.channel_id], rows.get(line.key)) for line in all_lines)
    pointing = [(one.channel, one.own_utm) for one in views if one.line.carried and one.line.nature is Nature.POINTING]
    return PlanView(views, (*_draft_says(item, views), *utm_sets.warnings(item, pointing)))


def _draft_says(item: ContentItem, views: tuple[LineView, ...]) -> tuple[Message, ...]:
    """What the draft itself proves that would hold its page back when its time comes."""
    makes_page = any(one.line.carried and one.line.nature is Nature.PAGE_MAKING for one in views)
    if not makes_page or item.status in OUT or not item.body.strip():
        return ()
    stopping = [one for one in draft_findings(item) if one.stops]
    return tuple(
        Message(N_("Its page would be held back: %(title)s. %(says)s"), {"title": one.title, "says": one.says})
        for one in stopping[:3]
    )


def _view(desk: _Desk, line: Line, channel: Channel, row: ChannelMessage | None) -> LineView:
    due = next((one for one in desk.found if one.line.key == line.key), None)
    job, out = desk.jobs.get(line.key), desk.item.status in OUT
    own = {name: str(value) for name, value in (row.utm if row else {}).items()}
    limits, broken = _limits(desk, channel)
    text, kind = row.text if row else "", kind_of(channel.kind)
    link = link_to_count(channel, desk.item, page=desk.page, sites=desk.own_sites, own=own, job=job)
    room = left(text, limits, link)
    return LineView(
        line=line,
        channel=channel,
        icon=kind.icon if kind else "c-site",
        text=text,
        slot=due.slot if due else None,
        when=Message(N_("at a time of its own")) if line.own else offset_says(line.offset_minutes),
        job=job,
        closed=out and line.nature is Nature.PAGE_MAKING,
        shareable=out and line.nature is Nature.POINTING and not (job is not None and job.live),
        limits=limits,
        left=room,
        reserved=reserved(limits, link),
        utm=utm_sets.utm_of(channel, desk.item, own=own),
        own_utm=own,
        warnings=tuple(_warnings(desk, due, channel, room)) + ((broken,) if broken and line.carried else ()),
    )


def _limits(desk: _Desk, channel: Channel) -> tuple[Limits, Message | None]:
    """What the channel takes, and what is wrong with it."""
    try:
        limits = adapter_of(desk.deps, channel).limits
    except Refused as refusal:
        return Limits(words=channel.nature is Nature.POINTING), refusal.says
    if channel.health is Health.BROKEN:
        return limits, Message(N_("The channel “%(name)s” does not work at the moment."), {"name": channel.name})
    return limits, None


def _warnings(desk: _Desk, due: Due | None, channel: Channel, room: int | None) -> list[Message]:
    found: list[Message] = []
    if room is not None and room < 0:
        found.append(Message(N_("Its words and the link are longer than the channel takes.")))
    if due is None or desk.item.status in OUT:
        return found
    at = due.slot.instant
    site_zone = desk.item.site.zone if desk.item.site else due.slot.zone
    quiet = quiet_end(channel, site_zone, at)
    if quiet is not None:
        found.append(Message(N_("It falls into quiet hours and goes out on %(when)s."), {"when": quiet}))
    if desk.base is not None and before_its_page((due, *_pages(desk)), desk.base) is due:
        found.append(Message(N_("It would go out before the page is there.")))
    if due.line.nature is Nature.POINTING and _twice(desk, due, at):
        found.append(Message(N_("The same link goes to this channel twice within 24 hours.")))
    return found


def _pages(desk: _Desk) -> tuple[Due, ...]:
    return tuple(one for one in desk.found if one.line.nature is Nature.PAGE_MAKING)


def _twice(desk: _Desk, due: Due, at: datetime) -> bool:
    others = (one for one in desk.found if one.line.channel_id == due.line.channel_id and one is not due)
    if any(abs(one.slot.instant - at) < _DAY for one in others):
        return True
    mine = frozenset(job.id for (of, _), job in desk.jobs.items() if of == due.line.channel_id and job.live)
    return bool(channel_plans.busy_around(desk.session, desk.item.id, due.line.channel_id, at, besides=mine))
