"""An editor's tasks: what kinds there are, when one is late, and by when a defect should be mended. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from editorial.domain.messages import N_, Message


class TaskState(StrEnum):
    """Whether it is still to be done."""

    OPEN = "open"
    DONE = "done"


class TaskKind(StrEnum):
    """What has to be done."""

    FIX = "fix"
    INTERVIEW = "interview"
    DRAFT = "draft"
    DESIGN = "design"
    LEGAL = "legal"
    PUBLISH = "publish"
    OTHER = "other"

    @property
    def label(self) -> Message:
        """The word a person reads."""
        return KINDS[self]


class Closing(StrEnum):
    """How a task was closed."""

    HAND = "hand"
    PROOF = "proof"
    """An audit fetched the page again, and the rule passed."""


KINDS = {
    TaskKind.FIX: Message(N_("Repair")),
    TaskKind.INTERVIEW: Message(N_("Interview")),
    TaskKind.DRAFT: Message(N_("Writing")),
    TaskKind.DESIGN: Message(N_("Design")),
    TaskKind.LEGAL: Message(N_("Legal check")),
    TaskKind.PUBLISH: Message(N_("Publishing")),
    TaskKind.OTHER: Message(N_("Other")),
}

DAYS = {"blocker": 2, "error": 7, "warning": 14, "notice": 28}
"""Days until a defect of this severity should be mended; a weekly audit proves an error within its week."""


FRIDAY = 4


def due_day(severity: str, today: date) -> date:
    """The day a repair is due that begins today; never on a weekend, where the Monday after it counts."""
    day = today + timedelta(days=DAYS.get(severity, 14))
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > FRIDAY else day


def is_late(state: TaskState, due_on: date | None, today: date) -> bool:
    """Whether it should have been done before today."""
    return state is TaskState.OPEN and due_on is not None and due_on < today
