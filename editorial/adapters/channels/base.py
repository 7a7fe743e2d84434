"""What every channel kind has in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from editorial.domain.addresses import AllowList
from editorial.domain.errors import EditorialError
from editorial.domain.jobs import Nature, Receipt
from editorial.domain.limits import Limits as Limits  # noqa: PLC0414 -- what every adapter names
from editorial.domain.messages import N_, Message
from editorial.domain.rendering import Piece, Rendered


@dataclass(frozen=True)
class Surroundings:
    """What an adapter may use of the machine it runs on."""

    allow: AllowList
    """Private networks that may be reached."""
    instance: Path
    """Folder of the installation; `ssh/` in it may hold a key and known hosts."""
    now: Callable[[], datetime]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The channel's own credentials, opened for this one use."""


class Settings(BaseModel):
    """What a kind of channel asks for. No secrets stand in here."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    account_fields: ClassVar[tuple[str, ...]] = ()
    """What says where things go; a fault with all of it stands at the first. None: nothing does."""

    @property
    def account(self) -> tuple[str, ...]:
        """What two channels of a site may not share, for everything would go out twice; empty: anything."""
        return tuple(str(getattr(self, name)) for name in self.account_fields)

    @property
    def secrets_go_to(self) -> str | None:
        """Who gets the secrets themselves; None where they never leave. Somebody else has to be given them anew."""
        return None


S = TypeVar("S", bound=Settings)


class Unfit(ValueError):
    """A value of the settings that can't be; carries the sentences through pydantic."""

    def __init__(self, says: Message, hint: Message) -> None:
        super().__init__(says.id)
        self.says, self.hint = says, hint


class SettingsRefused(EditorialError):
    """The settings of a channel don't fit. `faults` holds one error for each field, the first of them is itself."""

    def __init__(self, faults: list[EditorialError]) -> None:
        super().__init__(faults[0].says, hint=faults[0].hint, field=faults[0].field)
        self.faults = tuple(faults)


class ChannelAdapter(Protocol):
    """One account on one service. Answers: a receipt, or `Refused`, `NotSent`, `Unclear` of `domain.jobs`."""

    kind: ClassVar[str]
    by_hand: ClassVar[bool]
    """Whether a person sends it: nothing touches the network, the job waits for their word."""
    time_limit: ClassVar[float]
    """Seconds after which `publish` and `find` have answered, whatever happens."""
    finds: ClassVar[bool]
    """Whether `find` can tell for sure: only then does an unknown outcome resolve itself."""

    def __init__(self, settings: Any, surroundings: Surroundings) -> None: ...

    @property
    def limits(self) -> Limits:
        """What it takes of its own words."""

    @property
    def nature(self) -> Nature:
        """Whether it makes the page or points at it."""

    @property
    def remembers(self) -> timedelta:
        """How long the other side drops a second sending of the same key; zero where it may take it twice."""

    @property
    def live_check(self) -> bool:
        """Whether a job succeeds only when its page was seen."""

    def url_of(self, piece: Piece) -> str | None:
        """Where the piece will be read, if the channel can tell beforehand."""

    def render(self, piece: Piece, key: str = "") -> Rendered:
        """What would be sent. Pure; the preview shows it. Raises `Refused` for what the channel would never take."""

    def publish(self, piece: Piece, *, key: str) -> Receipt:
        """Send it once. Every try of a job carries the same `key`."""

    def find(self, key: str) -> Receipt | None:
        """The receipt of what was sent with this key, or None if it is surely not there."""

    def check(self) -> None:
        """A probe that changes nothing. Raises `Refused` or `NotSent` with the reason."""


def read_settings(model: type[S], values: Mapping[str, Any]) -> S:
    """The settings as their model has them, or `SettingsRefused` with a sentence for each field."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise SettingsRefused([_fault(dict(fault)) for fault in error.errors()]) from error


def _fault(fault: dict[str, Any]) -> EditorialError:
    field = str(fault["loc"][0]) if fault["loc"] else None
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, Unfit):
        return EditorialError(cause.says, hint=cause.hint, field=field)
    if fault["type"] in {"missing", "string_too_short"}:
        return EditorialError(Message(N_("This is needed.")), hint=Message(N_("Fill it in.")), field=field)
    return EditorialError(
        Message(N_("“%(value)s” does not fit here."), {"value": str(fault.get("input", ""))[:80]}),
        hint=Message(N_("Look at the example beside the field.")),
        field=field,
    )
