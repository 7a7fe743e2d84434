"""Accepted jobs that are completed many at once."""

import threading
from collections.abc import Sequence
from typing import Any, cast

import pytest

from editorial.background.endings import Endings
from editorial.domain.jobs import JobState
from editorial.services import outcomes
from editorial.services.deps import Deps
from editorial.services.outcomes import Ended

NOTHING = cast("Deps", None)


def test_what_waits_is_completed_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, str]] = []
    monkeypatch.setattr(outcomes, "close", lambda _, group: [JobState.SUCCEEDED for _ in group])
    endings = Endings(NOTHING, lambda job_id, state: told.append((job_id, state)))
    accepted = [endings.add(Ended(job_id)) for job_id in (1, 2, 3)]
    ended = endings.close(10)

    assert accepted == [JobState.ACCEPTED] * 3
    assert (ended, sorted(told)) == (True, [(1, "succeeded"), (2, "succeeded"), (3, "succeeded")])


def test_a_job_that_cannot_be_completed_keeps_no_other_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[int, str] = {}

    def close(_: Any, group: Sequence[Ended]) -> list[JobState]:
        if any(one.job_id == 2 for one in group):
            raise ZeroDivisionError
        return [JobState.SUCCEEDED for _ in group]

    monkeypatch.setattr(outcomes, "close", close)
    endings = Endings(NOTHING, told.__setitem__)
    for job_id in (1, 2, 3):
        endings.add(Ended(job_id))
    endings.close(10)

    assert told == {1: "succeeded", 2: "accepted", 3: "succeeded"}


def test_those_that_come_while_one_waits_for_its_turn_share_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    groups: list[int] = []
    turn, done = threading.Lock(), threading.Event()

    def close(_: Any, group: Sequence[Ended]) -> list[JobState]:
        groups.append(len(group))
        return [JobState.SUCCEEDED for _ in group]

    def told(job_id: int, _: str) -> None:
        if job_id == 49:
            done.set()

    monkeypatch.setattr(outcomes, "close", close)
    endings = Endings(NOTHING, told, turn=turn)
    with turn:
        for job_id in range(50):
            endings.add(Ended(job_id))
    done.wait(10)
    endings.close(10)

    assert sum(groups) == 50
    assert len(groups) <= 3
