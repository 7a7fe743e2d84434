"""The time zones to choose from: each once, by its city in the reader's language, grouped by region."""

from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

from editorial.adapters.zone_names import city
from editorial.domain.messages import N_, Message
from editorial.web.context import catalog, say

Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
"""Region, then (IANA name, city) pairs."""

_CONTINENTS = {"Asia": "142", "Europe": "150", "America": "019", "Africa": "002", "Australia": "009", "Pacific": "009"}
"""Where the first part of a zone's name lies, by the codes that CLDR names continents with (UN M49)."""
_OCEANS = {"Atlantic": Message(N_("Atlantic")), "Indian": Message(N_("Indian Ocean"))}


def zone_groups() -> Groups:
    """Every zone that is nobody's alias, named and sorted as the reader's language does; UTC last."""
    return _groups(catalog().locale, tuple(say(name) for name in _OCEANS.values()))


@lru_cache
def _groups(locale: Locale, oceans: tuple[str, ...]) -> Groups:
    named = {prefix: locale.territories[code] for prefix, code in _CONTINENTS.items()}
    named |= dict(zip(_OCEANS, oceans, strict=True))
    found: dict[str, list[tuple[str, str]]] = {region: [] for region in named.values()}
    for zone in _zones():
        region = named.get(zone.partition("/")[0])
        if region is not None:
            found[region].append((zone, city(zone, locale)))
    return (*((region, _sorted(members)) for region, members in found.items()), ("UTC", (("UTC", "UTC"),)))


def _zones() -> Iterator[str]:
    """The zones that CLDR knows by a place of their own; its aliases, such as Asia/Chongqing, are left out."""
    known = available_timezones()
    return (zone for zone in get_global("zone_territories") if zone in known)


def _sorted(members: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """By the name that is read; Chinese ones by their zone's Latin name, as no reader knows their code points."""
    return tuple(sorted(members, key=lambda one: one[1] if one[1].isascii() else one[0].rpartition("/")[2]))
