"""What the page of an item shows beside its text: ways on, jobs, findings, decisions, and what people did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.domain.cards import OUT
from editorial.domain.keywords import Decision
from editorial.domain.messages import N_, Message
from editorial.domain.slots import shown_in, slot
from editorial.domain.workflow import Correction, Status
from editorial.services import checklists, collisions, comments, corrections, task_pages
from editorial.services.checklists import Point
from editorial.services.clock_health import duration
from editorial.services.collisions import Collision
from editorial.services.comments import CommentView
from editorial.services.content import offer_warning
from editorial.services.corrections import CorrectionView
from editorial.services.deps import Deps
from editorial.services.findings import FindingView, findings_of_item
from editorial.services.moving import WayOn, ways_on
from editorial.services.plan_views import PlanView, plan_view
from editorial.services.task_pages import TaskView
from editorial.store import content, distribution, history
from editorial.store.content import Approval, ContentItem, ItemRevision
from editorial.store.distribution import DistributionJob
from editorial.store.history import HistoryEvent
from editorial.store.people import Person

_FIELDS = {
    "title": Message(N_("title")),
    "slug": Message(N_("address")),
    "language": Message(N_("language")),
    "type_id": Message(N_("type")),
    "owner_id": Message(N_("owner")),
    "site_id": Message(N_("site")),
    "campaign_id": Message(N_("campaign")),
    "priority": Message(N_("priority")),
    "target_query": Message(N_("target query")),
    "is_offer": Message(N_("offer")),
    "review_by": Message(N_("review day")),
    "details": Message(N_("details of its type")),
    "brief": Message(N_("brief")),
    "cells": Message(N_("whom it convinces")),
    "text": Message(N_("text")),
}


@dataclass(frozen=True)
class Did:
    """One line of the history."""

    at: datetime
    who: str | None
    """None: the clock."""
    says: Message
    comment: str
    undo_token: str | None


@dataclass(frozen=True)
class SlotView:
    """A publish time on its own clock and on the viewer's."""

    wall: datetime
    zone: str
    fold: int
    viewer_wall: datetime
    same_clock: bool
    """The viewer's clock shows the same time: no need to say it twice."""
    twice: bool
    ahead: Message | None
    """How long until then; None once it has passed."""


@dataclass(frozen=True)
class ItemPage:
    """Everything beside the text."""

    item: ContentItem
    ways: tuple[WayOn, ...]
    slot: SlotView | None
    jobs: Sequence[DistributionJob]
    plan: PlanView
    findings: Sequence[FindingView]
    tasks: Sequence[TaskView]
    approvals: Sequence[tuple[Approval, str]]
    trail: tuple[Did, ...]
    live_revision: ItemRevision | None
    """Of a published item whose text was changed since: the text that is out."""
    correction: CorrectionView
    points: tuple[Point, ...]
    threads: tuple[CommentView, ...]
    collision: Collision
    warning: Message | None
    """What to say of an offer at steps where it moves nobody."""
    revisions: int

    @property
    def out(self) -> bool:
        """Published: its day and publish time stay."""
        return self.item.status in OUT

    @property
    def words(self) -> int:
        """Length of the text: Chinese characters and other words."""
        return count_words(self.item.body)


def item_page(session: Session, deps: Deps, viewer: Person, item_id: int) -> ItemPage:
    """The page of one item, or `NotFound`."""
    item = content.get_item(session, item_id)
    events = history.of_entity(session, "item", item_id, limit=40)
    approvals = content.approvals_of(session, item_id)
    names = _names(session, {event.actor_id for event in events} | {one.person_id for one in approvals})
    corrected = item.status in OUT and item.live_hash not in {None, item.content_hash}
    return ItemPage(
        item=item,
        ways=tuple(ways_on(session, deps, item, viewer)),
        slot=slot_view(item, ZoneInfo(viewer.zone), deps.now()),
        jobs=distribution.jobs_of_item(session, item_id),
        plan=plan_view(session, deps, item),
        findings=findings_of_item(session, item_id, limit=20),
        tasks=task_pages.of_item(session, item_id, shown_in(deps.now(), ZoneInfo(viewer.zone)).date()),
        approvals=[(one, names.get(one.person_id, "")) for one in approvals],
        trail=_trail(events, names),
        live_revision=content.find_revision(session, item_id, item.live_hash or "") if corrected else None,
        correction=corrections.view(session, deps, item, viewer),
        points=checklists.points(session, item),
        threads=comments.threads(session, item_id),
        collision=collisions.look(session, item.target_query, item.query_intent, item.language, item_id=item.id),
        warning=offer_warning(session, item),
        revisions=content.next_revision(session, item_id) - 1,
    )


