"""The editorial status machine (planning.md 5d): which way an item may go, and what stands in the way.

Every path (button, drag, job, import, command line) asks here through one service, so that no gate can be bypassed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission


class Status(StrEnum):
    """Where an item stands. All states of the whole machine, so that the column need not change when more ways open."""

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


@dataclass(frozen=True)
class Situation:
    """What the guards need to know of an item, gathered by the service in one read."""

    status: Status
    title: str
    body: str
    cells: int
    """Number of role × step cells the item is mapped to."""
    has_owner: bool
    content_hash: str
    approved_hash: str | None
    review_hash: str | None
    """Hash that was handed in for the current or last review round."""
    has_site: bool
    channels: int
    """Channels that would carry the item."""
    publish_at: datetime | None
    live_jobs: int
    """Distribution jobs that have not ended."""
    now: datetime
    comment: str = ""
    evidence_url: str = ""


class TransitionRefused(EditorialError):
    """The item may not go there now. `guard` names what stands in the way."""

    http_status = 409

    def __init__(self, guard: str, says: Message, hint: Message, *, field: str | None = None) -> None:
        super().__init__(says, hint=hint, field=field)
        self.guard = guard


Guard = Callable[[Situation], TransitionRefused | None]


@dataclass(frozen=True)
class Way:
    """One way from a status to the next: the permission it takes and the guards on it."""

    origin: Status
    to: Status
    permission: Permission
    says: Message
    """What the button says."""
    guards: tuple[Guard, ...] = ()


def _has_title(item: Situation) -> TransitionRefused | None:
    if item.title.strip():
        return None
    return TransitionRefused("title", Message(N_("The item has no title.")), Message(N_("Give it one.")), field="title")


def _is_mapped(item: Situation) -> TransitionRefused | None:
    if item.cells:
        return None
    return TransitionRefused(
        "cells",
        Message(N_("Nobody is named whom this item should convince.")),
        Message(N_("Tick at least one decision role and buying step.")),
        field="cells",
    )


def _has_owner(item: Situation) -> TransitionRefused | None:
    if item.has_owner:
        return None
    return TransitionRefused(
        "owner", Message(N_("The item has no owner.")), Message(N_("Choose who answers for it.")), field="owner"
    )


def _has_body(item: Situation) -> TransitionRefused | None:
    if item.body.strip():
        return None
    return TransitionRefused(
        "body",
        Message(N_("There is no text to review.")),
        Message(N_("Write the text, then hand it in.")),
        field="body",
    )


def _was_changed(item: Situation) -> TransitionRefused | None:
    if item.content_hash != item.review_hash or item.comment.strip():
        return None
    return TransitionRefused(
        "unchanged",
        Message(N_("Nothing has changed since the review asked for changes.")),
        Message(N_("Edit the text, or say in a comment why it should stay as it is.")),
        field="comment",
    )


def _has_comment(item: Situation) -> TransitionRefused | None:
    if item.comment.strip():
        return None
    return TransitionRefused(
        "comment",
        Message(N_("The owner needs to know what to change.")),
        Message(N_("Write it into the comment.")),
        field="comment",
    )


def _is_approved_as_it_is(item: Situation) -> TransitionRefused | None:
    if item.approved_hash == item.content_hash:
        return None
    return TransitionRefused(
        "approval",
        Message(N_("The text was changed after its approval.")),
        Message(N_("Hand it in for review again.")),
    )


def _has_slot(item: Situation) -> TransitionRefused | None:
    if item.publish_at is None:
        return TransitionRefused(
            "slot", Message(N_("There is no publish time.")), Message(N_("Set day and time.")), field="publish_time"
        )
    if item.publish_at <= item.now:
        return TransitionRefused(
            "past",
            Message(N_("The publish time lies in the past.")),
            Message(N_("Choose a time from now on.")),
            field="publish_time",
        )
    return None


def _has_channel(item: Situation) -> TransitionRefused | None:
    if not item.has_site:
        return TransitionRefused(
            "site", Message(N_("The item has no site.")), Message(N_("Choose where it will live.")), field="site"
        )
    if not item.channels:
        return TransitionRefused(
            "channel",
            Message(N_("No publishing channel is connected to this site.")),
            Message(N_("Connect one under Channels, or ask somebody who may.")),
        )
    return None


def _has_evidence(item: Situation) -> TransitionRefused | None:
    if item.evidence_url:
        return None
    return TransitionRefused(
        "evidence",
        Message(N_("Nothing proves that the item is live.")),
        Message(N_("Give the address it can be read at.")),
        field="url",
    )


def _has_no_live_jobs(item: Situation) -> TransitionRefused | None:
    if not item.live_jobs:
        return None
    return TransitionRefused(
        "live_jobs",
        Message(N_("Distribution jobs of this item are still under way.")),
        Message(N_("Cancel its schedule first.")),
    )


_W, _A, _P = Permission.WRITE_CONTENT, Permission.APPROVE, Permission.PUBLISH

WAYS: tuple[Way, ...] = (
    Way(Status.IDEA, Status.BRIEF, _W, Message(N_("Make it a brief")), (_has_title, _is_mapped)),
    Way(Status.BRIEF, Status.IN_PRODUCTION, _W, Message(N_("Start production")), (_has_owner,)),
    Way(Status.IN_PRODUCTION, Status.IN_REVIEW, _W, Message(N_("Hand in for review")), (_has_title, _has_body)),
    Way(Status.IN_REVIEW, Status.CHANGES_REQUESTED, _A, Message(N_("Ask for changes")), (_has_comment,)),
    Way(Status.IN_REVIEW, Status.APPROVED, _A, Message(N_("Approve")), (_has_body,)),
    Way(Status.CHANGES_REQUESTED, Status.IN_REVIEW, _W, Message(N_("Hand in again")), (_has_body, _was_changed)),
    Way(
        Status.APPROVED, Status.SCHEDULED, _P, Message(N_("Schedule")), (_is_approved_as_it_is, _has_slot, _has_channel)
    ),
    Way(Status.SCHEDULED, Status.APPROVED, _P, Message(N_("Cancel the schedule"))),
    Way(
        Status.APPROVED, Status.PUBLISHED, _P, Message(N_("Mark as published")), (_is_approved_as_it_is, _has_evidence)
    ),
    Way(Status.SCHEDULED, Status.PUBLISHED, _P, Message(N_("Mark as published")), (_has_evidence,)),
    # An edit of approved or scheduled text opens review again; the service takes this way, no button does.
    Way(Status.APPROVED, Status.IN_REVIEW, _W, Message(N_("Hand in for review")), (_has_body,)),
    Way(Status.SCHEDULED, Status.IN_REVIEW, _W, Message(N_("Hand in for review")), (_has_body,)),
    *(
        Way(origin, Status.ARCHIVED, _W, Message(N_("Archive")), (_has_no_live_jobs,))
        for origin in Status
        if origin not in {Status.ARCHIVED, Status.SCHEDULED}
    ),
)


def ways_from(status: Status) -> Iterator[Way]:
    """Every way on from a status, in the order of the table."""
    return (way for way in WAYS if way.origin is status)


def check(item: Situation, to: Status, granted: frozenset[Permission]) -> Way:
    """The way to `to`, or the first refusal on it.

    Raises:
        TransitionRefused: there is no such way, the person lacks the permission, or a guard refuses; `guard` is
            "way", "permission" or the guard's name.
    """
    way = next((way for way in ways_from(item.status) if way.to is to), None)
    if way is None:
        raise TransitionRefused(
            "way",
            Message(
                N_("There is no way from “%(origin)s” to “%(to)s”."), {"origin": item.status.label, "to": to.label}
            ),
            Message(N_("Take the steps in between.")),
        )
    if way.permission not in granted:
        raise TransitionRefused(
            "permission",
            Message(N_("You may not do this step: “%(step)s”."), {"step": way.says}),
            Message(N_("Ask somebody who may, or an administrator for the role.")),
        )
    for guard in way.guards:
        refusal = guard(item)
        if refusal is not None:
            raise refusal
    return way
