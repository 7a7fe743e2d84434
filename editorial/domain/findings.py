"""What becomes of a finding from one audit to the next. Pure."""

from enum import StrEnum


class FindingState(StrEnum):
    """Where a finding stands."""

    NEW = "new"
    PERSISTING = "persisting"
    REOPENED = "reopened"
    FIXED = "fixed"
    GONE = "gone"
    """Its rule no longer applies to its page (it is deleted, or redirects): nobody fixed it, nothing is wrong."""
    MUTED = "muted"


class FindingEvent(StrEnum):
    """What an audit changed about a finding."""

    NEW = "new"
    NEWLY_DISCOVERED = "newly_discovered"
    REOPENED = "reopened"
    FIXED = "fixed"
    GONE = "gone"


class MuteEnd(StrEnum):
    """Why something is no longer muted."""

    EXPIRED = "expired"
    CHANGED = "changed"
    """What was seen is no longer what it was."""
    PERSON = "person"


class Answer(StrEnum):
    """What a rule said about the finding's page this time; `NOT_SEEN` if the page was not fetched."""

    FAIL = "F"
    PASS = "P"  # noqa: S105 -- an answer, not a password
    NOT_APPLICABLE = "N"
    INCONCLUSIVE = "I"
    NOT_SEEN = "-"


OPEN = (FindingState.NEW, FindingState.PERSISTING, FindingState.REOPENED)
"""States in which something is wrong now."""

CLOSED = (FindingState.FIXED, FindingState.GONE)


def after_audit(state: FindingState | None, answer: Answer) -> FindingState | None:
    """The state of a finding after an audit. None: there is none, and none begins.

    Only a page that was fetched and passed is fixed. What could not be judged, or was not reached, stays as it is:
    a crawl that was cut short mends nothing. What is muted stays so while it fails; what mends it mends it all the
    same.
    """
    if state is None:
        return FindingState.NEW if answer is Answer.FAIL else None
    if answer in (Answer.INCONCLUSIVE, Answer.NOT_SEEN):
        return state
    if answer is Answer.FAIL:
        if state is FindingState.MUTED:
            return state
        return FindingState.REOPENED if state in CLOSED else FindingState.PERSISTING
    if state in CLOSED:
        return state
    return FindingState.FIXED if answer is Answer.PASS else FindingState.GONE
