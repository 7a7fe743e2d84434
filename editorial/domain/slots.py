"""Publish times: wall time, zone, fold and instant (planning.md 5b)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message


class UnknownZone(EditorialError):
    """The name is not in the IANA time zone database."""

    def __init__(self, name: str, *, field: str = "zone") -> None:
        near = nearest_zone(name)
        hint = (
            Message(N_("Did you mean %(zone)s?"), {"zone": near}) if near else Message(N_("Choose one from the list."))
        )
        super().__init__(Message(N_("There is no time zone “%(name)s”."), {"name": name}), hint=hint, field=field)


class NonexistentSlot(EditorialError):
    """The wall time lies in a daylight-saving gap: no clock in that zone will ever show it."""

    def __init__(self, wall: datetime, zone: ZoneInfo, suggestion: datetime) -> None:
        says = Message(
            N_("%(day)s, %(time)s does not occur in %(zone)s: the clocks jump over it."),
            {"day": wall.date(), "time": wall.time(), "zone": zone.key},
        )
        hint = Message(N_("Choose %(day)s, %(time)s instead."), {"day": suggestion.date(), "time": suggestion.time()})
        super().__init__(says, hint=hint, field="publish_time")
        self.suggestion = suggestion


class DayOutOfRange(EditorialError):
    """A day that no plan of ours reaches; the calendar's arithmetic ends not far beyond."""

    http_status = 404

    def __init__(self, *, field: str | None = None) -> None:
        says = Message(N_("That day lies outside the calendar."))
        hint = Message(
            N_("Choose a year between %(first)s and %(last)s."), {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        )
        super().__init__(says, hint=hint, field=field)


FIRST_YEAR, LAST_YEAR = 1970, 2199


@dataclass(frozen=True)
class Slot:
    """A publish time as the editor meant it (`wall`, `zone`, `fold`) and as the clock needs it (`instant`, UTC)."""

    wall: datetime
    zone: str
    fold: int
    instant: datetime
    twice: bool = False
    """The wall time occurs twice that night; `fold` says which one is meant."""


@lru_cache(maxsize=1)
def _known_zones() -> frozenset[str]:
    """Every name that this machine has a zone for; to look costs 4 ms, and it is asked for on every planned slot."""
    return frozenset(available_timezones())


def zone_named(name: str, *, field: str = "zone") -> ZoneInfo:
    """The IANA zone of that name, or `UnknownZone` with the nearest one as suggestion."""
    try:
        if not name or name not in _known_zones():
            raise UnknownZone(name, field=field)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnknownZone(name, field=field) from error


def nearest_zone(name: str) -> str | None:
    """The zone a person probably meant: same letters in its last part, or the closest spelling."""
    folded = "".join(letter for letter in name.casefold() if letter.isalnum())
    if len(folded) < 3:
        return None
    cities = {
        zone.rsplit("/", 1)[-1].replace("_", "").casefold(): zone for zone in sorted(_known_zones()) if "/" in zone
    }
    cities |= {
        "beijing": "Asia/Shanghai",
        "bejing": "Asia/Shanghai",
        "peking": "Asia/Shanghai",
        "shenzhen": "Asia/Shanghai",
    }
    if folded in cities:
        return cities[folded]
    starts = [zone for city, zone in cities.items() if city.startswith(folded[:4])]
    return starts[0] if starts else None


def slot(wall: datetime, zone: ZoneInfo, *, fold: int = 0) -> Slot:
    """Turn a planned wall time into the instant at which the piece goes out.

    Args:
        wall: naive local date and time, as the editor typed it.
        zone: IANA zone. A fixed offset is not enough: it forgets summer time.
        fold: of a wall time that occurs twice, 0 takes the first and 1 the second.

    Raises:
        NonexistentSlot: the wall time lies in a gap; `suggestion` is the wall time moved forward by the gap.

    Source: RFC 5545, 3.3.5 and PEP 495. RFC 5545 moves a slot in a gap in silence; we ask the editor.
    """
    if wall.tzinfo is not None:
        raise TypeError("a slot is planned in naive wall time and a zone")
    if not FIRST_YEAR <= wall.year <= LAST_YEAR:
        raise DayOutOfRange(field="publish_day")
    instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    read_back = instant.astimezone(zone).replace(tzinfo=None, fold=0)
    if read_back != wall.replace(fold=0):
        raise NonexistentSlot(wall, zone, suggestion=after_gap(wall, zone))
    twice = occurs_twice(wall, zone)
    return Slot(wall=wall.replace(fold=0), zone=zone.key, fold=fold if twice else 0, instant=instant, twice=twice)


def occurs_twice(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks in the zone show this wall time twice; never asked of one in a gap."""
    return _offset(wall, zone, 0) != _offset(wall, zone, 1)


def after_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """A wall time inside a gap, moved forward by the gap's length (RFC 5545, 3.3.5)."""
    # PEP 495: inside a gap fold=0 answers with the offset before the jump, so going through UTC adds the gap.
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)


def shown_in(instant: datetime, zone: ZoneInfo) -> datetime:
    """The wall time that a clock in `zone` shows at `instant`, naive."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def day_bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which `first` begins and the day after `last` begins in `zone`; never counted as 24 hours."""
    if not FIRST_YEAR <= first.year <= last.year <= LAST_YEAR:
        raise DayOutOfRange
    return _midnight(first, zone), _midnight(last + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _offset(wall: datetime, zone: ZoneInfo, fold: int) -> timedelta | None:
    return wall.replace(tzinfo=zone, fold=fold).utcoffset()
