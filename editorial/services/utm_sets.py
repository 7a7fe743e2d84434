"""The campaign parameters of an item on a channel: what people typed, else what is made of names."""

from collections.abc import Mapping, Sequence

from editorial.domain.jobs import Nature
from editorial.domain.messages import Message
from editorial.domain.utm import LONGEST, NAMES, alike, checked, made
from editorial.services.slugs import from_name
from editorial.store.campaigns import Campaign
from editorial.store.content import ContentItem
from editorial.store.distribution import Channel

_MEDIA = {"git": "website", "webhook": "referral"}
_BY_SERVICE = {"wechat": "social", "teams": "chat", "mail": "email"}


def source_of(channel: Channel) -> str:
    """The channel's source: as it was typed, else its name."""
    return channel.utm_source or from_name(channel.name, longest=LONGEST) or f"channel-{channel.id}"


def medium_of(channel: Channel) -> str:
    """The channel's medium: as it was typed, else what its kind and service are."""
    if channel.utm_medium:
        return channel.utm_medium
    if channel.kind == "handoff":
        return _BY_SERVICE.get(str(channel.settings.get("service", "")), "social")
    fallback = "website" if channel.nature is Nature.PAGE_MAKING else "referral"
    return _MEDIA.get(channel.kind, fallback)


def campaign_of(campaign: Campaign | None) -> str:
    """The campaign's name in links: as it was typed, else made of its name; empty without a campaign."""
    if campaign is None:
        return ""
    return campaign.utm_campaign or from_name(campaign.name, longest=LONGEST) or f"campaign-{campaign.id}"


def utm_of(
    channel: Channel, item: ContentItem, *, job_id: int | None = None, own: Mapping[str, object] | None = None
) -> dict[str, str]:
    """The whole set of an item on a channel.

    Args:
        channel: source and medium.
        item: campaign, and its slug as the content.
        job_id: of the job that carries it; None in a preview.
        own: what differs for this item (`ChannelMessage.utm`), by the names of `NAMES`.
    """
    found = made(
        source=source_of(channel),
        medium=medium_of(channel),
        campaign=campaign_of(item.campaign),
        content=item.slug or f"item-{item.id}",
        job_id=job_id,
    )
    found |= {name: str(value) for name, value in (own or {}).items() if name in NAMES and value and name != "utm_id"}
    return {name: found[name] for name in NAMES if name in found}


def checked_own(typed: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed for one item on one channel, ready to be kept; empty values stand for the default.

    Raises:
        UtmRefused: the first that cannot be one; `field` is its name.
    """
    values = {name: checked(typed[name], field=name) for name in NAMES if name in typed and name != "utm_id"}
    return {name: value for name, value in values.items() if value}


def warnings(item: ContentItem, plan: Sequence[tuple[Channel, Mapping[str, object]]]) -> tuple[Message, ...]:
    """A warning for each two channels of an item's plan whose visitors could not be told apart.

    Args:
        item: the item.
        plan: each channel that points, with what differs for the item.
    """
    return tuple(alike([(channel.name, utm_of(channel, item, own=own)) for channel, own in plan]))
