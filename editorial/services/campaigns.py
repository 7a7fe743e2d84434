"""Campaigns: made, changed, archived."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from editorial.domain import utm
from editorial.domain.errors import EditorialError, StaleVersion
from editorial.domain.messages import N_, Message
from editorial.domain.workflow import Status
from editorial.services.deps import Deps
from editorial.store import campaigns, history
from editorial.store.campaigns import Campaign
from editorial.store.content import ContentItem
from editorial.store.people import Person

BARS = (1, 2, 3, 4)
"""The patterns that tell campaigns apart without colour."""


@dataclass(frozen=True)
class CampaignDraft:
    """A campaign as its form has it."""

    name: str
    goal: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    bar: int = 1
    utm_campaign: str = ""
    """What links call it (lower case); empty: made of the name."""


@dataclass(frozen=True)
class CampaignView:
    """A campaign and how far its items are."""

    campaign: Campaign
    items: int
    out: int


def overview(session: Session, *, archived: bool = False) -> tuple[CampaignView, ...]:
    """Every campaign in use, or every archived one, with the number of its items and of those that are out."""
    out = ContentItem.status.in_([Status.PUBLISHED, Status.REFRESH_DUE])
    counted = (
        select(ContentItem.campaign_id, func.count(), func.count().filter(out))
        .where(ContentItem.campaign_id.is_not(None), ContentItem.status.not_in([Status.ARCHIVED, Status.REJECTED]))
        .group_by(ContentItem.campaign_id)
    )
    numbers = {campaign: (items, live) for campaign, items, live in session.execute(counted)}
    return tuple(
        CampaignView(one, *numbers.get(one.id, (0, 0))) for one in campaigns.campaigns(session, archived=archived)
    )


def items_of(session: Session, campaign_id: int, *, limit: int = 500) -> Sequence[ContentItem]:
    """The campaign's items by their day; those without one come last."""
    wanted = select(ContentItem).where(ContentItem.campaign_id == campaign_id, ContentItem.status != Status.ARCHIVED)
    ordered = wanted.order_by(ContentItem.target_date.is_(None), ContentItem.target_date, ContentItem.id)
    return session.scalars(ordered.limit(limit)).all()


def next_bar(session: Session) -> int:
    """The pattern that the fewest campaigns in use have."""
    used = [one.bar for one in campaigns.campaigns(session)]
    return min(BARS, key=lambda bar: (used.count(bar), bar))


def create(session: Session, deps: Deps, actor: Person, draft: CampaignDraft) -> Campaign:
    """Start a campaign. The caller commits. Raises EditorialError; `field` says what cannot be used."""
    _check(session, draft)
    campaign = Campaign(created_at=deps.now(), created_by=actor.id)
    _write(campaign, draft)
    session.add(campaign)
    session.flush()
    _record(session, deps, actor, campaign, "campaign.created")
    return campaign


def save(
    session: Session, deps: Deps, actor: Person, campaign_id: int, draft: CampaignDraft, *, version: int
) -> Campaign:
    """Change a campaign. The caller commits.

    Raises:
        StaleVersion: somebody changed it meanwhile. EditorialError; `field` says what cannot be used.
    """
    keep = Message(N_("Nothing is lost. Keep yours, or take theirs."))
    campaign = _fresh(session, campaign_id, version, hint=keep)
    _check(session, draft, besides=campaign.id)
    _write(campaign, draft)
    session.flush()
    _record(session, deps, actor, campaign, "campaign.saved")
    return campaign


def archive(session: Session, deps: Deps, actor: Person, campaign_id: int, *, version: int, archived: bool) -> Campaign:
    """Take a campaign out of the lists, or back into them; its items stay as they are. The caller commits.

    Raises:
        StaleVersion: somebody changed it meanwhile.
    """
    again = Message(N_("Here it is as it stands now. Press the button once more if you still want that."))
    campaign = _fresh(session, campaign_id, version, hint=again)
    campaign.archived_at = deps.now() if archived else None
    session.flush()
    action = "campaign.archived" if archived else "campaign.restored"
    _record(session, deps, actor, campaign, action)
    return campaign


def _fresh(session: Session, campaign_id: int, version: int, *, hint: Message) -> Campaign:
    campaign = campaigns.get_campaign(session, campaign_id)
    if campaign.version != version:
        newest = history.of_entity(session, "campaign", campaign_id, limit=1)
        somebody = session.get(Person, newest[0].actor_id) if newest and newest[0].actor_id else None
        says = (
            Message(N_("%(name)s changed this campaign in the meantime."), {"name": somebody.name})
            if somebody
            else Message(N_("Somebody changed this campaign in the meantime."))
        )
        raise StaleVersion(says, hint=hint)
    return campaign


def _check(session: Session, draft: CampaignDraft, *, besides: int | None = None) -> None:
    if not draft.name.strip():
        raise EditorialError(Message(N_("The campaign has no name.")), hint=Message(N_("Give it one.")), field="name")
    taken = select(Campaign.id).where(
        func.lower(Campaign.name) == draft.name.strip().lower(), Campaign.id != (besides or 0)
    )
    if session.scalar(taken.limit(1)) is not None:
        raise EditorialError(
            Message(N_("There is a campaign “%(name)s” already."), {"name": draft.name.strip()}),
            hint=Message(N_("Choose another name, or use that one; it may be archived.")),
            field="name",
        )
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        raise EditorialError(
            Message(N_("The campaign ends before it starts.")),
            hint=Message(N_("Choose a last day on or after the first.")),
            field="ends_on",
        )
    utm.checked(draft.utm_campaign, field="utm_campaign")
    if draft.bar not in BARS:
        raise EditorialError(
            Message(N_("There is no such pattern.")), hint=Message(N_("Choose one from the list.")), field="bar"
        )


def _write(campaign: Campaign, draft: CampaignDraft) -> None:
    campaign.name, campaign.goal, campaign.bar = draft.name.strip(), draft.goal.strip(), draft.bar
    campaign.starts_on, campaign.ends_on = draft.starts_on, draft.ends_on
    campaign.utm_campaign = draft.utm_campaign.strip()


def _record(session: Session, deps: Deps, actor: Person, campaign: Campaign, action: str) -> None:
    history.record(
        session,
        at=deps.now(),
        actor_id=actor.id,
        action=action,
        entity="campaign",
        entity_id=campaign.id,
        after={"name": campaign.name},
    )
