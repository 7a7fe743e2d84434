"""The weekly mails: written when a site's hour has come, sent when a server takes them."""

from editorial.services import sending, weekly
from editorial.services.deps import Deps


def enqueue_weekly_mails(deps: Deps) -> int:
    """Write the weekly mails that are due; returns how many."""
    return weekly.write_due(deps)


def send_mails(deps: Deps) -> int:
    """Hand what waits in the outbox to the mail server; returns how many it took."""
    return sending.send_due(deps)
