"""Distribution jobs: their states, the ways between them, what a channel may answer, and how long we try.

Source: the job machine of the planning model; a job is one item, one channel, one time.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message


class JobState(StrEnum):
    """Where a distribution job stands."""

    PLANNED = "planned"
    HELD = "held"  # waits for a gate, an approval or a channel
    QUEUED = "queued"
    DISPATCHED = "dispatched"  # due, handed to the workers, nobody's yet
    CLAIMED = "claimed"  # a worker's, by lease
    SENDING = "sending"  # the attempt is written down; the network may be touched
    ACCEPTED = "accepted"  # the channel has it, and we hold its receipt
    SUCCEEDED = "succeeded"
    RETRY_WAIT = "retry_wait"  # proven not sent; tried again later
    FAILED = "failed"
    UNKNOWN_OUTCOME = "unknown_outcome"  # it may have arrived
    MISSED = "missed"  # too late to go out by itself
    CANCEL_REQUESTED = "cancel_requested"  # asked while it was being sent
    CANCELLED = "cancelled"
    AWAITING_HUMAN = "awaiting_human"  # somebody posts it by hand

    @property
    def label(self) -> Message:
        """The word a person reads."""
        return STATE_LABELS[self]


STATE_LABELS = {
    JobState.PLANNED: Message(N_("Planned")),
    JobState.HELD: Message(N_("Held back")),
    JobState.QUEUED: Message(N_("Waiting for its time")),
    JobState.DISPATCHED: Message(N_("Due")),
    JobState.CLAIMED: Message(N_("Being prepared")),
    JobState.SENDING: Message(N_("Being sent")),
    JobState.ACCEPTED: Message(N_("Handed over")),
    JobState.SUCCEEDED: Message(N_("Live")),
    JobState.RETRY_WAIT: Message(N_("Will be tried again")),
    JobState.FAILED: Message(N_("Failed")),
    JobState.UNKNOWN_OUTCOME: Message(N_("Outcome unknown")),
    JobState.MISSED: Message(N_("Missed")),
    JobState.CANCEL_REQUESTED: Message(N_("Cancel requested")),
    JobState.CANCELLED: Message(N_("Cancelled")),
    JobState.AWAITING_HUMAN: Message(N_("Waits for somebody")),
}

TERMINAL = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.MISSED, JobState.CANCELLED})
UNSENT = frozenset(
    {
        JobState.PLANNED,
        JobState.HELD,
        JobState.QUEUED,
        JobState.DISPATCHED,
        JobState.CLAIMED,
        JobState.RETRY_WAIT,
        JobState.AWAITING_HUMAN,
    }
)
"""Proven that nothing has left the house: these may be moved and cancelled at once."""
IN_FLIGHT = frozenset({JobState.SENDING, JobState.CANCEL_REQUESTED, JobState.UNKNOWN_OUTCOME, JobState.ACCEPTED})
"""It may be out there."""
LEASED = frozenset({JobState.CLAIMED, JobState.SENDING, JobState.CANCEL_REQUESTED})

WAYS: dict[JobState, frozenset[JobState]] = {
    JobState.PLANNED: frozenset({JobState.HELD, JobState.QUEUED, JobState.CANCELLED}),
    JobState.HELD: frozenset({JobState.QUEUED, JobState.MISSED, JobState.CANCELLED}),
    JobState.QUEUED: frozenset({JobState.DISPATCHED, JobState.HELD, JobState.CANCELLED, JobState.AWAITING_HUMAN}),
    JobState.DISPATCHED: frozenset({JobState.CLAIMED, JobState.QUEUED, JobState.HELD, JobState.CANCELLED}),
    JobState.CLAIMED: frozenset(
        {
            JobState.SENDING,
            JobState.QUEUED,
            JobState.HELD,
            JobState.MISSED,
            JobState.FAILED,
            JobState.CANCELLED,
            JobState.AWAITING_HUMAN,
            JobState.UNKNOWN_OUTCOME,  # its last attempt may be out, and this one did not begin
        }
    ),
    JobState.SENDING: frozenset(
        {
            JobState.ACCEPTED,
            JobState.RETRY_WAIT,
            JobState.FAILED,
            JobState.MISSED,
            JobState.UNKNOWN_OUTCOME,
            JobState.CANCEL_REQUESTED,
        }
    ),
    JobState.CANCEL_REQUESTED: frozenset(
        {JobState.ACCEPTED, JobState.CANCELLED, JobState.FAILED, JobState.UNKNOWN_OUTCOME}
    ),
    JobState.ACCEPTED: frozenset({JobState.SUCCEEDED}),
    JobState.RETRY_WAIT: frozenset(
        {JobState.QUEUED, JobState.HELD, JobState.MISSED, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.UNKNOWN_OUTCOME: frozenset(
        {JobState.ACCEPTED, JobState.QUEUED, JobState.FAILED, JobState.MISSED, JobState.CANCELLED}
    ),
    JobState.AWAITING_HUMAN: frozenset({JobState.ACCEPTED, JobState.SUCCEEDED, JobState.MISSED, JobState.CANCELLED}),
    **dict.fromkeys(TERMINAL, frozenset[JobState]()),
}


class MoveRefused(EditorialError):
    """The job may not go there from where it stands."""

    http_status = 409

    def __init__(self, origin: JobState, to: JobState) -> None:
        super().__init__(
            Message(N_("A job that is “%(origin)s” cannot become “%(to)s”."), {"origin": origin.label, "to": to.label}),
            hint=Message(N_("Look at the job again: it has moved on.")),
        )
        self.origin, self.to = origin, to


def move(state: JobState, to: JobState) -> JobState:
    """The new state, or `MoveRefused`."""
    if to not in WAYS[state]:
        raise MoveRefused(state, to)
    return to


class Action(StrEnum):
    """What a job does with the item on its channel."""

    PUBLISH = "publish"
    UPDATE = "update"  # an approved revision of what is already there


class Anchor(StrEnum):
    """What a job's time hangs on."""

    ITEM_PUBLISH = "item_publish"
    ABSOLUTE = "absolute"


