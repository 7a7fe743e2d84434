"""Options of commands that crawl: what of a site is looked at, and where the crawl ends."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from editorial.cli.language import say
from editorial.domain.crawl_options import LISTS, OPTION_LIMITS, CrawlOptions
from editorial.domain.errors import EditorialError
from editorial.domain.patterns import cleaned

R = TypeVar("R")
_PATTERN = "a path with * for anything, or re: and a regular expression. Again for more."
_OPTIONS = (
    click.option("--include", multiple=True, metavar="PATTERN", help=f"Only pages like this: {_PATTERN}"),
    click.option("--exclude", multiple=True, metavar="PATTERN", help=f"No pages like this: {_PATTERN}"),
    click.option("--subdomains", is_flag=True, help="Names below the site's belong to it."),
    click.option("--only-path", is_flag=True, help="Only pages below the path of TARGET."),
    click.option("--follow-nofollow", is_flag=True, help="Also links that ask search engines not to follow them."),
    *(
        click.option(f"--{name.replace('_', '-')}", name, type=click.IntRange(*OPTION_LIMITS[name]), help=says)
        for name, says in {
            "max_depth": "Clicks from the first page.  [default: 50]",
            "max_folder": "Pages of one folder.",
            "max_queries": "Addresses that differ in their query alone, and name each other.  [default: 100]",
            "max_hours": "Hours.  [default: 6]",
            "max_megabytes": "Megabytes that servers send.",
        }.items()
    ),
)


def crawl_limits(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command these options; it gets them as `crawl`, a `CrawlOptions`."""

    @wraps(command)
    def limited(**typed: Any) -> R:
        taken = {name: typed.pop(name) for name in (*OPTION_LIMITS, "subdomains", "only_path", "follow_nofollow")}
        try:
            lists = {name: cleaned(typed.pop(name), name) for name in LISTS}
        except EditorialError as error:
            raise click.UsageError(f"{say(error.says)} {say(error.hint)}") from error
        return command(**typed, crawl=CrawlOptions.from_json({**lists, **taken}))

    for option in reversed(_OPTIONS):
        limited = option(limited)
    return limited
