"""Every few seconds: take up an audit that is queued, or whose process was lost. One at a time in each process."""

import os
from dataclasses import replace
from functools import partial

from editorial.background.pool import Lane
from editorial.services import audit_schedule, auditing, muting, tasks
from editorial.services.deps import Deps
from editorial.store import audit as store
from editorial.store.base import reading


class AuditRunner(Lane):
    """The thread of the audit that runs. Crawl and judgement happen in its worker programs.

    Closing lets the audit write what it has; a lease that runs out, and another process goes on with it.
    """

    def __init__(self) -> None:
        super().__init__("audit")

    def start(self, deps: Deps) -> None:
        """Run the audit whose turn it is."""
        parts = replace(auditing.parts_of(deps, os.cpu_count() or 1), stopping=self.stopping)
        self.begin(partial(auditing.run_audit, parts))


def run_queued_audits(deps: Deps, *, runner: AuditRunner) -> dict[str, int]:
    """Start an audit if there is one to run and none runs here."""
    if runner.busy:
        return {}
    with reading(deps.sessions) as session:
        if not store.has_work(session, deps.now()):
            return {}
    runner.start(deps)
    return {"started": 1}


def enqueue_weekly_audits(deps: Deps) -> int:
    """Queue the audit of every site whose weekly hour has come; returns how many."""
    return audit_schedule.enqueue_due(deps)


def follow_audits(deps: Deps) -> dict[str, int]:
    """What audits proved or brought back, what they found of pages just published, and what is muted no more."""
    return {
        **tasks.settle(deps),
        "told": tasks.tell_of_published(deps),
        "unmuted": muting.end_expired(deps),
    }
