"""The page of a piece as a file: YAML front matter and Markdown. Pure, so that the preview shows what is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import yaml

_FENCE = "---\n"
_PAGE = re.compile(r"---\n(.*?\n)---\n\n?(.*)", re.DOTALL)
_UNENCODABLE = re.compile("[\ud800-\udfff\x00]")


@dataclass(frozen=True)
class Piece:
    """What goes out of an item: the approved text and what a channel needs to place it."""

    item_id: int
    title: str
    slug: str
    description: str
    body: str
    """Markdown."""
    language: str
    """BCP 47 tag."""
    published_at: datetime
    """Aware, in the zone it was planned in, so that the page shows the editor's wall time."""
    update: bool = False
    html: str = ""
    """The body as HTML whose links are absolute and, on their way to our own sites, carry their campaign parameters."""
    text: str = ""
    """The channel's own words, where somebody wrote some."""
    link: str = ""
    """The page that a pointing channel points at, with its campaign parameters."""
    utm: Mapping[str, str] = field(default_factory=dict)
    job_id: int | None = None


class Rendered(NamedTuple):
    """What a channel would send, before any secret joins it: what to call it, and its bytes."""

    name: str
    data: bytes


class BrokenPage(ValueError):
    """The text is no page with front matter."""


class _Quoted(str):
    """Text that is written in double quotes whatever it looks like: `1e3`, `yes` and `a: b` are titles, too."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper that knows quoted text."""


_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')
)


def one_line(text: str) -> str:
    """Text for a title or description: without line breaks, runs of space, and what UTF-8 cannot carry."""
    return " ".join(_UNENCODABLE.sub("", text).split())


def unix_text(text: str) -> str:
    """Text without what UTF-8 cannot carry, each line ended by a single line feed."""
    return _UNENCODABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def page(front: Mapping[str, str | bool], body: str) -> bytes:
    """Front matter and body as UTF-8.

    Every text value is double-quoted: generators read YAML by different versions of its rules, and what one takes
    for text another takes for a number, a date or a truth.
    """
    values = {key: _Quoted(value) if isinstance(value, str) else value for key, value in front.items()}
    head = yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"))
    text = unix_text(body).strip("\n")
    return f"{_FENCE}{head}{_FENCE}\n{text}\n".encode()


def parse_page(data: bytes) -> tuple[dict[str, object], str]:
    """Front matter and body of a page, or `BrokenPage`."""
    try:
        found = _PAGE.fullmatch(data.decode())
        front = yaml.safe_load(found[1]) if found else None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise BrokenPage(str(error)) from error
    if found is None or not isinstance(front, dict):
        raise BrokenPage("no front matter")
    return front, found[2].removesuffix("\n")
