"""A crawl worker program: `python -m editorial.background.crawl_worker`, told what to do on standard input.

The first frame holds the settings; the rest is `editorial.audit.crawl.worker`. It has no database, no configuration and
no secrets: it reads hostile pages.
"""

import sys
from contextlib import suppress
from typing import Any

from editorial.adapters.fetch import Fetcher, Limits
from editorial.audit.crawl.records import Judge
from editorial.audit.crawl.wire import read_one
from editorial.audit.crawl.worker import Worker
from editorial.audit.gather import gather
from editorial.audit.rule import Need
from editorial.audit.rules import PAGE_RULES
from editorial.background.confined import confine
from editorial.domain.addresses import AllowList
from editorial.domain.urls import SiteScope


def main() -> None:
    """Read the settings, then work until standard input ends."""
    confine(nice=10)
    with suppress(BrokenPipeError):  # our parent is gone
        _work()


def _work() -> None:
    settings = _settings(sys.stdin.fileno())
    allow = settings["allow"]
    fetcher = Fetcher(
        agent=settings["agent"],
        allow=AllowList.of(allow["entries"]) if not allow["everything"] else AllowList(everything=True),
        limits=Limits(**settings["limits"]),
        resolve=tuple(settings["resolve"]),
    )
    scope = settings["scope"]
    judge = Judge(
        gather,
        PAGE_RULES,
        SiteScope(frozenset(scope["hosts"]), scope["subdomains"], scope["path_prefix"]),
        frozenset(Need(need) for need in settings["available"]),
    )
    Worker(fetcher, judge, sys.stdin.fileno(), sys.stdout.fileno(), page_cpu=settings["page_cpu"]).run()


def _settings(source: int) -> dict[str, Any]:
    frame = read_one(source)
    if frame is None:
        sys.exit(0)
    return frame[0]


if __name__ == "__main__":
    main()
