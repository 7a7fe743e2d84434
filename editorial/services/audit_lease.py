"""Keeps the lease of an audit while it is judged: no page comes in then that would show that it lives."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from editorial.store import audit as store
from editorial.store.base import Sessions

log = structlog.get_logger(__name__)

BEAT = store.LEASE.total_seconds() / 4  # seconds; a writer that waits its whole 30 for SQLite is still in time


class Over(Protocol):
    """Whether the work is over: an event, or what a test puts in its place."""

    def set(self) -> None:
        """It is over."""

    def wait(self, timeout: float) -> bool:
        """Wait at most so many seconds; true once it is over."""


class Lease:
    """The lease of one process on one audit."""

    def __init__(self, sessions: Sessions, audit_id: int, worker: str, now: Callable[[], datetime]) -> None:
        self._sessions, self._audit_id, self._worker, self._now = sessions, audit_id, worker, now
        self._lost = threading.Event()

    @property
    def lost(self) -> bool:
        """Whether another process has taken the audit up. It stays so: whatever is known here is no longer wanted."""
        return self._lost.is_set()

    def renew(self) -> bool:
        """Say that the audit lives. False once it is another's; a database that does not answer is asked next time."""
        if self.lost:
            return False
        try:
            with self._sessions.begin() as session:
                held = store.renew(session, self._audit_id, self._worker, self._now())
        except SQLAlchemyError:  # of the driver or of the pool: none may end the thread that renews
            log.warning("audit.beat_failed", audit_id=self._audit_id, exc_info=True)
            return True
        if not held:
            self._lost.set()
            log.warning("audit.lost", audit_id=self._audit_id)
        return held


@contextmanager
def kept(
    sessions: Sessions, audit_id: int, worker: str, now: Callable[[], datetime], *, over: Over | None = None
) -> Iterator[Lease]:
    """Renew the lease at once, and on a thread of its own every `BEAT` seconds until the block ends or it is lost.

    A thread, because one step may take longer than a lease: the rules about a whole site are statements of a database.
    The block must end outside any transaction that locks the audit, or the last renewal would wait for it.
    """
    lease, over = Lease(sessions, audit_id, worker, now), over or threading.Event()
    lease.renew()
    thread = threading.Thread(target=_beat, args=(lease, over), name=f"audit-{audit_id}-lease", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        over.set()
        thread.join()


def _beat(lease: Lease, over: Over) -> None:
    while not lease.lost and not over.wait(BEAT):
        lease.renew()
