"""What the page of one job shows: every attempt, what was said on the wire, and what people decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.adapters.channels import kind_of
from editorial.domain.jobs import JobState
from editorial.domain.messages import N_, Message
from editorial.domain.packing import unpack
from editorial.services.turns import start_of
from editorial.store import history
from editorial.store.distribution import DistributionJob, JobAttempt
from editorial.store.people import Person

NEXT_STEPS = {
    JobState.PLANNED: Message(N_("It is planned, but not released yet.")),
    JobState.HELD: Message(N_("It is held back. Nothing goes out until the reason is gone.")),
    JobState.QUEUED: Message(N_("It goes out by itself at its time.")),
    JobState.DISPATCHED: Message(N_("It is due and goes out within seconds.")),
    JobState.CLAIMED: Message(N_("It is being prepared. Nothing has left the desk.")),
    JobState.SENDING: Message(N_("It is being sent at this moment.")),
    JobState.ACCEPTED: Message(N_("The channel has it. It counts as live once its page is seen.")),
    JobState.SUCCEEDED: Message(N_("It is live. Nothing more happens.")),
    JobState.RETRY_WAIT: Message(N_("Nothing arrived, for sure. It is tried again by itself.")),
    JobState.FAILED: Message(N_("It did not go out and is not tried again by itself.")),
    JobState.UNKNOWN_OUTCOME: Message(
        N_(
            "We sent it and the answer got lost. Sent again, it might be there twice. "
            "So nothing more happens until you decide."
        )
    ),
    JobState.MISSED: Message(N_("Its time was missed by too much for it to go out by itself.")),
    JobState.CANCEL_REQUESTED: Message(N_("It was being sent when it was cancelled; it may still arrive.")),
    JobState.CANCELLED: Message(N_("It was cancelled. Nothing goes out.")),
    JobState.AWAITING_HUMAN: Message(N_("Somebody has to post it by hand.")),
}
OUTCOMES = {
    "accepted": ("ok", Message(N_("The channel took it."))),
    "refused": ("bad", Message(N_("The channel refused it."))),
    "not_sent": ("warn", Message(N_("It was not taken; for sure nothing arrived."))),
    "unclear": ("warn", Message(N_("No clear answer came."))),
    "died": ("warn", Message(N_("The program ended while it was being sent."))),
}
UNDER_WAY = Message(N_("It has not ended."))
DECISIONS = {
    "job.resolved_live": ("ok", N_("%(name)s saw it live.")),
    "job.repeated": ("note", N_("%(name)s sent it again as a new job.")),
    "job.sent_now": ("note", N_("%(name)s let it go out at once.")),
    "job.cancelled_by_hand": ("note", N_("%(name)s cancelled it.")),
    "job.reminder": ("note", N_("Whoever posts it was reminded.")),
    "job.declined": ("note", N_("%(name)s did not post it.")),
    "job.succeeded": ("ok", N_("Live.")),
    "job.failed": ("bad", N_("Given up.")),
    "job.missed": ("bad", N_("Missed.")),
    "job.cancelled": ("note", N_("Cancelled.")),
    "job.unknown_outcome": ("warn", N_("Stopped: nobody knows whether it arrived.")),
}


@dataclass(frozen=True)
class Try:
    """One attempt as its page shows it. What was said on the wire is plain text, redacted by its channel."""

    n: int
    worker: str
    started_at: datetime
    took: timedelta | None
    """On the network where that was measured, else from begin to end; None while it goes on."""
    tone: str
    says: Message
    detail: Message | None
    status: int | None
    request: str
    answer: str


@dataclass(frozen=True)
class Step:
    """Something that happened to a job."""

    at: datetime
    tone: str
    says: Message


def next_step(job: DistributionJob) -> Message:
    """What happens next, in one sentence."""
    return NEXT_STEPS[job.state]


def looked_at_again(job: DistributionJob) -> datetime | None:
    """When the clock looks at the job again; None where that is for a person alone, or nothing is expected of it."""
    if job.state is JobState.AWAITING_HUMAN or not job.live:
        return None
    if job.state is JobState.UNKNOWN_OUTCOME:
        kind = kind_of(job.channel.kind)
        return job.next_try_at if kind is not None and kind.adapter.finds else None
    return job.next_try_at


def counts_as_missed_from(job: DistributionJob) -> datetime:
    """Until when somebody may post it by hand."""
    return start_of(job) + job.channel.late_ok


def reason_of(job: DistributionJob) -> Message | None:
    """Why the job is where it is, if something said so."""
    return unpack(job.last_error) if job.last_error else None


def tries(job: DistributionJob) -> Sequence[Try]:
    """Every attempt of a job, the newest first."""
    return [_try(attempt) for attempt in reversed(job.attempts)]


def _try(attempt: JobAttempt) -> Try:
    tone, says = OUTCOMES.get(attempt.outcome or "", ("pencil", UNDER_WAY))
    took = attempt.ended_at - attempt.started_at if attempt.ended_at is not None else None
    return Try(
        n=attempt.n,
        worker=attempt.worker,
        started_at=attempt.started_at,
        took=took if attempt.milliseconds is None else timedelta(milliseconds=attempt.milliseconds),
        tone=tone,
        says=says,
        detail=unpack(attempt.reason) if attempt.reason else None,
        status=attempt.http_status,
        request=_lines(attempt.request),
        answer=_lines(attempt.answer),
    )


def _lines(said: Mapping[str, object] | None) -> str:
    """What was said, a line a part; a part of several lines stands below its name."""
    parts = [(name, str(value)) for name, value in (said or {}).items()]
    return "\n".join(f"{name}:\n{value}" if "\n" in value else f"{name}: {value}" for name, value in parts)


def trail(session: Session, job: DistributionJob) -> Sequence[Step]:
    """Everything that happened to a job, oldest first."""
    steps = [Step(job.created_at, "note", Message(N_("Made.")))]
    for attempt in job.attempts:
        params: dict[str, object] = {"n": attempt.n, "most": job.max_attempts}
        steps.append(Step(attempt.started_at, "pencil", Message(N_("Attempt %(n)s of %(most)s began."), params)))
        if attempt.ended_at is not None and attempt.outcome in OUTCOMES:
            tone, says = OUTCOMES[attempt.outcome]
            steps.append(Step(attempt.ended_at, tone, says))
    events = history.of_entity(session, "job", job.id)
    names = _names(session, {event.actor_id for event in events if event.actor_id is not None})
    for event in reversed(events):
        if event.action in DECISIONS:
            tone, text = DECISIONS[event.action]
            by = {"name": names.get(event.actor_id or 0, "–")} if "%(name)s" in text else {}
            steps.append(Step(event.at, tone, Message(text, by)))
    return sorted(steps, key=lambda step: step.at)  # stable: an attempt ends before what came of it


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())
