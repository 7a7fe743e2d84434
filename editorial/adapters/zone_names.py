"""Time zones by the names that people know them by."""

from functools import lru_cache

from babel import Locale
from babel.core import get_global


def city(name: str, locale: Locale) -> str:
    """What the reader calls a zone: its city, such as Shanghai or 上海; a zone without one keeps its name."""
    if "/" not in name or name.startswith("Etc/"):
        return name
    for known in (name, *_former_names().get(name, ())):
        if "city" in locale.time_zones.get(known, {}):
            return str(locale.time_zones[known]["city"])
    return name.rpartition("/")[2].replace("_", " ")


@lru_cache
def _former_names() -> dict[str, tuple[str, ...]]:
    """CLDR names the city of Asia/Kolkata under its older name, Asia/Calcutta."""
    found: dict[str, tuple[str, ...]] = {}
    for former, zone in get_global("zone_aliases").items():
        found[zone] = (*found.get(zone, ()), former)
    return found
