"""What a claimed job takes along, made before any lock is taken: the piece, its adapter, and what its gate says."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog

from editorial.adapters.channels.base import ChannelAdapter
from editorial.domain.errors import NotFound
from editorial.domain.jobs import Nature, Refused
from editorial.domain.messages import Message
from editorial.domain.rendering import Piece
from editorial.services import gates, pieces, turns
from editorial.services.channels import adapter_of
from editorial.services.deps import Deps
from editorial.services.pieces import Ground
from editorial.store import runs
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
class Looked:
    """A claimed job as it was read, with its item and channel. No session is open behind it: it is for reading only."""

    job: DistributionJob
    ground: Ground


@dataclass(frozen=True)
class Prepared:
    """A claimed job before it begins."""

    job: DistributionJob
    """As it was read; only what is still as it was `seen` may be believed of it."""
    seen: Seen
    piece: Piece | None = None
    """None where the job does not go out now anyway."""
    adapter: ChannelAdapter | None = None
    refused: Message | None = None
    """Why it cannot be sent at all."""
    stopped: Message | None = None
    """What its gate says; None lets it go."""

    @property
    def job_id(self) -> int:
        """Which job it is."""
        return self.job.id


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


def look(deps: Deps, job_ids: Collection[int]) -> dict[int, Looked]:
    """Read claimed jobs with all that their pieces are made of, many jobs in few queries."""
    with reading(deps.sessions) as session:
        jobs = runs.jobs_to_prepare(session, job_ids)
        grounds = pieces.grounds(session, deps, jobs)
    return {job.id: Looked(job, grounds[job.id]) for job in jobs}


def look_at(deps: Deps, job_id: int) -> Looked:
    """What `look` reads of one job, or `NotFound`."""
    found = look(deps, [job_id])
    if job_id not in found:
        raise NotFound
    return found[job_id]


def prepare(deps: Deps, looked: Looked, passed: Passed) -> Prepared:
    """Make the piece and look at the gate. Nothing is locked, and while the gate touches the network nothing is open.

    Args:
        deps: the parts.
        looked: a job that this process has claimed, as it was read after that.
        passed: the gates that were open a moment ago.
    """
    job, seen = looked.job, Seen.of(looked.job)
    if turns.look_again(job, deps.now()) is not None or turns.quiet_until(job, deps.now()) is not None:
        return Prepared(job, seen)
    try:
        adapter = adapter_of(deps, job.channel)
        piece = pieces.piece_on(job, adapter, looked.ground)
    except Refused as refused:
        return Prepared(job, seen, refused=refused.says)
    key, item = (adapter.nature, job.item_id, job.content_hash), job.item
    if key in passed:
        return Prepared(job, seen, piece, adapter)
    stopped = gates.page_says(deps, item) if adapter.nature is Nature.POINTING else gates.draft_says(deps, item, piece)
    if stopped is None:
        passed.add(key)
    return Prepared(job, seen, piece, adapter, stopped=stopped)
