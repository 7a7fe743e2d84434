"""Channels are asked whether they work: once a day, before jobs are due, and sooner while something is wrong.

So that a dead token is known three days before the job that needs it, not at its minute (planning.md F24). One silence
is no break: networks have their moments. A refusal is one.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.domain.jobs import Health, JobState, NotSent, Refused, move
from editorial.domain.lateness import beyond
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.domain.statuses import GOES_OUT
from editorial.services import channel_secrets, channels, gates, job_notices
from editorial.services.deps import Deps
from editorial.services.turns import start_of
from editorial.store import distribution, history, probes
from editorial.store.base import reading
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.probes import ChannelProbe

log = structlog.get_logger()

Fault = Refused | NotSent | None
Ask = Callable[[Deps, Channel], Fault]

DAILY = timedelta(days=1)
BEFORE_JOBS = (timedelta(hours=72), timedelta(hours=24), timedelta(hours=1))
"""How long before a job is due its channel is asked."""
AFTER_SILENCE = timedelta(minutes=5)
WHILE_BROKEN = timedelta(minutes=10)
"""Also while jobs are held that could still go out."""
REST = timedelta(minutes=15)
"""Jobs in close succession need no question each."""
SILENCES = 2
"""So many questions in a row without any answer are a break."""
PATIENCE = 60.0  # seconds for one question; adapters end by themselves long before
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class _Marks:
    """What makes the channels due, by channel."""

    before_jobs: Mapping[int, datetime]
    """The last instant at which it should have been asked because of a job ahead."""
    held: Mapping[int, datetime]
    """When the last of its held jobs was due."""


def probe_due(
    deps: Deps, *, stopping: Callable[[], bool] = lambda: False, ask: Ask = channels.ask, patience: float = PATIENCE
) -> dict[str, int]:
    """Ask every channel whose question is due, one after another; counts by what came of it.

    Args:
        deps: the parts.
        stopping: asked before each channel; true ends the round.
        ask: what asks, touching the network; no transaction is open meanwhile.
        patience: seconds after which a question counts as unanswered.
    """
    done = {"asked": 0, "broken": 0, "let_go": 0}
    for channel in due(deps):
        if stopping():
            break
        if not _claim(deps, channel):
            continue  # another process asks it, or has just done so
        fault = _within(deps, channel, ask, patience)
        done["asked"] += 1
        health = _write_down(deps, channel, fault)
        done["broken"] += health is Health.BROKEN
        if health is Health.OK:
            done["let_go"] += let_go(deps, channel.id)
    return done


def due(deps: Deps) -> list[Channel]:
    """The channels whose question is due, the longest unasked first. A look that takes no lock."""
    now = deps.now()
    with reading(deps.sessions) as session:
        found, marks = probes.enabled(session), _marks(session, now)
    return [channel for channel, known in found if _is_due(channel, known, marks, now)]


def _marks(session: Session, now: datetime) -> _Marks:
    before: dict[int, datetime] = {}
    for ahead in BEFORE_JOBS:
        for channel_id, due_at in probes.last_due_within(session, now, ahead).items():
            before[channel_id] = max(before.get(channel_id, due_at - ahead), due_at - ahead)
    return _Marks(before, probes.held_until(session, now))


def _is_due(channel: Channel, known: ChannelProbe | None, marks: _Marks, now: datetime) -> bool:
    checked_at = channel.checked_at
    if checked_at is None or checked_at > now:  # never asked, or somebody set the machine's clock back
        return True
    mark, held = marks.before_jobs.get(channel.id), marks.held.get(channel.id)
    wait = DAILY
    if mark is not None and mark > checked_at:
        wait = REST
    ill = channel.health is Health.BROKEN or (known is not None and known.told_broken)
    if ill or (held is not None and not beyond(held, now, channel.late_ok)):
        wait = WHILE_BROKEN
    elif known is not None and known.silent:
        wait = AFTER_SILENCE
    return now - checked_at >= wait


def _claim(deps: Deps, channel: Channel) -> bool:
    now = deps.now()
    with deps.sessions.begin() as session:
        if not probes.claim(session, channel.id, now, now + _LEASE):
            return False
        fresh = distribution.get_channel(session, channel.id)
        if fresh.checked_at == channel.checked_at and fresh.version == channel.version:
            return True
        probes.lock(session, channel.id).lease_until = None
        return False


def _within(deps: Deps, channel: Channel, ask: Ask, patience: float) -> Fault:
    """What `ask` answers, or that it took too long. The thread that hangs is left behind; its claim runs out."""
    answers: list[Fault] = []

    def work() -> None:
        try:
            answers.append(ask(deps, channel))
        except Exception:
            log.exception("channel.probe_crashed", channel_id=channel.id)
            answers.append(NotSent(Message(N_("Editorial could not ask it; the scheduler's log says why."))))

    thread = threading.Thread(target=work, name=f"probe-{channel.id}", daemon=True)
    thread.start()
    thread.join(patience)
    if answers:
        return answers[0]
    says = N_("“%(channel)s” did not answer within %(seconds)s seconds.")
    return NotSent(Message(says, {"channel": channel.name, "seconds": round(patience)}))


def _write_down(deps: Deps, asked: Channel, fault: Fault) -> Health | None:
    """Keep the answer, and tell people if it changes what they know. None: nothing is sure yet, or it was changed."""
    with deps.sessions.begin() as session:
        known = probes.lock(session, asked.id)
        known.lease_until = None
        known.silent = known.silent + 1 if isinstance(fault, NotSent) else 0
        health, reason = _judged(asked, known, fault)
        channel_secrets.drop_overdue(session, deps, asked.id)
        packed = pack(reason) if reason else asked.health_reason if health is Health.BROKEN else None
        if not distribution.record_health(session, asked, health=health, reason=packed, checked_at=deps.now()):
            return None
        if health is Health.BROKEN and reason is not None and not known.told_broken:
            known.told_broken, known.breaks = True, known.breaks + 1
            log.warning("channel.broke", channel_id=asked.id)
            job_notices.channel_broke(session, deps, asked, reason, known.breaks)
        elif fault is None and known.told_broken:
            known.told_broken = False
            log.info("channel.mended", channel_id=asked.id)
            job_notices.channel_mended(session, deps, asked, known.breaks)
        return health if fault is None or reason is not None else None


def _judged(asked: Channel, known: ChannelProbe, fault: Fault) -> tuple[Health, Message | None]:
    """The channel's health after this answer, and what speaks against it. One silence leaves it as it was."""
    if fault is None:
        return Health.OK, None
    if isinstance(fault, NotSent) and known.silent < SILENCES:
        return asked.health, None
    return Health.BROKEN, channels.said(fault)


