"""The metronome: APScheduler calls the ticks, the database decides what is due."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from editorial.background.publishers import Publishers
from editorial.background.ticks import Threads, Tick, schedule
from editorial.services.deps import Deps
from editorial.services.start_checks import look_round
from editorial.store import clock

log = structlog.get_logger()

SKEW = 30.0  # seconds between wall clock and monotonic clock that are worth a warning
STOP_WITHIN = 20.0  # seconds for what runs to end, all together


class Clock:
    """Runs every tick of the table in this process. Several clocks on one database do no harm: claims decide."""

    def __init__(self, deps: Deps, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._deps, self._monotonic = deps, monotonic
        self.threads = Threads(publishers=Publishers(deps.config.publish_threads))
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # a tick that comes late is still run, and once: what is due stands in the table
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick left out because the last one runs is no news
        self._born = (deps.now(), monotonic())
        self._skew = 0.0

    def start(self) -> None:
        """Begin to tick. The first round runs at once: what fell due while nobody was here is looked at first.

        Raises:
            NoZones: this machine cannot tell the time.
        """
        look_round(self._deps)
        for tick in (*schedule(self.threads), Tick("heartbeat", self.beat, 5)):
            self._scheduler.add_job(
                self.run,
                IntervalTrigger(seconds=tick.seconds, timezone=UTC),
                args=[tick],
                id=tick.name,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()
        log.info("clock.started", worker=self._deps.worker)

    def stop(self, timeout: float = STOP_WITHIN) -> None:
        """End after the ticks that are running, and at most `timeout` seconds later for what takes long."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        deadline = time.monotonic() + timeout
        threads = self.threads
        work: list[Callable[[float], bool]] = [
            partial(threads.publishers.close, self._deps),
            *(each.close for each in (threads.looks, threads.audits, threads.mails, threads.probes, threads.pages)),
            threads.links.close,
        ]
        for close in work:
            close(0)  # all hear of it at once
        ended = [close(max(0.0, deadline - time.monotonic())) for close in work]
        if not all(ended):
            log.warning("clock.work_left_running")  # leases run out, and another process goes on with it
        log.info("clock.stopped", worker=self._deps.worker)

    def run(self, tick: Tick) -> None:
        """Run one tick and write down that it ran. Nothing that it raises stops the clock."""
        deps, started_at, began = self._deps, self._deps.now(), self._monotonic()
        counts: dict[str, int] = {}
        error = ""
        try:
            done = tick.run(deps) or {}
            counts = {"done": done} if isinstance(done, int) else done
        except Exception as fault:
            log.exception("tick.crashed", tick=tick.name)
            error = f"{type(fault).__name__}: {fault}"
        try:
            with deps.sessions.begin() as session:
                clock.record_tick(
                    session,
                    tick.name,
                    worker=deps.worker,
                    started_at=started_at,
                    ended_at=deps.now(),
                    milliseconds=round((self._monotonic() - began) * 1000),
                    counts=counts,
                    error=error,
                )
        except Exception:
            log.exception("tick.unrecorded", tick=tick.name)  # the database is away; the next tick tries again

    def beat(self, deps: Deps) -> dict[str, int]:
        """Say that this process is alive, and whether somebody set the machine's clock."""
        wall, steady = self._born
        skew = (deps.now() - wall).total_seconds() - (self._monotonic() - steady)
        if abs(skew - self._skew) > SKEW:
            log.warning("clock.jumped", seconds=round(skew - self._skew))
            self._skew = skew
        with deps.sessions.begin() as session:
            clock.beat(session, deps.worker, deps.now(), skew)
        return {}
