"""The channel “hand-off”: text and link are prepared, a person posts them and says where.

For services without an interface for us, or with one that needs a contract: WeChat, Zhihu, LinkedIn, X, Teams, a
partner's newsletter. Nothing touches the network here.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from editorial.adapters.channels.base import Surroundings
from editorial.adapters.channels.handoff_settings import HandoffSettings
from editorial.domain.jobs import Nature, Receipt, Refused
from editorial.domain.limits import Limits, TooLong, check, cut, reserved
from editorial.domain.messages import N_, Message
from editorial.domain.rendering import Piece, Rendered, one_line, unix_text


@dataclass(frozen=True)
class Prepared:
    """What a person copies: each part on its own, because services ask for them in fields of their own."""

    title: str
    text: str
    """The channel's own words, or what the item says of itself; without the link."""
    link: str
    """Our page with its campaign parameters; empty where there is none."""
    html: str
    """The whole text, for a service that makes a page of it; else empty."""
    notes: tuple[Message, ...] = ()
    """What the service will not take as it is."""

    @property
    def message(self) -> str:
        """Text and link as one post."""
        link = "" if self.link in self.text else self.link
        return "\n\n".join(part for part in (self.text, link) if part)


class HandoffChannel:
    """A service where a person posts. The receipt is their word, with the address."""

    kind: ClassVar[str] = "handoff"
    by_hand: ClassVar[bool] = True
    time_limit: ClassVar[float] = 1.0
    finds: ClassVar[bool] = False

    def __init__(self, settings: HandoffSettings, surroundings: Surroundings) -> None:
        self.settings, self._surroundings = settings, surroundings

    @property
    def limits(self) -> Limits:
        """What the service takes, as far as it is known."""
        return self.settings.limits

    @property
    def nature(self) -> Nature:
        """As people use the service."""
        return Nature.PAGE_MAKING if self.settings.does == "page" else Nature.POINTING

    @property
    def remembers(self) -> timedelta:
        """People forget."""
        return timedelta(0)

    @property
    def live_check(self) -> bool:
        """Whoever posted it has seen it."""
        return False

    def url_of(self, piece: Piece) -> str | None:
        """Nobody knows before it is posted."""
        return None

    def prepare(self, piece: Piece) -> Prepared:
        """Every part that a person copies; what is too long is told in `notes`, for a person can shorten it. Pure.

        Raises:
            Refused: there is no title.
        """
        title, limits = one_line(piece.title), self.limits
        if not title:
            raise Refused(Message(N_("The piece has no title.")), hint=Message(N_("Give it one.")), field="title")
        own = unix_text(piece.text).strip()
        makes_page = self.nature is Nature.PAGE_MAKING
        beside = "" if makes_page else piece.link
        notes: list[Message] = []
        if limits.title and len(title) > limits.title:
            too_long = N_("The title has %(count)s characters; %(most)s fit there.")
            notes.append(Message(too_long, {"count": len(title), "most": limits.title}))
        try:
            check(own, limits, beside)
        except TooLong as fault:
            notes.append(fault.says)
        text = own or self._default(title, one_line(piece.description), beside, makes_page=makes_page)
        return Prepared(title, text, piece.link, unix_text(piece.html) if makes_page else "", tuple(notes))

    def render(self, piece: Piece, key: str = "") -> Rendered:
        """The post as plain text; of a service that makes a page, the page.

        Raises:
            Refused: the channel's own words are longer than the service takes.
        """
        ready = self.prepare(piece)
        try:
            check(unix_text(piece.text).strip(), self.limits, "" if self.nature is Nature.PAGE_MAKING else piece.link)
        except TooLong as fault:
            raise Refused(fault.says, hint=fault.hint, field="text") from fault
        if self.nature is Nature.PAGE_MAKING:
            return Rendered("page.html", f"<h1>{_escaped(ready.title)}</h1>\n{ready.html.strip()}\n".encode())
        return Rendered("message.txt", f"{ready.message}\n".encode())

    def publish(self, piece: Piece, *, key: str) -> Receipt:
        """Never asked: the job waits for its person instead."""
        raise Refused(
            Message(N_("Nothing is sent there by itself.")),
            hint=Message(N_("Post it by hand, then say where it can be read.")),
        )

    def find(self, key: str) -> Receipt | None:
        """Nothing was sent, so there is nothing to be found."""
        return None

    def check(self) -> None:
        """Nothing can be broken."""

    def _default(self, title: str, description: str, beside: str, *, makes_page: bool) -> str:
        """What the item says of itself, as far as it fits: for a page its description, for a post its title, too."""
        limits = self.limits
        whole = description if makes_page else "\n\n".join(part for part in (title, description) if part)
        room = limits.text - reserved(limits, beside) if limits.text else 0
        return cut(whole, limits, room) if limits.text else whole


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
