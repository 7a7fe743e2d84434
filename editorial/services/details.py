"""The fields that a content type asks for beside the text: customer, speaker, pages..."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from editorial.domain.bilingual import Bilingual
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1
from editorial.store.content import ContentType

LONGEST = 500  # characters
INPUTS = {"line": "text", "number": "number", "url": "url", "date": "date"}


@dataclass(frozen=True)
class Field:
    """One field of a type as a form draws it."""

    key: str
    name: Bilingual
    kind: str

    @property
    def input(self) -> str:
        """The type of its input."""
        return INPUTS.get(self.kind, "text")


def fields_of(kind: ContentType) -> tuple[Field, ...]:
    """What the type asks for, in its order."""
    return tuple(Field(one["key"], Bilingual(one["en"], one["zh"]), one["kind"]) for one in kind.fields)


def checked(kind: ContentType, values: Mapping[str, Any]) -> dict[str, str]:
    """What of `values` the type asks for, empty ones left out.

    Raises:
        EditorialError: a number, a day or an address that is none; `field` is "detail-" and the key.
    """
    found = {}
    for one in fields_of(kind):
        value = str(values.get(one.key) or "").strip()
        if value and not _fits(one.kind, value):
            raise EditorialError(
                Message(N_("“%(value)s” does not fit here."), {"value": value[:60]}),
                hint=_HINTS[one.kind],
                field=f"detail-{one.key}",
            )
        if value:
            found[one.key] = value
    return found


def _fits(kind: str, value: str) -> bool:
    if len(value) > LONGEST:
        return False
    match kind:
        case "number":
            return value.isdecimal() and len(value) < 10
        case "date":
            try:
                date.fromisoformat(value)
            except ValueError:
                return False
        case "url":
            return n1(value) is not None
    return True


_HINTS = {
    "line": Message(N_("Shorten it.")),
    "number": Message(N_("Write a whole number.")),
    "date": Message(N_("Write the day as year-month-day, such as 2026-12-15.")),
    "url": Message(N_("It begins with https:// and can be opened in a browser.")),
}
