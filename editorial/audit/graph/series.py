"""Lists that run over several pages: what keeps search engines from the later ones."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from editorial.audit.graph.places import PageSeen

_NUMBER = re.compile(r"((?:[?&](?:page|paged|pageno|page_no|pagenum|pg)=|/page[/-]))(\d{1,6})(?=$|[/&?])")


@dataclass
class Series:
    """The pages of one list. `first` is its address without a number."""

    first: str
    pages: list[int] = field(default_factory=list)
    last: int = 0
    hidden: int = 0
    """Later pages that may not be indexed."""
    canonicalised: int = 0
    """Later pages that call themselves a copy of another."""
    unlinked: int = 0
    """Later pages that no other page leads to."""

    @property
    def flaws(self) -> int:
        """Later pages with something wrong."""
        return self.hidden + self.canonicalised + self.unlinked


def gather_series(pages: Sequence[PageSeen], named: Collection[int]) -> list[Series]:
    """Every list of more than one page, those with the most flaws first.

    Args:
        pages: those that were fetched or tried.
        named: numbers of those that another page leads to.
    """
    found: dict[str, Series] = defaultdict(lambda: Series(""))
    for page in pages:
        match = _NUMBER.search(page.n2) if page.is_html and not page.hops else None
        if match is None:
            continue
        first = page.n2[: match.start()] + "…" + page.n2[match.end() :]
        series, number = found[first], int(match[2])
        series.first = first
        series.pages.append(page.no)
        series.last = max(series.last, number)
        if number > 1:
            series.hidden += page.noindex
            series.canonicalised += page.canonical_n2 not in (None, page.final_n2)
            series.unlinked += page.no not in named
    return sorted(found.values(), key=lambda each: (-each.flaws, -len(each.pages)))
