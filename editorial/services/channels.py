"""Channels as people set them up: made, changed, switched off, probed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from editorial.adapters import channels as adapters
from editorial.adapters.channels import Kind
from editorial.adapters.channels.base import ChannelAdapter, Settings, SettingsRefused, Surroundings, read_settings
from editorial.domain.addresses import AllowList
from editorial.domain.channel_places import expect_on_site
from editorial.domain.errors import EditorialError, NotFound, StaleVersion
from editorial.domain.jobs import Health, Nature, NotSent, Refused
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.packing import pack
from editorial.services import channel_secrets, credentials
from editorial.services.credentials import KeyProblem
from editorial.services.delivery import USUAL, Delivery, faults
from editorial.services.deps import Deps
from editorial.store import content, distribution, history
from editorial.store.base import reading
from editorial.store.content import Site
from editorial.store.distribution import Channel

KINDS = adapters.KINDS


def surroundings(deps: Deps, secrets: Mapping[str, str] = MappingProxyType({})) -> Surroundings:
    """What adapters may use of this machine."""
    return Surroundings(
        allow=_allowed(deps.config.private_networks),
        instance=Path(deps.config.instance_dir),
        now=deps.now,
        secrets=secrets,
    )


@lru_cache(maxsize=8)
def _allowed(networks: tuple[str, ...]) -> AllowList:
    return AllowList.of(networks)


def adapter_of(deps: Deps, channel: Channel, *, secret: bool = True) -> ChannelAdapter:
    """The adapter behind a channel, with its secrets unless `secret` is off: a preview needs none.

    Raises:
        Refused: its kind is gone, its settings don't fit any more, or its secrets don't open.
    """
    try:
        opened = credentials.opened(deps, channel) if secret else {}
        return adapters.connect(channel.kind, channel.settings, surroundings(deps, opened))
    except KeyProblem as error:
        raise Refused(error.says, hint=error.hint) from error
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
    delivery: Delivery = USUAL,
    secrets: channel_secrets.Typed = MappingProxyType({}),
) -> Channel:
    """Connect a channel to a site. The caller commits, then probes it with `probe`.

    Secrets that we may choose ourselves are made by `channel_secrets.made` before, so that whoever asked can show them.

    Raises:
        SettingsRefused: with one error for each field. EditorialError: the name. NotFound: the site.
    """
    found = _kind(kind)
    site = content.get_site(session, site_id)
    title = _free_name(session, name)
    checked, nature = _checked(deps, found, settings, delivery)
    _expect_on_site(checked, site)
    _expect_no_twin(session, kind, site.id, checked)

    channel = Channel(
        kind=kind,
        name=title,
        site_id=site.id,
        settings=checked.model_dump(mode="json"),
        created_at=deps.now(),
        health=Health.UNKNOWN,
        enabled=True,
        nature=nature,
        credential=None,
    )
    delivery.put(channel)
    session.add(channel)
    session.flush()
    _record(session, channel, "channel.created", at=deps.now(), actor_id=actor_id, before={})
    _change_secrets(session, deps, channel, secrets, actor_id)
    return channel


def save(
    session: Session,
    deps: Deps,
    channel_id: int,
    *,
    version: int,
    name: str,
    settings: Mapping[str, Any],
    actor_id: int | None,
    delivery: Delivery | None = None,
    secrets: channel_secrets.Typed = MappingProxyType({}),
) -> Channel:
    """Change name, settings, delivery (None: it stays) and secrets that were typed. The caller commits, then probes it.

    Raises:
        SettingsRefused: with one error for each field. EditorialError: the name. StaleVersion: somebody was faster.
    """
    channel = _fresh(session, channel_id, version)
    title = _free_name(session, name, besides=channel.id)
    kind = _kind(channel.kind)
    delivery = delivery or Delivery.of(channel)
    checked, nature = _checked(deps, kind, settings, delivery)
    _expect_on_site(checked, content.get_site(session, channel.site_id))
    _expect_no_twin(session, channel.kind, channel.site_id, checked, besides=channel.id)
    _expect_same_reader(channel, kind, checked, secrets)

    before = _shown(channel)
    channel.name, channel.settings = title, checked.model_dump(mode="json")
    channel.nature = nature
    delivery.put(channel)
    _health_unknown(channel)
    _record(session, channel, "channel.saved", at=deps.now(), actor_id=actor_id, before=before)
    _change_secrets(session, deps, channel, secrets, actor_id)
    return channel


def replace_secret(
    session: Session,
    deps: Deps,
    channel_id: int,
    *,
    version: int,
    key: str,
    overlap: timedelta = channel_secrets.OVERLAP,
    actor_id: int | None,
) -> str:
    """Make another secret; the one before it stays in force for `overlap`. The caller commits and shows it, once.

    Raises:
        EditorialError: there is none of that name, or the other side chooses it. StaleVersion: somebody was faster.
    """
    channel = _fresh(session, channel_id, version)
    secret = next((each for each in _kind(channel.kind).secrets if each.key == key), None)
    if secret is None:
        raise NotFound
    value = channel_secrets.another(deps, secret)

    _health_unknown(channel)
    _change_secrets(session, deps, channel, {key: value}, actor_id, overlap=overlap)
    return value


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
            hint=Message(N_("Say on its page, under Switch it off, what becomes of them.")),
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
    reason = said(ask(deps, channel))
    with deps.sessions.begin() as session:
        distribution.record_health(
            session,
            channel,
            health=Health.BROKEN if reason else Health.OK,
            reason=pack(reason) if reason else None,
            checked_at=deps.now(),
        )
        channel_secrets.drop_overdue(session, deps, channel_id)
        return distribution.get_channel(session, channel_id)


def ask(deps: Deps, channel: Channel) -> Refused | NotSent | None:
    """What speaks against a channel at this moment; None where it works. Touches the network."""
    try:
        adapter_of(deps, channel).check()
    except (Refused, NotSent) as fault:
        return fault
    return None


def said(fault: Refused | NotSent | None) -> Message | None:
    """A fault in the words of the channel's page."""
    if isinstance(fault, Refused):
        return Message(N_("%(says)s %(hint)s"), {"says": fault.says, "hint": fault.hint})
    return fault.says if fault is not None else None


