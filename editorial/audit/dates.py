"""Dates as people write them into unavailable_after.

Google names RFC 822, RFC 850 and ISO 8601 and says that others are read too; what cannot be read says nothing.
Source: developers.google.com/search/docs/crawling-indexing/robots-meta-tag.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = "(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATES = (
    re.compile(r"(?<!\d)(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)"),
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})[ -]+{_MONTH}\.?[ ,-]+(?P<year>\d{{4}}|\d\d)(?!\d)", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\.? +(?P<day>\d{{1,2}}),? +(?:[\d:]+ +)?(?P<year>\d{{4}})(?!\d)", re.IGNORECASE),
)
_TIME = re.compile(r"(?<![\d+-])(\d{1,2}):(\d\d)(?::(\d\d))?")
_OFFSET = re.compile(r"\d([+-])(\d\d):?(\d\d)\b|\s([+-])(\d\d):?(\d\d)\b")
_ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}  # hours; RFC 822
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def instant(text: str) -> datetime | None:
    """The aware instant that a text names, in UTC where it names no zone; None for what is no date."""
    text = text.strip()[:100]
    try:
        found = datetime.fromisoformat(text) if _ISO_DATE.match(text) else parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _loosely(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _loosely(text: str) -> datetime | None:
    date = next((found for pattern in _DATES if (found := pattern.search(text))), None)
    if date is None:
        return None
    month, year = date["month"].lower(), int(date["year"])
    year += 0 if year >= 100 else 2000 if year < 70 else 1900
    rest = text[: date.start()] + " " + text[date.end() :]
    time = _TIME.search(rest) or _TIME.search(text)
    hour, minute, second = (int(part or 0) for part in time.groups()) if time else (0, 0, 0)
    try:
        number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
        return datetime(year, number, int(date["day"]), hour, minute, second, tzinfo=_zone(rest))
    except ValueError:
        return None


def _zone(text: str) -> timezone:
    words = text.lower().split()
    if hours := next((_ZONES[word] for word in words if word in _ZONES), 0):
        return timezone(timedelta(hours=hours))
    found = _OFFSET.search(text)
    if not found:
        return UTC
    sign, hours_ahead, minutes = (part for part in found.groups() if part is not None)
    ahead = timedelta(hours=int(hours_ahead), minutes=int(minutes))
    return timezone(-ahead if sign == "-" else ahead) if ahead < timedelta(hours=24) else UTC
