"""Secrets of channels: sealed in the database with a key that is not in it, opened for one use, never shown again.

A key is a Fernet key (AES-128-CBC with HMAC-SHA-256). The first one seals, every one opens; which one sealed a row
stands beside it, so that a missing key can be named. Keys come from `EDITORIAL_CREDENTIAL_KEYS`, or from a file in the
instance folder that the first secret makes.
"""

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import mkstemp

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from config import Config
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.services.deps import Deps
from editorial.store.distribution import Channel, ChannelCredential

FILE = "credential_keys"
_BATCH = 100  # rows that one transaction of `rotate` seals anew


class KeyProblem(EditorialError):
    """The secrets of a channel can't be opened, or the keys themselves can't be used. Names no secret."""


@dataclass(frozen=True)
class Ring:
    """The keys, newest first."""

    keys: tuple[str, ...] = field(repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """What the keys are called: the beginning of their SHA-256."""
        return tuple(map(id_of, self.keys))

    def seal(self, channel_id: int, secrets: Mapping[str, str]) -> tuple[str, str]:
        """The sealed text and the id of the key that opens it. It opens for this channel only."""
        data = json.dumps({"channel": channel_id, "secrets": dict(secrets)}).encode()
        return Fernet(self.keys[0]).encrypt(data).decode(), self.ids[0]

    def open(self, channel_id: int, sealed: str, key_id: str) -> dict[str, str]:
        """The secrets. Raises `KeyError` without their key, `ValueError` if they were tampered with."""
        key = next((key for key in self.keys if id_of(key) == key_id), None)
        if key is None:
            raise KeyError(key_id)
        try:
            data = json.loads(Fernet(key).decrypt(sealed))
        except InvalidToken as error:
            raise ValueError("sealed with another key, or changed") from error
        if data["channel"] != channel_id:
            raise ValueError("sealed for another channel")
        return dict(data["secrets"])


@lru_cache(maxsize=32)
def id_of(key: str) -> str:
    """Eight characters that name a key and say nothing about it."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def ring(config: Config, *, make: bool = False) -> Ring:
    """The keys of this installation; with `make` a first one is made where there is none.

    Raises:
        KeyProblem: the file is open to others, or broken. Where there is none, the ring is empty.
    """
    if given := config.credential_keys.get_secret_value():
        return Ring(tuple(key.strip() for key in given.split(",") if key.strip()))
    path = config.instance_dir / FILE
    if make and not path.exists():
        _write(path, (Fernet.generate_key().decode(),), replace=False)
    try:
        seen = path.stat()
    except OSError:
        return Ring(())
    return _read(path, seen.st_mtime_ns, stat.S_IMODE(seen.st_mode))


def opened(deps: Deps, channel: Channel) -> dict[str, str]:
    """The secrets of a channel, for one use.

    Raises:
        KeyProblem: says which key is missing. Nothing is lost: with the key they open again.
    """
    row = channel.credential
    if row is None:
        return {}
    try:
        return ring(deps.config).open(channel.id, row.sealed, row.key_id)
    except KeyError as error:
        raise KeyProblem(
            Message(
                N_("The credentials of “%(name)s” are sealed with the key %(key)s, which is missing."),
                {"name": channel.name, "key": row.key_id},
            ),
            hint=Message(N_("Put the key back where it was, or give the channel its credentials again.")),
        ) from error
    except ValueError as error:
        raise KeyProblem(
            Message(N_("The credentials of “%(name)s” do not open: somebody changed them."), {"name": channel.name}),
            hint=Message(N_("Give the channel its credentials again.")),
        ) from error


def keep(session: Session, deps: Deps, channel: Channel, secrets: Mapping[str, str], actor_id: int | None) -> None:
    """Seal these secrets in place of what the channel had. The caller commits, and writes the history."""
    names = sorted(name for name in secrets if "." not in name)
    if not secrets:
        if channel.credential is not None:
            session.delete(channel.credential)
            channel.credential = None
        return
    sealed, key_id = ring(deps.config, make=True).seal(channel.id, secrets)
    row = channel.credential or ChannelCredential(channel_id=channel.id)
    row.sealed, row.key_id, row.names = sealed, key_id, names
    row.changed_at, row.changed_by = deps.now(), actor_id
    channel.credential = row


def counts(session: Session) -> dict[str, int]:
    """How many channels each key seals, by its id."""
    wanted = select(ChannelCredential.key_id, func.count()).group_by(ChannelCredential.key_id)
    return dict(session.execute(wanted).all())


@dataclass(frozen=True)
class Rotated:
    """What `rotate` did."""

    key_id: str
    sealed: int
    """Channels that were sealed anew."""
    closed: tuple[str, ...]
    """Names of channels whose credentials do not open: their key is missing, or somebody changed them."""


def rotate(deps: Deps) -> Rotated:
    """Seal everything with the newest key. Commits in small steps.

    Keys of the file: a new one is made first, unless an earlier run was interrupted, which is then brought to its end.
    Old keys stay, for backups of the database. A run may be ended at any instant: every row opens at every time.
    """
    keys = ring(deps.config, make=True)
    if not deps.config.credential_keys.get_secret_value() and not _behind(deps, keys):
        _write(deps.config.instance_dir / FILE, (Fernet.generate_key().decode(), *keys.keys), replace=True)
        keys = ring(deps.config)
    sealed, closed = 0, list[str]()
    last: int | None = 0
    while last is not None:
        last, done = _seal_some(deps, keys, last, closed)
        sealed += done
    return Rotated(keys.ids[0], sealed, tuple(closed))


def _seal_some(deps: Deps, keys: Ring, after: int, closed: list[str]) -> tuple[int | None, int]:
    """One step of `rotate`: where it ended (None: there is nothing more), and how many rows were sealed anew."""
    wanted = select(Channel).join(Channel.credential).where(Channel.id > after)
    wanted = wanted.where(ChannelCredential.key_id != keys.ids[0]).order_by(Channel.id).limit(_BATCH)
    done = 0
    with deps.sessions.begin() as session:
        channels = session.scalars(wanted.options(contains_eager(Channel.credential)).with_for_update()).all()
        for channel in channels:
            row = channel.credential
            assert row is not None
            try:
                row.sealed, row.key_id = keys.seal(channel.id, opened(deps, channel))
            except KeyProblem:
                closed.append(channel.name)
            else:
                done += 1
        return (channels[-1].id if channels else None), done


def _behind(deps: Deps, keys: Ring) -> bool:
    with deps.sessions() as session:
        return any(key_id in keys.ids[1:] for key_id in counts(session))


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int, mode: int) -> Ring:
    if mode & 0o077:
        raise KeyProblem(
            Message(N_("Others can read %(file)s."), {"file": str(path)}),
            hint=Message(N_("Close it to everybody but Editorial's account: chmod 600 %(file)s"), {"file": str(path)}),
        )
    keys = tuple(line.strip() for line in path.read_text().splitlines() if line.strip())
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        keys = ()
    if not keys:
        raise KeyProblem(
            Message(N_("%(file)s holds no usable key."), {"file": str(path)}),
            hint=Message(
                N_("Put the key back from your backup, or remove the file and give channels new credentials.")
            ),
        )
    return Ring(keys)


def _write(path: Path, keys: tuple[str, ...], *, replace: bool) -> None:
    """The file, whole or not at all, readable by us alone. Without `replace` somebody else's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mkstemp gives 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("".join(f"{key}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        if replace:
            Path(draft).replace(path)
        else:
            with suppress(FileExistsError):
                path.hardlink_to(draft)
    finally:
        Path(draft).unlink(missing_ok=True)
