"""The threads that publish: woken by the tick, they claim and run jobs until nothing is due."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError

from editorial.background.endings import Endings
from editorial.background.together import Together
from editorial.domain.jobs import JobState
from editorial.services import beginning, outcomes, publishing
from editorial.services.deps import Deps
from editorial.services.outcomes import Ended
from editorial.services.publishing import Claimed, Steps
from editorial.store import runs

log = structlog.get_logger()

STALE = 20.0  # seconds after which a claimed job that no thread could begin is given back

LINGER = 0.005  # seconds that a write waits for others beside it

LOST = 900.0  # seconds; every channel has answered long before, so such a thread will never come back


@dataclass(frozen=True)
class _Mine:
    job: Claimed
    since: float


class Publishers:
    """Threads that drain what is due, so that a slow channel holds up only its own threads.

    At most `share` of them are busy with one channel. The threads are daemons: a push that hangs may not keep the
    process from ending. What it leaves behind is a lease that runs out, and the reaper asks how far it had come.
    """

    def __init__(self, size: int = 16, share: int | None = None) -> None:
        self.size, self.share = size, share or max(1, size // 4)
        self.ended: Counter[str] = Counter()
        """What runs came to since the tick last asked, by state."""
        self._threads: list[threading.Thread] = []
        self._lock = threading.Condition()
        self._claimed: deque[_Mine] = deque()
        self._busy: Counter[int] = Counter()  # threads by channel
        self._running: dict[int, float] = {}
        self._left_out: set[int] = set()
        """Channels that had enough when jobs were claimed last: more of theirs may be due."""
        self._due = self._claiming = self._closed = False
        self._handed_on: set[int] = set()
        """Jobs that the endings have, or had, until their threads have come back."""
        self._endings: Endings | None = None

    @property
    def running(self) -> frozenset[int]:
        """The jobs that a thread of this process is busy with, and may be."""
        now = time.monotonic()
        with self._lock:
            return frozenset(job_id for job_id, since in self._running.items() if now - since < LOST)

    @property
    def idle(self) -> int:
        """How many threads have nothing to do."""
        with self._lock:
            return 0 if self._closed else self.size - sum(self._busy.values())

    def wake(self, deps: Deps) -> None:
        """Something is due: the threads claim until nothing is. The first call starts them."""
        with self._lock:
            if self._closed:
                return
            if not self._threads:
                self._start(deps)
            self._due = True
            self._lock.notify_all()
        self._give_back(deps, older_than=STALE)

    def tell(self) -> dict[str, int]:
        """What came of the jobs since the last time somebody asked."""
        with self._lock:
            told, self.ended = dict(self.ended), Counter()
        return told

    def close(self, deps: Deps, timeout: float) -> bool:
        """Begin no more jobs, give back what was claimed only, wait for what runs. True if all have ended."""
        deadline = time.monotonic() + timeout
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        self._give_back(deps, older_than=0.0)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            return not self.running  # who still runs may hand something on
        ended = self._endings is None or self._endings.close(max(0.0, deadline - time.monotonic()))
        return ended and not self.running

    def _start(self, deps: Deps) -> None:
        turn = _turn(deps)
        self._endings = Endings(deps, self._ended, turn=turn)
        steps = together(deps, self._hand_on, turn)
        for number in range(self.size):
            thread = threading.Thread(target=self._work, args=(deps, steps), name=f"publish-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self, deps: Deps, steps: Steps) -> None:
        while (job := self._next(deps)) is not None:
            state = "crashed"
            try:
                with structlog.contextvars.bound_contextvars(job_id=job.job_id):
                    state = publishing.run(deps, job.job_id, steps=steps, looked=job.looked).value
            except DBAPIError:
                log.exception("job.unrecorded", job_id=job.job_id)  # the database is away; the lease runs out
            except Exception:
                log.exception("job.crashed", job_id=job.job_id)  # one broken job must not hold up the others
                self._hold(deps, job.job_id)
            finally:
                with self._lock:
                    self._due |= job.channel_id in self._left_out
                    self._busy[job.channel_id] -= 1
                    self._lock.notify()
                    handed_on = job.job_id in self._handed_on
                    self._handed_on.discard(job.job_id)
                if not handed_on:
                    self._ended(job.job_id, state)

    def _hand_on(self, ended: Ended) -> JobState:
        """Leave an accepted job to the endings: they say what came of it."""
        assert self._endings is not None
        with self._lock:
            self._handed_on.add(ended.job_id)
        return self._endings.add(ended)

    def _ended(self, job_id: int, state: str) -> None:
        """A job came to where it ends for now."""
        with self._lock:
            self._running.pop(job_id, None)
            self.ended[state] += 1

    def _hold(self, deps: Deps, job_id: int) -> None:
        try:
            publishing.stumble(deps, job_id)
        except Exception:
            log.exception("job.unrecorded", job_id=job_id)

    def _next(self, deps: Deps) -> Claimed | None:
        """The next job for this thread; waits until there is one. None: no more jobs begin."""
        while True:
            with self._lock:
                while not self._closed and (job := self._take()) is None and (self._claiming or not self._due):
                    self._lock.wait()
                if self._closed:
                    return None
                if job is not None:
                    return job
                self._claiming = True
                full = {channel for channel, busy in self._waiting_and_busy().items() if busy >= self.share}
                self._left_out, self._due = full, False  # what becomes due meanwhile sets it again
            self._claim(deps, full)

    def _take(self) -> Claimed | None:
        """The oldest claimed job whose channel is not full. Under the lock."""
        for place, mine in enumerate(self._claimed):
            channel_id = mine.job.channel_id
            if self._busy[channel_id] < self.share:
                del self._claimed[place]
                self._busy[channel_id] += 1
                self._running[mine.job.job_id] = time.monotonic()
                return mine.job
        return None

    def _waiting_and_busy(self) -> Counter[int]:
        return self._busy + Counter(mine.job.channel_id for mine in self._claimed)

    def _claim(self, deps: Deps, full: Collection[int]) -> None:
        """Claim as many jobs as there are threads. Nobody else of this process claims meanwhile."""
        found: list[Claimed] = []
        try:
            found = publishing.claim_for(deps, self.size, besides=full)
            found = publishing.look_together(deps, found) if found else found
        except Exception:
            log.exception("job.claim_crashed")  # the database is away; the next tick wakes us again
        with self._lock:
            now = time.monotonic()
            self._claimed.extend(_Mine(job, now) for job in found)
            self._claiming = False
            self._due |= bool(found)
            self._lock.notify_all()
        if self._closed:
            self._give_back(deps, older_than=0.0)

    def _give_back(self, deps: Deps, *, older_than: float) -> None:
        """Leave claimed jobs that no thread could begin to whoever is free."""
        with self._lock:
            now = time.monotonic()
            old = [mine for mine in self._claimed if now - mine.since >= older_than]
            for mine in old:
                self._claimed.remove(mine)
        if old:
            with deps.sessions.begin() as session:
                given = runs.release(session, [mine.job.job_id for mine in old], deps.worker)
            log.info("jobs.given_back", jobs=given)


def together(deps: Deps, hand_on: Callable[[Ended], JobState], turn: AbstractContextManager[object]) -> Steps:
    """The writes of runs that go on beside each other, those of each kind in one transaction.

    What has to be seen live first is closed by its own thread, which then looks; the rest is handed on.
    """
    accept: Callable[[Sequence[runs.Taken]], Sequence[None]] = partial(_accept, deps)
    close = Together(partial(outcomes.close, deps), turn=turn)
    return Steps(
        begin=Together(partial(beginning.begin, deps), turn=turn, linger=LINGER),
        accept=Together(accept, turn=turn, linger=LINGER),
        close=lambda ended: hand_on(ended) if ended.live_check is False else close(ended),
    )


def _turn(deps: Deps) -> AbstractContextManager[object]:
    """On SQLite writes take turns: waiting threads would poll for the write lock, and wake too late.

    On PostgreSQL that would only add up the waiting: measured with one process, 13 s late instead of 6 s in the middle.
    """
    return threading.Lock() if deps.sessions.kw["bind"].dialect.name == "sqlite" else nullcontext()


def _accept(deps: Deps, taken: Sequence[runs.Taken]) -> list[None]:
    outcomes.accept(deps, taken)
    return [None] * len(taken)
