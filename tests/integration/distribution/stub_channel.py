"""A channel in memory that answers as a test tells it, and keeps what it was given."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from editorial.adapters import channels as adapters
from editorial.adapters.channels import Kind
from editorial.adapters.channels.base import Limits, Settings, Surroundings
from editorial.domain.jobs import Health, JobState, Nature, Receipt, Trace
from editorial.domain.messages import Message
from editorial.domain.rendering import Piece, Rendered
from editorial.domain.workflow import Status
from editorial.services.deps import Deps
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel, DistributionJob
from tests.integration.distribution.sites import Desk, add_item

TRACE = Trace({"method": "POST"}, {"body": "ok"}, 201)


@dataclass
class Wire:
    """The other side of every stub channel of a test."""

    taken: list[str] = field(default_factory=list)
    """Keys in the order they came."""
    answer: Callable[[str, str], None] = lambda channel, key: None
    """Called with the channel's name and the key before each is taken; raises what the channel is to answer."""
    by_hand: bool = False
    nature: Nature = Nature.PAGE_MAKING
    remembers: timedelta = timedelta(0)
    names_address: bool = True
    """Whether anybody can say where a page that it makes is read."""


@contextmanager
def stub_kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Registers the kind `stub` for the time of a test."""
    wire = Wire()

    class StubSettings(Settings):
        name: str = "stub"

    class Stub:
        kind = "stub"
        limits = Limits()
        time_limit = 30.0
        finds = False
        live_check = False

        def __init__(self, settings: StubSettings, surroundings: Surroundings) -> None:
            self._settings = settings

        by_hand = property(lambda self: wire.by_hand)
        nature = property(lambda self: wire.nature)
        remembers = property(lambda self: wire.remembers)

        def url_of(self, piece: Piece) -> str | None:
            known = wire.names_address and wire.nature is Nature.PAGE_MAKING
            return f"https://www.example.com/{piece.slug}/" if known else None

        def render(self, piece: Piece, key: str = "") -> Rendered:
            return Rendered("stub", piece.title.encode())

        def publish(self, piece: Piece, *, key: str) -> Receipt:
            wire.answer(self._settings.name, key)
            wire.taken.append(key)
            return Receipt(key, self.url_of(piece), trace=TRACE)

        def find(self, key: str) -> Receipt | None:
            raise AssertionError("it cannot be asked")

        def check(self) -> None: ...

    kind: Any = Stub
    monkeypatch.setattr(adapters, "KINDS", (*adapters.KINDS, Kind("stub", Message("Stub"), kind, StubSettings)))
    yield wire


def add_channel(deps: Deps, name: str, **values: Any) -> int:
    """A stub channel of the desk's site, carrying the given values."""
    with deps.sessions.begin() as session:
        channel = Channel(
            **{
                "kind": "stub", "name": name, "site_id": 1, "settings": {"name": name}, "created_at": deps.now(),
                "health": Health.OK, "enabled": True, "spacing_seconds": 0,
            }
            | values
        )  # fmt: skip
        session.add(channel)
        session.flush()
        return channel.id


def add_jobs(desk: Desk, channel_ids: list[int], count: int, *, apart: timedelta = timedelta(0)) -> list[int]:
    """Scheduled items with a job on each channel, due from now on, `apart` from each other; returns the jobs' ids."""
    deps, now = desk.deps, desk.deps.now()
    with deps.sessions.begin() as session:
        ids = []
        for number in range(count):
            item = add_item(deps, session, 1, desk.publisher, f"many-{deps.token()}")
            _schedule(item, deps)
            session.flush()
            jobs = [
                DistributionJob(
                    item_id=item.id, channel_id=channel_id, state=JobState.QUEUED, due_at=now + apart * number,
                    idem_key=deps.token(), content_hash=item.content_hash, created_at=now,
                )
                for channel_id in channel_ids
            ]  # fmt: skip
            session.add_all(jobs)
            session.flush()
            ids += [job.id for job in jobs]
        return ids


def _schedule(item: ContentItem, deps: Deps) -> None:
    now = deps.now()
    item.status, item.publish_at, item.publish_zone = Status.SCHEDULED, now, "Asia/Shanghai"
    item.publish_wall = (now + timedelta(hours=8)).replace(tzinfo=None)
