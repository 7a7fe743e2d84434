"""What a view has at hand: the parts, the person, the language."""

from zoneinfo import ZoneInfo

from flask import current_app, g

from editorial.adapters.catalog import Catalog
from editorial.domain.errors import EditorialError
from editorial.domain.messages import Message
from editorial.domain.people import Permission
from editorial.services.deps import Deps
from editorial.store.people import Person


def deps() -> Deps:
    """The parts behind the services."""
    parts: Deps = current_app.extensions["editorial"]
    return parts


def person() -> Person:
    """Who is signed in. Only for routes that ask for more than PUBLIC."""
    somebody = found_person()
    assert somebody is not None, "a public route asked who is signed in"
    return somebody


def found_person() -> Person | None:
    """Who is signed in, if anybody."""
    somebody: Person | None = g.get("person")
    return somebody


def granted() -> frozenset[Permission]:
    """What the person may do."""
    rights: frozenset[Permission] = g.get("granted", frozenset({Permission.PUBLIC}))
    return rights


def may(permission: Permission) -> bool:
    """Whether the person may do this."""
    return permission in granted()


def catalog() -> Catalog:
    """The reader's language."""
    chosen: Catalog = g.catalog
    return chosen


def zone() -> ZoneInfo:
    """The reader's time zone."""
    chosen: ZoneInfo = g.zone
    return chosen


def say(message: Message) -> str:
    """The sentence in the reader's language, times in the reader's zone."""
    return catalog().say(message, zone=zone())


def explain(error: EditorialError) -> str:
    """What is wrong and how to mend it, in one line."""
    between = "" if catalog().locale.language == "zh" else " "
    return f"{say(error.says)}{between}{say(error.hint)}"
