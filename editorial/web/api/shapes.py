"""What programs get to see of items, jobs and channels. Instants are in UTC; wall times stand beside their zone."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import JsonValue
from sqlalchemy.orm import Session

from editorial.domain.cards import Card, Flag, Trouble
from editorial.domain.jobs import Action, Health, JobState, Nature, Waits
from editorial.domain.keywords import Intent
from editorial.domain.locales import Language
from editorial.domain.messages import Message
from editorial.domain.workflow import Status
from editorial.services import channel_pages, job_lists, job_pages, queue_pages
from editorial.services.cascade import Cascade
from editorial.services.cascade import Fate as JobFate
from editorial.services.job_decisions import open_to
from editorial.store import distribution
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, DistributionJob
from editorial.web.api.contract import Shown
from editorial.web.context import say


class ItemRow(Shown):
    """An item as the calendar's card shows it."""

    id: int
    version: int
    title: str
    language: Language
    status: Status
    type_id: int
    owner_id: int | None
    campaign_id: int | None
    target_date: date | None
    publish_at: datetime | None
    publish_zone: str | None
    flag: Flag | None
    days_late: int
    trouble: Trouble | None
    findings: int


class Items(Shown):
    """One page of items."""

    items: list[ItemRow]
    next: str | None
    """What `after` has to be for the next page; null at the end."""


class Cell(Shown):
    """A decision role and a buying step that an item works for."""

    role_id: int
    step_id: int
    is_primary: bool


class Item(Shown):
    """An item with its text."""

    id: int
    version: int
    title: str
    slug: str | None
    language: Language
    status: Status
    type_id: int
    site_id: int | None
    owner_id: int | None
    campaign_id: int | None
    priority: int
    description: str
    brief: str
    body: str
    target_query: str
    query_intent: Intent
    is_offer: bool
    review_by: date | None
    details: dict[str, JsonValue]
    cells: list[Cell]
    target_date: date | None
    publish_at: datetime | None
    publish_wall: datetime | None
    publish_zone: str | None
    publish_fold: int
    publish_failed: bool
    published_at: datetime | None
    url: str | None
    updated_at: datetime


class JobRow(Shown):
    """One item on one channel at one time."""

    id: int
    item_id: int
    title: str
    channel_id: int
    channel: str
    variant: str
    action: Action
    state: JobState
    due_at: datetime
    next_try_at: datetime | None
    waits_for: Waits | None
    pinned: bool
    attempt: int
    max_attempts: int
    url: str | None
    reason: str | None
    """Why it is where it is, as a sentence."""
    repeat_of: int | None
    created_at: datetime
    ended_at: datetime | None


class Jobs(Shown):
    """One page of jobs."""

    jobs: list[JobRow]
    next: str | None


class Attempt(Shown):
    """One try of a job. Secrets were left out before it was written down."""

    n: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    reason: str | None
    http_status: int | None
    milliseconds: int | None
    request: dict[str, JsonValue] | None
    answer: dict[str, JsonValue] | None


class Decisions(Shown):
    """What a person may decide about a job now."""

    send_now: bool
    send_again: bool
    cancel: bool
    confirm: bool
    decline: bool


class Job(JobRow):
    """A job with everything that was tried."""

    next_step: str
    can: Decisions
    attempts: list[Attempt]
    repeats: list[int]


class CascadeRow(Shown):
    """What becomes of one job when its item moves."""

    label: str
    fate: JobFate
    before: datetime | None
    after: datetime | None
    past: bool
    quiet_until: datetime | None


class Done(Shown):
    """What a change came to: the item, a sentence, its jobs, what moved along, and what takes it back."""

    item: Item
    says: str
    moved: list[CascadeRow]
    jobs: list[JobRow]
    undo: str | None
    dry_run: bool = False


class ChannelRow(Shown):
    """A channel and how it fares. Its settings and secrets are no business of programs."""

    id: int
    version: int
    name: str
    kind: str
    nature: Nature
    site_id: int
    enabled: bool
    health: Health
    reason: str | None
    checked_at: datetime | None
    waiting_jobs: int


class Channels(Shown):
    """Every channel."""

    channels: list[ChannelRow]


def item_row(card: Card) -> ItemRow:
    """A card."""
    return ItemRow.model_validate(card)


def item(found: ContentItem) -> Item:
    """An item."""
    return Item.model_validate(found)


def job_row(found: DistributionJob) -> JobRow:
    """A job."""
    return JobRow(**job_lists.facts(found, say))


def job(session: Session, found: DistributionJob) -> Job:
    """A job with its attempts."""
    repeats = [one.id for one in queue_pages.repeats_of(session, found.id)]
    can = open_to(found, repeated=bool(repeats))
    unknown = found.state is JobState.UNKNOWN_OUTCOME
    by_hand = found.state is JobState.AWAITING_HUMAN
    return Job(
        **job_lists.facts(found, say),
        next_step=say(job_pages.next_step(found)),
        can=Decisions(
            send_now=can.send_now,
            send_again=can.repeat or unknown,
            cancel=can.cancel,
            confirm=can.confirm or unknown or by_hand,
            decline=by_hand,
        ),
        attempts=[Attempt(**job_lists.attempt_facts(one, say)) for one in found.attempts],
        repeats=repeats,
    )


def moved(cascade: Cascade | None) -> list[CascadeRow]:
    """What a move does to the jobs of an item."""
    return [
        CascadeRow(
            label=row.label, fate=row.fate, before=row.origin, after=row.to, past=row.past, quiet_until=row.quiet_until
        )
        for row in (cascade.rows if cascade else ())
    ]


def channel(found: Channel, waiting: int) -> ChannelRow:
    """A channel."""
    reason = channel_pages.reason_of(found)
    return ChannelRow(
        id=found.id,
        version=found.version,
        name=found.name,
        kind=found.kind,
        nature=found.nature,
        site_id=found.site_id,
        enabled=found.enabled,
        health=found.health,
        reason=say(reason) if reason else None,
        checked_at=found.checked_at,
        waiting_jobs=waiting,
    )


def done(
    session: Session,
    found: ContentItem,
    says: Message,
    *,
    cascade: Cascade | None = None,
    undo: str | None = None,
    dry_run: bool = False,
) -> Done:
    """What a change came to, with the jobs as they are now."""
    session.flush()
    return Done(
        item=item(found),
        says=say(says),
        moved=moved(cascade),
        jobs=rows_of_jobs(distribution.live_jobs(session, found.id)),
        undo=undo,
        dry_run=dry_run,
    )


def rows_of_jobs(jobs: Sequence[DistributionJob]) -> list[JobRow]:
    """Jobs by the time they are due."""
    return [job_row(one) for one in sorted(jobs, key=lambda one: (one.due_at, one.id))]
