"""What the colour of a card means: one dimension, chosen by who looks. Form and mark say the status whatever it is."""

from enum import StrEnum

from editorial.domain.calendar import Facet
from editorial.domain.messages import N_, Message

HUES = 8
"""Pigments of the look. The first is graphite: it stands for everything that has no colour of its own."""
GREY = 1


class Colour(StrEnum):
    """The dimension that colours the calendar."""

    STATUS = "status"
    TYPE = "type"
    ROLE = "role"
    CAMPAIGN = "campaign"
    OWNER = "owner"

    @property
    def label(self) -> Message:
        """What the choice says."""
        return Facet(self.value).label

    @property
    def rest(self) -> Message:
        """What grey means, where the colour is not the status."""
        return _REST[self]


_REST = {
    Colour.STATUS: Message(N_("Others")),
    Colour.TYPE: Message(N_("Other types")),
    Colour.ROLE: Message(N_("Nobody named")),
    Colour.CAMPAIGN: Message(N_("Other or none")),
    Colour.OWNER: Message(N_("Others or nobody")),
}


def hues_of(ids: list[int]) -> dict[int, int]:
    """A pigment for each of the first seven; those after them stay grey, and none is given twice."""
    return {one: GREY + 1 + place for place, one in enumerate(ids[: HUES - 1])}
