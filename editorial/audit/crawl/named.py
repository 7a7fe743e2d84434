"""What a page names, as its record holds it: its canonical, links, translations, and addresses to look at."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from editorial.audit.facts import PageFacts
from editorial.audit.predicates import counted_canonicals
from editorial.domain.urls import SiteScope, in_scope, n2

ANCHOR_CHARS = 80  # of a link's text; enough to recognise it


def canonical_of(facts: PageFacts) -> str | None:
    """The compare form of its one valid canonical, or None."""
    targets = {n2(each.target) for each in counted_canonicals(facts) if each.target}
    return targets.pop() if len(targets) == 1 else None


def links_of(facts: PageFacts, scope: SiteScope) -> list[tuple[Any, ...]]:
    """One link a target; a target that is followed once is followed, and one of the main part stands there."""
    seen: dict[str, tuple[str, str, bool, bool, str, bool]] = {}  # as `LinkSeen`; orjson knows plain tuples only
    for link in facts.links:
        if link.url is None:
            continue
        url, compare, internal = _spelled(link.url, scope)
        known = seen.get(compare)
        if known is None:
            differs = "" if compare == url else compare  # most do not, and each crosses to another program
            seen[compare] = (url, differs, internal, link.nofollow, link.text[:ANCHOR_CHARS], link.in_main)
        elif (known[3] and not link.nofollow) or (link.in_main and not known[5]):
            seen[compare] = (*known[:3], known[3] and link.nofollow, known[4], known[5] or link.in_main)
    return list(seen.values())


@lru_cache(maxsize=20_000)
def _spelled(url: str, scope: SiteScope) -> tuple[str, str, bool]:
    """N1 without the fragment, N2, and whether it is of the site. Pages of a site name the same addresses."""
    plain = url.partition("#")[0]
    return plain, n2(plain) or plain, in_scope(plain, scope)


def alternates_of(facts: PageFacts) -> Iterator[tuple[str, str]]:
    """Code and address of the hreflang entries that engines heed: not those of the body."""
    for each in facts.alternates:
        if each.target and each.where != "body":
            yield each.code, n2(each.target) or each.target


def discovered_by(facts: PageFacts, scope: SiteScope) -> list[str]:
    """Addresses of the site (N1) that its canonicals and translations name."""
    named = [each.target for each in facts.canonicals] + [each.target for each in facts.alternates]
    urls = dict.fromkeys(url.partition("#")[0] for url in named if url)
    return [url for url in urls if in_scope(url, scope)]
