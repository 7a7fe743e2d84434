"""By when a defect should be mended, and when a task is late."""

from datetime import date, timedelta

import pytest

from editorial.domain.tasks import TaskState, due_day, is_late

WEDNESDAY = date(2026, 12, 9)


@pytest.mark.parametrize(
    ("severity", "due"),
    [
        ("blocker", date(2026, 12, 11)),
        ("error", date(2026, 12, 16)),
        ("warning", date(2026, 12, 23)),
        ("notice", date(2027, 1, 6)),
    ],
)
def test_the_worse_a_defect_the_sooner_it_is_due(severity: str, due: date) -> None:
    assert due_day(severity, WEDNESDAY) == due


@pytest.mark.parametrize("after", range(7))
def test_nothing_is_due_on_a_weekend(after: int) -> None:
    assert due_day("blocker", WEDNESDAY + timedelta(days=after)).weekday() < 5


@pytest.mark.parametrize(
    ("state", "due", "late"),
    [
        (TaskState.OPEN, WEDNESDAY - timedelta(days=1), True),
        (TaskState.OPEN, WEDNESDAY, False),
        (TaskState.OPEN, None, False),
        (TaskState.DONE, WEDNESDAY - timedelta(days=1), False),
    ],
)
def test_a_task_is_late_after_its_day(state: TaskState, due: date | None, late: bool) -> None:
    assert is_late(state, due, WEDNESDAY) is late
