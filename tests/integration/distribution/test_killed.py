"""A process that is killed at any step of a job, and started again: once on each channel, nothing stuck or lost."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from editorial.domain.jobs import JobState
from editorial.store.distribution import DistributionJob, JobAttempt
from tests.conftest import Clock
from tests.integration.distribution.four_ways import FourWays, make_four_ways
from tests.integration.distribution.sites import Desk, add_item
from tests.integration.distribution.victim import POINTS, Nursery
from tests.receiver import Receiver

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery.open() as nursery:
        yield nursery


@pytest.fixture
def four_ways(desk: Desk) -> Iterator[FourWays]:
    with Receiver() as receiver:
        yield make_four_ways(desk, receiver)


KILLS = [
    ("dispatched", 1),
    ("claimed", 1),
    *((point, nth) for point in POINTS[2:] for nth in (1, 2)),
    *((point, 3) for point in ("sending", "after-network")),
]


@pytest.mark.parametrize(("point", "nth"), KILLS, ids=[f"{point}-{nth}" for point, nth in KILLS])
def test_killed_at_a_step_and_started_again_every_channel_has_it_once_or_nobody_lies(
    *, point: str, nth: int, nursery: Nursery, four_ways: FourWays, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    """The nth passing of a step is that of the nth channel: git, the webhook that keeps all, the one that does not."""
    four_ways.plan_another("piece")
    clock.forward(minutes=2)
    nursery.start(url=database_url, folder=tmp_path, now=clock(), point=point, nth=nth)
    ended_by = nursery.ended_by()
    start_again(nursery, clock, database_url, tmp_path)

    assert ended_by == signal.SIGKILL
    assert four_ways.faults() == []


def test_killed_again_while_it_picks_up_the_pieces_it_still_commits_once(
    nursery: Nursery, four_ways: FourWays, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    four_ways.plan_another("piece")
    clock.forward(minutes=2)
    ended_by = []
    for point in ("after-network", "accepted"):  # pushed; then found by its key, which is written down
        nursery.start(url=database_url, folder=tmp_path, now=clock(), point=point)
        ended_by.append(nursery.ended_by())
        clock.forward(minutes=4)
    start_again(nursery, clock, database_url, tmp_path)

    assert ended_by == [signal.SIGKILL] * 2
    assert four_ways.faults() == []


@pytest.fixture(scope="module")
def other_nursery() -> Iterator[Nursery]:
    with Nursery.open() as nursery:
        yield nursery


@pytest.mark.parametrize(("point", "nth"), [("claimed", 1), ("sending", 3), ("after-network", 5), ("accepted", 2)])
def test_of_two_processes_on_one_database_one_is_killed_and_nothing_is_doubled_or_lost(
    *,
    point: str,
    nth: int,
    nursery: Nursery,
    other_nursery: Nursery,
    four_ways: FourWays,
    clock: Clock,
    database_url: str,
    tmp_path: Path,
) -> None:
    for number in range(4):
        four_ways.plan_another(f"piece-{number}")
    clock.forward(minutes=2)
    nursery.start(url=database_url, folder=tmp_path, now=clock(), point=point, nth=nth, share=3)
    other_nursery.start(url=database_url, folder=tmp_path, now=clock(), threads=3)
    nursery.ended_by()  # it dies, unless the other one left it too little to do
    other = other_nursery.ended_by()
    start_again(nursery, clock, database_url, tmp_path)

    assert other == 0
    assert four_ways.faults() == []


def start_again(nursery: Nursery, clock: Clock, url: str, folder: Path) -> None:
    """The next processes, which nobody kills: their clocks have moved on past every lease and retry."""
    for _ in range(4):
        clock.forward(minutes=4)
        nursery.start(url=url, folder=folder, now=clock())
        nursery.ended_by()


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
