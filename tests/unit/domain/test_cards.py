"""The one mark a card may carry."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from editorial.domain.cards import GLYPHS, HUES, Flag, Trouble, flag_of
from editorial.domain.workflow import Status

NOW = datetime(2026, 12, 9, 2, 0, tzinfo=UTC)
TODAY = date(2026, 12, 9)


def flag(status: Status, **of: Any) -> tuple[Flag | None, int]:
    values: dict[str, Any] = {"target_date": None, "publish_at": None, "publish_failed": False, "trouble": None}
    return flag_of(status, today=TODAY, now=NOW, **(values | of))


def test_a_planned_day_that_has_passed_is_late_by_days() -> None:
    assert flag(Status.IN_PRODUCTION, target_date=date(2026, 12, 4)) == (Flag.LATE, 5)


def test_today_is_not_late() -> None:
    assert flag(Status.IN_PRODUCTION, target_date=TODAY) == (None, 0)


def test_a_publish_time_that_passed_before_approval_is_late() -> None:
    assert flag(Status.IN_REVIEW, publish_at=NOW - timedelta(hours=2)) == (Flag.LATE, 0)


def test_a_publish_time_to_come_excuses_a_planned_day_that_passed() -> None:
    assert flag(Status.IN_REVIEW, target_date=date(2026, 12, 1), publish_at=NOW + timedelta(days=1)) == (None, 0)


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.REFRESH_DUE, Status.SCHEDULED])
def test_what_is_out_or_promised_is_not_late(status: Status) -> None:
    assert flag(status, target_date=date(2026, 12, 1), publish_at=NOW - timedelta(days=3)) == (None, 0)


@pytest.mark.parametrize("trouble", [Trouble.FAILED, Trouble.MISSED, Trouble.UNKNOWN])
def test_a_broken_job_goes_before_everything(trouble: Trouble) -> None:
    assert flag(Status.APPROVED, target_date=date(2026, 12, 1), trouble=trouble) == (Flag.BAD, 0)


def test_an_item_whose_last_schedule_failed_is_marked() -> None:
    assert flag(Status.APPROVED, publish_failed=True) == (Flag.BAD, 0)


def test_held_jobs_hatch_a_scheduled_card() -> None:
    assert flag(Status.SCHEDULED, trouble=Trouble.HELD) == (Flag.HELD, 0)


def test_every_status_has_its_glyph_and_pigment() -> None:
    assert set(GLYPHS) == set(HUES) == set(Status)
