"""What every page of the calendar has: who looks, through which filter, and the addresses around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for
from markupsafe import Markup

from editorial.domain.calendar import Facet, Filter
from editorial.domain.cards import GLYPHS, HUES, Card
from editorial.domain.colours import Colour
from editorial.domain.messages import N_, Message
from editorial.domain.people import Permission
from editorial.domain.workflow import Status
from editorial.services.calendar import Day, Viewer
from editorial.services.colours import Palette
from editorial.store import calendar as store
from editorial.web.assets import asset
from editorial.web.cards import Painter
from editorial.web.context import catalog, deps, may, person, zone
from editorial.web.days import Around, CellPainter

LEGEND = tuple(
    (status, GLYPHS[status], HUES[status]) for status in Status if status not in {Status.ON_HOLD, *store.SHELVED}
)
"""Every status that a card may have; the hatch explains "on hold" by its word."""


class View(StrEnum):
    """The same items, four ways."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    LIST = "list"

    @property
    def label(self) -> Message:
        """The word on its segment."""
        return _LABELS[self]


_LABELS = {
    View.MONTH: Message(N_("Month")),
    View.WEEK: Message(N_("Week")),
    View.DAY: Message(N_("Day")),
    View.LIST: Message(N_("List")),
}


_BY_STATUS = Palette()
_ORDER = list(Facet)
_PLACES = {facet.value: place for place, facet in enumerate(Facet)}


@dataclass(frozen=True)
class Shown:
    """What every part of the calendar needs to draw itself."""

    view: View
    first: date
    """The month that is shown, or that the day lies in: days of others are outside."""
    today: date
    zone: str
    write: bool
    sprite: str
    """Address of the icons: asked for once a page, not twice a card."""
    painter: Painter
    palette: Palette
    wanted: Filter
    new_url: str
    keep: Mapping[str, str] = field(default_factory=dict)
    """What the address says besides the filter, such as where the list begins."""
    _parts: dict[Facet, tuple[list[str], list[str]]] = field(default_factory=dict)

    def card(self, card: Card) -> Markup:
        """One card."""
        return self.painter.card(card)

    def cell(self, day: Day, focus: date | None = None, *, week_first: bool = False) -> Markup:
        """One day of the month."""
        return self._cells.cell(day, focus=day.date == focus, week_first=week_first)

    @cached_property
    def _cells(self) -> CellPainter:
        return CellPainter(
            catalog(),
            self.painter,
            Around(
                month=self.first.month,
                today=self.today,
                write=self.write,
                query=self.query,
                days=url_for("calendar.day", day="-").removesuffix("-"),
                weeks=url_for("calendar.week", day="-").removesuffix("-"),
                new=self.new_url,
            ),
        )

    @cached_property
    def query(self) -> str:
        """The filter for an address of another view, with its question mark; empty without one."""
        pairs = self.wanted.pairs()
        return f"?{urlencode(pairs)}" if pairs else ""

    def toggled(self, facet: Facet, value: Any) -> str:
        """The address of this page with one value more or less. Fifty on a page: what stays is written once."""
        before, after = self._around(facet)
        chosen = sorted(self.wanted.values(facet) ^ {value})
        return "?" + "&".join([*before, *(urlencode([(facet.value, str(one))]) for one in chosen), *after])

    def _around(self, facet: Facet) -> tuple[list[str], list[str]]:
        """What an address says before and after the values of a facet."""
        if facet not in self._parts:
            place = _ORDER.index(facet)
            pairs = [*self.wanted.pairs(), *self.keep.items()]
            others = [(urlencode([pair]), _PLACES.get(pair[0], len(_ORDER))) for pair in pairs if pair[0] != facet]
            self._parts[facet] = (
                [text for text, at in others if at < place],
                [text for text, at in others if at > place],
            )
        return self._parts[facet]

    def without(self, part: str) -> str:
        """The address of this page without one part of the filter."""
        return self._here(self.wanted.without(part))

    @property
    def cleared(self) -> str:
        """The address of this page without any filter."""
        return self._here(Filter())

    @cached_property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """What a search form carries along."""
        return [pair for pair in self.wanted.pairs() if pair[0] != "text"] + list(self.keep.items())

    def at(self, view: View, day: date) -> str:
        """The address of a view around a day, with this filter."""
        return address(view, day) + self.query

    def everything(self, **asked: str) -> str:
        """The list of all that is late or waits, whatever its day; other filters stay."""
        pairs = [pair for pair in self.wanted.pairs() if pair[0] not in {"late", "mine"}]
        return url_for("calendar.listing") + "?" + urlencode([*pairs, *asked.items(), ("from", "1990-01-01")])

    def _here(self, wanted: Filter) -> str:
        return f"?{urlencode([*wanted.pairs(), *self.keep.items()])}"


def address(view: View, day: date) -> str:
    """The page of a view around a day, without a filter."""
    match view:
        case View.MONTH:
            return url_for("calendar.some_month", month=f"{day:%Y-%m}")
        case View.WEEK:
            return url_for("calendar.week", day=day)
        case View.DAY:
            return url_for("calendar.day", day=day)
        case View.LIST:
            return url_for("calendar.listing") + f"?from={day:%Y-%m-%d}"


def viewer() -> Viewer:
    """The person who looks."""
    chosen = person().colour
    colour = Colour(chosen) if chosen in set(Colour) else Colour.STATUS
    return Viewer(zone(), deps().now(), person().id, may(Permission.APPROVE), colour)


def wanted_here() -> Filter:
    """The filter of this request's address."""
    return Filter.read(request.args.items(multi=True))


def wanted_there() -> Filter:
    """The filter of the page that a script sent this from."""
    return Filter.read(parse_qsl(request.form.get("filter", "").removeprefix("?"), max_num_fields=200))


def shown_as(view: View, day: date, wanted: Filter, palette: Palette = _BY_STATUS, **keep: str) -> Shown:
    """How to draw a page around a day. Without a palette colours mean the status."""
    sprite = asset("icons.svg")
    items = url_for("content.show", item_id=0).removesuffix("0")
    return Shown(
        view=view,
        first=day.replace(day=1),
        today=viewer().today,
        zone=zone().key,
        write=may(Permission.WRITE_CONTENT),
        sprite=sprite,
        painter=Painter(catalog(), palette=palette, zone=zone().key, sprite=sprite, items=items),
        palette=palette,
        wanted=wanted,
        new_url=url_for("content.new"),
        keep=keep,
    )


def next_month(first: date) -> date:
    """The first of the month after."""
    return (first.replace(day=1) + timedelta(days=31)).replace(day=1)


def last_month(first: date) -> date:
    """The first of the month before."""
    return (first.replace(day=1) - timedelta(days=1)).replace(day=1)
