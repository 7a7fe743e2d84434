"""Who hears of a publish job that does not go its way: what happened, why, and what to do.

`tell` is called in the transaction that writes the job's state, so nothing is told which did not happen. It never
breaks that transaction: a notice that cannot be written is logged, and the state stands (planning.md F08, R15).
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from editorial.adapters.channels import kind_of
from editorial.domain.jobs import JobState, Waits
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.packing import unpack
from editorial.domain.people import Permission
from editorial.services import notices
from editorial.services.deps import Deps
from editorial.services.hand_offs import asked
from editorial.services.turns import start_of
from editorial.store import distribution, history, probes
from editorial.store.base import reading
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.people import Person, people_who_may

log = structlog.get_logger()

RETRY, FAILED, MISSED, UNKNOWN = "job-retry", "job-failed", "job-missed", "job-unknown"
NO_ADDRESS = "job-no-address"
HELD, HAND, REMINDER, DECLINED = "job-held", "job-hand", "job-reminder", "job-declined"
BROKEN, MENDED, GONE = "channel-broken", "channel-mended", "channel-gone"
"""Kinds of notices."""
LOOKS_BEFORE_TOLD = 4
"""Looks at a page that is pointed at before people hear that it is not there: about three minutes."""

_TOLD_WITHIN = timedelta(days=1)
"""A clock that stood still longer tells no more of jobs that were held meanwhile; the queue shows them."""

_NO_REASON = Message(N_("Nobody knows why."))
_RETRY = N_("“%(title)s” did not get through to “%(channel)s” at the first try. %(why)s It is tried again at %(at)s.")
_FAILED = N_("“%(title)s” did not go out on “%(channel)s”. %(why)s Mend that, then send it again from its page.")
_MISSED = N_(
    "“%(title)s” was missed on “%(channel)s”: it was due at %(due)s. %(why)s Send it again from its page, or leave it."
)
_UNKNOWN = N_("It is not known whether “%(title)s” arrived on “%(channel)s”. %(why)s Look there, then say so.")
_ASKED = N_(
    "It is not known whether “%(title)s” arrived on “%(channel)s”. %(why)s The channel is being asked;"
    " if it cannot tell, look there yourself."
)
_NO_ADDRESS = N_("“%(channel)s” took “%(title)s” and did not say where it can be read. Look for it there, then say so.")
_HELD = N_("“%(title)s” is held back from “%(channel)s”. %(why)s Mend that, then let it go out from its page.")
_HELD_FOR_PAGE = N_(
    "“%(title)s” is held back from “%(channel)s” until the page that it points at can be seen. %(why)s"
    " It goes out by itself then, until %(until)s."
)
_HAND = N_("Please post “%(title)s” on “%(channel)s” by hand: text and link are ready. Confirm it there by %(until)s.")
_REMINDER = N_("“%(title)s” still waits for your hands on “%(channel)s”. From %(until)s on it counts as missed.")
_DECLINED = N_("%(name)s did not post “%(title)s” on “%(channel)s”.")
_BROKEN = N_("The channel “%(channel)s” does not work. %(why)s Mend it before the next job is due.")
_MENDED = N_("The channel “%(channel)s” works again.")
_GONE = N_("The channel “%(channel)s” is no more and was switched off. %(why)s")
_GONE_WITH_JOBS = NP_(
    "The channel “%(channel)s” is no more and was switched off. %(why)s %(count)s job is held back.",
    "The channel “%(channel)s” is no more and was switched off. %(why)s %(count)s jobs are held back.",
)


@dataclass(frozen=True)
class _Event:
    kind: str
    key: str
    """Names the event among those of its job; said again, nobody is told again."""
    says: str
    by_hand: bool = False
    """Whether it concerns whoever posts it, not those who look after the channel."""


def tell(session: Session, deps: Deps, job: DistributionJob) -> None:
    """Tell whom it concerns where a job has got to, if that is worth telling; each event once.

    The caller holds the job, has written its new state, and commits.
    """
    event = _event(job)
    if event is not None:
        _safely(session, lambda: _tell(session, deps, job, event), job_id=job.id, notice=event.kind)


def remind(session: Session, deps: Deps, job: DistributionJob) -> None:
    """Call to mind that a job still waits for somebody's hands. The caller commits."""
    event = _Event(REMINDER, "reminder", _REMINDER, by_hand=True)
    _safely(session, lambda: _tell(session, deps, job, event), job_id=job.id, notice=event.kind)


_EVENTS = {
    JobState.RETRY_WAIT: _Event(RETRY, "retry", _RETRY),
    JobState.FAILED: _Event(FAILED, "failed", _FAILED),
    JobState.MISSED: _Event(MISSED, "missed", _MISSED),
    JobState.UNKNOWN_OUTCOME: _Event(UNKNOWN, "unknown", _UNKNOWN),
    JobState.AWAITING_HUMAN: _Event(HAND, "hand", _HAND, by_hand=True),
}


def tell_held(deps: Deps) -> int:
    """Tell of jobs whose time came while they were held, such as for an approval; returns how many are. For the clock.

    No worker takes them, so nobody else would say so.
    """
    now = deps.now()
    with reading(deps.sessions) as session:
        held = probes.held_since(session, now - _TOLD_WITHIN, now)
    for job_id in held:
        with deps.sessions.begin() as session:
            tell(session, deps, distribution.lock_job(session, job_id))
    return len(held)


