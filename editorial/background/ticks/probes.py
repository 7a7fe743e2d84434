"""Every minute: ask the channels whose question is due whether they work."""

from functools import partial

from editorial.background.pool import Lane
from editorial.services import channel_probes
from editorial.services.deps import Deps


def begin_probing(deps: Deps, *, lane: Lane) -> dict[str, int]:
    """Ask on a thread of its own, one round a process: a channel may take long to answer."""
    if lane.busy or not channel_probes.due(deps):
        return {}
    lane.begin(partial(channel_probes.probe_due, deps, stopping=lane.stopping))
    return {"started": 1}
