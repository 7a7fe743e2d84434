"""Every few seconds: pick up what was left lying by processes that died, and what waits for a second look."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from editorial.background.pool import PublishPool
from editorial.background.publishers import Publishers
from editorial.services import follow_ups
from editorial.services.deps import Deps
from editorial.store import clock, distribution

PATIENCE = 8.0  # seconds, more than a round: a process that lives has renewed its leases by then


class Patience:
    """Leases are compared by the wall clock, and somebody may set it ahead; what a lease needs to run out besides is
    that nobody renews it while this process looks on."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._since: dict[tuple[int, datetime], float] = {}

    def too_early(self, expired: Iterable[tuple[int, datetime]]) -> frozenset[int]:
        """Those of the expired leases that were not seen for long enough; each is a job and when its lease ended."""
        now = self._monotonic()
        self._since = {lease: self._since.get(lease, now) for lease in expired}
        return frozenset(job_id for (job_id, _), since in self._since.items() if now - since < PATIENCE)


def reap(deps: Deps, *, threads: PublishPool, publishers: Publishers, patience: Patience) -> dict[str, int]:
    """Take back expired leases, look up unknown outcomes, complete what was handed over, sweep the clock's record."""
    with deps.sessions.begin() as session:
        requeued = distribution.requeue_stale(session, deps.now()) + distribution.wake_held(session, deps.now())
        clock.sweep(session, deps.now())
        running = publishers.running
        distribution.renew_leases(session, deps.now(), deps.worker, running)
        spared = running | patience.too_early(distribution.expired_since(session, deps.now()))
    reaped = follow_ups.reap_leases(deps, running=spared)
    followed = 0
    for job_id in follow_ups.to_follow_up(deps, threads.free):
        threads.start(partial(follow_ups.follow_up, deps, job_id), job_id=job_id)
        followed += 1
    return {"requeued": requeued, "reaped": reaped, "followed_up": followed}
