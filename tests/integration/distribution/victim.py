"""Publishing processes that are killed.

`python -m tests.integration.distribution.victim` imports everything once and then forks a process for each line of its
input, a JSON object of the arguments of `publish`; it answers with the number of the signal that ended it (0 for none).
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import and_, exists, or_, select

from config import ROOT
from editorial.adapters.catalog import Catalogs
from editorial.background.publishers import Publishers
from editorial.background.ticks.publish_due import publish_due
from editorial.domain.jobs import JobState
from editorial.services import by_hand, follow_ups, publishing, turns
from editorial.services.beginning import Checkpoint
from editorial.services.deps import Deps
from editorial.store import distribution
from editorial.store.base import make_engine, make_sessions, reading
from editorial.store.distribution import DistributionJob
from tests.conftest import SCRIPTS, settings

POINTS = ("dispatched", "claimed", "attempt-written", "sending", "after-network", "accepted", "succeeded")
_MINE = (JobState.CLAIMED, JobState.SENDING)
_AT_MOST = 20.0  # seconds that the threads of a process have for what is due


class Nursery:
    """The other end of the pipe."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self._program = program

    @classmethod
    @contextmanager
    def open(cls) -> Iterator["Nursery"]:
        program = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.distribution.victim"],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield cls(program)
        finally:
            assert program.stdin is not None
            program.stdin.close()
            program.wait(30)
            assert program.stdout is not None
            program.stdout.close()

    def start(
        self,
        *,
        url: str,
        folder: Path,
        now: datetime,
        point: str = "",
        nth: int = 1,
        share: int = 10,
        threads: int = 0,
        kill_after: float = 0,
    ) -> None:
        """Begin a process at the instant `now`; it ends itself when it passes `point` for the nth time, or is killed
        after so many seconds. With `threads` it works as the clock of the desk does, and knows no points."""
        assert self._program.stdin is not None
        wanted = {"url": url, "folder": str(folder), "now": now.isoformat(), "point": point, "nth": nth}
        how = {"share": share, "threads": threads, "kill_after": kill_after}
        print(json.dumps(wanted | how), file=self._program.stdin, flush=True)

    def ended_by(self) -> int:
        """Wait for the process that was started; the signal that ended it."""
        assert self._program.stdout is not None
        return int(self._program.stdout.readline())


def publish(*, url: str, folder: str, now: str, point: str, nth: int, share: int, threads: int) -> None:
    """What a process does: reap and follow up, then hand out, claim and send until nothing is due."""
    start, began = datetime.fromisoformat(now), time.monotonic()
    deps = Deps(
        config=settings(Path(folder), url),
        sessions=make_sessions(make_engine(url)),
        now=lambda: start + timedelta(seconds=time.monotonic() - began),
        token=partial(secrets.token_urlsafe, 32),
        catalogs=Catalogs(),
        scripts=SCRIPTS,
        worker=f"victim-{os.getpid()}",
    )
    checkpoint = partial(_die_at, point, [nth])
    follow_ups.reap_leases(deps)
    for job_id in follow_ups.to_follow_up(deps, 10):
        follow_ups.follow_up(deps, job_id, checkpoint)
    with deps.sessions.begin() as session:
        distribution.wake_held(session, deps.now())
    by_hand.call_to_mind(deps)
    if threads:
        _with_threads(deps, Publishers(threads))
    else:
        _step_by_step(deps, share, checkpoint)


def _step_by_step(deps: Deps, share: int, checkpoint: Checkpoint) -> None:
    turns.catch_up(deps)
    with deps.sessions.begin() as session:
        distribution.dispatch_due(session, deps.now(), 100)
    while claimed := publishing.claim_some(deps, share, checkpoint):
        for job_id in claimed:
            publishing.run(deps, job_id, checkpoint)


def _with_threads(deps: Deps, publishers: Publishers) -> None:
    until = time.monotonic() + _AT_MOST
    publish_due(deps, publishers=publishers)
    while _busy(deps) and time.monotonic() < until:
        time.sleep(0.005)
    publishers.close(deps, _AT_MOST)


def _busy(deps: Deps) -> bool:
    """Whether something waits for a process, or is in the hands of this one."""
    mine = and_(DistributionJob.state.in_(_MINE), DistributionJob.worker == deps.worker)
    with reading(deps.sessions) as session:
        waiting = exists().where(or_(DistributionJob.state == JobState.DISPATCHED, mine))
        return bool(session.scalar(select(waiting)))


def _die_at(point: str, left: list[int], name: str) -> None:
    if name != point:
        return
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def _serve() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for line in sys.stdin:
        wanted = json.loads(line)
        kill_after = wanted.pop("kill_after")
        child = os.fork()
        if child == 0:
            try:
                publish(**wanted)
            finally:
                os._exit(0)
        if kill_after:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)  # still ours to wait for: a child that ended is a zombie until then
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) * -1, flush=True)


if __name__ == "__main__":
    _serve()
