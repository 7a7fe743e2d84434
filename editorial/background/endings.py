"""Jobs that their channels have, completed many at once while their threads send on."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import structlog

from editorial.domain.jobs import JobState
from editorial.services import outcomes
from editorial.services.deps import Deps
from editorial.services.outcomes import Ended

log = structlog.get_logger()

AT_ONCE = 64  # jobs in one transaction
LINGER = 0.05  # seconds that the first waits for more
Told = Callable[[int, str], None]


class Endings:
    """One thread that completes accepted jobs. Should it not come to one, the clock completes it a minute later."""

    def __init__(self, deps: Deps, told: Told, *, turn: AbstractContextManager[object] | None = None) -> None:
        """`told` hears of each job and the state that it came to."""
        self._deps, self._told, self._turn = deps, told, turn or nullcontext()
        self._changed = threading.Condition()
        self._waiting: list[Ended] = []
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="publish-endings", daemon=True)
        self._thread.start()

    def add(self, ended: Ended) -> JobState:
        """Take a job that its channel has and whose page need not be seen first; it is `accepted` until its turn."""
        with self._changed:
            self._waiting.append(ended)
            self._changed.notify()
        return JobState.ACCEPTED

    def close(self, timeout: float) -> bool:
        """Complete what waits, then end. True if that was done within `timeout` seconds."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while group := self._next():
            self._end(group)

    def _next(self) -> list[Ended]:
        """Those that wait, and a moment later those that came meanwhile; empty at the end."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            until = time.monotonic() + LINGER
            while not self._closed and len(self._waiting) < AT_ONCE and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)
            group, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        return group

    def _end(self, group: list[Ended]) -> None:
        """In one transaction; where that fails, each in one of its own."""
        try:
            with self._turn:
                states = outcomes.close(self._deps, group)
        except Exception:
            if len(group) > 1:
                for one in group:
                    self._end([one])
                return
            log.exception("job.unrecorded", job_id=group[0].job_id)  # the clock completes it
            states = [JobState.ACCEPTED]
        for one, state in zip(group, states, strict=True):
            self._told(one.job_id, state.value if isinstance(state, JobState) else JobState.ACCEPTED.value)
