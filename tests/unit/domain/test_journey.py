"""Stages of the nine buying steps."""

import pytest

from editorial.domain.journey import Stage, stage_of


def test_nine_steps_lie_in_four_stages() -> None:
    a, c, d, r = Stage.AWARENESS, Stage.CONSIDERATION, Stage.DECISION, Stage.RETENTION

    assert [stage_of(position) for position in range(1, 10)] == [a, a, c, c, d, d, d, r, r]


@pytest.mark.parametrize("position", [-1, 0, 10])
def test_there_is_no_other_step(position: int) -> None:
    with pytest.raises(ValueError, match="steps"):
        stage_of(position)
