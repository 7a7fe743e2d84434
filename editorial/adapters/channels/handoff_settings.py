"""What a hand-off channel asks for, and what services take."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import Field, field_validator

from editorial.adapters.channels.base import Settings
from editorial.adapters.channels.patterns import check_mailbox
from editorial.domain.limits import Limits
from editorial.domain.messages import N_, Message

_NONE_KNOWN = Limits(words=True)


@dataclass(frozen=True)
class Service:
    """A service where people post by hand."""

    name: Message
    limits: Limits = _NONE_KNOWN


SERVICES: Mapping[str, Service] = {
    # developers.weixin.qq.com, draft/add: title 32, digest 128 characters
    "wechat": Service(Message(N_("WeChat Official Account")), Limits(128, words=True, title=32)),
    "zhihu": Service(Message(N_("Zhihu"))),
    # learn.microsoft.com, LinkedIn Posts API: commentary 3000
    "linkedin": Service(Message(N_("LinkedIn")), Limits(3000, words=True)),
    # docs.x.com, counting characters
    "x": Service(Message(N_("X")), Limits(280, wide=2, address=23, words=True)),
    # docs.joinmastodon.org, an instance's default
    "mastodon": Service(Message(N_("Mastodon")), Limits(500, address=23, words=True)),
    # learn.microsoft.com, limits of Teams: about 28 KB a post, and a character may be four bytes
    "teams": Service(Message(N_("Microsoft Teams")), Limits(7000, words=True)),
    "mail": Service(Message(N_("A partner's mail or newsletter"))),
    "other": Service(Message(N_("Another service"))),
}


class HandoffSettings(Settings):
    """Which service, what it does with a piece, and what the person is told."""

    service: Literal["wechat", "zhihu", "linkedin", "x", "mastodon", "teams", "mail", "other"] = "other"
    does: Literal["page", "points"] = "points"
    """Whether the whole text is posted there, or a word that points at our page."""
    text_limit: int = Field(0, ge=0, le=100_000)
    """Characters; 0: what is known of the service."""
    asked: str = Field("", max_length=254)
    """E-mail address of the person who posts it; empty: the item's owner."""
    instructions: str = Field("", max_length=2000)

    @property
    def limits(self) -> Limits:
        """What the service takes, with the limit of its own where one was given."""
        known = SERVICES[self.service].limits
        return replace(known, text=self.text_limit) if self.text_limit else known

    @field_validator("asked")
    @classmethod
    def _asked(cls, value: str) -> str:
        """An address, or nobody in particular."""
        return check_mailbox(value) if value else ""
