"""What people decide about an item on its channels: whether, when, in which words; and sharing it there once more."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.domain import limits
from editorial.domain.errors import EditorialError, NotAllowed
from editorial.domain.jobs import Action, Anchor, JobState, Nature
from editorial.domain.limits import Limits
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission, permissions
from editorial.domain.plans import LONGEST_OFFSET, Key, Line, before_its_page, dues
from editorial.domain.slots import Slot
from editorial.domain.workflow import Status
from editorial.services import content as items
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.pieces import link_to_count, own_sites, page_of
from editorial.services.plan_jobs import OUT, Past, PlanRefused, follow_plan, item_slot
from editorial.services.plan_lines import lines_of
from editorial.services.revisions import draft_of
from editorial.services.utm_sets import checked_own
from editorial.store import channel_plans, distribution, history
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, ChannelMessage, DistributionJob
from editorial.store.people import Person

LONGEST_TEXT = 20_000  # characters, where a channel names no limit of its own
OWN_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content")
"""What an item may say otherwise than its channel and campaign; the number of the job is never typed."""
_Time = tuple[bool, int, datetime | None, str | None, int, datetime | None]
_Values = dict[str, Any]
_CLOSED = frozenset({Status.ARCHIVED, Status.REJECTED})


@dataclass(frozen=True)
class Wanted:
    """One line of the plan as its form has it. None: this part stays as it is."""

    carried: bool | None = None
    offset_minutes: int = 0
    own: Slot | None = None
    """A time of its own instead of the offset."""
    text: str | None = None
    utm: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Changed:
    """What a save did to the item."""

    item: ContentItem
    changed: bool
    reopened_from: Status | None = None
    """The words had been approved or scheduled; the item is in review again, and its jobs are held."""
    corrects: bool = False
    """The item is out; the new words are a correction of it."""


def save_line(
    session: Session,
    deps: Deps,
    actor: Person,
    item_id: int,
    key: Key,
    *,
    wanted: Wanted,
    version: int,
    past: Past | None = None,
) -> Changed:
    """Decide about an item on one channel in one variant. The caller commits.

    Words may be written by whoever may write the item, and are part of what is approved; whether and when it goes out
    there takes a publisher. Jobs that there are follow at once.

    Raises:
        Stale: the item was saved meanwhile. NotAllowed: only a publisher may. PlanRefused, PastJobs, GoingOut: the
        plan cannot be like this. TooLong, UtmRefused, EditorialError: the words or parameters; `field` says which.
    """
    item = items.fresh_item(session, item_id, version)
    channel, variant = _channel_of(session, item, key[0]), _checked_variant(key[1])
    done = _save_words(session, deps, actor, item, (channel, variant), text=wanted.text, utm=wanted.utm)
    row = channel_plans.find_row(session, item.id, channel.id, variant)
    row = row or channel_plans.new_row(item.id, channel, variant, deps.now())
    before = _shown(row, channel)
    timed = _write_time(item, channel, row, wanted, actor)
    if wanted.utm is not None:
        row.utm = dict(checked_own(wanted.utm))
    after = _shown(row, channel)
    if before == after:
        return done or Changed(item, changed=False)
    row.updated_at = deps.now()
    session.add(row)
    _take(session, deps, item)
    if timed:
        _check_time(session, deps, item, channel, row)
        line = frozenset({(channel.id, variant)})
        follow_plan(session, item, line, actor=actor, now=deps.now(), token=deps.token, past=past)
    _record(session, deps, actor, item, "item.channel_planned", before=before, after=after)
    return replace(done, changed=True) if done else Changed(item, changed=True)


def remove_variant(session: Session, deps: Deps, actor: Person, item_id: int, key: Key, *, version: int) -> Changed:
    """Take a further variant out of the plan, with its words; its job is cancelled. The caller commits.

    Raises:
        What `save_line` raises.
    """
    gone = Wanted(carried=False, text="")
    done = save_line(session, deps, actor, item_id, key, wanted=gone, version=version)
    row = channel_plans.find_row(session, item_id, *key)
    if key[1] and row is not None:
        session.delete(row)
        items.touch(session, deps, done.item)
        return replace(done, changed=True)
    return done


def share_again(
    session: Session,
    deps: Deps,
    actor: Person,
    item_id: int,
    key: Key,
    *,
    at: Slot | None,
    version: int,
) -> DistributionJob:
    """Send what is published to a pointing channel as a new job, now or at a time of its own. The caller commits.

    Raises:
        Stale; NotAllowed: only a publisher may. PlanRefused: it is not out, its words are not approved, the channel
        makes the page, or the same thing is on its way there already.
    """
    item = items.fresh_item(session, item_id, version)
    _check_publisher(actor)
    channel, variant = _channel_of(session, item, key[0]), key[1]
    _check_shareable(session, item, channel, variant)
    now = deps.now()
    if at is not None and at.instant <= now:
        raise EditorialError(
            Message(N_("This time lies in the past.")),
            hint=Message(N_("Choose a time from now on.")),
            field="own_time",
        )
    job = DistributionJob(
        item_id=item.id,
        channel_id=channel.id,
        variant=variant,
        action=Action.PUBLISH,
        state=JobState.QUEUED,
        due_at=at.instant if at else now,
        anchor_kind=Anchor.ABSOLUTE,
        pinned=True,
        idem_key=deps.token(),
        content_hash=item.content_hash,
        created_at=now,
    )
    _take(session, deps, item)
    session.add(job)
    session.flush()
    after = {"channel": channel.name, "variant": variant, "due_at": job.due_at.isoformat()}
    _record(session, deps, actor, item, "item.shared_again", before={}, after=after)
    return job


def _take(session: Session, deps: Deps, item: ContentItem) -> None:
    """Hold the item's jobs, then make its next version: of two who save at once one is told that they were second."""
    with session.no_autoflush:  # jobs are locked before their item, as everywhere
        distribution.live_jobs(session, item.id, lock=True)
    items.touch(session, deps, item)


