"""What may stand in an item's way: one guard, one sentence, and how to meet it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, NP_, Message
from editorial.domain.statuses import Status


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
    """What the person says with it: a reason, or what to change."""
    evidence_url: str = ""
    checks_open: int = 0
    """Required points of the checklist that nobody has ticked."""
    collides_with: str = ""
    """Title of another item after the same query and intent, with no decision stored; empty: none."""
    wrote_it: bool = False
    """The person who asks wrote the text as it stands."""
    self_approval: bool = True
    """The workspace lets people approve their own texts."""
    broken_channel: str = ""
    """Name of a channel that would carry the item and does not work; empty: none."""
    held_from: Status | None = None
    archived_from: Status | None = None
    review_by: date | None = None
    live_hash: str | None = None
    """Hash of the text that is out; None: nothing is."""
    given_back: bool = False
    """The last decision on exactly this text asked for changes."""


class TransitionRefused(EditorialError):
    """The item may not go there now. `guard` names what stands in the way."""

    http_status = 409

    def __init__(self, guard: str, says: Message, hint: Message, *, field: str | None = None) -> None:
        super().__init__(says, hint=hint, field=field)
        self.guard = guard


Guard = Callable[[Situation], TransitionRefused | None]


def has_title(item: Situation) -> TransitionRefused | None:
    """A title."""
    if item.title.strip():
        return None
    return TransitionRefused("title", Message(N_("The item has no title.")), Message(N_("Give it one.")), field="title")


def is_mapped(item: Situation) -> TransitionRefused | None:
    """At least one role × step cell."""
    if item.cells:
        return None
    return TransitionRefused(
        "cells",
        Message(N_("Nobody is named whom this item should convince.")),
        Message(N_("Tick at least one decision role and buying step.")),
        field="cells",
    )


def has_owner(item: Situation) -> TransitionRefused | None:
    """Somebody who answers for it."""
    if item.has_owner:
        return None
    return TransitionRefused(
        "owner", Message(N_("The item has no owner.")), Message(N_("Choose who answers for it.")), field="owner"
    )


def has_body(item: Situation) -> TransitionRefused | None:
    """A text."""
    if item.body.strip():
        return None
    return TransitionRefused(
        "body",
        Message(N_("There is no text to review.")),
        Message(N_("Write the text, then hand it in.")),
        field="body",
    )


def was_changed(item: Situation) -> TransitionRefused | None:
    """Another text than the one that was given back, or a word why it stays."""
    if item.content_hash != item.review_hash or item.comment.strip():
        return None
    return TransitionRefused(
        "unchanged",
        Message(N_("Nothing has changed since the review asked for changes.")),
        Message(N_("Edit the text, or say in a comment why it should stay as it is.")),
        field="comment",
    )


def has_comment(item: Situation) -> TransitionRefused | None:
    """A comment that says what to change."""
    if item.comment.strip():
        return None
    return TransitionRefused(
        "comment",
        Message(N_("The owner needs to know what to change.")),
        Message(N_("Write it into the comment.")),
        field="comment",
    )


def is_approved_as_it_is(item: Situation) -> TransitionRefused | None:
    """An approval of exactly this text."""
    if item.approved_hash == item.content_hash:
        return None
    return TransitionRefused(
        "approval",
        Message(N_("The text was changed after its approval.")),
        Message(N_("Hand it in for review again.")),
    )


def has_slot(item: Situation) -> TransitionRefused | None:
    """A publish time that lies ahead."""
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


def has_channel(item: Situation) -> TransitionRefused | None:
    """A site with a channel that works."""
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
    if item.broken_channel:
        return TransitionRefused(
            "broken_channel",
            Message(N_("The channel “%(name)s” does not work at the moment."), {"name": item.broken_channel}),
            Message(N_("Mend it under Channels, or switch it off.")),
        )
    return None


def has_evidence(item: Situation) -> TransitionRefused | None:
    """The address at which it is live."""
    if item.evidence_url:
        return None
    return TransitionRefused(
        "evidence",
        Message(N_("Nothing proves that the item is live.")),
        Message(N_("Give the address it can be read at.")),
        field="url",
    )


def has_no_live_jobs(item: Situation) -> TransitionRefused | None:
    """No distribution job under way."""
    if not item.live_jobs:
        return None
    return TransitionRefused(
        "live_jobs",
        Message(N_("Distribution jobs of this item are still under way.")),
        Message(N_("Cancel its schedule first.")),
    )


def has_reason(item: Situation) -> TransitionRefused | None:
    """A reason, for those who will ask later."""
    if item.comment.strip():
        return None
    return TransitionRefused(
        "reason",
        Message(N_("Nobody will know later why.")),
        Message(N_("Write the reason in one sentence.")),
        field="comment",
    )


def checks_are_done(item: Situation) -> TransitionRefused | None:
    """Every required point of the type's checklist ticked."""
    if not item.checks_open:
        return None
    return TransitionRefused(
        "checklist",
        Message.counted(
            NP_(
                "%(count)s required point of the checklist is open.",
                "%(count)s required points of the checklist are open.",
            ),
            item.checks_open,
        ),
        Message(N_("Do it, then tick it under “Checklist”.")),
    )


def query_is_decided(item: Situation) -> TransitionRefused | None:
    """No other item after the same query, or a decision about the two."""
    if not item.collides_with:
        return None
    return TransitionRefused(
        "collision",
        Message(N_("“%(title)s” is after the same query."), {"title": item.collides_with}),
        Message(N_("Decide below the target query what becomes of the two, or change the query.")),
        field="target_query",
    )


def is_not_ones_own(item: Situation) -> TransitionRefused | None:
    """Somebody else's text, unless the workspace allows one's own."""
    if not item.wrote_it or item.self_approval:
        return None
    return TransitionRefused(
        "self_approval",
        Message(N_("You wrote this text yourself.")),
        Message(
            N_("Ask another approver. An administrator may allow it under “Settings”, “Approving one's own text”.")
        ),
    )


def was_held_there(to: Status) -> Guard:
    """The status that the item was put on hold from: there and nowhere else it goes back."""

    def guard(item: Situation) -> TransitionRefused | None:
        return None if item.held_from is to else _goes_back(item.held_from)

    return guard


def was_archived_there(to: Status) -> Guard:
    """The status that the item was archived from."""

    def guard(item: Situation) -> TransitionRefused | None:
        return None if item.archived_from is to else _goes_back(item.archived_from)

    return guard


def _goes_back(home: Status | None) -> TransitionRefused:
    return TransitionRefused(
        "return",
        Message(N_("It goes back to where it was.")),
        Message(N_("That is “%(status)s”."), {"status": (home or Status.IDEA).label}),
    )


def refresh_has_cause(item: Situation) -> TransitionRefused | None:
    """Its review day has passed, or somebody says why it needs a refresh."""
    if item.comment.strip() or (item.review_by is not None and item.review_by < item.now.date()):
        return None
    return TransitionRefused(
        "refresh",
        Message(N_("Its review day has not come.")),
        Message(N_("Say in one sentence what is out of date.")),
        field="comment",
    )
