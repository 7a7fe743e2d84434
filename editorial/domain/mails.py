"""Mails that leave the house: their states, when to try again, and when the weekly mail of a site is due."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message

WEEKLY = "weekly"
"""The kind of the weekly mail; every other kind is the name of its template folder, too."""
NOTICE, NOTICES = "notice", "notices"
"""The kinds of a mail about one notice, and of one that counts many."""
NEWS = timedelta(days=3)
"""A notice that waited longer for a mail server is no news; it stands in the app."""


_TOKEN = re.compile(r"\btoken=[A-Za-z0-9_-]+")


class MailState(StrEnum):
    """Where an outgoing mail stands."""

    WAITING = "waiting"
    SENDING = "sending"  # the Message-ID is stored; the network may be touched
    SENT = "sent"
    UNKNOWN = "unknown"  # it may have arrived
    REFUSED = "refused"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Message:
        """The word a person reads."""
        return STATE_LABELS[self]


STATE_LABELS = {
    MailState.WAITING: Message(N_("Waiting")),
    MailState.SENDING: Message(N_("Being sent")),
    MailState.SENT: Message(N_("Sent")),
    MailState.UNKNOWN: Message(N_("Outcome unknown")),
    MailState.REFUSED: Message(N_("Refused by the server")),
    MailState.CANCELLED: Message(N_("Cancelled")),
}

WAYS: dict[MailState, frozenset[MailState]] = {
    MailState.WAITING: frozenset({MailState.WAITING, MailState.SENDING, MailState.SENT, MailState.CANCELLED}),
    MailState.SENDING: frozenset({MailState.SENT, MailState.WAITING, MailState.REFUSED, MailState.UNKNOWN}),
    MailState.UNKNOWN: frozenset({MailState.SENT, MailState.WAITING}),
    MailState.REFUSED: frozenset({MailState.WAITING, MailState.SENT, MailState.CANCELLED}),
    MailState.SENT: frozenset(),
    MailState.CANCELLED: frozenset({MailState.WAITING}),
}

CLAIM_LEASE = timedelta(seconds=60)
"""From the claim to `sending`; no network is touched in between."""
SEND_LEASE = timedelta(minutes=10)
"""Longer than every time-out of one delivery together; a sender that took longer has died."""
TRIES = 100
"""After so many, four days and some hours, a server that still says “later” is taken for one that says no, and somebody
is asked (RFC 5321, 4.5.4.1). A person may have it tried as often once more."""
_BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))


class MailMoveRefused(EditorialError):
    """The mail may not go there from where it stands."""

    http_status = 409

    def __init__(self, origin: MailState, to: MailState) -> None:
        super().__init__(
            Message(
                N_("A mail that is “%(origin)s” cannot become “%(to)s”."), {"origin": origin.label, "to": to.label}
            ),
            hint=Message(N_("Look at the mail again: it has moved on.")),
        )


def move(state: MailState, to: MailState) -> MailState:
    """The new state, or `MailMoveRefused`."""
    if to not in WAYS[state]:
        raise MailMoveRefused(state, to)
    return to


def retry_delay(attempt: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after the attempt number `attempt` (from 1) was proven not taken.

    A greylisting server takes the second try; a server that is down is asked once an hour (RFC 5321, 4.5.4.1).
    """
    wait = _BACKOFF[min(max(attempt, 1), len(_BACKOFF)) - 1]
    return max(wait, timedelta(seconds=retry_after or 0))


def without_tokens(text: str) -> str:
    """The text or HTML of a mail with every one-time link made useless; where it stood can still be seen."""
    return _TOKEN.sub("token=…", text)


@dataclass(frozen=True)
class WeekDue:
    """One weekly mail: the ISO week it stands for (`2026-W50`) and the instant (UTC) at which it is due."""

    week: str
    at: datetime


def week_of(instant: datetime, zone: ZoneInfo) -> str:
    """The ISO week that a calendar in `zone` shows, as `2026-W50`."""
    year, week, _ = instant.astimezone(zone).isocalendar()
    return f"{year}-W{week:02d}"


def mail_weekday(audit_weekday: int, audit_time: str, mail_time: str) -> int:
    """The day of the weekly mail, 0 for Monday: that of the audit, or the next where its hour has passed by then.

    Args:
        audit_weekday: 0 is Monday.
        audit_time: wall time, as `22:00`.
        mail_time: likewise.
    """
    return (audit_weekday + (mail_time < audit_time)) % 7


def latest_due(now: datetime, zone: ZoneInfo, weekday: int, at: time) -> WeekDue:
    """The last weekly mail that was due at or before `now`.

    Args:
        now: aware.
        zone: the site's.
        weekday: 0 is Monday.
        at: what the clock on the site's wall shows. In a gap the mail is due that much later (RFC 5545, 3.3.5); of a
            time that comes twice the first counts. After any downtime one mail is due, not one for each week missed.
    """
    today = now.astimezone(zone).date()
    day = today - timedelta(days=(today.weekday() - weekday) % 7) + timedelta(days=7)
    while True:
        # PEP 495: inside a gap fold=0 answers with the offset before the jump, so going through UTC adds the gap
        instant = datetime.combine(day, at, tzinfo=zone).replace(fold=0).astimezone(UTC)
        if instant <= now:
            year, week, _ = day.isocalendar()
            return WeekDue(f"{year}-W{week:02d}", instant)
        day -= timedelta(days=7)
