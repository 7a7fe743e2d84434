"""A process that is killed at any step of a job, and started again: one commit, nothing stuck, nothing lost."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from editorial.domain.jobs import JobState
from editorial.domain.workflow import Status
from editorial.store.distribution import DistributionJob, JobAttempt
from tests.conftest import Clock
from tests.integration.distribution.sites import Desk, add_item
from tests.integration.distribution.victim import POINTS, Nursery

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery.open() as nursery:
        yield nursery


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_step_and_started_again_it_commits_once(
    *, point: str, nursery: Nursery, desk: Desk, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    desk.schedule()
    clock.forward(minutes=2)
    nursery.start(url=database_url, folder=tmp_path, now=clock(), point=point)
    ended_by = nursery.ended_by()
    for _ in range(3):  # the next process: its clock has moved on past every lease
        clock.forward(minutes=4)
        desk.reap()
        desk.tick()

    assert ended_by == signal.SIGKILL
    assert len(desk.repository.with_key(desk.job.idem_key)) == 1
    assert len(desk.repository.commits()) == 2
    assert (desk.job.state, desk.item.status) == (JobState.SUCCEEDED, Status.PUBLISHED)


def test_two_processes_share_the_jobs_and_send_each_once(
    nursery: Nursery, desk: Desk, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    desks = [desk, *more_items(desk, 9)]
    for each in desks:
        each.schedule()
    clock.forward(minutes=2)
    with Nursery.open() as second:
        for process in (nursery, second):
            process.start(url=database_url, folder=tmp_path, now=clock(), share=1)
        ended_by = [process.ended_by() for process in (nursery, second)]

    with desk.deps.sessions() as session:
        states = session.scalars(select(DistributionJob.state)).all()
        workers = session.scalars(select(JobAttempt.worker)).all()

    assert ended_by == [0, 0]
    assert set(states) == {JobState.SUCCEEDED}
    assert (len(workers), len(desk.repository.commits())) == (10, 11)


def more_items(desk: Desk, count: int) -> list[Desk]:
    """Further approved items of the same site."""
    with desk.deps.sessions.begin() as session:
        items = [add_item(desk.deps, session, 1, desk.publisher, f"piece-{number}") for number in range(count)]
        session.flush()
        return [Desk(desk.deps, desk.repository, item.id, desk.channel_id, desk.publisher) for item in items]
