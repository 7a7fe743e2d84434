"""What a clock looks at before its first tick: that times can be told, and that every channel has who serves it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from editorial.adapters.channels import kind_of
from editorial.domain.errors import EditorialError
from editorial.domain.jobs import Health, Refused
from editorial.domain.messages import N_, Message
from editorial.domain.packing import pack
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.store import distribution
from editorial.store.base import reading
from editorial.store.distribution import Channel

log = structlog.get_logger()

KNOWN = (
    ("Asia/Shanghai", datetime(2027, 1, 1, 12, tzinfo=UTC), timedelta(hours=8)),
    ("Europe/Berlin", datetime(2027, 1, 1, 12, tzinfo=UTC), timedelta(hours=1)),
    ("Europe/Berlin", datetime(2027, 7, 1, 12, tzinfo=UTC), timedelta(hours=2)),
    ("America/New_York", datetime(2027, 7, 1, 12, tzinfo=UTC), timedelta(hours=-4)),
    ("UTC", datetime(2027, 7, 1, 12, tzinfo=UTC), timedelta(0)),
)
"""Zones with the offsets that they have at some instants. A machine without zone data would tell wrong times."""


class NoZones(EditorialError):
    """This machine cannot tell the time of a zone: nothing may be published by it."""

    def __init__(self, says: Message) -> None:
        super().__init__(says, hint=Message(N_("Install the package tzdata anew, then start again.")))


def look_round(deps: Deps) -> list[int]:
    """Check zones and channels; returns the ids of the enabled channels that cannot be served.

    Raises:
        NoZones: an hour would be wrong; better no clock than one that goes wrong.
    """
    check_zones()
    with reading(deps.sessions) as session:
        channels = [one for one in distribution.all_channels(session) if one.enabled]
    broken = []
    for channel in channels:
        reason = _fault(deps, channel)
        if reason is None:
            continue
        broken.append(channel.id)
        log.error("channel.cannot_be_served", channel_id=channel.id, kind=channel.kind, why=reason.id)
        with deps.sessions.begin() as session:
            distribution.record_health(
                session, channel, health=Health.BROKEN, reason=pack(reason), checked_at=deps.now()
            )
    return broken


def check_zones(zone: Callable[[str], ZoneInfo] = ZoneInfo) -> None:
    """Compare known instants, or raise `NoZones`."""
    for name, instant, offset in KNOWN:
        try:
            told = instant.astimezone(zone(name)).utcoffset()
        except ZoneInfoNotFoundError as missing:
            raise NoZones(
                Message(N_("The zone %(zone)s is unknown here: tzdata is missing or not whole."), {"zone": name})
            ) from missing
        if told != offset:
            says = N_("This machine tells a wrong time in %(zone)s, so nothing would go out on time.")
            raise NoZones(Message(says, {"zone": name}))


def _fault(deps: Deps, channel: Channel) -> Message | None:
    """Why a channel cannot be served, or None. Touches no network."""
    if kind_of(channel.kind) is None:
        return Message(N_("Nothing here serves channels of the kind “%(kind)s”."), {"kind": channel.kind})
    for name in (channel.quiet_zone, channel.site.zone):
        if name and not _resolves(name):
            return Message(N_("The time zone “%(zone)s” is unknown here."), {"zone": name})
    try:
        adapter_of(deps, channel)
    except Refused as refused:
        return refused.says
    return None


def _resolves(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
