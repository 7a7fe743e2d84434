"""Every few seconds: ask what the sites link to outside whether it is there, after their audits."""

from functools import partial

from editorial.background.pool import Lane
from editorial.services import external_asking
from editorial.services.deps import Deps


def begin_asking(deps: Deps, *, lane: Lane) -> dict[str, int]:
    """Ask on threads of their own, one round a process: other people's servers may take long to answer."""
    if lane.busy or not external_asking.anything_to_do(deps):
        return {}
    lane.begin(partial(external_asking.work, external_asking.asking_of(deps, lane.stopping)))
    return {"started": 1}
