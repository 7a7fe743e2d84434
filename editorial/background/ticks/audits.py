"""Every few seconds: take up an audit that is queued, or whose process was lost. One at a time in each process."""

import os
import threading
from dataclasses import replace

import structlog

from editorial.services import audit_schedule, auditing
from editorial.services.deps import Deps
from editorial.store import audit as store
from editorial.store.base import reading

log = structlog.get_logger()


class AuditRunner:
    """A thread for the audit that runs, so that the ticks go on. Crawl and judgement happen in its worker programs."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    @property
    def busy(self) -> bool:
        """Whether an audit runs now, or none may begin any more."""
        return self._closing.is_set() or (self._thread is not None and self._thread.is_alive())

    def start(self, deps: Deps) -> None:
        """Run the audit whose turn it is."""
        self._thread = threading.Thread(target=self._run, args=(deps,), name="audit", daemon=True)
        self._thread.start()

    def close(self, timeout: float) -> bool:
        """Let the running audit write what it has; another process goes on with it. True if it ended in time."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def _run(self, deps: Deps) -> None:
        parts = replace(auditing.parts_of(deps, os.cpu_count() or 1), stopping=self._closing.is_set)
        try:
            auditing.run_audit(parts)
        except Exception:
            log.exception("audit.crashed")  # its lease runs out, and the next tick takes it up again


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
