"""Names of everything an item may belong to, in one statement: filters and legends of every calendar page need them."""

from typing import NamedTuple

from sqlalchemy import Integer, Select, literal, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from editorial.domain.calendar import Facet
from editorial.store.campaigns import Campaign
from editorial.store.content import BuyingStep, ContentType, DecisionRole, Site
from editorial.store.people import Person


class NameRow(NamedTuple):
    """One row with its name; what the team wrote itself has one only, in `name_en`."""

    facet: Facet
    id: int
    name_en: str
    name_zh: str | None
    position: int


def names(session: Session) -> list[NameRow]:
    """Types, roles and steps in the team's order; people, campaigns and sites in use by name."""
    everything = union_all(
        *(
            _named(facet, table, table.name_en, table.name_zh, table.position)
            for facet, table in ((Facet.TYPE, ContentType), (Facet.ROLE, DecisionRole), (Facet.STEP, BuyingStep))
        ),
        _named(Facet.OWNER, Person, Person.name).where(Person.active),
        _named(Facet.CAMPAIGN, Campaign, Campaign.name).where(Campaign.archived_at.is_(None)),
        _named(Facet.SITE, Site, Site.name).where(Site.active),
    )
    found = [NameRow(Facet(row[0]), *row[1:]) for row in session.execute(everything)]
    return sorted(found, key=lambda one: (one.facet, one.position, one.name_en.casefold(), one.id))


def _named(
    facet: Facet,
    table: type[ContentType | DecisionRole | BuyingStep | Person | Campaign | Site],
    name: InstrumentedAttribute[str],
    chinese: InstrumentedAttribute[str] | None = None,
    position: InstrumentedAttribute[int] | None = None,
) -> Select[str, int, str, str | None, int]:
    return select(
        literal(facet.value),
        table.id,
        name,
        chinese if chinese is not None else null(),
        position if position is not None else literal(0, Integer),
    )