def slot_view(item: ContentItem, viewer_zone: ZoneInfo, now: datetime) -> SlotView | None:
    """The item's publish time for a viewer; None where it has none."""
    if item.publish_wall is None or item.publish_zone is None or item.publish_at is None:
        return None
    zone = ZoneInfo(item.publish_zone)
    viewer_wall = shown_in(item.publish_at, viewer_zone)
    left = item.publish_at - now
    return SlotView(
        wall=item.publish_wall,
        zone=item.publish_zone,
        fold=item.publish_fold,
        viewer_wall=viewer_wall,
        same_clock=viewer_wall == item.publish_wall,
        twice=slot(shown_in(item.publish_at, zone), zone, fold=item.publish_fold).twice,
        ahead=duration(left.total_seconds()) if left > timedelta(0) else None,
    )


def count_words(text: str) -> int:
    """Words of a text as an editor counts them: each Chinese character is one, and so is each run of other letters."""
    count, inside = 0, False
    for letter in text:
        if "\u4e00" <= letter <= "\u9fff":
            count, inside = count + 1, False
        elif letter.isalnum():
            count, inside = count + (not inside), True
        elif letter not in "'’-":
            inside = False
    return count


def _names(session: Session, ids: set[int | None]) -> Mapping[int, str]:
    wanted = select(Person.id, Person.name).where(Person.id.in_({one for one in ids if one is not None}))
    return {row.id: row.name for row in session.execute(wanted)}


def _trail(events: Sequence[HistoryEvent], names: Mapping[int, str]) -> tuple[Did, ...]:
    taken_back = {event.undo_of for event in events}
    newest = events[0].id if events else None
    return tuple(
        Did(
            at=event.at,
            who=names.get(event.actor_id) if event.actor_id else None,
            says=_says(event),
            comment=str(event.after.get("comment", "")),
            # only the last change can still be taken back: an undo is a versioned write like any other
            undo_token=event.undo_token if event.id == newest and event.id not in taken_back else None,
        )
        for event in events
    )


def _says(event: HistoryEvent) -> Message:
    before, after = event.before, event.after
    match event.action:
        case "item.saved":
            return Message(N_("Saved: %(fields)s"), {"fields": _listed(after)})
        case "item.status_changed":
            origin, to = Status(before["status"]).label, Status(after["status"]).label
            return Message(N_("%(origin)s → %(to)s"), {"origin": origin, "to": to})
        case "item.planned":
            return _day_says(after.get("target_date"))
        case "item.slot_planned" | "item.scheduled" | "item.rescheduled":
            return _slot_says(event.action, after)
        case "item.correction_moved" | "item.query_decided" | "item.channel_planned" | "item.shared_again":
            return _decision_says(after)
    return _OTHERS.get(event.action, Message(N_("Changed")))


_OTHERS = {
    "item.created": Message(N_("Created")),
    "item.checked": Message(N_("Ticked a point of the checklist")),
    "item.unchecked": Message(N_("Took a tick of the checklist away")),
    "item.commented": Message(N_("Commented")),
    "item.comment_resolved": Message(N_("Settled a comment")),
    "item.comment_reopened": Message(N_("Opened a comment again")),
    "item.undone": Message(N_("Took the last change back")),
    "item.unscheduled": Message(N_("Cancelled the schedule")),
    "item.published": Message(N_("Published")),
    "item.publish_failed": Message(N_("Could not be published")),
}


def _decision_says(after: Mapping[str, str]) -> Message:
    if "line" in after:
        return Message(N_("Changed the plan on %(line)s"), {"line": after["line"]})
    if "channel" in after:
        return Message(N_("Shared it again on %(channel)s"), {"channel": after["channel"]})
    if "correction" in after:
        return Correction(after["correction"]).label
    values = {"title": after["other"], "decision": Decision(after["decision"]).label}
    return Message(N_("Decided about “%(title)s”: %(decision)s"), values)


def _day_says(day: str | None) -> Message:
    if day is None:
        return Message(N_("Took its day away"))
    return Message(N_("Planned for %(day)s"), {"day": date.fromisoformat(day)})


def _slot_says(action: str, after: Mapping[str, object]) -> Message:
    wall = after.get("publish_wall")
    if not isinstance(wall, str):
        return Message(N_("Cleared the publish time"))
    values = {"wall": datetime.fromisoformat(wall), "zone": ZoneInfo(str(after.get("publish_zone") or "UTC"))}
    if action == "item.slot_planned":
        return Message(N_("Publish time: %(wall)s (%(zone)s)"), values)
    return Message(N_("Scheduled: %(wall)s (%(zone)s)"), values)


def _listed(after: Mapping[str, object]) -> Message:
    """Up to nine names of fields as one message: nested, because each language joins in its own way."""
    names = [_FIELDS[name] for name in after if name in _FIELDS]
    if not names:
        return Message(N_("details"))
    joined = names[0]
    for name in names[1:]:
        joined = Message(N_("%(one)s, %(other)s"), {"one": joined, "other": name})
    return joined
