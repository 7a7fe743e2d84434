"""The part of a channel's form that every kind has: when it sends, how often, and what its links say."""

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.plans import DAY, HOUR, split
from editorial.services.delivery import Delivery
from editorial.web.forms import Form

_UNITS = {"minutes": 1, "hours": HOUR, "days": DAY}
_MOST = 2**31 - 1  # what a column holds


def as_typed(delivery: Delivery) -> dict[str, str]:
    """The fields as they stand in the form before anybody types."""
    unit, count = split(delivery.offset_minutes) if delivery.offset_minutes else (1, 0)
    return {
        "late_ok_minutes": str(delivery.late_ok_minutes),
        "by_default": "true" if delivery.by_default else "",
        "offset": str(count),
        "unit": next(name for name, minutes in _UNITS.items() if minutes == unit),
        "side": "before" if delivery.offset_minutes < 0 else "after",
        "quiet_from": delivery.quiet_from or "",
        "quiet_until": delivery.quiet_until or "",
        "quiet_zone": delivery.quiet_zone or "",
        "rate_count": _number(delivery.rate_count),
        "rate_minutes": _number(delivery.rate_minutes),
        "spacing_seconds": str(delivery.spacing_seconds),
        "utm_source": delivery.utm_source,
        "utm_medium": delivery.utm_medium,
    }


def typed_delivery(form: Form) -> Delivery:
    """What was typed; what cannot be read stands in the form's errors, what does not fit is said by the service."""
    late = form.number("late_ok_minutes")
    if late is None and "late_ok_minutes" not in form.errors:
        late = 0  # not a number that makes sense, and said so
    spacing = form.number("spacing_seconds")
    return Delivery(
        late_ok_minutes=late or 0,
        by_default=bool(form.typed.get("by_default")),
        offset_minutes=_offset(form),
        quiet_from=_clock(form, "quiet_from"),
        quiet_until=_clock(form, "quiet_until"),
        quiet_zone=form.text("quiet_zone", longest=64).strip() or None,
        rate_count=form.number("rate_count"),
        rate_minutes=form.number("rate_minutes"),
        spacing_seconds=Delivery.spacing_seconds if spacing is None else spacing,
        utm_source=form.text("utm_source", longest=1000).strip(),
        utm_medium=form.text("utm_medium", longest=1000).strip(),
    )


def _offset(form: Form) -> int:
    count = form.number("offset") or 0
    minutes = count * _UNITS.get(form.typed.get("unit", ""), 1)
    if count < 0 or minutes > _MOST:
        form.reject(
            EditorialError(
                Message(N_("“%(value)s” does not fit here."), {"value": str(count)}),
                hint=Message(N_("Write a whole number.")),
                field="offset",
            )
        )
        return 0
    return -minutes if form.typed.get("side") == "before" else minutes


def _clock(form: Form, name: str) -> str | None:
    at = form.clock(name)
    return f"{at:%H:%M}" if at is not None else None


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
