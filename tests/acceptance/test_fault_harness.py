"""The long form of the kill tests: processes that end at random instants of a job's life.

`INSTANTS` kills for each kind of database; the short form, at each named step, stands in the integration tests.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from editorial.domain.jobs import JobState
from editorial.store import distribution
from tests.conftest import Clock
from tests.integration.distribution.conftest import desk, repository
from tests.integration.distribution.sites import Desk, add_item
from tests.integration.distribution.victim import Nursery

__all__ = ["desk", "repository"]  # fixtures
INSTANTS = 200


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery.open() as nursery:
        yield nursery


def another_item(desk: Desk, number: int) -> Desk:
    with desk.deps.sessions.begin() as session:
        item = add_item(desk.deps, session, 1, desk.publisher, f"piece-{number}")
        session.flush()
        return replace(desk, item_id=item.id)


def run_and_kill(nursery: Nursery, clock: Clock, url: str, folder: Path, after: float) -> int:
    nursery.start(url=url, folder=folder, now=clock(), kill_after=after)
    return nursery.ended_by()


@pytest.mark.timeout(1200)
def test_killed_at_random_instants_every_piece_is_committed_once(
    *, nursery: Nursery, desk: Desk, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    run_and_kill(nursery, clock, database_url, tmp_path, after=0)  # until it has imported everything
    desk.schedule()
    clock.forward(minutes=2)
    began = time.monotonic()
    run_and_kill(nursery, clock, database_url, tmp_path, after=0)
    whole = time.monotonic() - began  # seconds of a run that nobody kills
    chance = random.Random(20261209)
    killed, items = 0, [desk]
    for number in range(INSTANTS):
        item = another_item(desk, number)
        items.append(item)
        item.schedule()
        clock.forward(minutes=2)
        for _ in range(chance.choice((1, 1, 2))):  # sometimes the one that picks up the pieces is killed as well
            killed += run_and_kill(nursery, clock, database_url, tmp_path, after=chance.uniform(0.001, whole)) != 0
            clock.forward(minutes=4)  # past every lease
        for _ in range(3):
            desk.reap()
            desk.tick()
            clock.forward(minutes=4)

    keys = [item.job.idem_key for item in items]
    assert {item.job.state for item in items} == {JobState.SUCCEEDED}
    messages = desk.repository.messages()
    assert [sum(f"Editorial-Key: {key}" in message for message in messages) for key in keys] == [1] * len(keys)
    with desk.deps.sessions() as session:
        assert distribution.silently_stuck(session, clock()) == []
    print(f"killed {killed} times in {INSTANTS} jobs; a whole run takes {whole:.3f} s; {len(messages)} commits")
    assert killed > INSTANTS / 3
