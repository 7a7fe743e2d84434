"""Threads for what may take long, so that a slow push or mail server does not hold up the ticks or the end."""

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()


class PublishPool:
    """Runs at most `size` jobs at once, each on a thread of its own.

    The threads are daemons: a push that hangs may not keep the process from ending. What it leaves behind is a lease
    that runs out, and the reaper asks how far it had come.
    """

    def __init__(self, size: int = 4) -> None:
        self.size = size
        self._running: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def free(self) -> int:
        """How many more jobs may start now."""
        with self._lock:
            return 0 if self._closed else self.size - len(self._running)

    def start(self, run: Callable[[], object], *, job_id: int) -> None:
        """Run one job. What it raises is logged and stops nothing else."""
        thread = threading.Thread(target=self._work, args=(run, job_id), name=f"job-{job_id}", daemon=True)
        with self._lock:
            self._running.add(thread)
        thread.start()

    def close(self, timeout: float) -> bool:
        """Take no more jobs and wait for those that run, at most `timeout` seconds. True if all have ended."""
        deadline = time.monotonic() + timeout
        with self._lock:
            self._closed = True
            running = list(self._running)
        for thread in running:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in running)

    def _work(self, run: Callable[[], object], job_id: int) -> None:
        try:
            with structlog.contextvars.bound_contextvars(job_id=job_id):
                try:
                    run()
                except Exception:
                    log.exception("job.crashed")  # one broken job must not hold up the others
        finally:
            with self._lock:
                self._running.discard(threading.current_thread())


class Lane:
    """One piece of work at a time, on a daemon thread, for the reason of `PublishPool`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    @property
    def busy(self) -> bool:
        """Whether something runs now, or nothing may begin any more."""
        return self._closing.is_set() or (self._thread is not None and self._thread.is_alive())

    @property
    def stopping(self) -> Callable[[], bool]:
        """What the work asks now and then: whether it should come to its end."""
        return self._closing.is_set

    def begin(self, run: Callable[[], object]) -> None:
        """Run it. What it raises is logged: the next tick begins anew."""
        self._thread = threading.Thread(target=self._work, args=(run,), name=self._name, daemon=True)
        self._thread.start()

    def close(self, timeout: float) -> bool:
        """Begin nothing more and wait for what runs, at most `timeout` seconds. True if it has ended."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def _work(self, run: Callable[[], object]) -> None:
        try:
            run()
        except Exception:
            log.exception("lane.crashed", lane=self._name)