def _event(job: DistributionJob) -> _Event | None:
    if job.state is JobState.HELD:
        return _held(job)
    if job.lacks_address:
        return _Event(NO_ADDRESS, "no-address", _NO_ADDRESS)
    if job.state is JobState.RETRY_WAIT and job.attempt > 1:
        return None  # of the first try people know, of the last they will hear
    if job.state is JobState.UNKNOWN_OUTCOME and _finds(job.channel):
        return _Event(UNKNOWN, "unknown", _ASKED)
    return _EVENTS.get(job.state)


def _held(job: DistributionJob) -> _Event | None:
    """Held for one reason at one time is one event; a page that takes a few moments is none."""
    due = round(job.due_at.timestamp())
    if job.waits_for is Waits.PAGE:
        return _Event(HELD, f"page:{due}", _HELD_FOR_PAGE) if job.checks >= LOOKS_BEFORE_TOLD else None
    reason = (job.last_error or {}).get("id", "")
    return _Event(HELD, f"held:{due}:{zlib.crc32(reason.encode())}", _HELD)


def _finds(channel: Channel) -> bool:
    kind = kind_of(channel.kind)
    return kind is not None and kind.adapter.finds


def _tell(session: Session, deps: Deps, job: DistributionJob, event: _Event) -> None:
    params: dict[str, object] = {"title": job.item.title, "channel": job.channel.name}
    if "%(why)s" in event.says:
        params["why"] = unpack(job.last_error) if job.last_error else _NO_REASON
    if "%(due)s" in event.says:
        params["due"] = job.due_at
    if "%(at)s" in event.says:
        params["at"] = job.next_try_at or job.due_at
    if "%(until)s" in event.says:
        params["until"] = start_of(job) + job.channel.late_ok
    notices.notify(
        session,
        deps,
        _hands(session, job) if event.by_hand else _concerned(session, job),
        kind=event.kind,
        dedupe_key=f"job:{job.id}:{event.key}",
        message=Message(event.says, params),
        link=f"/queue/jobs/{job.id}",
        cause=cause_of(job.channel_id),
    )


def cause_of(channel_id: int) -> str:
    """What notices of one channel have in common: when it breaks, one mail counts them."""
    return f"channel:{channel_id}"


def _concerned(session: Session, job: DistributionJob) -> list[Person]:
    """Whose item it is, who scheduled it, and who looks after channels."""
    planner = history.last_actor(session, "item", job.item_id, ("item.scheduled", "item.rescheduled"))
    some = [session.get(Person, one) for one in (job.item.owner_id, planner) if one is not None]
    return [*people_who_may(session, Permission.MANAGE_CHANNELS), *(one for one in some if one is not None)]


def _hands(session: Session, job: DistributionJob) -> list[Person]:
    """Who is asked to post it; where that is nobody who could, everybody whom the job concerns."""
    person = asked(session, job)
    return [person] if person is not None and person.active else _concerned(session, job)


# -- what people do, and channels ---------------------------------------------------------------------------------


def declined(session: Session, deps: Deps, job: DistributionJob, actor: Person, reason: str) -> None:
    """Tell those whose job it was that somebody will not post it by hand, in their words. The caller commits."""
    says = Message(_DECLINED, {"name": actor.name, "title": job.item.title, "channel": job.channel.name})

    def write() -> None:
        notices.notify(
            session,
            deps,
            _concerned(session, job),
            kind=DECLINED,
            dedupe_key=f"job:{job.id}:declined",
            message=says,
            link=f"/queue/jobs/{job.id}",
            actor=actor,
            cause=cause_of(job.channel_id),
            quote=reason,
        )

    _safely(session, write, job_id=job.id, notice=DECLINED)


def channel_broke(session: Session, deps: Deps, channel: Channel, why: Message, number: int) -> None:
    """Tell those who look after channels that one does not work; `number` counts its breaks. The caller commits."""
    says = Message(_BROKEN, {"channel": channel.name, "why": why})
    _of_channel(session, deps, channel, kind=BROKEN, key=f"broken:{number}", says=says)


def channel_mended(session: Session, deps: Deps, channel: Channel, number: int) -> None:
    """Tell the same people that it works again. The caller commits."""
    says = Message(_MENDED, {"channel": channel.name})
    _of_channel(session, deps, channel, kind=MENDED, key=f"mended:{number}", says=says)


def channel_gone(session: Session, deps: Deps, job: DistributionJob, why: Message, held: int) -> None:
    """Tell that a channel was switched off because the other side closed it. The caller commits.

    Args:
        session: the caller's transaction.
        deps: the parts.
        job: the one that was told so.
        why: what the other side said.
        held: how many jobs are held back because of it.
    """
    params = {"channel": job.channel.name, "why": why}
    says = Message.counted(_GONE_WITH_JOBS, held, **params) if held else Message(_GONE, params)
    _of_channel(session, deps, job.channel, kind=GONE, key=f"gone:{job.id}", says=says)


def _of_channel(session: Session, deps: Deps, channel: Channel, *, kind: str, key: str, says: Message) -> None:
    def write() -> None:
        notices.notify(
            session,
            deps,
            people_who_may(session, Permission.MANAGE_CHANNELS),
            kind=kind,
            dedupe_key=f"channel:{channel.id}:{key}",
            message=says,
            link=f"/channels/{channel.id}",
            cause=cause_of(channel.id),
        )

    _safely(session, write, channel_id=channel.id, notice=kind)


def _safely(session: Session, write: Callable[[], object], **told: object) -> None:
    """Write notices behind a savepoint: what goes wrong with them takes nothing else along."""
    session.flush()  # the caller's own rows fail with their own errors
    try:
        with session.begin_nested():
            write()
    except Exception:
        log.exception("job.notice_failed", **told)
