"""What the webhook channel asks for, and what it refuses."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from editorial.adapters.channels.base import Settings, Unfit
from editorial.adapters.channels.patterns import check_address
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1

_EXAMPLE = Message(N_("Write it as https://host/path."))


class WebhookSettings(Settings):
    """Where the receiver is and what it does."""

    account_fields: ClassVar[tuple[str, ...]] = ("url",)

    url: str = Field(min_length=1, max_length=500)
    does: Literal["page", "points"] = "page"
    """Whether the receiver makes the page or points at it."""
    url_pattern: str = Field("", max_length=500)
    """Where a page that the receiver makes is read; empty where only its answer says so."""
    remembers_hours: int = Field(0, ge=0, le=8760)
    """How long the receiver drops a second delivery of the same webhook-id; 0: it may take it twice."""
    live_check: bool = False
    timeout: int = Field(20, ge=1, le=50)
    """Seconds for a whole delivery."""

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        """An address on the web without a password; plain http is refused at the connection unless it is private."""
        address = n1(value)
        if "://" not in value or address is None:
            raise Unfit(Message(N_("This is no address on the web.")), _EXAMPLE)
        if "@" in address.partition("://")[2].partition("/")[0]:
            raise Unfit(
                Message(N_("A password does not belong into the address.")),
                Message(N_("The receiver knows Editorial by its signature.")),
            )
        return address

    @field_validator("url_pattern")
    @classmethod
    def _url_pattern(cls, value: str) -> str:
        """An address on the web, one for each piece, or nothing."""
        return check_address(value) if value else value