def _channel_of(session: Session, item: ContentItem, channel_id: int) -> Channel:
    channel = distribution.get_channel(session, channel_id)
    if item.status in _CLOSED:
        raise PlanRefused(
            Message(N_("“%(title)s” is %(status)s."), {"title": item.title, "status": item.status.label}),
            hint=Message(N_("Bring it back first.")),
        )
    if channel.site_id != item.site_id or not channel.enabled:
        raise PlanRefused(
            Message(N_("“%(name)s” does not carry this item: it is switched off or another site's."), _named(channel)),
            hint=Message(N_("Load the page again to see its channels.")),
        )
    return channel


def _checked_variant(variant: str) -> str:
    if variant and not re.fullmatch(r"[\w .-]{1,40}", variant):
        raise EditorialError(
            Message(N_("“%(name)s” cannot name a variant."), {"name": variant[:60]}),
            hint=Message(N_("Use up to 40 letters, digits, spaces and hyphens, such as teaser.")),
            field="variant",
        )
    return variant


def _save_words(
    session: Session,
    deps: Deps,
    actor: Person,
    item: ContentItem,
    line: tuple[Channel, str],
    *,
    text: str | None,
    utm: Mapping[str, str] | None,
) -> Changed | None:
    """Save the words through the item's own save, where approvals, jobs and revisions follow; None: nothing changed."""
    channel, variant = line
    known = {(of, name): words for of, name, words in channel_plans.texts_of(session, item.id)}
    if text is None or (text := text.strip()) == known.get((channel.id, variant), ""):
        return None
    may_write = Permission.WRITE_CONTENT in permissions(actor.roles)
    if not may_write:
        raise NotAllowed(
            Message(N_("Your role does not allow to write.")), hint=Message(N_("Ask somebody who may edit the item."))
        )
    takes = adapter_of(deps, channel).limits
    if text and not takes.words:
        raise EditorialError(
            Message(N_("“%(name)s” takes no words of its own: it carries the item as it is."), _named(channel)),
            hint=Message(N_("Leave the field empty.")),
            field="text",
        )
    if text:
        _check_length(session, deps, item, line, text=text, takes=takes, utm=utm)
    draft = replace(draft_of(item), texts={(channel.id, variant): text})
    saved = items.save(session, deps, actor, item.id, draft, version=item.version)
    return Changed(item, saved.changed, saved.reopened_from, saved.corrects)


def _check_length(
    session: Session,
    deps: Deps,
    item: ContentItem,
    line: tuple[Channel, str],
    *,
    text: str,
    takes: Limits,
    utm: Mapping[str, str] | None,
) -> None:
    """Refuse words that do not fit beside the link that is put below them, as the counter on the page counts it."""
    channel, variant = line
    if not takes.text:
        limits.check(text, replace(takes, text=LONGEST_TEXT))
        return
    row = channel_plans.find_row(session, item.id, channel.id, variant)
    own = checked_own(utm) if utm is not None else row.utm if row else {}
    job = channel_plans.last_jobs_by_line(session, item.id).get((channel.id, variant))
    page = page_of(session, deps, item) or ""
    limits.check(text, takes, link_to_count(channel, item, page=page, sites=own_sites(session), own=own, job=job))


