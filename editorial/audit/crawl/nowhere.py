"""What a site answers where nothing is: one request an origin and crawl, to an address that nobody can have made.

A page with the very same text then says "nothing is here" as well, in whatever language (Google calls it a soft 404).
The name of the address is the same each week: caches know it, and a finding's evidence does not change by itself.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from editorial.audit.facts import Nowhere
from editorial.domain.urls import SiteScope, in_scope, n1, origin_of

ENOUGH = 10  # words; pages of less are filled by scripts, and all look alike before that


def address(origin: str, start: str, scope: SiteScope) -> str | None:
    """Where to look in vain: beside the first page on its own origin, at the top of any other. None outside the scope.

    Args:
        origin: of a host that is crawled.
        start: where the crawl begins (N1).
    """
    name = f"no-such-page-{blake2b(origin.encode(), digest_size=6).hexdigest()}"
    url = n1(name, start if origin_of(start) == origin else f"{origin}/")
    return url if url is not None and in_scope(url, scope) else None


def read(record: Mapping[str, Any]) -> Nowhere | None:
    """What the answer tells, from the `PageRecord` of that address. None where it is an error, as it should be.

    A redirect tells nothing: it leads to a page that is sound.
    """
    if record["status"] != 200 or record["error"] is not None or record["challenged"] or not record["is_html"]:
        return None
    if not record["digest"] or record["words"] < ENOUGH:
        return None
    return Nowhere(record["url"], record["digest"])
