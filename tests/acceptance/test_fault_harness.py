"""The long form of the kill tests: processes that end at random instants of a job's life.

`INSTANTS` kills for each kind of database, of pieces that go four ways; the short form, at each named step, stands in
the integration tests.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from editorial.domain.jobs import JobState
from tests.conftest import Clock
from tests.integration.distribution.conftest import desk, repository
from tests.integration.distribution.four_ways import FourWays, make_four_ways
from tests.integration.distribution.sites import Desk
from tests.integration.distribution.victim import Nursery
from tests.receiver import Mode, Receiver

__all__ = ["desk", "repository"]  # fixtures
INSTANTS = 200
BAD_MANNERS = (Mode.HANG_UP, Mode.RESET, Mode.BROKEN, Mode.HALF_HEADERS, Mode.BUSY, Mode.CLOSED_FOR_NOW)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery.open() as nursery:
        yield nursery


@pytest.fixture
def four_ways(desk: Desk) -> Iterator[FourWays]:
    with Receiver() as receiver:
        yield make_four_ways(desk, receiver)


class Runs:
    """Processes of a desk, one after the other; half of them work step by step, half with threads as the clock does."""

    def __init__(self, nursery: Nursery, clock: Clock, url: str, folder: Path) -> None:
        self._nursery, self._clock, self._url, self._folder = nursery, clock, url, folder
        self.killed = 0

    def run(self, *, threads: int, kill_after: float = 0) -> float:
        """One process, killed or let go on to its end; the seconds it took."""
        began = time.monotonic()
        self._nursery.start(
            url=self._url, folder=self._folder, now=self._clock(), threads=threads, kill_after=kill_after
        )
        self.killed += self._nursery.ended_by() != 0
        return time.monotonic() - began

    def go_on(self, rounds: int = 4) -> None:
        """Processes that nobody kills, each past every lease and wait of the one before."""
        for number in range(rounds):
            self._clock.forward(minutes=4)
            self.run(threads=4 * (number % 2))


@pytest.mark.timeout(1800)
def test_killed_at_random_instants_every_channel_has_every_piece_once_or_nobody_lies(
    *, nursery: Nursery, four_ways: FourWays, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    runs, chance = Runs(nursery, clock, database_url, tmp_path), random.Random(20261209)
    whole = {}
    for threads in (0, 4, 0, 4):  # the first of each imports what it needs; the second is measured
        four_ways.plan_another(f"whole-{len(four_ways.items)}")
        clock.forward(minutes=2)
        whole[threads] = runs.run(threads=threads)
    for number in range(INSTANTS):
        four_ways.plan_another(f"piece-{number}")
        clock.forward(minutes=2)
        for _ in range(chance.choice((1, 1, 2))):  # sometimes the one that picks up the pieces is killed as well
            threads = chance.choice((0, 4))
            runs.run(threads=threads, kill_after=chance.uniform(0.001, whole[threads]))
            clock.forward(minutes=4)  # past every lease
        runs.go_on(2)
    runs.go_on()

    unknown = Counter(job.state for _, job in four_ways.jobs())[JobState.UNKNOWN_OUTCOME]
    print(
        f"killed {runs.killed} times in {INSTANTS} pieces; a whole run takes {whole[0]:.3f} s step by step and "
        f"{whole[4]:.3f} s with threads; {unknown} of {len(four_ways.items)} deliveries are honestly unknown"
    )
    assert four_ways.faults() == []
    assert runs.killed > INSTANTS / 3
    assert unknown > 0  # the kills met deliveries on their way


@pytest.mark.timeout(600)
def test_killed_while_the_receiver_misbehaves_nothing_is_sent_again_blindly(
    *, nursery: Nursery, four_ways: FourWays, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    runs, chance = Runs(nursery, clock, database_url, tmp_path), random.Random(20261210)
    for number in range(30):
        four_ways.receiver.always(chance.choice(BAD_MANNERS))
        four_ways.plan_another(f"piece-{number}")
        clock.forward(minutes=2)
        runs.run(threads=4, kill_after=chance.uniform(0.05, 0.6))
        runs.go_on(1)
        four_ways.receiver.always(Mode.ACCEPT)
        runs.go_on(4)

    assert four_ways.faults() == []
