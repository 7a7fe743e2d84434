"""Whether the clock runs: measured in the loop that does the work, not beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from editorial.domain.jobs import JobState
from editorial.domain.messages import N_, NP_, Message
from editorial.services.deps import Deps
from editorial.store import clock, distribution
from editorial.store.base import reading

PUBLISH_TICK = "publish-due"
STOPPED_AFTER = 10  # seconds; two beats of its heart. A busy SQLite may hold up some ticks of a second.
BEHIND_AFTER = 60  # seconds that a job may wait for a clock that ticks
SKEW_FROM = 30  # seconds between the wall clock and the steady one since a process started
_SILENT = timedelta(seconds=30)

TICKS = {
    PUBLISH_TICK: Message(N_("Send what is due")),
    "reap": Message(N_("Look after jobs whose answer is missing")),
    "by-hand": Message(N_("Remind people of what they post by hand")),
    "held-jobs": Message(N_("Tell of jobs that are held back past their time")),
    "channel-probes": Message(N_("Check the channels")),
    "audits": Message(N_("Run audits")),
    "page-looks": Message(N_("Look for pages that were just published")),
    "external-links": Message(N_("Ask what sites link to outside whether it is there")),
    "weekly-audits": Message(N_("Plan the weekly audits")),
    "audit-results": Message(N_("Close tasks whose repair is proven, and bring back what was muted")),
    "weekly-mails": Message(N_("Write the weekly mails")),
    "mails": Message(N_("Send mails")),
    "password-links": Message(N_("Answer requests for a password link")),
    "links-at-rest": Message(N_("Forget used links")),
    "refresh-due": Message(N_("Find items that are due for a refresh")),
    "notice-digests": Message(N_("Write digests of notices")),
    "old-notices": Message(N_("Clear old notices")),
    "old-hosts": Message(N_("Clear old robots.txt files of other sites")),
    "heartbeat": Message(N_("Say that the process is alive")),
}
"""What each kind of tick does, by its name; one that is missing here is shown by its name."""
COUNTS = {state.value: state.label for state in JobState} | {
    "dispatched": Message(N_("Handed out")),
    "put_off": Message(N_("Put off")),
    "requeued": Message(N_("Taken back")),
    "reaped": Message(N_("Lost by their process")),
    "followed_up": Message(N_("Looked after")),
    "started": Message(N_("Started")),
    "sent": Message(N_("Sent")),
    "reminded": Message(N_("Reminded")),
    "proven": Message(N_("Proven done")),
    "returned": Message(N_("Opened again")),
    "told": Message(N_("Told")),
    "unmuted": Message(N_("No longer muted")),
    "done": Message(N_("Done")),
    "crashed": Message(N_("Crashed")),
}
"""What a run counts, by the name it counts it under."""


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
    skew: float = 0.0
    """By how many seconds the machine's clock was moved since the process that runs our clock began; ahead is more."""

    @property
    def behind(self) -> bool:
        """Whether jobs wait longer than a clock that keeps up would let them."""
        return self.oldest_overdue is not None and self.oldest_overdue > BEHIND_AFTER

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong: the clock ticks and keeps up, or none is wanted and nothing waits for it."""
        return (self.running and not self.behind) or (not self.expected and not self.overdue)

    @property
    def says(self) -> Message | None:
        """The banner's sentence, or None while all is well."""
        if self.healthy:
            return self._moved()
        waiting = (
            Message.counted(
                NP_("%(count)s job waits; nothing is lost.", "%(count)s jobs wait; nothing is lost."), self.overdue
            )
            if self.overdue
            else Message(N_("Nothing waits for it at the moment."))
        )
        if self.running:
            return Message(
                N_("The scheduler is behind: the oldest job has waited for %(duration)s. %(waiting)s"),
                {"duration": duration(self.oldest_overdue or 0), "waiting": waiting},
            )
        if self.last_tick_age is None:
            return Message(N_("The scheduler has never run. %(waiting)s"), {"waiting": waiting})
        return Message(
            N_("The scheduler has not run for %(duration)s. %(waiting)s"),
            {"duration": duration(self.last_tick_age), "waiting": waiting},
        )

    def _moved(self) -> Message | None:
        """That somebody set the clock of the machine: publish times are read from it."""
        if abs(self.skew) <= SKEW_FROM:
            return None
        text = (
            N_("The clock of the machine was set forward by %(duration)s. Check it, then start the scheduler again.")
            if self.skew > 0
            else N_("The clock of the machine was set back by %(duration)s. Check it, then start the scheduler again.")
        )
        return Message(text, {"duration": duration(abs(self.skew))})


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
        skew=clock.worst_skew(session, now - _SILENT),
    )


def report(deps: Deps) -> ClockHealth:
    """`clock_health` in a reading session of its own."""
    with reading(deps.sessions) as session:
        return clock_health(session, deps.now(), expected=deps.config.clock_enabled)
