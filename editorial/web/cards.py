"""Cards as HTML, written straight: a month holds hundreds, and a macro took four times as long for each.

Only titles and names come from people, and they alone are escaped; everything else is ours.
"""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from editorial.adapters.catalog import Catalog
from editorial.adapters.zone_names import city
from editorial.domain.bilingual import Bilingual
from editorial.domain.cards import Card, ChannelMark, Flag, Foot, Trouble
from editorial.domain.messages import N_, NP_
from editorial.services.channel_pages import icon_of
from editorial.services.colours import Palette
from editorial.web.job_looks import look_of

_TROUBLES = {
    None: N_("Failed"),
    Trouble.FAILED: N_("Failed"),
    Trouble.HELD: N_("Failed"),
    Trouble.UNKNOWN: N_("unknown"),
    Trouble.MISSED: N_("missed"),
}


_WHY_LATE = {
    True: N_("Its planned day has passed, and it is not published."),
    False: N_("Its publish time has passed, and it was never scheduled."),
}


class Painter:
    """Draws the cards of one page. What is the same for many is made once."""

    def __init__(self, catalog: Catalog, *, palette: Palette, zone: str, sprite: str, items: str) -> None:
        """
        Args:
            palette: what colours mean.
            zone: IANA name of the viewer's zone.
            sprite: address of the icons.
            items: address of the items, with a slash at its end.
        """
        self._catalog, self._zone, self._sprite, self._items = catalog, zone, sprite, items
        self._hue = palette.hue_of
        self._city = city(zone, catalog.locale)
        self._said: dict[tuple[str, Bilingual], str] = {}
        self._steps = catalog.gettext(N_("step %(number)s"))

    def card(self, card: Card) -> Markup:
        """One card; a tall one where it has a foot."""
        tall = " is-tall" if card.foot else ""
        parts = [
            f'<a class="card{tall}" href="{self._items}{card.id}" data-item="{card.id}"',
            f' data-version="{card.version}" data-fix="{card.fix.value}"',
            ' data-tone="bad"' if card.flag is Flag.BAD else f' data-hue="{self._hue(card)}"',
        ]
        if card.flag:
            parts.append(f' data-flag="{card.flag.value}"')
        if card.bar:
            parts.append(f' data-bar="{card.bar}"')
        if card.local and card.movable:
            parts.append(f' data-slot="{self._moment(card.local)}"')
            if card.foot:  # where hours are shown, a key moves it from the one it stands at
                parts.append(f' data-at="{card.local:%H:%M}"')
        if (
            not card.foot and card.channels
        ):  # on one line there is room for the worst of them only, which its glyph tells
            parts.append(f' title="{escape(" ".join(self._fares(mark) for mark in card.channels))}"')
        parts.append(f">{self.icon(card.glyph)}")
        if not card.foot:
            parts.append(self.icon(f"k-{card.icon}", " card-kind"))
        parts.append(f'<span class="sr">{self._kind(card)} </span><span class="card-title"')
        if card.language.value != self._catalog.name:
            parts.append(f' lang="{card.language.tag}"')
        parts.append(f" data-own-words>{escape(card.title)}</span>")
        if card.findings or card.tasks:
            parts.append(self._marks(card))
        parts.append(self._note(card))
        if card.foot:
            parts.append(self._foot(card.foot, card.channels))
        parts.append("</a>")
        return Markup("".join(parts))  # noqa: S704 -- what people wrote is escaped above

    def icon(self, name: str, cls: str = "", tone: str = "") -> str:
        """A symbol of the sprite."""
        tone = f' data-tone="{tone}"' if tone else ""
        return f'<svg class="i{cls}"{tone} aria-hidden="true"><use href="{self._sprite}#{name}"/></svg>'

    def _kind(self, card: Card) -> str:
        key = (card.status.value, card.kind)
        said = self._said.get(key)
        if said is None:
            pattern = self._catalog.gettext(N_("%(status)s, %(kind)s:"))
            words = {"status": self._catalog.say(card.status.label), "kind": card.kind.in_(self._catalog.name)}
            said = self._said[key] = str(escape(pattern % words))
        return said

    def _note(self, card: Card) -> str:
        words = ""
        if card.flag is Flag.BAD:
            words = self._catalog.gettext(_TROUBLES[card.trouble]).lower()
        elif card.flag is Flag.LATE:
            words = self._late(card.days_late)
        elif card.flag is Flag.HELD:
            words = self._catalog.gettext(N_("on hold"))
        if words:
            why = (
                f' title="{escape(self._catalog.gettext(_WHY_LATE[card.local is None]))}"'
                if card.flag is Flag.LATE
                else ""
            )
            return f'<span class="card-note"{why}>{escape(words)}</span>'
        return f"<time>{card.local:%H:%M}</time>" if card.local else ""

    def _late(self, days: int) -> str:
        if not days:
            return self._catalog.gettext(N_("late"))
        one, many = NP_("%(num)s d late", "%(num)s d late")
        return self._catalog.ngettext(one, many, days) % {"num": days}

    def _marks(self, card: Card) -> str:
        marks = self._findings(card.findings) if card.findings else ""
        return marks + (self._tasks(card.tasks) if card.tasks else "")

    def _findings(self, count: int) -> str:
        one, many = NP_("%(num)s open finding", "%(num)s open findings")
        says = self._catalog.ngettext(one, many, count) % {"num": count}
        return f'<span class="card-mark">{self.icon("alert")}<span class="sr">{escape(says)}</span></span>'

    def _tasks(self, count: int) -> str:
        one, many = NP_("%(num)s open task", "%(num)s open tasks")
        says = self._catalog.ngettext(one, many, count) % {"num": count}
        return f'<span class="card-mark">{self.icon("check")}<span class="sr">{escape(says)}</span></span>'

    def _foot(self, foot: Foot, marks: tuple[ChannelMark, ...]) -> str:
        parts = ['<span class="card-foot">']
        if foot.owner:
            hue = foot.owner_id % 8 + 1
            parts.append(f'<span class="avatar" data-hue="{hue}" aria-hidden="true">{escape(foot.initials)}</span>')
            parts.append(f'<span class="sr" data-own-words>{escape(foot.owner)} </span>')
        parts += [
            f'<span class="step"><span class="sr">{escape(self._steps % {"number": ""})}</span>{step}</span>'
            for step in foot.steps[:3]
        ]
        if foot.role:
            parts.append(f"<span data-own-words>{escape(foot.role.in_(self._catalog.name))}</span>")
        if foot.roles > 1:
            parts.append(f"<span>+{foot.roles - 1}</span>")
        parts.append('<span class="end">')
        parts += [self._channel(mark) for mark in marks[:4]]
        if len(marks) > 4:
            parts.append(f"<span>+{len(marks) - 4}</span>")
        return "".join([*parts, "</span></span>"])

    def _channel(self, mark: ChannelMark) -> str:
        """A channel with the state of its job: by two shapes, in words for whoever hears it, with its reason."""
        shape, tone = look_of(mark.state)
        icons = self.icon(icon_of(mark.kind)) + self.icon(shape, "", tone)
        said = escape(self._fares(mark))
        return f'<span class="card-chan" title="{said}">{icons}<span class="sr">{said} </span></span>'

    def _fares(self, mark: ChannelMark) -> str:
        words = {"channel": mark.name, "state": self._catalog.say(mark.state.label)}
        if mark.reason is None:
            return self._catalog.gettext(N_("%(channel)s: %(state)s.")) % words
        reason = self._catalog.say(mark.reason, zone=ZoneInfo(self._zone))
        return self._catalog.gettext(N_("%(channel)s: %(state)s. %(reason)s")) % (words | {"reason": reason})

    def _moment(self, local: datetime) -> str:
        return str(escape(f"{_moment(self._catalog, local)} ({self._city})"))


@lru_cache(maxsize=4096)
def _moment(catalog: Catalog, local: datetime) -> str:
    return catalog.moment(local)
