"""How long a text is as a channel counts it. `static/js/content/limits.js` counts the same while somebody writes.

Characters are code points of the NFC form. That is never less than what a service counts that takes an emoji of several
code points for one character, so a text that fits here fits there.
Source: docs.x.com (counting characters: ranges of single weight, an address is 23), docs.joinmastodon.org.
"""

import re
from dataclasses import dataclass
from unicodedata import normalize

from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, NP_, Message

_ADDRESS = re.compile(r"https?://[\w.~:/?#\[\]@!$&'*+,;=%-]*[\w~/#\]@$&*+=%-]", re.ASCII | re.IGNORECASE)
_NARROW = ((0x0000, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))
"""Code points of single weight where wide ones count more: Latin, Greek, Cyrillic and their punctuation."""
_APART = 2  # an empty line between the text and the address that is put below it


@dataclass(frozen=True)
class Limits:
    """What a channel takes of its own words (`Piece.text`). Zero means there is no limit."""

    text: int = 0
    """Characters; a Chinese one counts `wide` of them, an address `address` of them (0: as long as it is)."""
    wide: int = 1
    address: int = 0
    words: bool = False
    """Whether the channel says something of its own beside the item, so that people may write it."""
    title: int = 0
    """Characters of the title, where the service has a place of its own for it."""


class TooLong(EditorialError):
    """The text has more characters than its channel takes; `over` says how many."""

    def __init__(self, over: int, limits: Limits, *, field: str) -> None:
        super().__init__(
            Message.counted(
                NP_(
                    "The text is %(count)s character longer than the %(most)s this channel takes.",
                    "The text is %(count)s characters longer than the %(most)s this channel takes.",
                ),
                over,
                most=limits.text,
            ),
            hint=Message(N_("Shorten it; nothing you wrote is lost.")),
            field=field,
        )
        self.over = over


def counted(text: str, limits: Limits) -> int:
    """How many characters of the channel's the text takes."""
    whole = normalize("NFC", text.replace("\r\n", "\n"))
    if not limits.address:
        return _weight(whole, limits.wide)
    addresses = len(_ADDRESS.findall(whole))
    return _weight(_ADDRESS.sub("", whole), limits.wide) + addresses * limits.address


def reserved(limits: Limits, link: str) -> int:
    """What the address takes that is put below the text, with the empty line above it; 0 without one."""
    return counted(link, limits) + _APART if link else 0


def left(text: str, limits: Limits, link: str = "") -> int | None:
    """How many characters are left beside the address that is put below; negative: too many; None: no limit."""
    return limits.text - counted(text, limits) - reserved(limits, link) if limits.text else None


def check(text: str, limits: Limits, link: str = "", *, field: str = "text") -> None:
    """Refuse a text that the channel would cut.

    Raises:
        TooLong: with how much is too much.
    """
    room = left(text, limits, link)
    if room is not None and room < 0:
        raise TooLong(-room, limits, field=field)


def cut(text: str, limits: Limits, room: int) -> str:
    """The text if it fits into `room` characters as the channel counts, else its beginning, cut between words."""
    if counted(text, limits) <= room:
        return text
    low, high = 0, len(text)  # the longest beginning that fits with an ellipsis
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if counted(f"{text[:middle]}…", limits) <= room else (low, middle - 1)
    kept = text[:low].rstrip()
    whole_words = kept.rpartition(" ")[0] if low < len(text) and not text[low].isspace() else kept
    kept = whole_words if len(whole_words) * 2 >= len(kept) else kept  # Chinese has no spaces to cut at
    return f"{kept.rstrip()}…" if kept.strip() else ""


def _weight(text: str, wide: int) -> int:
    if wide == 1 or text.isascii():
        return len(text)
    return sum(1 if any(low <= ord(char) <= high for low, high in _NARROW) else wide for char in text)
