"""What a calendar can be filtered by: the values of each facet with their names, and what is chosen of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from editorial.domain.bilingual import Bilingual
from editorial.domain.calendar import NOBODY, Facet, Filter
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.workflow import Status
from editorial.store.names import NameRow

Name = Message | Bilingual | str
"""What people call a value: a sentence of ours, a seeded name, or the team's own words."""
GONE = Message(N_("no longer there"))


@dataclass(frozen=True)
class Choice:
    """One value of a facet."""

    value: Any
    name: Name
    chosen: bool


@dataclass(frozen=True)
class Pill:
    """One facet: what it offers."""

    facet: Facet
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> tuple[Choice, ...]:
        """What is chosen of it."""
        return tuple(choice for choice in self.choices if choice.chosen)


def pills(named: Sequence[NameRow], wanted: Filter, facets: Iterable[Facet] = tuple(Facet)) -> tuple[Pill, ...]:
    """Every facet with its values; what an old link still asks for stays visible, so that it can be taken away.

    Args:
        named: what `store.names` found.
    """
    values: dict[Facet, list[tuple[Any, Name]]] = {
        Facet.STATUS: [(status, status.label) for status in Status],
        Facet.LANGUAGE: [(language, language.own_name) for language in Language],
    }
    for row in named:
        values.setdefault(row.facet, []).append((row.id, name_of(row)))
    for facet, nobody in _NOBODY.items():
        values.setdefault(facet, []).append((NOBODY, nobody))
    return tuple(_pill(facet, values.get(facet, []), wanted) for facet in facets)


def name_of(row: NameRow) -> Name:
    """A name in both languages, or in the team's own words."""
    return row.name_en if row.name_zh is None else Bilingual(row.name_en, row.name_zh)


def _pill(facet: Facet, named: list[tuple[Any, Name]], wanted: Filter) -> Pill:
    chosen = wanted.values(facet)
    known = {value for value, _ in named}
    gone: list[tuple[Any, Name]] = [(value, GONE) for value in sorted(chosen - known)]
    return Pill(facet, tuple(Choice(value, name, value in chosen) for value, name in [*named, *gone]))


_NOBODY = {Facet.OWNER: Message(N_("Nobody")), Facet.CAMPAIGN: Message(N_("No campaign"))}
"""Facets that an item may have no value of."""
