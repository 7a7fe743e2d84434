"""Where an item stands, and where a correction of a published one stands."""

from enum import StrEnum

from editorial.domain.messages import N_, Message


class Status(StrEnum):
    """Where an item stands: all states of the machine."""

    IDEA = "idea"
    BRIEF = "brief"
    IN_PRODUCTION = "in_production"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    REFRESH_DUE = "refresh_due"
    ON_HOLD = "on_hold"
    ARCHIVED = "archived"
    REJECTED = "rejected"

    @property
    def label(self) -> Message:
        """The word a person reads."""
        return STATUS_LABELS[self]


STATUS_LABELS = {
    Status.IDEA: Message(N_("Idea")),
    Status.BRIEF: Message(N_("Brief")),
    Status.IN_PRODUCTION: Message(N_("In production")),
    Status.IN_REVIEW: Message(N_("In review")),
    Status.CHANGES_REQUESTED: Message(N_("Changes requested")),
    Status.APPROVED: Message(N_("Approved")),
    Status.SCHEDULED: Message(N_("Scheduled")),
    Status.PUBLISHED: Message(N_("Published")),
    Status.REFRESH_DUE: Message(N_("Refresh due")),
    Status.ON_HOLD: Message(N_("On hold")),
    Status.ARCHIVED: Message(N_("Archived")),
    Status.REJECTED: Message(N_("Rejected")),
}
ACTIVE = (
    Status.IDEA,
    Status.BRIEF,
    Status.IN_PRODUCTION,
    Status.IN_REVIEW,
    Status.CHANGES_REQUESTED,
    Status.APPROVED,
    Status.SCHEDULED,
)
"""On the way to being published: these may be put on hold."""
LIVE = frozenset({Status.PUBLISHED, Status.REFRESH_DUE})
"""Readers see it."""
GOES_OUT = LIVE | {Status.SCHEDULED}
"""Its jobs may go out."""


class Correction(StrEnum):
    """Where the revision in work of a published item stands. The item itself stays published all the while."""

    NONE = "none"
    IN_WORK = "in_work"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    GOING_OUT = "going_out"

    @property
    def label(self) -> Message:
        """The words a person reads."""
        return CORRECTION_LABELS[self]


CORRECTION_LABELS = {
    Correction.NONE: Message(N_("No correction")),
    Correction.IN_WORK: Message(N_("Correction in work")),
    Correction.IN_REVIEW: Message(N_("Correction in review")),
    Correction.CHANGES_REQUESTED: Message(N_("Changes to the correction requested")),
    Correction.APPROVED: Message(N_("Correction approved")),
    Correction.GOING_OUT: Message(N_("Correction on its way out")),
}
