"""How a page may stand in the results of three engines: title and description, cut where each usually cuts them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from editorial.audit.widths import pixel_width, width_units
from editorial.domain.messages import N_, Message

ELLIPSIS = "…"


@dataclass(frozen=True)
class Measure:
    """How much of the room a text takes. `cut` where it is too long."""

    size: int
    room: int
    says: Message

    @property
    def cut(self) -> bool:
        """Whether the engine leaves the end out."""
        return self.size > self.room


@dataclass(frozen=True)
class Preview:
    """One engine's result. What was cut ends with an ellipsis."""

    engine: str
    title: str
    description: str
    title_room: Measure
    description_room: Measure


@dataclass(frozen=True)
class Ruler:
    """How an engine measures a text, and how much it shows."""

    width: Callable[[str], float]
    room: int
    says: str
    """With `size` and `room`."""

    def of(self, text: str) -> Measure:
        """The text measured."""
        size = math.ceil(self.width(" ".join(text.split())))
        return Measure(size, self.room, Message(self.says, {"size": size, "room": self.room}))


TITLE_PX, TITLE_CHARS = (
    N_("Title: %(size)s of %(room)s pixels"),
    N_("Title: %(size)s of %(room)s half-width characters"),
)
TEXT_PX = N_("Description: %(size)s of %(room)s pixels")
TEXT_CHARS = N_("Description: %(size)s of %(room)s half-width characters")
TITLE_BYTES = N_("Title: %(size)s of %(room)s bytes, a Chinese character being two")
ENGINES: Sequence[tuple[str, Ruler, Ruler]] = (
    ("Google", Ruler(partial(pixel_width, size=20), 600, TITLE_PX), Ruler(partial(pixel_width, size=14), 920, TEXT_PX)),
    ("Bing", Ruler(width_units, 65, TITLE_CHARS), Ruler(width_units, 160, TEXT_CHARS)),
    # bytes of GBK, seen and not promised; 80 Han characters
    ("百度 Baidu", Ruler(width_units, 63, TITLE_BYTES), Ruler(width_units, 160, TEXT_CHARS)),
)


def previews(title: str, description: str) -> list[Preview]:
    """The page as each engine may show it; where each cuts is custom, not contract."""
    return [
        Preview(
            engine,
            cut(title, of_title.width, of_title.room),
            cut(description, of_text.width, of_text.room),
            of_title.of(title),
            of_text.of(description),
        )
        for engine, of_title, of_text in ENGINES
    ]


def cut(text: str, width: Callable[[str], float], most: float) -> str:
    """The text, or as much of its beginning as fits with an ellipsis; Latin words stay whole."""
    text = " ".join(text.split())
    if width(text) <= most:
        return text
    end = 0
    while end < len(text) and width(text[: end + 1] + ELLIPSIS) <= most:
        end += 1
    head = text[:end]
    if head and text[end].isascii() and head[-1].isascii() and text[end] != " " and " " in head:
        head = head[: head.rindex(" ")]
    return head.rstrip() + ELLIPSIS
