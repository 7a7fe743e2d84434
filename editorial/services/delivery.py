"""When and how a channel sends: by default or not, how long after, its quiet hours, its rate, what its links say."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import time
from typing import Any

from editorial.domain import utm
from editorial.domain.errors import EditorialError
from editorial.domain.jobs import Nature
from editorial.domain.messages import N_, Message
from editorial.domain.plans import LONGEST_OFFSET
from editorial.domain.slots import zone_named
from editorial.store.distribution import Channel

_LONGEST_LATE = 7 * 24 * 60  # minutes
_MOST_SENDS = 10_000
_LONGEST_SPACING = 3600  # seconds


@dataclass(frozen=True)
class Delivery:
    """What a channel's form says besides what its kind asks for."""

    late_ok_minutes: int = 60
    by_default: bool = True
    """Whether it carries an item of its site unless somebody says no."""
    offset_minutes: int = 0
    """From the item's publish time; negative is before it."""
    quiet_from: str | None = None
    """`HH:MM` by the clocks of `quiet_zone`, or of the site where that is None."""
    quiet_until: str | None = None
    quiet_zone: str | None = None
    rate_count: int | None = None
    """At most so many sends in `rate_minutes`."""
    rate_minutes: int | None = None
    spacing_seconds: int = 20
    """Between late jobs, once the clock runs again."""
    utm_source: str = ""
    utm_medium: str = ""

    def put(self, channel: Channel) -> None:
        """Write it into the channel. Check it first, with `faults`."""
        for name, value in asdict(self).items():
            setattr(channel, name, value)

    @classmethod
    def of(cls, channel: Channel) -> "Delivery":
        """What a channel has."""
        return cls(**{name: getattr(channel, name) for name in cls.__dataclass_fields__})

    def shown(self) -> dict[str, Any]:
        """For the history."""
        return asdict(self)


USUAL = Delivery()


def faults(wanted: Delivery, nature: Nature | None) -> list[EditorialError]:
    """What is wrong, each at its field. `nature` is None where the channel's own settings do not tell it yet."""
    return [*_times(wanted, nature), *_quiet(wanted), *_rate(wanted), *_links(wanted)]


def _times(wanted: Delivery, nature: Nature | None) -> Iterator[EditorialError]:
    if not 1 <= wanted.late_ok_minutes <= _LONGEST_LATE:
        yield _fault(
            "late_ok_minutes",
            Message(N_("This is no number of minutes that makes sense.")),
            Message(N_("Choose between 1 minute and 10,080 minutes, a week.")),
        )
    if not 0 <= wanted.spacing_seconds <= _LONGEST_SPACING:
        yield _fault(
            "spacing_seconds",
            Message(N_("This is no number of seconds that makes sense.")),
            Message(N_("Choose between 0 and %(most)s seconds."), {"most": _LONGEST_SPACING}),
        )
    if abs(wanted.offset_minutes) > LONGEST_OFFSET:
        yield _fault(
            "offset",
            Message(N_("That is more than a year away from the publish time.")),
            Message(N_("Choose a shorter time.")),
        )
    elif nature is Nature.POINTING and wanted.offset_minutes < 0:
        yield _fault(
            "offset",
            Message(N_("It points at the page, so it cannot go out before it.")),
            Message(N_("Choose a time after the publish time.")),
        )


def _quiet(wanted: Delivery) -> Iterator[EditorialError]:
    both = Message(N_("Fill in both, or clear both."))
    if bool(wanted.quiet_from) != bool(wanted.quiet_until):
        missing = "quiet_until" if wanted.quiet_from else "quiet_from"
        yield _fault(missing, Message(N_("Quiet hours need a beginning and an end.")), both)
    elif wanted.quiet_from and _minute(wanted.quiet_from) == _minute(wanted.quiet_until):
        yield _fault(
            "quiet_until",
            Message(N_("The quiet hours end when they begin.")),
            Message(N_("Choose another end, or clear both.")),
        )
    if wanted.quiet_zone is not None:
        try:
            zone_named(wanted.quiet_zone, field="quiet_zone")
        except EditorialError as error:
            yield error


def _rate(wanted: Delivery) -> Iterator[EditorialError]:
    if (wanted.rate_count is None) != (wanted.rate_minutes is None):
        missing = "rate_minutes" if wanted.rate_minutes is None else "rate_count"
        yield _fault(
            missing,
            Message(N_("A rate needs a number and a length of time.")),
            Message(N_("Fill in both, or clear both.")),
        )
        return
    for name, value, most in (
        ("rate_count", wanted.rate_count, _MOST_SENDS),
        ("rate_minutes", wanted.rate_minutes, _LONGEST_LATE),
    ):
        if value is not None and not 1 <= value <= most:
            yield _fault(
                name,
                Message(N_("“%(value)s” does not fit here."), {"value": str(value)}),
                Message(N_("Choose a number between 1 and %(most)s."), {"most": most}),
            )


def _links(wanted: Delivery) -> Iterator[EditorialError]:
    for name, value in (("utm_source", wanted.utm_source), ("utm_medium", wanted.utm_medium)):
        try:
            utm.checked(value, field=name)
        except EditorialError as error:
            yield error


def _minute(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _fault(field: str, says: Message, hint: Message) -> EditorialError:
    return EditorialError(says, hint=hint, field=field)
