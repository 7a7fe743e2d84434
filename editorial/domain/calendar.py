"""What a calendar leaves out: one filter, the same for month, week, day and list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.workflow import Status

NOBODY = 0
"""As a number of an owner, a campaign or a site: items that have none."""
LONGEST_TEXT = 100  # characters of a search
_LARGEST_ID = 2**31 - 1


class Facet(StrEnum):
    """What may be filtered by, as the address calls it."""

    OWNER = "owner"
    STATUS = "status"
    TYPE = "type"
    ROLE = "role"
    STEP = "step"
    CAMPAIGN = "campaign"
    SITE = "site"
    LANGUAGE = "language"

    @property
    def label(self) -> Message:
        """The word on its pill."""
        return FACET_LABELS[self]


FACET_LABELS = {
    Facet.OWNER: Message(N_("Owner")),
    Facet.STATUS: Message(N_("Status")),
    Facet.TYPE: Message(N_("Type")),
    Facet.ROLE: Message(N_("Role")),
    Facet.STEP: Message(N_("Step")),
    Facet.CAMPAIGN: Message(N_("Campaign")),
    Facet.SITE: Message(N_("Site")),
    Facet.LANGUAGE: Message(N_("Language")),
}


class Late(StrEnum):
    """Three ways to be late: they mean different things, and different people mend them."""

    PRODUCTION = "production"  # it should be in production by now, by its type's lead time
    TARGET = "target"  # its planned day or publish time has passed, and it is neither out nor on its way
    JOB = "job"  # one of its distribution jobs is due and has not ended

    @property
    def label(self) -> Message:
        """What its pill says."""
        return LATE_LABELS[self]


LATE_LABELS = {
    Late.PRODUCTION: Message(N_("Production should have begun")),
    Late.TARGET: Message(N_("Planned day has passed")),
    Late.JOB: Message(N_("Publishing is overdue")),
}


def _id(text: str) -> int:
    number = int(text)
    if not (text.isascii() and text.isdigit() and number <= _LARGEST_ID):
        raise ValueError("no row has this number")
    return number


@dataclass(frozen=True)
class Filter:
    """Which items are shown. Within a facet any value fits, across facets all must; an empty facet asks nothing."""

    owner: frozenset[int] = frozenset()
    status: frozenset[Status] = frozenset()
    type: frozenset[int] = frozenset()
    role: frozenset[int] = frozenset()
    step: frozenset[int] = frozenset()
    campaign: frozenset[int] = frozenset()
    site: frozenset[int] = frozenset()
    language: frozenset[Language] = frozenset()
    text: str = ""
    late: Late | None = None
    mine: bool = False
    """Only what waits for the person who looks: reviews, and own items that were given back."""

    @classmethod
    def read(cls, pairs: Iterable[tuple[str, str]]) -> "Filter":
        """The filter of an address. What it does not understand it leaves out: an old link still opens the calendar."""
        found: dict[Facet, set[Any]] = {facet: set() for facet in Facet}
        text, late, mine = "", None, False
        for name, value in pairs:
            if name in _READERS:
                try:
                    found[Facet(name)].add(_READERS[Facet(name)](value))
                except ValueError:
                    continue
            elif name == "text":
                text = " ".join(value.replace("\x00", " ").split())[:LONGEST_TEXT]  # PostgreSQL keeps no NUL
            elif name == "late" and value in set(Late):
                late = Late(value)
            elif name == "mine":
                mine = value == "1"
        chosen = {facet.value: frozenset(values) for facet, values in found.items()}
        return cls(text=text, late=late, mine=mine, **chosen)

    def __bool__(self) -> bool:
        """Whether it may hide anything."""
        return self != Filter()

    def values(self, facet: Facet) -> frozenset[Any]:
        """What is chosen of one facet."""
        chosen: frozenset[Any] = getattr(self, facet.value)
        return chosen

    def toggled(self, facet: Facet, value: Any) -> "Filter":
        """The filter with one value more, or without it where it was chosen."""
        changed: dict[str, Any] = {facet.value: self.values(facet) ^ {value}}
        return replace(self, **changed)

    def parts(self) -> list[str]:
        """What it asks for, a name for each: its facets, `text`, `late` and `mine`."""
        return list(dict.fromkeys(name for name, _ in self.pairs()))

    def without(self, part: str) -> "Filter":
        """The filter without one of its parts."""
        return replace(self, **{part: getattr(Filter(), part)})

    def only(self, part: str) -> "Filter":
        """One of its parts as a filter of its own."""
        return replace(Filter(), **{part: getattr(self, part)})

    def pairs(self) -> list[tuple[str, str]]:
        """What `read` takes, in a fixed order: the same filter always has the same address."""
        found = [(facet.value, str(value)) for facet in Facet for value in sorted(self.values(facet))]
        found += [("text", self.text)] if self.text else []
        found += [("late", self.late.value)] if self.late else []
        return found + ([("mine", "1")] if self.mine else [])


_READERS: dict[Facet, Callable[[str], Any]] = {
    Facet.OWNER: _id,
    Facet.STATUS: Status,
    Facet.TYPE: _id,
    Facet.ROLE: _id,
    Facet.STEP: _id,
    Facet.CAMPAIGN: _id,
    Facet.SITE: _id,
    Facet.LANGUAGE: Language,
}
