"""The time zones to choose from, grouped by region."""

from functools import lru_cache
from zoneinfo import available_timezones

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
