"""How late a job is, and in which order late jobs of one channel follow each other after a pause. Pure.

Lateness counts from the instant at which a job could first have gone: its due time, or the end of the quiet hours it
fell into, or the turn that we ourselves gave it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from editorial.domain.jobs import LATE_OK
from editorial.domain.quiet import QuietHours

CATCH_UP_AFTER = timedelta(minutes=2)
"""A job so late was not held up by a busy minute: the clock stood still."""


def could_go_from(due_at: datetime, late_from: datetime | None, quiet: QuietHours | None = None) -> datetime:
    """The first instant at which the job was free to go.

    Args:
        due_at: when it was planned.
        late_from: the turn that we gave it, if we put it off; one before `due_at` is a leftover and does not count.
        quiet: the channel's quiet hours.
    """
    start = max(due_at, late_from) if late_from is not None else due_at
    return quiet.leaves(start) if quiet is not None else start


def beyond(start: datetime, now: datetime, late_ok: timedelta = LATE_OK) -> bool:
    """Whether a job that could go from `start` must not go out by itself any more."""
    return now - start > late_ok


@dataclass(frozen=True)
class Late:
    """One late job of a channel: its id and since when it could have gone."""

    job_id: int
    start: datetime


def places(
    late: Sequence[Late], now: datetime, taken_until: datetime | None, spacing: timedelta
) -> dict[int, datetime]:
    """A place for each late job, in the order given, `spacing` apart, the first of them at once if nothing was before.

    Args:
        late: in due order.
        now: the present instant.
        taken_until: the last place that was given to a job of this channel, if any.
        spacing: between two places.
    """
    following = now if taken_until is None else max(now, taken_until + spacing)
    given: dict[int, datetime] = {}
    for one in late:
        given[one.job_id] = following
        following += spacing
    return given


def next_free(sent: Sequence[datetime], now: datetime, count: int, window: timedelta) -> datetime:
    """When one more may be sent, if at most `count` may begin within any `window`.

    Args:
        sent: the beginnings that count already, past and promised, in any order.
        now: the present instant; the answer is never before it.
        count: at least 1.
        window: how long a beginning counts.
    """
    counting = sorted(at for at in sent if at > now - window)
    if len(counting) < count:
        return now
    return max(now, counting[-count] + window)
