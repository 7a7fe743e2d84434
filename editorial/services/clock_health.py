"""Whether the clock runs: measured in the loop that does the work, not beside it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from editorial.domain.messages import N_, NP_, Message
from editorial.services.deps import Deps
from editorial.store import clock, distribution
from editorial.store.base import reading

PUBLISH_TICK = "publish-due"
STOPPED_AFTER = 10  # seconds; ten ticks. A busy SQLite may hold one up for some of them.


@dataclass(frozen=True)
class ClockHealth:
    """What the banner and `/healthz` show. Ages in seconds; None where there is nothing to measure."""

    running: bool
    """The publish tick completed a moment ago, in whichever process."""
    last_tick_age: float | None
    overdue: int
    """Jobs that should have gone out and wait for the clock."""
    oldest_overdue: float | None
    expected: bool = True
    """Whether a clock should run at all for this installation."""

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong: the clock ticks, or none is wanted and nothing waits for it."""
        return self.running or (not self.expected and not self.overdue)

    @property
    def says(self) -> Message | None:
        """The banner's sentence, or None while all is well."""
        if self.healthy:
            return None
        waiting = (
            Message.counted(
                NP_("%(count)s job waits; nothing is lost.", "%(count)s jobs wait; nothing is lost."), self.overdue
            )
            if self.overdue
            else Message(N_("Nothing waits for it at the moment."))
        )
        if self.last_tick_age is None:
            return Message(N_("The scheduler has never run. %(waiting)s"), {"waiting": waiting})
        return Message(
            N_("The scheduler has not run for %(duration)s. %(waiting)s"),
            {"duration": duration(self.last_tick_age), "waiting": waiting},
        )


def duration(seconds: float) -> Message:
    """A length of time in its largest whole unit."""
    whole = max(int(seconds), 0)
    if whole < 120:
        return Message.counted(NP_("%(count)s second", "%(count)s seconds"), whole)
    if whole < 7200:
        return Message.counted(NP_("%(count)s minute", "%(count)s minutes"), whole // 60)
    if whole < 172_800:
        return Message.counted(NP_("%(count)s hour", "%(count)s hours"), whole // 3600)
    return Message.counted(NP_("%(count)s day", "%(count)s days"), whole // 86_400)


def clock_health(session: Session, now: datetime, *, expected: bool = True) -> ClockHealth:
    """Look at the last completed publish tick and at what waits for it."""
    tick = clock.tick_state(session, PUBLISH_TICK)
    age = (now - tick.completed_at).total_seconds() if tick is not None and tick.completed_at is not None else None
    count, oldest = distribution.overdue(session, now)
    return ClockHealth(
        running=age is not None and age <= STOPPED_AFTER,
        last_tick_age=age,
        overdue=count,
        oldest_overdue=(now - oldest).total_seconds() if oldest is not None else None,
        expected=expected,
    )


def report(deps: Deps) -> ClockHealth:
    """`clock_health` in a reading session of its own."""
    with reading(deps.sessions) as session:
        return clock_health(session, deps.now(), expected=deps.config.clock_enabled)
