"""Every second: hand out what is due, claim some of it, send it."""

from functools import partial

from editorial.background.pool import PublishPool
from editorial.services import publishing
from editorial.services.deps import Deps
from editorial.store import distribution
from editorial.store.base import reading

HAND_OUT = 100  # jobs a tick


def publish_due(deps: Deps, *, pool: PublishPool) -> dict[str, int]:
    """Dispatch jobs whose time has come and start as many as there are free threads; the rest waits for a free one."""
    with reading(deps.sessions) as session:
        if not distribution.anything_due(session, deps.now()):
            return {}
    with deps.sessions.begin() as session:
        dispatched = distribution.dispatch_due(session, deps.now(), HAND_OUT)
    started = 0
    if free := pool.free:
        for job_id in publishing.claim_some(deps, free):
            pool.start(partial(publishing.run, deps, job_id), job_id=job_id)
            started += 1
    return {"dispatched": dispatched, "started": started}
