"""What comes together is done together; a fault stays with who asked for it."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from editorial.background.together import Together


def test_what_comes_alone_is_done_alone() -> None:
    double: Together[int, int] = Together(lambda asks: [ask * 2 for ask in asks])

    assert double(21) == 42


def test_those_who_wait_are_served_at_once_each_with_its_own_answer() -> None:
    first_is_in, go_on, groups = threading.Event(), threading.Event(), []

    def work(asks: Sequence[int]) -> list[int]:
        groups.append(len(asks))
        if len(groups) == 1:
            first_is_in.set()
            go_on.wait(10)
        return [ask * 2 for ask in asks]

    double = Together(work)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(double, 0)
        first_is_in.wait(10)
        others = [pool.submit(double, number) for number in range(1, 9)]
        while len(double._waiting) < 8:
            threading.Event().wait(0.001)
        go_on.set()
        answers = [first.result(10), *(other.result(10) for other in others)]

    assert (groups, answers) == ([1, 8], [number * 2 for number in range(9)])


def test_a_fault_is_told_to_who_asked_for_it_alone() -> None:
    def work(asks: Sequence[int]) -> list[float]:
        return [1 / ask for ask in asks]

    inverse = Together(work)
    with ThreadPoolExecutor(4) as pool:
        good = [pool.submit(inverse, number) for number in (1, 2, 4)]
        bad = pool.submit(inverse, 0)

        assert [one.result(10) for one in good] == [1, 0.5, 0.25]
        with pytest.raises(ZeroDivisionError):
            bad.result(10)
