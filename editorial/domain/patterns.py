"""Patterns of addresses: which of a site's pages a crawl looks at. Matching takes time in proportion to the address.

A line is a path in which `*` stands for anything (`/blog/*`, `*?print=*`), or a regular expression after `re:`
(`re:^/shop/\\d+$`). Expressions run as automata, never backwards, so that no line can hold up a crawl; what needs a
memory (back references, looking around) is refused.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from editorial.domain.errors import EditorialError
from editorial.domain.expressions import Unsupported, compiled
from editorial.domain.messages import N_, Message
from editorial.domain.urls import path_of

EXPRESSION = "re:"
LONGEST = 500  # characters of a line
MOST = 50  # lines of one list

Matches = Callable[[str], bool]


class BadPattern(EditorialError):
    """A line that is no pattern."""

    def __init__(self, line: str, field: str) -> None:
        super().__init__(
            Message(N_("“%(pattern)s” is no pattern of addresses."), {"pattern": line[:80]}),
            hint=Message(N_("Write a path with * for anything, such as /blog/*, or re: and a regular expression.")),
            field=field,
        )


class TooManyPatterns(EditorialError):
    """More lines than one list may have."""

    def __init__(self, field: str) -> None:
        super().__init__(
            Message(N_("These are more than %(most)s patterns."), {"most": MOST}),
            hint=Message(N_("Put what is alike into one line with a *.")),
            field=field,
        )


@dataclass(frozen=True)
class Patterns:
    """What of a site is looked at: what `include` matches, all where it is empty, less what `exclude` matches."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def take(self, url: str) -> bool:
        """Whether an N1 address is to be looked at."""
        if not (self.include or self.exclude):
            return True
        path = path_of(url)
        if self.include and not any(matcher(line)(path) for line in self.include):
            return False
        return not any(matcher(line)(path) for line in self.exclude)


EVERYTHING = Patterns()


def cleaned(lines: Iterable[str], field: str) -> tuple[str, ...]:
    """The patterns of a list as people typed them, empty lines left out.

    Raises:
        BadPattern: one of them is none. TooManyPatterns: they are too many.
    """
    found = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(found) > MOST:
        raise TooManyPatterns(field)
    for line in found:
        try:
            matcher(line)
        except Unsupported as error:
            raise BadPattern(line, field) from error
    return found


@lru_cache(maxsize=500)
def matcher(line: str) -> Matches:
    """Tells whether the path and query of an address match a line.

    Raises:
        Unsupported: it is none.
    """
    if len(line) > LONGEST:
        raise Unsupported
    if line.startswith(EXPRESSION):
        return compiled(line.removeprefix(EXPRESSION))
    if not line.startswith(("/", "*")):
        raise Unsupported
    return _glob(line.split("*"))


def _glob(parts: Sequence[str]) -> Matches:
    first, *middle, last = parts if len(parts) > 1 else (*parts, "")
    if len(parts) == 1:
        return lambda path: path == first

    def matches(path: str) -> bool:
        if len(path) < len(first) + len(last) or not path.startswith(first) or not path.endswith(last):
            return False
        place, end = len(first), len(path) - len(last)
        for part in middle:
            found = path.find(part, place, end)
            if found < 0:
                return False
            place = found + len(part)
        return True

    return matches
