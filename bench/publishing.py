"""How late jobs go out when very many are due: 10,000 on 200 channels within one minute, to a real receiver.

The goal: 99 of 100 reach the receiver less than 5 seconds after their time, on two cores that also run the receiver and
the database. One process publishes on SQLite, two on PostgreSQL.
"""

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from bench.posts import Rush, plant
from config import ROOT, Config
from editorial.app import make_deps
from editorial.background.clock import Clock
from editorial.services.deps import Deps
from editorial.store import migrate
from editorial.store.base import reading
from editorial.store.distribution import DistributionJob
from tests.postgres import Postgres

JOBS, CHANNELS, SECONDS = 10_000, 200, 60.0
P99 = 5.0  # seconds
WARM_UP, PATIENCE = 8.0, 240.0  # seconds before the first job is due, and after which the rest is given up


@dataclass(frozen=True)
class Receiver:
    """The other end."""

    program: "subprocess.Popen[str]"
    port: int

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["Receiver"]:
        """Start it in a process of its own; end it at last."""
        command = [sys.executable, "-m", "bench.receiver"]
        program = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield cls(program, int(_line(program)))
        finally:
            program.kill()
            program.wait()

    def tell(self) -> dict[str, float]:
        """End it; when each key came, in seconds since the epoch. Raises `RuntimeError` if one came twice."""
        told, _ = self.program.communicate(timeout=30)
        found = json.loads(told)
        if found["again"]:
            raise RuntimeError(f"{found['again']} jobs were delivered twice")
        arrived: dict[str, float] = found["arrived"]
        return arrived


def run() -> None:
    """Measure on both databases and say whether the goal is reached."""
    with tempfile.TemporaryDirectory(prefix="editorial-bench-") as folder:
        _measure("SQLite, one process", f"sqlite:///{Path(folder) / 'bench.sqlite'}", Path(folder), processes=1)
        with Postgres.running(durable=True) as server:
            _measure("PostgreSQL, two processes", server.create("bench"), Path(folder), processes=2)


def _measure(name: str, url: str, folder: Path, *, processes: int) -> None:
    print(f"\n{name}; load average at the start {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    deps = make_deps(_config(url, folder))
    migrate.to_revision(deps.sessions.kw["bind"], deps.scripts)
    with Receiver.running() as receiver:
        rush = Rush(JOBS, CHANNELS, datetime.now(UTC) + timedelta(seconds=WARM_UP + JOBS / 1000), SECONDS)
        plant(deps, rush, receiver=f"http://127.0.0.1:{receiver.port}/")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        workers = [_worker(url, folder) for _ in range(processes)]
        try:
            _wait(deps, rush)
        finally:
            for worker in workers:
                worker.send_signal(signal.SIGTERM)
            for worker in workers:
                worker.wait(60)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        arrived = receiver.tell()
    with reading(deps.sessions) as session:
        due = {
            key: at.timestamp() for key, at in session.execute(select(DistributionJob.idem_key, DistributionJob.due_at))
        }
        states = list(session.scalars(select(DistributionJob.state)))
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    late = sorted(arrived[f"msg_{key}"] - at for key, at in due.items() if f"msg_{key}" in arrived)
    _tell(name, late, cpu=spent / JOBS * 1000, ended=sum(state.value == "succeeded" for state in states))


def _tell(name: str, late: list[float], *, cpu: float, ended: int) -> None:
    cuts = statistics.quantiles(late, n=100)
    print(f"{name}: {JOBS:,} jobs on {CHANNELS} channels within {SECONDS:.0f} s")
    told = [cuts[49], cuts[94], cuts[98], late[-1]]
    print(f"{'lateness of':<14}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}{'CPU ms a job':>15}{'arrived':>10}{'live':>8}")
    print(f"{'first try, s':<14}{''.join(f'{one:>8.2f}' for one in told)}{cpu:>15.2f}{len(late):>10}{ended:>8}")
    kept = cuts[98] < P99 and len(late) == JOBS == ended
    print(f"goal: p99 < {P99:.0f} s and every job live: {'reached' if kept else 'MISSED'}")


def _wait(deps: Deps, rush: Rush) -> None:
    """Until nothing is left to do, or patience has an end."""
    give_up = rush.start + timedelta(seconds=rush.seconds + PATIENCE)
    left = 1
    while left and datetime.now(UTC) < give_up:
        time.sleep(1)
        with reading(deps.sessions) as session:
            left = len(
                session.execute(select(DistributionJob.id).where(DistributionJob.ended_at.is_(None)).limit(1)).all()
            )


def _config(url: str, folder: Path) -> Config:
    return Config(instance_dir=folder, database_url=url, allow_private="127.0.0.0/8")


def _worker(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bench.publishing", url, str(folder)], cwd=ROOT, env=os.environ)


def _line(program: "subprocess.Popen[str]") -> str:
    if program.stdout is None:
        raise RuntimeError("the program has no output")
    return program.stdout.readline()


def main(url: str, folder: str) -> None:
    """What a publishing process does: the clock, until SIGTERM."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))
    clock = Clock(make_deps(_config(url, Path(folder))))
    clock.start()
    signal.sigwait({signal.SIGTERM})
    clock.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    main(*sys.argv[1:])