# -- jobs that its illness held back ------------------------------------------------------------------------------


def ask_now(deps: Deps, channel_id: int) -> Channel:
    """Ask a channel because somebody wants to know; if it works, what its illness held back goes out at once."""
    channel = channels.probe(deps, channel_id)
    if channel.health is Health.OK:
        let_go(deps, channel_id)
    return channel


def let_go(deps: Deps, channel_id: int) -> int:
    """Let the held jobs of a channel that works go out, if they are not too late; returns how many.

    They pass all gates anew. What the draft's own gate holds is left to people: no channel can mend a text.
    """
    with reading(deps.sessions) as session:
        held = probes.held_jobs(session, channel_id)
    gone = 0
    for job_id in held:
        with deps.sessions.begin() as session:
            job = distribution.lock_job(session, job_id)
            if _may_go(job, deps.now()):
                _let_go(session, job, deps.now())
                gone += 1
    return gone


def _may_go(job: DistributionJob, now: datetime) -> bool:
    item = job.item
    return (
        job.state is JobState.HELD
        and job.waits_for is None
        and (job.last_error or {}).get("id") not in gates.DRAFT_HAS_ERROR
        and item.approved_hash == item.content_hash == job.content_hash
        and item.status in GOES_OUT
        and not beyond(start_of(job), now, job.channel.late_ok)
    )


def _let_go(session: Session, job: DistributionJob, now: datetime) -> None:
    job.state = move(job.state, JobState.QUEUED)
    job.last_error = job.next_try_at = job.dispatched_at = None
    history.record(
        session,
        at=now,
        actor_id=None,
        action="job.let_go",
        entity="job",
        entity_id=job.id,
        after={"item_id": job.item_id, "channel_id": job.channel_id},
    )
    log.info("job.let_go", job_id=job.id)
