"""Channels as people set them up: made, changed, switched off, probed."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.adapters import channels as adapters
from editorial.adapters.channels import Kind
from editorial.adapters.channels.base import ChannelAdapter, Surroundings, read_settings
from editorial.domain.addresses import AllowList
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.jobs import Health, NotSent, Refused
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.packing import pack
from editorial.services.deps import Deps
from editorial.store import content, distribution, history
from editorial.store.base import reading
from editorial.store.distribution import Channel

KINDS = adapters.KINDS


def surroundings(deps: Deps) -> Surroundings:
    """What adapters may use of this machine."""
    return Surroundings(
        allow=AllowList.of(deps.config.private_networks), instance=Path(deps.config.instance_dir), now=deps.now
    )


def adapter_of(deps: Deps, channel: Channel) -> ChannelAdapter:
    """The adapter behind a channel. Raises `Refused` where its kind is gone or its settings don't fit any more."""
    try:
        return adapters.connect(channel.kind, channel.settings, surroundings(deps))
    except (KeyError, EditorialError) as error:
        raise Refused(
            Message(N_("The channel “%(name)s” is not set up right."), {"name": channel.name}),
            hint=Message(N_("Open its settings and save them again.")),
        ) from error


def create(
    session: Session,
    deps: Deps,
    *,
    kind: str,
    name: str,
    site_id: int,
    settings: Mapping[str, Any],
    actor_id: int | None,
    late_ok_minutes: int = 60,
) -> Channel:
    """Connect a channel to a site. The caller commits, then probes it with `probe`.

    Raises:
        SettingsRefused: with one error for each field. EditorialError: the name. NotFound: the site.
    """
    found = _kind(kind)
    site = content.get_site(session, site_id)
    title = _free_name(session, name)
    checked = read_settings(found.settings, settings)

    channel = Channel(
        kind=kind,
        name=title,
        site_id=site.id,
        settings=checked.model_dump(mode="json"),
        late_ok_minutes=late_ok_minutes,
        created_at=deps.now(),
        health=Health.UNKNOWN,
        enabled=True,
    )
    session.add(channel)
    session.flush()
    _record(session, channel, "channel.created", at=deps.now(), actor_id=actor_id, before={})
    return channel


def save(
    session: Session,
    deps: Deps,
    channel_id: int,
    *,
    version: int,
    name: str,
    settings: Mapping[str, Any],
    late_ok_minutes: int,
    actor_id: int | None,
) -> Channel:
    """Change name and settings. Its health is unknown until the next probe. The caller commits."""
    channel = _fresh(session, channel_id, version)
    title = _free_name(session, name, besides=channel.id)
    checked = read_settings(_kind(channel.kind).settings, settings)

    before = _shown(channel)
    channel.name, channel.settings = title, checked.model_dump(mode="json")
    channel.late_ok_minutes = late_ok_minutes
    channel.health, channel.health_reason, channel.checked_at = Health.UNKNOWN, None, None
    _record(session, channel, "channel.saved", at=deps.now(), actor_id=actor_id, before=before)
    return channel


def switch(
    session: Session, deps: Deps, channel_id: int, *, version: int, enabled: bool, actor_id: int | None
) -> Channel:
    """Switch a channel on or off. Off is refused while jobs wait for it: somebody has to decide about them first."""
    channel = _fresh(session, channel_id, version)
    waiting = distribution.count_live_jobs(session, channel_id=channel.id)
    if not enabled and waiting:
        raise EditorialError(
            Message.counted(
                NP_(
                    "%(count)s job still waits to go out through “%(name)s”.",
                    "%(count)s jobs still wait to go out through “%(name)s”.",
                ),
                waiting,
                name=channel.name,
            ),
            hint=Message(N_("Cancel the schedules of their items first.")),
        )

    before = _shown(channel)
    channel.enabled = enabled
    _record(session, channel, "channel.switched", at=deps.now(), actor_id=actor_id, before=before)
    return channel


def probe(deps: Deps, channel_id: int) -> Channel:
    """Ask the channel whether it works, and keep the answer. Commits; no transaction is open during the question.

    The answer is no new version, so no open form goes out of date; it is dropped if somebody has changed the channel.
    """
    with reading(deps.sessions) as session:
        channel = distribution.get_channel(session, channel_id)
    reason: Message | None = None
    try:
        adapter_of(deps, channel).check()
    except Refused as error:
        reason = Message(N_("%(says)s %(hint)s"), {"says": error.says, "hint": error.hint})
    except NotSent as error:
        reason = error.says
    with deps.sessions.begin() as session:
        distribution.record_health(
            session,
            channel,
            health=Health.BROKEN if reason else Health.OK,
            reason=pack(reason) if reason else None,
            checked_at=deps.now(),
        )
        return distribution.get_channel(session, channel_id)


def _kind(key: str) -> Kind:
    found = adapters.kind_of(key)
    if found is None:
        raise EditorialError(
            Message(N_("There is no such kind of channel.")),
            hint=Message(N_("Choose one from the list.")),
            field="kind",
        )
    return found


def _fresh(session: Session, channel_id: int, version: int) -> Channel:
    channel = distribution.get_channel(session, channel_id)
    if channel.version != version:
        raise StaleVersion(
            Message(N_("Somebody else changed “%(name)s” in the meantime."), {"name": channel.name}),
            hint=Message(N_("Look at it again, then decide.")),
        )
    return channel


def _free_name(session: Session, name: str, *, besides: int | None = None) -> str:
    title = " ".join(name.split())
    if not title or len(title) > 120:
        raise EditorialError(
            Message(N_("A channel needs a name of up to 120 characters.")),
            hint=Message(N_("Give it the name your team calls it by.")),
            field="name",
        )
    holder = session.scalar(select(Channel.id).where(Channel.name == title))
    if holder is not None and holder != besides:
        raise EditorialError(
            Message(N_("There is a channel “%(name)s” already."), {"name": title}),
            hint=Message(N_("Give this one another name.")),
            field="name",
        )
    return title


def _shown(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "settings": channel.settings,
        "late_ok_minutes": channel.late_ok_minutes,
        "enabled": channel.enabled,
    }


def _record(
    session: Session, channel: Channel, action: str, *, at: datetime, actor_id: int | None, before: dict[str, Any]
) -> None:
    history.record(
        session,
        at=at,
        actor_id=actor_id,
        action=action,
        entity="channel",
        entity_id=channel.id,
        before=before,
        after=_shown(channel),
    )
