"""Addresses in settings: where a page goes and is read, with places such as `{slug}`, and whose mailbox it is."""

import re
from string import Formatter

from editorial.adapters.channels.base import Unfit
from editorial.domain.errors import EditorialError
from editorial.domain.jobs import Refused
from editorial.domain.messages import N_, Message
from editorial.domain.names import clean_email
from editorial.domain.rendering import Piece
from editorial.domain.urls import n1

PLACES = frozenset({"slug", "language", "year", "month", "day"})
_SLUG = re.compile(r"[\w~]+(?:[-._~]\w+)*")  # no dot at its ends, no slash anywhere


def check_address(pattern: str) -> str:
    """The pattern, if it gives every page an address of its own on the web."""
    check_places(pattern)
    if n1(pattern.format(**dict.fromkeys(PLACES, "x"))) is None:
        raise Unfit(
            Message(N_("This is no address on the web.")), Message(N_("Write it like https://host/posts/{slug}/."))
        )
    return pattern


def check_mailbox(address: str) -> str:
    """The e-mail address in lower case, if it looks like one."""
    try:
        return clean_email(address)
    except EditorialError as error:
        raise Unfit(error.says, error.hint) from error


def check_places(pattern: str) -> None:
    """Refuse a pattern that names a place which is none, or that would put all pages in one place."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        raise Unfit(
            Message(N_("A brace is missing.")), Message(N_("Write {slug} where the page's name goes."))
        ) from error
    places = {name for _, name, _, _ in parts if name is not None}
    if unknown := sorted(places - PLACES):
        raise Unfit(
            Message(N_("There is no place “%(name)s”."), {"name": unknown[0]}),
            Message(N_("Places are {slug}, {language}, {year}, {month} and {day}.")),
        )
    if any(form or conversion for _, _, form, conversion in parts) or "slug" not in places:
        raise Unfit(
            Message(N_("Every page needs an address of its own.")),
            Message(N_("Write {slug} where the page's name goes.")),
        )


def parameters(piece: Piece) -> dict[str, str]:
    """What goes into the places of a pattern; refuses a slug that could lead elsewhere."""
    if not _SLUG.fullmatch(piece.slug):
        raise Refused(
            Message(N_("“%(slug)s” can't be part of an address."), {"slug": piece.slug[:80]}),
            hint=Message(N_("Use letters, digits and hyphens.")),
            field="slug",
        )
    day = piece.published_at
    return {
        "slug": piece.slug,
        "language": piece.language.lower(),
        "year": f"{day:%Y}",
        "month": f"{day:%m}",
        "day": f"{day:%d}",
    }
