"""Pages on small screens."""

import re
from collections.abc import Iterator

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import is_html_page, refreshed_to
from editorial.audit.rule import Failure, Params, Severity, page_rule
from editorial.domain.messages import N_

_DEVICE_WIDTH = re.compile(r"(?:^|[\s,;])width\s*=\s*device-width(?:$|[\s,;])")
_WIDTH = re.compile(r"(?:^|[\s,;])width\s*=")
_SCALE = re.compile(r"(?:^|[\s,;])initial-scale\s*=\s*(?:1|yes)")


@page_rule(
    version=1,
    category="mobile",
    severity=Severity.WARNING,
    title=N_("Not made for phones"),
    says=N_("The page does not adapt to the width of the screen."),
    why=N_("Phones show it at the width of a desktop, tiny. Google indexes what a phone sees."),
    fix=N_('Write <meta name="viewport" content="width=device-width, initial-scale=1"> into the head.'),
    source="https://developers.google.com/search/docs/crawling-indexing/mobile/mobile-sites-mobile-first-indexing",
    applies=lambda page: is_html_page(page) and refreshed_to(page) is None,
)
def viewport_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """A scale of one without a width says the same to browsers as device-width."""
    if not any(map(_adapts, page.viewports)):
        yield Failure(
            "viewport", {}, tuple(f'<meta name="viewport" content="{it[:150]}">' for it in page.viewports[:3])
        )


def _adapts(viewport: str) -> bool:
    flat = viewport.lower()
    return bool(_DEVICE_WIDTH.search(flat) or (_SCALE.search(flat) and not _WIDTH.search(flat)))
