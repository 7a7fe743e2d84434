"""The editorial status machine (planning.md 5d): which way an item may go, and what stands in the way.

Every path (button, drag, undo, job, import, command line) asks here through `services.steps.advance`, so that no gate
can be bypassed. A published item that is corrected keeps its status; its correction has a small machine of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from editorial.domain import guards
from editorial.domain.guards import Guard, Situation, TransitionRefused
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.statuses import ACTIVE, LIVE, STATUS_LABELS, Correction, Status

__all__ = (
    "ACTIVE",
    "CORRECTIONS",
    "STATUS_LABELS",
    "WAYS",
    "Correction",
    "CorrectionWay",
    "Situation",
    "Status",
    "TransitionRefused",
    "Way",
    "check",
    "check_correction",
    "correction_of",
    "ways_from",
)


@dataclass(frozen=True)
class Way:
    """One way from a status to the next: the permission it takes and the guards on it."""

    origin: Status
    to: Status
    permission: Permission
    says: Message
    """What the button says."""
    guards: tuple[Guard, ...] = ()
    by_hand: bool = True
    """A person may choose it; the others are consequences of an edit."""


@dataclass(frozen=True)
class CorrectionWay:
    """One step of a correction."""

    origin: Correction
    to: Correction
    permission: Permission
    says: Message
    guards: tuple[Guard, ...] = ()


_W, _A, _P = Permission.WRITE_CONTENT, Permission.APPROVE, Permission.PUBLISH
_RESUME, _RESTORE = Message(N_("Take it up again")), Message(N_("Bring it back"))
_HAND_IN = Message(N_("Hand in for review"))

WAYS: tuple[Way, ...] = (
    Way(Status.IDEA, Status.BRIEF, _W, Message(N_("Make it a brief")), (guards.has_title, guards.is_mapped)),
    Way(Status.IDEA, Status.REJECTED, _W, Message(N_("Reject the idea")), (guards.has_reason,)),
    Way(
        Status.BRIEF,
        Status.IN_PRODUCTION,
        _W,
        Message(N_("Start production")),
        (guards.has_owner, guards.query_is_decided),
    ),
    Way(
        Status.IN_PRODUCTION,
        Status.IN_REVIEW,
        _W,
        _HAND_IN,
        (guards.has_title, guards.has_body, guards.checks_are_done),
    ),
    Way(Status.IN_REVIEW, Status.CHANGES_REQUESTED, _A, Message(N_("Ask for changes")), (guards.has_comment,)),
    Way(Status.IN_REVIEW, Status.APPROVED, _A, Message(N_("Approve")), (guards.has_body, guards.is_not_ones_own)),
    Way(
        Status.CHANGES_REQUESTED,
        Status.IN_REVIEW,
        _W,
        Message(N_("Hand in again")),
        (guards.has_body, guards.was_changed, guards.checks_are_done),
    ),
    Way(
        Status.APPROVED,
        Status.SCHEDULED,
        _P,
        Message(N_("Schedule")),
        (guards.is_approved_as_it_is, guards.has_slot, guards.has_channel),
    ),
    Way(Status.SCHEDULED, Status.APPROVED, _P, Message(N_("Cancel the schedule"))),
    Way(
        Status.APPROVED,
        Status.PUBLISHED,
        _P,
        Message(N_("Mark as published")),
        (guards.is_approved_as_it_is, guards.has_evidence),
    ),
    Way(Status.SCHEDULED, Status.PUBLISHED, _P, Message(N_("Mark as published")), (guards.has_evidence,)),
    Way(
        Status.PUBLISHED,
        Status.REFRESH_DUE,
        _W,
        Message(N_("It needs a refresh")),
        (guards.refresh_has_cause, guards.has_no_live_jobs),
    ),
    Way(Status.REFRESH_DUE, Status.BRIEF, _W, Message(N_("Start the refresh")), (guards.has_no_live_jobs,)),
    # An edit of approved or scheduled text opens review again; the service takes this way, no button does.
    Way(Status.APPROVED, Status.IN_REVIEW, _W, _HAND_IN, (guards.has_body,), by_hand=False),
    Way(Status.SCHEDULED, Status.IN_REVIEW, _W, _HAND_IN, (guards.has_body,), by_hand=False),
    *(Way(origin, Status.ON_HOLD, _W, Message(N_("Put on hold")), (guards.has_reason,)) for origin in ACTIVE),
    # Back to where it was, and never straight to scheduled: gates and jobs are looked at anew.
    *(
        Way(Status.ON_HOLD, home, _W, _RESUME, (guards.was_held_there(home),))
        for home in ACTIVE
        if home is not Status.SCHEDULED
    ),
    *(
        Way(origin, Status.ARCHIVED, _W, Message(N_("Archive")), (guards.has_no_live_jobs,))
        for origin in Status
        if origin not in {Status.ARCHIVED, Status.SCHEDULED}
    ),
    # Not in the table of the planning model: what was put away by mistake must come back somehow.
    *(
        Way(Status.ARCHIVED, home, _W, _RESTORE, (guards.was_archived_there(home), guards.query_is_decided))
        for home in Status
        if home not in {Status.ARCHIVED, Status.SCHEDULED}
    ),
    Way(Status.REJECTED, Status.IDEA, _W, _RESUME, (guards.query_is_decided,)),
)

CORRECTIONS: tuple[CorrectionWay, ...] = (
    CorrectionWay(
        Correction.IN_WORK,
        Correction.IN_REVIEW,
        _W,
        Message(N_("Hand in the correction")),
        (guards.has_title, guards.has_body, guards.checks_are_done),
    ),
    CorrectionWay(
        Correction.IN_REVIEW, Correction.CHANGES_REQUESTED, _A, Message(N_("Ask for changes")), (guards.has_comment,)
    ),
    CorrectionWay(
        Correction.IN_REVIEW,
        Correction.APPROVED,
        _A,
        Message(N_("Approve the correction")),
        (guards.has_body, guards.is_not_ones_own),
    ),
    CorrectionWay(
        Correction.APPROVED,
        Correction.GOING_OUT,
        _P,
        Message(N_("Send the correction")),
        (guards.is_approved_as_it_is, guards.has_channel, guards.has_no_live_jobs),
    ),
    CorrectionWay(
        Correction.APPROVED, Correction.NONE, _P, Message(N_("It is live already")), (guards.has_no_live_jobs,)
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
        raise _no_way(item.status.label, to.label)
    _check_guards(item, way, granted)
    return way


def correction_of(item: Situation) -> Correction:
    """Where the correction of a published item stands: concluded from its hashes, never stored."""
    if item.status not in LIVE or item.live_hash in {None, item.content_hash}:
        return Correction.NONE
    if item.approved_hash == item.content_hash:
        return Correction.GOING_OUT if item.live_jobs else Correction.APPROVED
    if item.given_back:
        return Correction.CHANGES_REQUESTED
    return Correction.IN_REVIEW if item.review_hash == item.content_hash else Correction.IN_WORK


def check_correction(item: Situation, to: Correction, granted: frozenset[Permission]) -> CorrectionWay:
    """The step of the correction to `to`, or the first refusal on it; raises as `check`."""
    now = correction_of(item)
    way = next((way for way in CORRECTIONS if way.origin is now and way.to is to), None)
    if way is None:
        raise _no_way(now.label, to.label)
    _check_guards(item, way, granted)
    return way


def _no_way(origin: Message, to: Message) -> TransitionRefused:
    return TransitionRefused(
        "way",
        Message(N_("There is no way from “%(origin)s” to “%(to)s”."), {"origin": origin, "to": to}),
        Message(N_("Take the steps in between.")),
    )


def _check_guards(item: Situation, way: Way | CorrectionWay, granted: frozenset[Permission]) -> None:
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
