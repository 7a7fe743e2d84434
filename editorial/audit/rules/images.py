"""Images."""

from collections.abc import Iterator

from editorial.audit.facts import Image, PageFacts
from editorial.audit.predicates import is_html_page
from editorial.audit.rule import Failure, Params, Severity, page_rule
from editorial.domain.messages import N_

SMALLEST = 2  # pixels; below it is a tracking pixel


@page_rule(
    version=2,
    category="images",
    severity=Severity.WARNING,
    title=N_("Image without alt text"),
    says=N_("The image %(src)s has no alt attribute."),
    why=N_("Screen readers read the file's name instead, and image search does not know what it shows."),
    fix=N_('Describe the image in its alt attribute; for mere decoration write alt="".'),
    source="https://developers.google.com/search/docs/appearance/google-images",
    applies=lambda page: is_html_page(page) and bool(page.images),
)
def img_alt_missing(page: PageFacts, _: Params) -> Iterator[Failure]:
    """Once for each image file. An empty alt is right for decoration."""
    seen: set[str] = set()
    for image in page.images:
        key = (image.src or "?")[:200]
        if key not in seen and _lacks_alt(image):
            seen.add(key)
            yield Failure(key, {"src": key}, (f'<img src="{key}">',))


def _lacks_alt(image: Image) -> bool:
    if image.alt is not None or image.role in ("presentation", "none") or image.aria_hidden or image.hidden:
        return False
    return all(size is None or size >= SMALLEST for size in (image.width, image.height))
