"""Every minute: look whether the pages that were handed over are out, so that they are audited."""

from functools import partial

from editorial.background.pool import Lane
from editorial.services import page_looks
from editorial.services.deps import Deps


def begin_looking(deps: Deps, *, lane: Lane) -> dict[str, int]:
    """Look on a thread of its own, one round a process: a site may take long to answer."""
    if lane.busy or not (due := page_looks.due(deps)):
        return {}
    lane.begin(partial(page_looks.look, deps, due, stopping=lane.stopping))
    return {"started": 1}