def _write_time(item: ContentItem, channel: Channel, row: ChannelMessage, wanted: Wanted, actor: Person) -> bool:
    """Write whether and when; returns whether that is anything new."""
    if wanted.carried is None:
        return False
    own = wanted.own
    before: _Time = (row.carried, row.offset_minutes, row.wall, row.zone, row.fold, row.at)
    after: _Time = (wanted.carried, 0 if own else wanted.offset_minutes, None, None, 0, None)
    if own:
        after = (*after[:2], own.wall, own.zone, own.fold, own.instant)
    if not wanted.carried:  # what it said before is kept for the day it is chosen again
        after = (False, *before[1:])
    if before == after:
        return False
    _check_publisher(actor)
    if item.status in OUT and channel.nature is Nature.PAGE_MAKING:
        raise PlanRefused(
            Message(N_("The item is out, so its plan on “%(name)s” stays as it was."), _named(channel)),
            hint=Message(N_("A changed text goes there as a correction.")),
        )
    row.carried, row.offset_minutes, row.wall, row.zone, row.fold, row.at = after
    row.pinned = row.at is not None
    return True


def _check_time(session: Session, deps: Deps, item: ContentItem, channel: Channel, row: ChannelMessage) -> None:
    """Refuse a time that can never be right, before anything is scheduled."""
    if channel.nature is Nature.POINTING and row.offset_minutes < 0:
        raise PlanRefused(
            Message(N_("“%(name)s” points at the page, so it cannot go out before it."), _named(channel)),
            hint=Message(N_("Choose a time after the publish time.")),
        )
    if abs(row.offset_minutes) > LONGEST_OFFSET:
        raise EditorialError(
            Message(N_("That is more than a year away from the publish time.")),
            hint=Message(N_("Give it a time of its own.")),
            field="offset",
        )
    if row.carried and row.at is not None and row.at <= deps.now():
        raise EditorialError(
            Message(N_("This time lies in the past.")),
            hint=Message(N_("Choose a time from now on.")),
            field="own_time",
        )
    base = item_slot(item)
    if base is None or item.status in OUT:
        return
    session.flush()
    early = before_its_page(dues(lines_of(session, item), base), base)
    if early is not None and early.line.key == (channel.id, row.variant):
        raise PlanRefused(
            Message(
                N_("The page comes only on %(wall)s (%(zone)s)."),
                {"wall": base.wall, "zone": ZoneInfo(base.zone)},
            ),
            hint=Message(N_("Choose a time after that.")),
        )


def _check_publisher(actor: Person) -> None:
    if Permission.PUBLISH not in permissions(actor.roles):
        raise NotAllowed(
            Message(N_("Only a publisher may say where and when the item goes out.")),
            hint=Message(N_("You may write its words; ask a publisher for the rest.")),
        )


def _check_shareable(session: Session, item: ContentItem, channel: Channel, variant: str) -> None:
    if item.status not in OUT or channel.nature is not Nature.POINTING:
        raise PlanRefused(
            Message(N_("Only what is published can be shared again, on a channel that points at it.")),
            hint=Message(N_("Choose it in the plan instead.")),
        )
    if item.approved_hash != item.content_hash or item.live_hash != item.content_hash:
        raise PlanRefused(
            Message(N_("A correction of it is under way.")),
            hint=Message(N_("Share it once the correction is approved and out.")),
        )
    if any((job.channel_id, job.variant) == (channel.id, variant) for job in distribution.live_jobs(session, item.id)):
        raise PlanRefused(
            Message(N_("It is on its way to “%(name)s” already."), _named(channel)),
            hint=Message(N_("Look at its job, or name another variant.")),
        )


def _named(channel: Channel) -> dict[str, object]:
    return {"name": channel.name}


def _shown(row: ChannelMessage, channel: Channel) -> dict[str, Any]:
    """What the history keeps of a line."""
    return {
        "line": Line(channel.id, row.variant, channel.name, channel.nature).label,
        "carried": row.carried,
        "offset": row.offset_minutes,
        "at": row.at.isoformat() if row.at else None,
        "utm": dict(row.utm),
    }


def _record(
    session: Session, deps: Deps, actor: Person, item: ContentItem, action: str, *, before: _Values, after: _Values
) -> None:
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action=action,
        entity="item",
        entity_id=item.id,
        before=before,
        after=after,
    )
