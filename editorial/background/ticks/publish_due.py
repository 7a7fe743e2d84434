"""Every second: hand out what is due and wake the threads that send it."""

from datetime import datetime

from sqlalchemy import ColumnElement

from editorial.background.publishers import Publishers
from editorial.domain.lateness import CATCH_UP_AFTER
from editorial.services import turns
from editorial.services.deps import Deps
from editorial.store import catching_up, distribution
from editorial.store.base import reading

HAND_OUT = 200  # jobs in one transaction
ROUNDS = 10  # transactions a tick


def publish_due(deps: Deps, *, publishers: Publishers) -> dict[str, int]:
    """Dispatch jobs whose time has come; late ones get their places first. Tells what the threads did since."""
    told = publishers.tell()
    with reading(deps.sessions) as session:
        due = distribution.anything_due(session, deps.now())
        late = due and catching_up.any_late(session, deps.now() - CATCH_UP_AFTER)
    if not due:
        return told
    put_off = turns.catch_up(deps) if late else 0
    dispatched = _hand_out(deps)
    publishers.wake(deps)
    return told | {"dispatched": dispatched, "put_off": put_off + told.get("queued", 0)}


def _hand_out(deps: Deps) -> int:
    dispatched = 0
    for _ in range(ROUNDS):
        now = deps.now()
        with deps.sessions.begin() as session:
            handed = distribution.dispatch_due(session, now, HAND_OUT, but=_placeless(now))
        dispatched += handed
        if handed < HAND_OUT:
            break
    return dispatched


def _placeless(now: datetime) -> ColumnElement[bool]:
    return catching_up.waits_for_place(now - CATCH_UP_AFTER)
