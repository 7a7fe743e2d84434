"""Switching a channel off while jobs wait for it: somebody decides what becomes of them, none is left behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.jobs import IN_FLIGHT, JobState
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.people import Permission, permissions
from editorial.services import channels, outcomes
from editorial.services.deps import Deps
from editorial.services.plan_jobs import cancel_job
from editorial.store import channel_plans, distribution, history
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.people import Person


class Fate(StrEnum):
    """What becomes of the jobs of a channel that is switched off."""

    CANCEL = "cancel"
    MOVE = "move"


class SwitchRefused(EditorialError):
    """The channel stays on: its jobs cannot be decided about like this."""

    http_status = 409


@dataclass(frozen=True)
class Waiting:
    """The jobs that wait for a channel, and where they could go instead."""

    channel: Channel
    jobs: Sequence[DistributionJob]
    others: Sequence[Channel]

    @property
    def under_way(self) -> int:
        """Jobs that are being sent, or of which nobody knows whether they arrived: they have to end first."""
        return sum(job.state in IN_FLIGHT for job in self.jobs)


def waiting(session: Session, channel_id: int) -> Waiting:
    """What waits for a channel, or `NotFound`."""
    channel = distribution.get_channel(session, channel_id)
    others = channel_plans.similar_channels(session, channel)
    return Waiting(channel, channel_plans.live_jobs_of_channel(session, channel.id), others)


def switch_off(
    session: Session,
    deps: Deps,
    actor: Person,
    channel_id: int,
    *,
    version: int,
    fate: Fate,
    to_channel_id: int | None = None,
) -> int:
    """Switch a channel off, its jobs cancelled or moved to another channel of the same nature. The caller commits.

    Works for a broken channel, too: nothing is asked of it. Returns how many jobs were decided about.

    Raises:
        StaleVersion: somebody changed the channel meanwhile. SwitchRefused: a job is on its way, the other channel
        cannot take the jobs, or the actor may not decide about jobs.
    """
    channel = distribution.get_channel(session, channel_id)
    if channel.version != version:
        raise StaleVersion(
            Message(N_("Somebody else changed “%(name)s” in the meantime."), {"name": channel.name}),
            hint=Message(N_("Look at it again, then decide.")),
        )
    jobs = channel_plans.live_jobs_of_channel(session, channel.id, lock=True)
    _check(jobs, channel, actor)
    if fate is Fate.MOVE:
        _move(session, deps, jobs, _other(session, channel, to_channel_id))
    else:
        for job in jobs:
            cancel_job(job, deps.now())
    session.flush()
    for job in jobs:
        _record(session, deps, actor, job, fate)
    channels.switch(session, deps, channel.id, version=channel.version, enabled=False, actor_id=actor.id)
    if fate is Fate.CANCEL:
        for item in {job.item_id: job.item for job in jobs}.values():
            outcomes.settle(session, item, deps.now(), actor_id=actor.id)
    return len(jobs)


def _check(jobs: Sequence[DistributionJob], channel: Channel, actor: Person) -> None:
    if jobs and Permission.PUBLISH not in permissions(actor.roles):
        raise SwitchRefused(
            Message(N_("Only a publisher may decide about its jobs.")),
            hint=Message(N_("Ask somebody who may publish to switch it off.")),
        )
    under_way = sum(job.state in IN_FLIGHT for job in jobs)
    if under_way:
        raise SwitchRefused(
            Message.counted(
                NP_(
                    "%(count)s job of “%(name)s” is on its way, or nobody knows yet whether it arrived.",
                    "%(count)s jobs of “%(name)s” are on their way, or nobody knows yet whether they arrived.",
                ),
                under_way,
                name=channel.name,
            ),
            hint=Message(N_("Look at them first: wait until they have ended, or say what became of them.")),
        )


def _other(session: Session, channel: Channel, to_channel_id: int | None) -> Channel:
    found = next((one for one in channel_plans.similar_channels(session, channel) if one.id == to_channel_id), None)
    if found is None:
        raise SwitchRefused(
            Message(N_("The jobs cannot go to that channel.")),
            hint=Message(N_("Choose one of the same site that does the same.")),
            field="to",
        )
    return found


def _move(session: Session, deps: Deps, jobs: Sequence[DistributionJob], other: Channel) -> None:
    """Give every job to the other channel, its plan with it. One that goes there anyway is cancelled instead."""
    for job in jobs:
        there = {(one.channel_id, one.variant) for one in distribution.live_jobs(session, job.item_id)}
        row = channel_plans.find_row(session, job.item_id, job.channel_id, job.variant)
        if (other.id, job.variant) in there:
            cancel_job(job, deps.now())
            continue
        if row is not None and row.text:  # other words than those that were approved would go out
            raise SwitchRefused(
                Message(
                    N_("“%(title)s” has words of its own that were approved for “%(name)s” alone."),
                    {"title": job.item.title, "name": job.channel.name},
                ),
                hint=Message(N_("Cancel the jobs instead, then write them for the other channel.")),
                field="to",
            )
        plan = channel_plans.row_of(session, job.item_id, other, job.variant, deps.now())
        plan.carried, plan.offset_minutes, plan.pinned = True, job.offset_minutes, False
        if row is not None:
            plan.offset_minutes, plan.pinned = row.offset_minutes, row.pinned
            plan.wall, plan.zone, plan.fold, plan.at = row.wall, row.zone, row.fold, row.at
        if job.state is JobState.AWAITING_HUMAN:
            raise SwitchRefused(
                Message(N_("Somebody is about to post “%(title)s” by hand."), {"title": job.item.title}),
                hint=Message(N_("Confirm or decline that job first, or cancel the jobs.")),
            )
        cancel_job(job, deps.now())
        session.flush()
        session.add(_twin(job, other, deps))
        session.flush()


def _twin(job: DistributionJob, other: Channel, deps: Deps) -> DistributionJob:
    """The same job on the other channel, at the same time: a new one with a key of its own."""
    return DistributionJob(
        item_id=job.item_id,
        channel_id=other.id,
        action=job.action,
        state=JobState.HELD if job.content_hash != job.item.approved_hash else JobState.QUEUED,
        due_at=job.due_at,
        anchor_kind=job.anchor_kind,
        offset_minutes=job.offset_minutes,
        pinned=job.pinned,
        variant=job.variant,
        occurrence=job.occurrence,
        idem_key=deps.token(),
        content_hash=job.content_hash,
        last_error=job.last_error if job.content_hash != job.item.approved_hash else None,
        created_at=deps.now(),
    )


def _record(session: Session, deps: Deps, actor: Person, job: DistributionJob, fate: Fate) -> None:
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action="job.cancelled_by_hand",
        entity="job",
        entity_id=job.id,
        after={"state": job.state.value, "item_id": job.item_id, "because": "channel.switched", "fate": fate.value},
    )
