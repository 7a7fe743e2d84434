"""How the state of a job looks everywhere: a shape of the sprite and a tone. Shapes differ, so that colour says nothing
alone."""

from editorial.domain.jobs import JobState

LOOKS: dict[JobState, tuple[str, str]] = {
    JobState.PLANNED: ("clock", "note"),
    JobState.HELD: ("s-hold", "note"),
    JobState.QUEUED: ("clock", "pencil"),
    JobState.DISPATCHED: ("clock", "pencil"),
    JobState.CLAIMED: ("queue", "pencil"),
    JobState.SENDING: ("queue", "pencil"),
    JobState.ACCEPTED: ("check", "ok"),
    JobState.SUCCEEDED: ("s-published", "ok"),
    JobState.RETRY_WAIT: ("s-late", "warn"),
    JobState.FAILED: ("s-missed", "bad"),
    JobState.UNKNOWN_OUTCOME: ("s-unknown", "warn"),
    JobState.MISSED: ("s-missed", "bad"),
    JobState.CANCEL_REQUESTED: ("close", "note"),
    JobState.CANCELLED: ("s-archived", "note"),
    JobState.AWAITING_HUMAN: ("c-hand", "warn"),
}
"""Symbol and tone by state."""


def look_of(state: JobState) -> tuple[str, str]:
    """Symbol and tone of a state."""
    return LOOKS[state]
