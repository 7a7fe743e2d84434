"""Every few seconds: pick up what was left lying by processes that died, and what waits for a second look."""

from functools import partial

from editorial.background.pool import PublishPool
from editorial.background.publishers import Publishers
from editorial.services import follow_ups
from editorial.services.deps import Deps
from editorial.store import clock, distribution


def reap(deps: Deps, *, threads: PublishPool, publishers: Publishers) -> dict[str, int]:
    """Take back expired leases, look up unknown outcomes, complete what was handed over, sweep the clock's record."""
    with deps.sessions.begin() as session:
        requeued = distribution.requeue_stale(session, deps.now()) + distribution.wake_held(session, deps.now())
        clock.sweep(session, deps.now())
    reaped = follow_ups.reap_leases(deps, running=publishers.running)
    followed = 0
    for job_id in follow_ups.to_follow_up(deps, threads.free):
        threads.start(partial(follow_ups.follow_up, deps, job_id), job_id=job_id)
        followed += 1
    return {"requeued": requeued, "reaped": reaped, "followed_up": followed}
