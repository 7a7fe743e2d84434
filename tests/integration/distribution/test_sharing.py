"""Many processes on one database: each takes a fair part, and each job goes out once, whoever dies."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from editorial.background.publishers import Publishers
from editorial.domain.jobs import JobState
from editorial.services.deps import Deps
from editorial.store import distribution
from editorial.store.base import make_engine, make_sessions
from editorial.store.distribution import DistributionJob, JobAttempt
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk
from tests.integration.distribution.stub_channel import Wire, add_channel, add_jobs
from tests.integration.distribution.test_draining import until
from tests.integration.distribution.test_killed import more_items
from tests.integration.distribution.victim import Nursery

pytestmark = pytest.mark.thorough


@pytest.fixture
def eight(deps: Deps, database_url: str) -> Iterator[list[tuple[Deps, Publishers]]]:
    """Eight workers, each with connections of its own."""
    with ExitStack() as stack:
        workers = []
        for number in range(8):
            engine = make_engine(database_url)
            stack.callback(engine.dispose)
            own = replace(deps, sessions=make_sessions(engine), worker=f"worker-{number}")
            publishers = Publishers(4)
            stack.callback(publishers.close, own, 10)
            workers.append((own, publishers))
        yield workers


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_eight_workers_share_400_due_jobs_fairly(desk: Desk, wire: Wire, eight: list[tuple[Deps, Publishers]]) -> None:
    network = threading.Event()

    def near(*_: str) -> None:
        network.wait(0.01)  # as long as a receiver nearby takes

    wire.answer = near
    add_jobs(desk, [add_channel(desk.deps, f"C{number}") for number in range(20)], 20)
    with desk.deps.sessions.begin() as session:
        distribution.dispatch_due(session, desk.deps.now(), 400)
    for own, publishers in eight:
        publishers.wake(own)

    def done() -> bool:
        with desk.deps.sessions() as session:
            ended = select(func.count()).where(DistributionJob.state == JobState.SUCCEEDED)
            return session.scalar(ended) == 400

    until(done, 60)
    with desk.deps.sessions() as session:
        parts = Counter(session.scalars(select(JobAttempt.worker)))

    assert (sum(parts.values()), len(set(wire.taken)), len(wire.taken)) == (400, 400, 400)
    assert len(parts) == 8
    assert all(20 <= part <= 120 for part in parts.values()), parts


@pytest.mark.parametrize("point", ["claimed", "sending", "after-network", "accepted"])
def test_of_two_processes_one_is_killed_and_each_job_goes_out_once(
    *, point: str, desk: Desk, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    desks = [desk, *more_items(desk, 5)]
    for each in desks:
        each.schedule()
    clock.forward(minutes=2)
    with Nursery.open() as first, Nursery.open() as second:
        first.start(url=database_url, folder=tmp_path, now=clock(), share=2, point=point)
        second.start(url=database_url, folder=tmp_path, now=clock(), share=1)
        first.ended_by()
        second.ended_by()
    for _ in range(4):
        clock.forward(minutes=4)
        desk.reap()
        desk.tick()

    with desk.deps.sessions() as session:
        states = Counter(session.scalars(select(DistributionJob.state)))
    keys = [len(desk.repository.with_key(each.job.idem_key)) for each in desks]
    assert (states, keys) == ({JobState.SUCCEEDED: 6}, [1] * 6)
