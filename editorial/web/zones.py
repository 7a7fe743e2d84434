"""The time zones to choose from, grouped by region."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import get_timezone_location

REGIONS = ("Asia", "Europe", "America", "Africa", "Australia", "Pacific", "Atlantic", "Indian")


@lru_cache
def zone_groups() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Region, then (IANA name, city) pairs; UTC last."""
    grouped = tuple(
        (
            region,
            tuple(
                (zone, zone.split("/", 1)[1].replace("_", " "))
                for zone in sorted(available_timezones())
                if zone.startswith(f"{region}/")
            ),
        )
        for region in REGIONS
    )
    return (*grouped, ("UTC", (("UTC", "UTC"),)))


def city(name: str, locale: Locale) -> str:
    """What the reader calls a zone: its city, such as Shanghai or 上海; a zone without one keeps its name."""
    if "/" not in name or name.startswith("Etc/"):
        return name
    return get_timezone_location(name, locale=locale, return_city=True)
