"""When a due job has its turn: quiet hours, the account's rate, and the queue of late jobs after a pause."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from sqlalchemy.orm import Session

from editorial.domain.jobs import JobState, Waits
from editorial.domain.lateness import CATCH_UP_AFTER, Late, beyond, could_go_from, next_free, places
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.quiet import QuietHours
from editorial.domain.slots import shown_in
from editorial.domain.statuses import GOES_OUT
from editorial.services.deps import Deps
from editorial.store import catching_up, runs
from editorial.store.distribution import Channel, DistributionJob

log = structlog.get_logger()


@dataclass(frozen=True)
class Later:
    """When a job that is due may go instead, what it waits for, and a sentence that says so."""

    at: datetime
    waits: Waits
    says: Message


@dataclass
class Budget:
    """What one transaction has found out about the sends of channels with a rate, and has added itself."""

    sent: dict[int, list[datetime]] = field(default_factory=dict)
    promised: dict[int, list[datetime]] = field(default_factory=dict)

    def spend(self, channel_id: int, at: datetime) -> None:
        """One more begins now."""
        if channel_id in self.sent:
            self.sent[channel_id].append(at)


def quiet_hours(channel: Channel) -> QuietHours | None:
    """The channel's quiet hours, in its own zone or its site's. One that is unknown here is told by the start check."""
    if not channel.quiet_from or not channel.quiet_until:
        return None
    try:
        zone = ZoneInfo(channel.quiet_zone or channel.site.zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return QuietHours.of(channel.quiet_from, channel.quiet_until, zone)


def start_of(job: DistributionJob) -> datetime:
    """Since when the job could have gone; its lateness counts from there."""
    return could_go_from(job.due_at, job.late_from, quiet_hours(job.channel))


def look_again(job: DistributionJob, now: datetime) -> tuple[JobState, Message | None] | None:
    """Where the job has to go instead of out, if anything changed since it was planned."""
    item = job.item
    if job.due_at > now:
        return JobState.QUEUED, None  # moved while it was being claimed
    if not job.channel.enabled:
        return JobState.HELD, Message(N_("The channel is switched off."))
    if item.approved_hash != job.content_hash or item.content_hash != job.content_hash:
        return JobState.HELD, Message(N_("The text was changed after its approval."))
    if item.status not in GOES_OUT:
        return JobState.HELD, Message(N_("The item is not scheduled any more."))
    if beyond(start_of(job), now, job.channel.late_ok):
        return JobState.MISSED, Message(N_("Its time was missed; it does not go out by itself any more."))
    return None


def quiet_until(job: DistributionJob, now: datetime) -> Later | None:
    """The end of the quiet hours, if they are now."""
    quiet = quiet_hours(job.channel)
    if quiet is None or (end := quiet.leaves(now)) == now:
        return None
    says = Message(
        N_("The channel keeps its quiet hours; it goes out at %(time)s (%(zone)s)."),
        {"time": shown_in(end, quiet.zone).time(), "zone": quiet.zone},
    )
    return Later(end, Waits.QUIET, says)


def turn_by_rate(session: Session, job: DistributionJob, now: datetime, budget: Budget) -> Later | None:
    """When the account's rate lets the job go, if not now. Holds the channel's row, so that processes take turns.

    A job whose turn was promised before has only the sends before it; a new one stands behind what is promised.
    """
    channel = job.channel
    if not channel.rate_count or not channel.rate_minutes:
        return None
    window = timedelta(minutes=channel.rate_minutes)
    if channel.id not in budget.sent:
        runs.lock_channel(session, channel.id)
        budget.sent[channel.id] = runs.sends_since(session, channel.id, now - window)
        budget.promised[channel.id] = runs.promised_sends(session, channel.id, now)
    counting = list(budget.sent[channel.id])
    if job.waits_for is not Waits.RATE:
        counting += budget.promised[channel.id]
    at = next_free(counting, now, channel.rate_count, window)
    if at <= now:
        return None
    budget.promised[channel.id].append(at)
    says = Message(
        N_("The account takes %(count)s in %(minutes)s minutes; this one has its turn later."),
        {"count": channel.rate_count, "minutes": channel.rate_minutes},
    )
    return Later(at, Waits.RATE, says)


def catch_up(deps: Deps) -> int:
    """Give the late jobs of each channel their places, in due order and spaced; returns how many were put off.

    A job is late when the clock should have taken it two minutes ago: then it stood still, and a burst would follow.
    What is too late for its channel is left alone: it will be missed, and takes no place.
    """
    now = deps.now()
    put_off = 0
    with deps.sessions.begin() as session:
        for channel, jobs in catching_up.late_jobs(session, now - CATCH_UP_AFTER):
            quiet, spacing = quiet_hours(channel), timedelta(seconds=channel.spacing_seconds)
            starts = [Late(job.id, could_go_from(job.due_at, job.late_from, quiet)) for job in jobs]
            going = [one for one in starts if not beyond(one.start, now, channel.late_ok)]
            given = places(going, now, channel.catch_up_until, spacing)
            for job in jobs:
                at = given.get(job.id, now)
                job.waits_for, job.next_try_at = Waits.CATCHING_UP, at
                if at > now:
                    job.late_from, job.last_error = at, pack(Message(CATCHING_UP))
                    put_off += 1
            if given:
                catching_up.remember(session, channel.id, max(given.values()))
            log.warning("channel.catches_up", channel_id=channel.id, jobs=len(jobs), missed=len(jobs) - len(given))
    return put_off


CATCHING_UP = N_("The scheduler stood still; the late jobs of this channel go out one after another.")
