"""What of a site a crawl looks at, and where it ends: the wishes of a site, or of one audit from the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from editorial.domain.patterns import EVERYTHING, Patterns

OPTION_LIMITS: Mapping[str, tuple[int, int]] = {
    "max_depth": (1, 500),  # clicks from the first page
    "max_folder": (1, 1_000_000),  # pages of one folder
    "max_queries": (1, 1_000_000),  # addresses that differ in their query alone
    "max_hours": (1, 72),
    "max_megabytes": (1, 100_000),  # that the site's servers send
}
"""The least and the most of each number."""
SWITCHES = ("subdomains", "only_path", "follow_nofollow", "conditional")
LISTS = ("include", "exclude")


@dataclass(frozen=True)
class CrawlOptions:
    """None of a number is what the desk uses."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Lines as `patterns.cleaned` gives them."""
    subdomains: bool = False
    """Whether `shop.example.com` belongs to `example.com`."""
    only_path: bool = False
    """Whether the path of the first page is where the site ends."""
    follow_nofollow: bool = False
    conditional: bool = True
    """Whether pages that say that they did not change since the last audit are taken over from it."""
    max_depth: int | None = None
    max_folder: int | None = None
    max_queries: int | None = None
    max_hours: int | None = None
    max_megabytes: int | None = None

    @property
    def patterns(self) -> Patterns:
        """Which pages are looked at."""
        return Patterns(self.include, self.exclude) if self.include or self.exclude else EVERYTHING

    def as_json(self) -> dict[str, Any]:
        """Only what somebody wished otherwise; lists as lists."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in said.items()
            if value != getattr(USUAL, name)
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """What `as_json` wrote; names that are not ours are passed over."""
        known: dict[str, Any] = {each.name: said[each.name] for each in fields(cls) if each.name in said}
        return replace(cls(), **(known | {name: tuple(known[name]) for name in LISTS if name in known}))


USUAL = CrawlOptions()