def _change_secrets(
    session: Session,
    deps: Deps,
    channel: Channel,
    typed: channel_secrets.Typed,
    actor_id: int | None,
    *,
    overlap: timedelta = channel_secrets.OVERLAP,
) -> None:
    """History tells which secrets were changed, never what they are."""
    before = sorted(channel.credential.names) if channel.credential is not None else []
    changed = channel_secrets.change(session, deps, channel, typed, actor_id=actor_id, overlap=overlap)
    if not changed:
        return
    flag_modified(channel, "settings")  # a new version of the channel: of two who replace a secret one comes late
    after = sorted(channel.credential.names) if channel.credential is not None else []
    history.record(
        session,
        at=deps.now(),
        actor_id=actor_id,
        action="channel.secrets_changed",
        entity="channel",
        entity_id=channel.id,
        before={"secrets": before},
        after={"secrets": after, "changed": changed},
    )


def _health_unknown(channel: Channel) -> None:
    channel.health, channel.health_reason = Health.UNKNOWN, None
    channel.health_since = channel.checked_at = None


def _checked(deps: Deps, kind: Kind, settings: Mapping[str, Any], delivery: Delivery) -> tuple[Settings, Nature]:
    """The settings as their kind has them, and what they make of the channel; all that is wrong is said at once."""
    try:
        checked = read_settings(kind.settings, settings)
    except SettingsRefused as refused:
        raise SettingsRefused([*refused.faults, *faults(delivery, None)]) from refused
    nature = kind.adapter(checked, surroundings(deps)).nature
    if found := faults(delivery, nature):
        raise SettingsRefused(found)
    return checked, nature


def _expect_no_twin(
    session: Session, kind: str, site_id: int, settings: Settings, *, besides: int | None = None
) -> None:
    """Refuse what another channel of the site does already: everything would go out twice."""
    if not settings.account:
        return
    same = select(Channel).where(Channel.kind == kind, Channel.site_id == site_id, Channel.id != (besides or 0))
    twin = next((each for each in session.scalars(same) if _account_of(each) == settings.account), None)
    if twin is not None:
        raise EditorialError(
            Message(N_("“%(name)s” goes there already; everything would go out twice."), {"name": twin.name}),
            hint=Message(N_("Change that channel, or give this one another address.")),
            field=settings.account_fields[0],
        )


def _account_of(channel: Channel) -> tuple[str, ...]:
    try:
        return read_settings(_kind(channel.kind).settings, channel.settings).account
    except EditorialError:
        return ()  # settings that do not fit any more send nothing


def _expect_same_reader(channel: Channel, kind: Kind, settings: Settings, typed: channel_secrets.Typed) -> None:
    """Secrets do not follow the address: who may change it must not get what they may not read."""
    kept = [each for each in kind.secrets if channel.credential and each.key in channel.credential.names]
    kept = [each for each in kept if (value := typed.get(each.key, "")) is not None and not value.strip()]
    if not kept:
        return
    try:
        reader = read_settings(kind.settings, channel.settings).secrets_go_to
    except EditorialError:
        reader = ""
    if reader != settings.secrets_go_to:
        raise EditorialError(
            Message(N_("Another host would get what only the one before was given.")),
            hint=Message(N_("Type it again for the new host, or remove it.")),
            field=channel_secrets.field_of(kept[0].key),
        )


def _expect_on_site(settings: Settings, site: Site) -> None:
    """Refuse a channel that would put its pages somewhere else than on its site."""
    pattern = getattr(settings, "url_pattern", None)
    if pattern:  # a webhook may leave it to the answer
        expect_on_site(pattern, site.base_url)


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
        **Delivery.of(channel).shown(),
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
