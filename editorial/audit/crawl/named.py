"""What a page names, as its record holds it: its canonical, links, translations, and addresses to look at."""

from collections.abc import Callable, Iterator
from functools import lru_cache

from editorial.audit.crawl.traps import LONGEST_KEPT
from editorial.audit.facts import PageFacts, asks_not_to_follow
from editorial.audit.predicates import counted_canonicals
from editorial.domain.urls import SiteScope, in_scope, n2

ANCHOR_CHARS = 80  # of a link's text; enough to recognise it


def canonical_of(facts: PageFacts) -> str | None:
    """The compare form of its one valid canonical, or None."""
    targets = {n2(each.target) for each in counted_canonicals(facts) if each.target}
    return targets.pop() if len(targets) == 1 else None


Links = tuple[str, list[tuple[int, str]], str, str]
"""The links of a page in columns, so that hundreds of them cross to another program as three texts.

Addresses (N1) by lines; place and compare form of those where it differs; a digit of `MARK_...` each; texts by lines.
No line break stands in an address or a text.
"""
NO_LINKS: Links = ("", [], "", "")
MARK_INTERNAL, MARK_NOFOLLOW, MARK_IN_MAIN = 4, 2, 1


def links_of(facts: PageFacts, scope: SiteScope) -> Links:
    """One link a target; a target that is followed once is followed, and one of the main part stands there."""
    spelled = _spelling(scope)
    places: dict[str, int] = {}
    urls: list[str] = []
    texts: list[str] = []
    marks: list[int] = []
    differ: list[tuple[int, str]] = []
    for _, address, text, _, rel, _, _, _, in_main in facts.links:
        if address is None:
            continue
        url, compare, mark = spelled(address)
        if rel and asks_not_to_follow(rel):
            mark |= MARK_NOFOLLOW
        if in_main:
            mark |= MARK_IN_MAIN
        place = places.setdefault(compare, len(urls))
        if place < len(urls):
            known = marks[place]
            marks[place] = (known | mark) & ~MARK_NOFOLLOW | (known & mark & MARK_NOFOLLOW)
            continue
        urls.append(url)
        texts.append(text[:ANCHOR_CHARS])
        marks.append(mark)
        if compare != url:
            differ.append((place, compare))
    return "\n".join(urls), differ, "".join(map(str, marks)), "\n".join(texts)


@lru_cache(maxsize=4)
def _spelling(scope: SiteScope) -> Callable[[str], tuple[str, str, int]]:
    """What gives N1 without the fragment, N2, and the mark of the site. Its pages name the same addresses."""

    @lru_cache(maxsize=20_000)
    def spelled(url: str) -> tuple[str, str, int]:
        plain = url.partition("#")[0]
        return plain, n2(plain) or plain, MARK_INTERNAL if in_scope(plain, scope) else 0

    return spelled


def alternates_of(facts: PageFacts) -> Iterator[tuple[str, str]]:
    """Code and address of the hreflang entries that engines heed: not those of the body."""
    for each in facts.alternates:
        if each.target and each.where != "body" and len(each.target) <= LONGEST_KEPT:
            yield each.code, n2(each.target) or each.target


def discovered_by(facts: PageFacts, scope: SiteScope) -> list[str]:
    """Addresses of the site (N1) that its canonicals and translations name."""
    named = [each.target for each in facts.canonicals] + [each.target for each in facts.alternates]
    urls = dict.fromkeys(url.partition("#")[0] for url in named if url)
    return [url for url in urls if in_scope(url, scope)]
