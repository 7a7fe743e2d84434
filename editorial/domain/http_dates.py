"""Moments that headers of HTTP name. Whoever answers may write anything there, so nothing here ever raises."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 366 * 24 * 3600.0
"""Seconds of Retry-After that are told apart; who asks for more asks for never."""
_MOST_CHARACTERS = 100


def http_date(value: str) -> datetime | None:
    """The aware moment that a date of a header names (RFC 9110, 5.6.7), in UTC where it names no zone, or None."""
    try:
        moment = parsedate_to_datetime(value[:_MOST_CHARACTERS])
    except (ValueError, TypeError, IndexError, OverflowError):  # a zone of many digits overflows
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds, at most `LONGEST`, that a Retry-After header asks for (a number or a date), or None.

    Args:
        now: aware.

    Source: RFC 9110, 10.2.3.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST)
    moment = http_date(value)
    return min(max(0.0, (moment - now).total_seconds()), LONGEST) if moment is not None else None
