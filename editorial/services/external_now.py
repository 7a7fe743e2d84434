"""Asks what the pages of one audit link to outside at once, for the command line: there is no other day to wait for.

What is not there is asked a second time half a minute later, and counts as seen on one day: its findings are notices.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import true, update

from editorial.domain.external import LinkState
from editorial.services import external_asking
from editorial.services.external_asking import Asking
from editorial.store.external import ExternalTarget

MOST = 1000  # targets of one command: half an hour, if all of them stand at one host
LONGEST = timedelta(hours=1)
APART = timedelta(seconds=30)
"""Between two answers that prove it for a command."""


@dataclass(frozen=True)
class Asked:
    """How many targets there are, how many were asked, and how many of those gave no clear answer."""

    targets: int = 0
    asked: int = 0
    unclear: int = 0


def ask_now(asking: Asking, audit_id: int) -> Asked:
    """Ask the targets of an audit, as many as a command may; each at most twice."""
    found = external_asking.read_links(asking, audit_id, None)
    until = asking.now() + LONGEST
    first = _until_nothing_is_left(asking, until, MOST)
    if first.get(LinkState.FAILED_ONCE):
        asking.sleep(APART.total_seconds())
        with asking.sessions.begin() as session:
            again = update(ExternalTarget).where(ExternalTarget.state == LinkState.FAILED_ONCE)
            session.execute(again.values(due_at=asking.now()).execution_options(synchronize_session=False))
        _until_nothing_is_left(replace(asking, sure_after=APART), until, first[LinkState.FAILED_ONCE])
    return Asked(found, sum(first.values()), first.get(LinkState.UNCLEAR, 0))


def _until_nothing_is_left(asking: Asking, until: datetime, most: int) -> dict[str, int]:
    """Rounds until there is nobody to ask any more, or those that are left asked for a rest."""
    total: dict[str, int] = {}
    while most > 0 and (done := external_asking.ask_round(asking, true(), until=until, most=most)):
        for state, count in done.items():
            total[state] = total.get(state, 0) + count
        most -= sum(done.values())
    return total
