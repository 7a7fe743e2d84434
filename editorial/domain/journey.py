"""The buyer's way: which stage of the decision a buying step belongs to."""

from collections.abc import Iterable
from enum import StrEnum

from editorial.domain.messages import N_, Message


class Stage(StrEnum):
    """A stretch of the buyer's way. Journey rules speak of stages, people of steps."""

    AWARENESS = "awareness"
    CONSIDERATION = "consideration"
    DECISION = "decision"
    RETENTION = "retention"

    @property
    def label(self) -> Message:
        """The word a person reads."""
        return STAGE_LABELS[self]


STAGE_LABELS = {
    Stage.AWARENESS: Message(N_("Awareness")),
    Stage.CONSIDERATION: Message(N_("Consideration")),
    Stage.DECISION: Message(N_("Decision")),
    Stage.RETENTION: Message(N_("Retention")),
}
PURCHASE_STEPS = 7
"""Steps 1 to 7 are the purchase; the matrix shows these, and the two after it on request."""
_LAST_STEP = {2: Stage.AWARENESS, 4: Stage.CONSIDERATION, 7: Stage.DECISION, 9: Stage.RETENTION}


def stage_of(position: int) -> Stage:
    """The stage of the step at `position` (1 to 9, the number people see).

    Raises:
        ValueError: there is no such step.
    """
    if position < 1:
        raise ValueError(f"buying steps are counted from 1: {position}")
    for last, stage in _LAST_STEP.items():
        if position <= last:
            return stage
    raise ValueError(f"there are nine buying steps: {position}")


OFFER_STEPS = frozenset({5, 6})
"""Where a discount or a promotion moves a buyer: while vendors are shortlisted and while one is chosen."""


def steps_without_offers(positions: Iterable[int]) -> tuple[int, ...]:
    """Those of the steps at which an offer moves nobody, in order."""
    return tuple(sorted(set(positions) - OFFER_STEPS))
