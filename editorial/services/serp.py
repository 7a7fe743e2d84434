"""How a page may stand in the results of three engines: title and description, cut where each usually cuts them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from editorial.audit.widths import pixel_width, width_units

ELLIPSIS = "…"


@dataclass(frozen=True)
class Preview:
    """One engine's result. What was cut ends with an ellipsis."""

    engine: str
    title: str
    description: str


ENGINES: Sequence[tuple[str, Callable[[str], float], float, Callable[[str], float], float]] = (
    ("Google", partial(pixel_width, size=20), 600, partial(pixel_width, size=14), 920),  # pixels
    ("Bing", width_units, 65, width_units, 160),  # half-width characters
    ("百度 Baidu", width_units, 63, width_units, 160),  # bytes of GBK, seen and not promised; 80 Han characters
)


def previews(title: str, description: str) -> list[Preview]:
    """The page as each engine may show it; where each cuts is custom, not contract."""
    return [
        Preview(engine, cut(title, of_title, most), cut(description, of_text, longest))
        for engine, of_title, most, of_text, longest in ENGINES
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
