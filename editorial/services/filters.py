"""What a calendar can be filtered by: the values of each facet with their names, and what is chosen of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from editorial.domain.bilingual import Bilingual
from editorial.domain.calendar import NOBODY, Facet, Filter
from editorial.domain.locales import Language
from editorial.domain.messages import N_, Message
from editorial.domain.workflow import Status
from editorial.store import content
from editorial.store.campaigns import campaigns
from editorial.store.people import active_people

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


def pills(session: Session, wanted: Filter, facets: Iterable[Facet] = tuple(Facet)) -> tuple[Pill, ...]:
    """Every facet with its values; what an old link still asks for stays visible, so that it can be taken away."""
    return tuple(_pill(facet, _NAMED[facet](session), wanted) for facet in facets)


def _pill(facet: Facet, named: list[tuple[Any, Name]], wanted: Filter) -> Pill:
    chosen = wanted.values(facet)
    known = {value for value, _ in named}
    gone: list[tuple[Any, Name]] = [(value, GONE) for value in sorted(chosen - known)]
    return Pill(facet, tuple(Choice(value, name, value in chosen) for value, name in [*named, *gone]))


def _owners(session: Session) -> list[tuple[Any, Name]]:
    return [*((person.id, person.name) for person in active_people(session)), (NOBODY, Message(N_("Nobody")))]


def _campaigns(session: Session) -> list[tuple[Any, Name]]:
    return [*((one.id, one.name) for one in campaigns(session)), (NOBODY, Message(N_("No campaign")))]


_NAMED: dict[Facet, Callable[[Session], list[tuple[Any, Name]]]] = {
    Facet.OWNER: _owners,
    Facet.STATUS: lambda _: [(status, status.label) for status in Status],
    Facet.TYPE: lambda session: [(kind.id, kind.name) for kind in content.content_types(session)],
    Facet.ROLE: lambda session: [(role.id, role.name) for role in content.decision_roles(session)],
    Facet.STEP: lambda session: [(step.id, step.name) for step in content.buying_steps(session)],
    Facet.CAMPAIGN: _campaigns,
    Facet.SITE: lambda session: [(site.id, site.name) for site in content.active_sites(session)],
    Facet.LANGUAGE: lambda _: [(language, language.own_name) for language in Language],
}
