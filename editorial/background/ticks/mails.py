"""The weekly mails: written when a site's hour has come, sent when a server takes them."""

from functools import partial

from editorial.background.pool import Lane
from editorial.services import sending, weekly
from editorial.services.deps import Deps
from editorial.store import mail
from editorial.store.base import reading


def enqueue_weekly_mails(deps: Deps) -> int:
    """Write the weekly mails that are due; returns how many."""
    return weekly.write_due(deps)


def send_mails(deps: Deps) -> int:
    """Hand what waits in the outbox to the mail server; returns how many it took."""
    return sending.send_due(deps)


def begin_sending(deps: Deps, *, lane: Lane) -> dict[str, int]:
    """Send what is due on a thread of its own, one sender a process: a mail server may take minutes to answer."""
    if lane.busy:
        return {}
    if sending.server_of(deps) is None:
        return {"sent": send_mails(deps)}  # none is; but a mail whose sender died is told
    with reading(deps.sessions) as session:
        if not mail.anything_to_do(session, deps.now()):
            return {}
    lane.begin(partial(sending.send_due, deps, stopping=lane.stopping))
    return {"started": 1}
