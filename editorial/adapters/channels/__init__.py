"""Channels: one file a service, one line a kind in this list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from editorial.adapters.channels.base import ChannelAdapter, Settings, Surroundings, read_settings
from editorial.adapters.channels.git import GitChannel
from editorial.adapters.channels.git_settings import GitSettings, checked_token, checked_username
from editorial.adapters.channels.git_transport import TOKEN, USERNAME
from editorial.adapters.channels.handoff import HandoffChannel
from editorial.adapters.channels.handoff_settings import HandoffSettings
from editorial.adapters.channels.signature import checked_secret, make_secret
from editorial.adapters.channels.webhook import WebhookChannel
from editorial.adapters.channels.webhook_settings import WebhookSettings
from editorial.domain.messages import N_, Message


@dataclass(frozen=True)
class Secret:
    """One secret of a kind of channel, as its form asks for it."""

    key: str
    label: Message
    hint: Message
    required: bool = True
    check: Callable[[str], str] = str.strip
    """What was typed in its one form; raises `EditorialError` without repeating it."""
    make: Callable[[bytes], str] | None = None
    """Makes one of 32 random bytes, where we may choose it."""
    overlaps: bool = False
    """Whether the one before it stays in force for a while: `<key>.previous` until `<key>.previous_until`."""


@dataclass(frozen=True)
class Kind:
    """A kind of channel: its name for people, its adapter and what that asks for."""

    key: str
    name: Message
    adapter: type[ChannelAdapter]
    settings: type[Settings]
    icon: str = "c-site"
    """Of the sprite."""
    secrets: tuple[Secret, ...] = ()
    """What it needs to know that nobody may read again."""
    late_ok_minutes: int = 60
    """What the form of a new channel begins with; people need longer than programs."""


_SIGNING = Secret(
    "secret",
    Message(N_("Signing secret")),
    Message(N_("whsec_ and base64, as the receiver has it; left empty, one is made and shown once.")),
    check=checked_secret,
    make=make_secret,
    overlaps=True,
)

_LOGIN = (
    Secret(
        USERNAME,
        Message(N_("User name for https")),
        Message(N_("Often any name will do beside a token; left empty, it is git.")),
        required=False,
        check=checked_username,
    ),
    Secret(
        TOKEN,
        Message(N_("Token or password for https")),
        Message(N_("It goes to the repository's host only, and may need to write there and nothing else.")),
        required=False,
        check=checked_token,
    ),
)

KINDS: tuple[Kind, ...] = (
    Kind("git", Message(N_("Static-site git repository")), GitChannel, GitSettings, secrets=_LOGIN),
    Kind("webhook", Message(N_("Signed webhook")), WebhookChannel, WebhookSettings, "link", (_SIGNING,)),
    Kind(
        "handoff",
        Message(N_("Hand-off to a person")),
        HandoffChannel,
        HandoffSettings,
        "c-hand",
        late_ok_minutes=24 * 60,
    ),
)


def kind_of(key: str) -> Kind | None:
    """The kind of that key, or None."""
    return next((kind for kind in KINDS if kind.key == key), None)


def connect(key: str, settings: Mapping[str, Any], surroundings: Surroundings) -> ChannelAdapter:
    """The adapter behind a stored channel.

    Raises:
        KeyError: nobody knows this kind (any more). SettingsRefused: the stored settings don't fit it (any more).
    """
    kind = kind_of(key)
    if kind is None:
        raise KeyError(key)
    return kind.adapter(read_settings(kind.settings, settings), surroundings)
