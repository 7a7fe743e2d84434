"""Which pages one template makes: those of one layout at addresses of one pattern. Pure; of a whole audit at once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import NamedTuple

from editorial.domain.url_patterns import pattern_of

ENOUGH = 5  # pages that make a layout one of its own; fewer may be exceptions
MARK = "#"  # an N1 address has none in its path
OTHERS = ""


class Made(NamedTuple):
    """A page: its number, address (N1) and layout, and the words of its main text if search engines may show it."""

    no: int
    url: str
    layout: str
    words: int | None


@dataclass(frozen=True)
class Template:
    """Pages that are made alike.

    `key` is the pattern of their addresses, of pages that differ from most of the pattern with a mark and their layout
    behind it, and with the mark alone for those of which there are few. It stays from one audit to the next as long as
    most pages of the pattern look as they did. `words` is the median of their main texts.
    """

    key: str
    example: str
    nos: Sequence[int]
    words: int | None


def key_alone(url: str, layout: str) -> str:
    """What is known of the template from one page alone: pages of a site with the same key are of one template."""
    return f"{pattern_of(url)}{MARK}{layout}"


def pattern_in(key: str) -> str:
    """The pattern of the addresses of a template's pages."""
    return key.partition(MARK)[0]


def key_tail(key: str) -> str:
    """What stands behind the mark: a layout, or `OTHERS`."""
    return key.partition(MARK)[2]


def is_main(key: str) -> bool:
    """Whether most pages of the pattern are of this template."""
    return MARK not in key


def sort_out(pages: Iterable[Made]) -> list[Template]:
    """The templates of a site, the largest first."""
    by_pattern: dict[str, list[Made]] = defaultdict(list)
    for page in pages:
        by_pattern[pattern_of(page.url)].append(page)
    found: list[Template] = []
    for pattern, made in by_pattern.items():
        keys = _keys(pattern, Counter(page.layout for page in made))
        by_key: dict[str, list[Made]] = defaultdict(list)
        for page in made:
            by_key[keys[page.layout]].append(page)
        found += [_template(key, group) for key, group in by_key.items()]
    return sorted(found, key=lambda each: (-len(each.nos), each.key))


def _keys(pattern: str, layouts: Counter[str]) -> dict[str, str]:
    """The key of each layout at addresses of a pattern."""
    most = min(layouts, key=lambda layout: (-layouts[layout], layout))
    if layouts[most] < ENOUGH:
        return dict.fromkeys(layouts, pattern)  # a handful of pages, or each with a class of its own
    return {
        layout: pattern if layout == most else f"{pattern}{MARK}{layout if number >= ENOUGH else OTHERS}"
        for layout, number in layouts.items()
    }


def _template(key: str, pages: Sequence[Made]) -> Template:
    example = min((page.url for page in pages), key=lambda url: (len(url), url))
    words = [page.words for page in pages if page.words is not None]
    return Template(key, example, [page.no for page in pages], median_low(words) if words else None)