class Nature(StrEnum):
    """What a channel does: it makes the page, or points at it."""

    PAGE_MAKING = "page_making"
    POINTING = "pointing"


class Waits(StrEnum):
    """What a job that is due waits for, where the clock itself looks again."""

    PAGE = "page"  # the address that it points at is not live yet
    QUIET = "quiet"  # the channel's quiet hours
    RATE = "rate"  # the account's own limit
    CATCHING_UP = "catching_up"  # after a pause of the clock late jobs go one by one


class Health(StrEnum):
    """What the last probe of a channel said."""

    UNKNOWN = "unknown"
    OK = "ok"
    BROKEN = "broken"


MAX_ATTEMPTS = 5
LATE_OK = timedelta(minutes=60)
"""A job later than this does not go out by itself any more: it is missed, and somebody decides."""
CLAIM_LEASE = timedelta(seconds=60)
"""From the claim to `sending`; no network is touched in between."""
DISPATCH_STALE = timedelta(minutes=1)
_BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
RETRY_WINDOW = sum(_BACKOFF, timedelta(0)) * 1.2
"""From the first attempt to the last, with the jitter of each wait."""
_LOOK_UP = (timedelta(0), timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=30))


def retry_delay(attempt: int, chance: float, retry_after: float | None = None) -> timedelta:
    """How long to wait after the attempt number `attempt` (from 1) was proven not sent.

    Args:
        attempt: the one that just ended.
        chance: a random number in [0, 1): spreads the retries of many jobs by up to a fifth.
        retry_after: seconds that the other side asked for; never less than that.
    """
    wait = _BACKOFF[min(max(attempt, 1), len(_BACKOFF)) - 1] * (1 + chance / 5)
    return max(wait, timedelta(seconds=retry_after or 0))


def look_up_delay(tries: int) -> timedelta:
    """How long to wait before asking a channel again whether it has our job, after `tries` questions."""
    return _LOOK_UP[min(tries, len(_LOOK_UP) - 1)]


@dataclass(frozen=True)
class Trace:
    """What was said on the wire, for the page of the job. Redacted by whoever made it: no secret stands in here."""

    request: dict[str, str] = field(default_factory=dict)
    """Method, address, headers and the beginning of the body, in the order they are to be read."""
    answer: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    """HTTP status, where there was one."""


@dataclass(frozen=True)
class Receipt:
    """The channel has it: its own id of what it took, where it can be read, and what proves it."""

    external_id: str
    url: str | None = None
    evidence: dict[str, str] = field(default_factory=dict)
    trace: Trace | None = None


class Refused(EditorialError):
    """The channel will never take this as it is; shown to a person, not tried again."""

    trace: Trace | None = None


class Gone(Refused):
    """The channel is no more (HTTP 410, an account that was closed): nothing will ever go there; switch it off."""


class NotSent(Exception):
    """Proven that the channel did not take it. May be tried again, at the earliest after `retry_after` seconds."""

    def __init__(self, says: Message, *, retry_after: float | None = None, trace: Trace | None = None) -> None:
        super().__init__(says.id % dict(says.params) if says.params else says.id)
        self.says, self.retry_after, self.trace = says, retry_after, trace


class Unclear(Exception):
    """It may have arrived: the answer was lost after sending had begun. Never sent again blindly."""

    def __init__(self, says: Message | None = None, *, trace: Trace | None = None) -> None:
        self.says, self.trace = says or Message(N_("It was sent and the answer got lost.")), trace
        super().__init__(self.says.id)
