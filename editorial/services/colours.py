"""What the colours of the calendar mean: the dimension a person chose, with its legend."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from editorial.domain.calendar import Facet
from editorial.domain.cards import HUES, Card
from editorial.domain.colours import GREY, Colour, hues_of
from editorial.services.filters import Name, name_of
from editorial.store.names import NameRow
from editorial.store.people import Person


@dataclass(frozen=True)
class Swatch:
    """One colour of the legend."""

    name: Name
    hue: int


@dataclass(frozen=True)
class Palette:
    """Which pigment a card takes."""

    colour: Colour = Colour.STATUS
    hues: dict[int, int] = field(default_factory=dict)
    """By the id of what has a colour of its own."""
    swatches: tuple[Swatch, ...] = ()
    """The legend; empty for the status, whose legend are its glyphs."""

    def hue_of(self, card: Card) -> int:
        """The pigment of a card."""
        if self.colour is Colour.STATUS:
            return HUES[card.status]
        return self.hues.get(_KEYS[self.colour](card) or 0, GREY)


_KEYS: dict[Colour, Callable[[Card], int | None]] = {
    Colour.TYPE: lambda card: card.type_id,
    Colour.ROLE: lambda card: card.role_id,
    Colour.CAMPAIGN: lambda card: card.campaign_id,
    Colour.OWNER: lambda card: card.owner_id,
}


def palette(named: Sequence[NameRow], colour: Colour) -> Palette:
    """The colours of a dimension. The first seven of its values in the team's order have one each, the rest is grey."""
    if colour is Colour.STATUS:
        return Palette()
    rows = [row for row in named if row.facet is Facet(colour.value)]
    hues = hues_of([row.id for row in rows])
    swatches = tuple(Swatch(name_of(row), hues[row.id]) for row in rows if row.id in hues)
    return Palette(colour, hues, (*swatches, Swatch(colour.rest, GREY)))


def choose(session: Session, person_id: int, colour: Colour) -> None:
    """Keep what colours mean to a person. The caller commits."""
    session.get_one(Person, person_id).colour = colour.value
