"""Every few seconds: pick up what was left lying by processes that died, and what waits for a second look."""

from functools import partial

from editorial.background.pool import PublishPool
from editorial.services import publishing
from editorial.services.deps import Deps
from editorial.store import clock, distribution


def reap(deps: Deps, *, pool: PublishPool) -> dict[str, int]:
    """Take back expired leases, look up unknown outcomes, complete what was handed over, sweep the clock's record."""
    with deps.sessions.begin() as session:
        requeued = distribution.requeue_stale(session, deps.now())
        clock.sweep(session, deps.now())
    reaped = publishing.reap_leases(deps)
    followed = 0
    for job_id in publishing.to_follow_up(deps, pool.free):
        pool.start(partial(publishing.follow_up, deps, job_id), job_id=job_id)
        followed += 1
    return {"requeued": requeued, "reaped": reaped, "followed_up": followed}
