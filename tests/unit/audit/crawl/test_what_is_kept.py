"""How many addresses a crawl keeps, and how long they may be."""

from dataclasses import replace

from editorial.audit.crawl import frontier as frontiers
from editorial.audit.crawl.frontier import Frontier, LeftOut
from editorial.audit.crawl.named import MARK_IN_MAIN, MARK_INTERNAL
from editorial.audit.crawl.origins import keep_named
from editorial.audit.crawl.records import CrawlPlan, FileRow, Judge, PageRecord
from editorial.audit.crawl.redirects import Redirects, Step
from editorial.audit.crawl.sitemaps import read_sitemap
from editorial.audit.crawl.targets import ALL, pack_links
from editorial.audit.crawl.traps import LONGEST_KEPT, TrapKind
from editorial.audit.facts import Response
from editorial.audit.gather import gather
from editorial.domain.patterns import Patterns
from editorial.domain.urls import scope_of

SITE = "https://example.com"
SCOPE = scope_of(SITE + "/")
PLAN = CrawlPlan(start=SITE + "/", scope=SCOPE)
LONG = f"{SITE}/{'x' * LONGEST_KEPT}"
OUTSIDE = f"https://other.example/{'x' * LONGEST_KEPT}"


def page(body: str, head: str = "") -> PageRecord:
    text = f"<!doctype html><html><head>{head}</head><body><main>{body}</main></body></html>"
    response = Response(SITE + "/", SITE + "/", 200, (("content-type", "text/html"),), text.encode())
    record, _ = Judge(gather, (), SCOPE).of(response)
    return record


def links(*urls: str) -> PageRecord:
    return page("".join(f'<a href="{url}">{url[-3:]}</a> ' for url in urls))


def with_room_for(most: int) -> Frontier:
    found = Frontier(PLAN)
    found.most = most
    return found


def test_a_link_longer_than_an_index_takes_is_a_trap_and_none_of_the_kept():
    found = Frontier(PLAN)
    for _ in range(2):
        pack = pack_links(1, links(LONG, SITE + "/a.b", OUTSIDE), found, 1, source=SITE + "/", follow=ALL)

    assert [row.url for row in found.fresh] == [SITE + "/a.b"]
    assert pack == (1, [1], str(MARK_INTERNAL | MARK_IN_MAIN), "a.b")
    assert [(trap.kind, trap.count) for trap in found.traps.found] == [(TrapKind.LENGTH, 1)]
    assert pack_links(1, links(LONG), found, 1, source=SITE + "/", follow=ALL) is None


def test_a_translation_longer_than_an_index_takes_is_left_out():
    named = "".join(f'<link rel="alternate" hreflang="de" href="{url}">' for url in (OUTSIDE, SITE + "/de"))
    sitemap = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"><url>'
        f"<loc>{SITE}/a</loc>"
        + "".join(f'<xhtml:link rel="alternate" hreflang="de" href="{url}"/>' for url in (OUTSIDE, SITE + "/de"))
        + f"</url><url><loc>{LONG}</loc></url></urlset>"
    )
    row = FileRow("sitemap", SITE + "/sitemap.xml", 200, None, b"")

    kept = keep_named(row, read_sitemap(sitemap.encode(), nested=False), Frontier(PLAN))

    assert list(page("", named).alternates) == [("de", SITE + "/de")]
    assert (kept.names, kept.alternates) == ([1], [(1, "de", SITE + "/de")])


def test_a_redirect_to_an_address_that_is_not_kept_ends_there():
    entry = frontiers.Entry(1, SITE + "/a", SITE + "/a", 0)

    assert Redirects(SCOPE).follow(entry, 301, LONG) == Step(((SITE + "/a", 301, LONG),))


def test_what_somebody_asked_for_is_found_by_as_much_as_an_index_takes():
    found = Frontier(PLAN)
    found.demand(LONG, 0)
    found.number_of_file(f"{LONG}.xml")

    assert [(len(row.n2), len(row.url)) for row in found.fresh] == [
        (LONGEST_KEPT, len(LONG)),
        (LONGEST_KEPT, len(LONG) + 4),
    ]


def test_a_long_address_is_not_held_against_patterns():
    found = Frontier(replace(PLAN, patterns=Patterns(exclude=("re:x",))))

    found.want(LONG, 1, source=SITE + "/")
    found.want(SITE + "/x", 1, source=SITE + "/")

    assert (found.excluded, [trap.kind for trap in found.traps.found]) == (1, [TrapKind.LENGTH])


def test_beyond_the_addresses_that_are_kept_pages_are_left_out_and_counted():
    found = with_room_for(2)
    pack = pack_links(1, links(*(f"{SITE}/{name}" for name in "abc")), found, 1, source=SITE + "/", follow=ALL)

    assert pack is not None
    assert (pack.targets, found.known, found.cut, found.hides) == ([1, 2], 2, {LeftOut.ADDRESSES: 1}, True)


def test_what_nobody_asks_for_may_be_crowded_out_as_well():
    found = with_room_for(1)
    pack_links(1, links(SITE + "/a", "https://other.example/"), found, 1, source=SITE + "/", follow=ALL)

    assert (found.known, found.cut, found.hides) == (1, {}, True)


def test_a_large_crawl_may_know_more():
    assert Frontier(PLAN).most == 200_000
    assert Frontier(replace(PLAN, max_pages=50_000)).most == 1_000_000
