"""The sitemap against the crawl: what one of them knows and the other does not."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from editorial.audit.engine import REFUSALS
from editorial.audit.graph.places import PageSeen


class Standing(StrEnum):
    """Where a page stands between sitemap and crawl."""

    BOTH = "both"
    SITEMAP_ONLY = "sitemap-only"
    CRAWL_ONLY = "crawl-only"
    BAD = "bad"


class Bad(StrEnum):
    """Why a page has no business in a sitemap. The first that holds is told."""

    UNSEEN = "unseen"
    ERROR = "error"
    REDIRECT = "redirect"
    NOINDEX = "noindex"
    CANONICAL = "canonical"
    OTHER = "other"


@dataclass
class Compared:
    """Numbers of the pages by standing, and how many of the bad ones are so why."""

    pages: Mapping[Standing, list[int]] = field(default_factory=lambda: {standing: [] for standing in Standing})
    bad: Counter[Bad] = field(default_factory=Counter)


def compare(
    pages: Sequence[PageSeen], listed: Collection[int], twins: Collection[int], named: Collection[int]
) -> Compared:
    """The four sets. A page that neither a sitemap names nor search engines may show stands in none.

    Args:
        pages: those that were fetched or tried.
        listed: numbers of those that a sitemap names.
        twins: numbers of pages of which a sitemap names another spelling.
        named: numbers of those that another page leads to.
    """
    found = Compared()
    for page, standing, why in _judged(pages, listed, twins, named):
        found.pages[standing].append(page.no)
        if why is not None:
            found.bad[why] += 1
    return found


def _judged(
    pages: Sequence[PageSeen], listed: Collection[int], twins: Collection[int], named: Collection[int]
) -> Iterator[tuple[PageSeen, Standing, Bad | None]]:
    for page in pages:
        good = page.shown and page.hops == 0
        if page.no in listed:
            if not good:
                yield page, Standing.BAD, why_bad(page)
            else:
                yield page, Standing.BOTH if page.no in named else Standing.SITEMAP_ONLY, None
        elif good and page.no not in twins:
            yield page, Standing.CRAWL_ONLY, None


def why_bad(page: PageSeen) -> Bad:
    """Why search engines show this page not at all, or under another address."""
    if page.status in REFUSALS or page.error not in (None, "dns"):
        return Bad.UNSEEN
    if page.error is not None or page.status >= 400:
        return Bad.ERROR
    if page.hops:
        return Bad.REDIRECT
    if page.noindex:
        return Bad.NOINDEX
    return Bad.CANONICAL if page.canonical_n2 not in (None, page.final_n2) else Bad.OTHER
