"""The secrets of a channel as its form treats them: written, replaced and removed, never read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.adapters.channels import Kind, Secret, kind_of
from editorial.adapters.channels.base import SettingsRefused
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.services import credentials
from editorial.services.credentials import KeyProblem
from editorial.services.deps import Deps
from editorial.store.distribution import Channel, ChannelCredential
from editorial.store.people import Person

OVERLAP = timedelta(hours=24)
_LONGEST = 4000  # characters

Typed = Mapping[str, str | None]
"""By the secret's key: what was typed; nothing typed leaves it as it is, None removes it."""


@dataclass(frozen=True)
class SecretRow:
    """One secret as its form shows it."""

    secret: Secret
    is_set: bool
    changed_at: datetime | None
    changed_by: str | None
    """The name of whoever changed the channel's secrets last."""
    overlaps_until: datetime | None
    """Until then the one before it is in force, too."""


def rows(session: Session, deps: Deps, channel: Channel | None, kind: Kind) -> Sequence[SecretRow]:
    """The secrets of a kind, and which of them a channel has."""
    row = channel.credential if channel is not None else None
    person = session.get(Person, row.changed_by) if row is not None and row.changed_by is not None else None
    until = _overlaps(deps, channel) if channel is not None else {}
    return [
        SecretRow(
            secret,
            row is not None and secret.key in row.names,
            row.changed_at if row is not None else None,
            person.name if person is not None else None,
            until.get(secret.key),
        )
        for secret in kind.secrets
    ]


def made(deps: Deps, kind: Kind, typed: Typed) -> dict[str, str]:
    """Fresh secrets for a new channel, where nobody typed one and we may choose it: to be kept and shown once."""
    return {each.key: each.make(_random(deps)) for each in kind.secrets if each.make and not typed.get(each.key)}


def another(deps: Deps, secret: Secret) -> str:
    """A fresh secret in place of one; raises `EditorialError` where the other side chooses it."""
    if secret.make is None:
        raise EditorialError(
            Message(N_("The other side chooses this one.")),
            hint=Message(N_("Have a new one made there, and write it into the field.")),
            field=field_of(secret.key),
        )
    return secret.make(_random(deps))


def change(
    session: Session,
    deps: Deps,
    channel: Channel,
    typed: Typed,
    *,
    actor_id: int | None,
    overlap: timedelta = OVERLAP,
) -> list[str]:
    """Keep what was typed; returns the keys of what changed. The caller commits, and writes the history.

    Raises:
        SettingsRefused: with an error for each that is none. KeyProblem: only a part was typed, and the rest does not
            open any more.
    """
    kind = kind_of(channel.kind)
    checked = _checked(kind, typed) if kind is not None else {}
    if kind is None or not checked:
        return []
    whole = {each.key for each in kind.secrets} <= {key for key, value in checked.items() if value}
    before = {} if whole and not _opens(deps, channel) else credentials.opened(deps, channel)
    after = {**before}
    for secret in kind.secrets:
        if secret.key in checked:
            _put(after, secret, checked[secret.key], deps.now() + overlap)
    credentials.keep(session, deps, channel, without_overdue(after, deps.now()), actor_id)
    return sorted(checked)


def without_overdue(secrets: Mapping[str, str], now: datetime) -> dict[str, str]:
    """The secrets without those whose time is over."""
    over = {
        key.removesuffix("_until")
        for key, value in secrets.items()
        if key.endswith(".previous_until") and datetime.fromisoformat(value) <= now
    }
    return {key: value for key, value in secrets.items() if key.removesuffix("_until") not in over}


def drop_overdue(session: Session, deps: Deps, channel_id: int) -> None:
    """Take the secrets whose time is over out of what is sealed. The caller commits."""
    wanted = select(ChannelCredential).where(ChannelCredential.channel_id == channel_id)
    row = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if row is None:
        return
    try:
        keys = credentials.ring(deps.config)
        found = keys.open(channel_id, row.sealed, row.key_id)
    except (KeyProblem, KeyError, ValueError):
        return  # the probe itself has said so
    left = without_overdue(found, deps.now())
    if left != found:
        row.sealed, row.key_id = keys.seal(channel_id, left)


def field_of(key: str) -> str:
    """The name of a secret's field in a form, apart from those of settings."""
    return f"secret-{key}"


def _checked(kind: Kind, typed: Typed) -> dict[str, str | None]:
    faults: list[EditorialError] = []
    found: dict[str, str | None] = {}
    for secret in kind.secrets:
        value = typed.get(secret.key, "")
        if value is None:
            found[secret.key] = None
        elif value.strip():
            try:
                found[secret.key] = secret.check(value[: _LONGEST + 1])
            except EditorialError as error:
                faults.append(EditorialError(error.says, hint=error.hint, field=field_of(secret.key)))
            if len(value) > _LONGEST:
                too_long = Message(N_("This is too long for a secret."))
                faults.append(EditorialError(too_long, hint=Message(N_("Copy it again.")), field=field_of(secret.key)))
    if faults:
        raise SettingsRefused(faults)
    return found


def _put(secrets: dict[str, str], secret: Secret, value: str | None, until: datetime) -> None:
    previous, previous_until = f"{secret.key}.previous", f"{secret.key}.previous_until"
    before = secrets.pop(secret.key, None)
    if value is None:
        secrets.pop(previous, None)
        secrets.pop(previous_until, None)
        return
    if secret.overlaps and before and before != value:
        secrets[previous], secrets[previous_until] = before, until.isoformat()
    secrets[secret.key] = value


def _opens(deps: Deps, channel: Channel) -> bool:
    try:
        credentials.opened(deps, channel)
    except KeyProblem:
        return False
    return True


def _overlaps(deps: Deps, channel: Channel) -> dict[str, datetime]:
    try:
        found = credentials.opened(deps, channel)
    except KeyProblem:
        return {}
    ends = {key: value for key, value in without_overdue(found, deps.now()).items() if key.endswith(".previous_until")}
    return {key.removesuffix(".previous_until"): datetime.fromisoformat(value) for key, value in ends.items()}


def _random(deps: Deps) -> bytes:
    """32 random bytes: the hash of a token that has as many bits."""
    return hashlib.sha256(deps.token().encode()).digest()
