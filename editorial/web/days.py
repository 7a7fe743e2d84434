"""The cells of the month as HTML, written straight like their cards: a macro took four times as long for each."""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from editorial.adapters.catalog import Catalog
from editorial.domain.messages import N_, NP_
from editorial.services.calendar import Day
from editorial.web.cards import Painter
from editorial.web.places import DayWords, words_of


@dataclass(frozen=True)
class Around:
    """What a cell needs to know of its page."""

    month: int
    """Number of the month that is shown: days of others are outside."""
    today: date
    write: bool
    query: str
    """The filter, with its question mark; empty without one."""
    days: str
    """Address of the days, with a slash at its end."""
    weeks: str
    """Address of the weeks, with a slash at its end."""
    new: str
    """Address of a new item."""


class CellPainter:
    """Draws the days of one page. Nothing in a cell but its cards comes from people."""

    def __init__(self, catalog: Catalog, cards: Painter, around: Around) -> None:
        self._catalog, self._cards, self._around = catalog, cards, around
        self._query = str(escape(around.query))
        self._nothing = str(escape(catalog.gettext(N_("nothing planned"))))
        self._week = catalog.gettext(N_("W%(number)s"))
        self._new = catalog.gettext(N_("New item on %(day)s"))

    def cell(self, day: Day, *, focus: bool = False, week_first: bool = False) -> Markup:
        """One day: its head, its cards, and the way to those that do not fit."""
        words, today = words_of(self._catalog, day.date), day.date == self._around.today
        outside = day.date.month != self._around.month
        classes = "day" + " is-outside" * outside + " is-weekend" * day.weekend + " is-today" * today
        parts = [
            f'<div role="gridcell" tabindex="{0 if focus else -1}" id="d-{words.iso}" class="{classes}"',
            f' data-day="{words.iso}" data-say="{escape(words.short)}"',
            ' aria-current="date">' if today else ">",
            self._head(day, words, month=day.date.day == 1 or (outside and week_first), week_first=week_first),
        ]
        if day.count:
            parts.append('<ul class="day-items">')
            parts += [f"<li>{self._cards.card(card)}</li>" for card in day.cards]
            parts.append("</ul>")
            if day.more:
                parts.append(self._more(day.more, words))
        parts.append("</div>")
        return Markup("".join(parts))  # noqa: S704 -- cards escape what people wrote; the rest is ours

    def _head(self, day: Day, words: DayWords, *, month: bool, week_first: bool) -> str:
        holds = self._nothing
        if day.count:
            holds = self._counted(NP_("%(num)s item", "%(num)s items"), day.count)
        parts = [
            f'<div class="day-head" data-wd="{escape(words.weekday)}"><span class="sr">{escape(words.long)}, {holds}',
            f'</span><time class="day-n" datetime="{words.iso}" aria-hidden="true">',
            self._number(words) if month else words.number,
            "</time>",
        ]
        if week_first:
            week = escape(self._week % {"number": words.week})
            href = f"{self._around.weeks}{words.iso}{self._query}"
            parts.append(f'<a class="day-note" tabindex="-1" href="{href}">{week}</a>')
        if self._around.write:
            parts.append(self.add(words))
        parts.append("</div>")
        return "".join(parts)

    def add(self, words: DayWords) -> str:
        """The way to a new item on a day."""
        says = escape(self._new % {"day": words.short})
        href = f"{self._around.new}?day={words.iso}"
        return f'<a class="day-add" tabindex="-1" href="{href}" aria-label="{says}">{self._cards.icon("plus")}</a>'

    def _number(self, words: DayWords) -> str:
        """The number with its month, before or after it as the language has it."""
        before, number, after = (escape(part) for part in words.parts)
        first = f'<span class="day-m">{before}</span>' if before else ""
        return f"{first}{number}" + (f'<span class="day-m">{after}</span>' if after else "")

    def _more(self, count: int, words: DayWords) -> str:
        says = self._counted(NP_("+%(num)s more", "+%(num)s more"), count)
        here = f"{self._around.days}{words.iso}"
        return f'<a class="day-more" href="{here}{self._query}" data-list="{here}/items{self._query}">{says}</a>'

    def _counted(self, forms: tuple[str, str], count: int) -> str:
        return str(escape(self._catalog.ngettext(*forms, count) % {"num": count}))
