"""What a claimed job takes along, made before any lock is taken: the piece, its adapter, and what its gate says."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from editorial.adapters.channels.base import ChannelAdapter
from editorial.domain.jobs import Nature, Refused
from editorial.domain.messages import Message
from editorial.domain.rendering import Piece
from editorial.services import gates, turns
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.pieces import piece_of_job
from editorial.store import distribution
from editorial.store.base import reading
from editorial.store.distribution import DistributionJob

log = structlog.get_logger()


@dataclass(frozen=True)
class Seen:
    """As what job and channel were seen; whoever changes them in between makes what was prepared worthless."""

    job: int
    channel: int

    @classmethod
    def of(cls, job: DistributionJob) -> "Seen":
        """The versions that a job and its channel have now."""
        return cls(job.version, job.channel.version)


@dataclass(frozen=True)
class Prepared:
    """A claimed job before it begins."""

    job_id: int
    seen: Seen
    piece: Piece | None = None
    """None where the job does not go out now anyway."""
    adapter: ChannelAdapter | None = None
    refused: Message | None = None
    """Why it cannot be sent at all."""
    stopped: Message | None = None
    """What its gate says; None lets it go."""


_Key = tuple[Nature, int, str]


class Passed:
    """Gates that let a text go a moment ago: two hundred channels of one item do not look at it two hundred times."""

    def __init__(self, seconds: float = 20.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._monotonic = seconds, monotonic
        self._until: dict[_Key, float] = {}

    def add(self, key: _Key) -> None:
        """It may go; forget what is older."""
        now = self._monotonic()
        if len(self._until) > 1000:
            self._until = {one: until for one, until in list(self._until.items()) if until > now}
        self._until[key] = now + self._seconds

    def __contains__(self, key: _Key) -> bool:
        return self._until.get(key, 0.0) > self._monotonic()


def prepare(deps: Deps, job_id: int, passed: Passed) -> Prepared:
    """Make the piece and look at the gate. Nothing is locked, and while the gate touches the network nothing is open.

    Args:
        deps: the parts.
        job_id: a job that this process has claimed.
        passed: the gates that were open a moment ago.
    """
    with reading(deps.sessions) as session:
        job = distribution.get_job(session, job_id)
        seen = Seen.of(job)
        if turns.look_again(job, deps.now()) is not None or turns.quiet_until(job, deps.now()) is not None:
            return Prepared(job_id, seen)
        try:
            adapter = adapter_of(deps, job.channel)
            piece = piece_of_job(session, deps, job)
        except Refused as refused:
            return Prepared(job_id, seen, refused=refused.says)
        key, item = (adapter.nature, job.item_id, job.content_hash), job.item
    if key in passed:
        return Prepared(job_id, seen, piece, adapter)
    stopped = gates.page_says(deps, item) if adapter.nature is Nature.POINTING else gates.draft_says(deps, item, piece)
    if stopped is None:
        passed.add(key)
    return Prepared(job_id, seen, piece, adapter, stopped=stopped)
