"""Links that lead out of a site: what an answer means, and what is known of a target after it. Pure.

One failure proves nothing: servers have their nights, and so have resolvers. A target is broken when two answers on
different days say that it is not there. A refusal, a bot check, a slow or ill server never say that.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

FRESH = timedelta(days=7)
"""How long an answer is good for; nobody is asked again before, unless it is to be made sure of."""
SECOND_LOOK = timedelta(days=1)
"""When a failure that was seen once is looked at again."""
ANOTHER_DAY = timedelta(hours=12)
"""Two failures on different days lie at least so far apart: not five minutes before and after midnight."""
MOST_HOPS = 10  # redirects; Google follows as many

GONE = frozenset({404, 410})
KEEP_OFF = frozenset({401, 407, 429, 451, 999})
"""Answers to HEAD that a GET would only make worse: 999 is LinkedIn's way of saying 429."""
NO_HOST = "dns"


class LinkState(StrEnum):
    """What is known of a target, the worst first."""

    BROKEN = "broken"
    FAILED_ONCE = "failed-once"
    """It was not there; one more answer on another day makes it broken."""
    UNCLEAR = "unclear"
    """It answered in a way that says nothing of the link, or not at all."""
    UNASKED = "unasked"
    WORKS = "works"


class Verdict(StrEnum):
    """What one answer says."""

    THERE = "there"
    NOT_THERE = "not-there"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Heard:
    """The end of one look: the last answer, after its redirects.

    `error` says why there is none: a code of `facts.ERROR_CODES`, with `dns` only for a name that is proven not to
    exist. `challenged`: a bot check answered.
    """

    status: int = 0
    error: str | None = None
    challenged: bool = False
    hops: int = 0
    final_url: str = ""

    @property
    def answer(self) -> str:
        """A word or number for it: 404, dns, robots."""
        if self.error is not None:
            return self.error
        return "challenge" if self.challenged else str(self.status)


@dataclass(frozen=True)
class Known:
    """What is known of a target.

    `failures` counts days on which it was not there since it last was; `failing_since` is the first of them and
    `failed_at` the last.
    """

    state: LinkState = LinkState.UNASKED
    failures: int = 0
    failing_since: datetime | None = None
    failed_at: datetime | None = None


def needs_get(status: int, error: str | None) -> bool:
    """Whether the answer to HEAD leaves a question: many servers only know GET."""
    if error is not None:
        return error in {"timeout", "reset", "protocol"}
    return status >= 400 and status not in KEEP_OFF


def verdict_of(heard: Heard) -> Verdict:
    """What one answer says. 416 is about the range we asked for, not about the page."""
    if heard.error is not None:
        return Verdict.NOT_THERE if heard.error == NO_HOST else Verdict.NOTHING
    if heard.challenged:
        return Verdict.NOTHING
    if 200 <= heard.status < 400 or heard.status == 416:
        return Verdict.THERE
    return Verdict.NOT_THERE if heard.status in GONE else Verdict.NOTHING


def after(known: Known, heard: Heard, now: datetime, *, sure_after: timedelta = ANOTHER_DAY) -> Known:
    """What is known now. An answer that says nothing proves nothing either way, so what was counted stays.

    Args:
        sure_after: how far apart two failures prove that a target is broken. `failures` counts days whatever it says.
    """
    verdict = verdict_of(heard)
    if verdict is Verdict.THERE:
        return Known(LinkState.WORKS)
    if verdict is Verdict.NOTHING:
        return replace(known, state=LinkState.UNCLEAR)
    if known.failed_at is None:
        return Known(LinkState.FAILED_ONCE, 1, now, now)
    failures, failed_at = known.failures, known.failed_at
    if _another_day(known.failed_at, now):
        failures, failed_at = failures + 1, now
    sure = failures > 1 or now - known.failed_at >= sure_after
    state = LinkState.BROKEN if sure else LinkState.FAILED_ONCE
    return Known(state, failures, known.failing_since, failed_at)


def again_at(state: LinkState, now: datetime) -> datetime:
    """When a target that was just asked is asked again."""
    return now + (SECOND_LOOK if state is LinkState.FAILED_ONCE else FRESH)


def _another_day(before: datetime, now: datetime) -> bool:
    return before.date() != now.date() and now - before >= ANOTHER_DAY
