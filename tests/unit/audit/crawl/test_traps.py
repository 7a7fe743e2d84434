"""Addresses without end, and pages that only look like them."""

import pytest

from editorial.audit.crawl.frontier import Frontier, LeftOut
from editorial.audit.crawl.records import CrawlPlan
from editorial.audit.crawl.traps import MAX_COPIES, TrapKind, Traps, patterns_of, template
from editorial.domain.patterns import Patterns
from editorial.domain.urls import scope_of

SITE = "https://example.com"
SCOPE = scope_of(SITE + "/")


def frontier(**plan: object) -> Frontier:
    return Frontier(CrawlPlan(start=SITE + "/", scope=SCOPE, **plan))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "kind", "pattern"),
    [
        ("/" + "x" * 2000, TrapKind.LENGTH, None),
        ("/a?" + "x" * 2000, TrapKind.LENGTH, "/a?*"),
        ("/" + "/".join(map(str, range(16))), TrapKind.SEGMENTS, "/0/1/2/*"),
        ("/en/shop/en/shop/en/shop", TrapKind.REPEATS, "/en/shop/en/*"),
        ("/en/shop/en/shop", None, None),
        ("/11/11/11/11", None, None),
        ("/a/b/c/d/e/f/g/h", None, None),
    ],
)
def test_an_address_shows_that_it_goes_on_without_end(path: str, kind: TrapKind | None, pattern: str | None):
    trap = Traps().trap_of(SITE + path)

    assert (trap.kind if trap else None) is kind
    assert pattern is None or (trap is not None and trap.pattern == SITE + pattern)


def test_a_filter_that_names_itself_is_a_trap_and_a_list_of_products_is_none():
    found = frontier()
    for number in range(300):
        found.want(f"{SITE}/product?id={number}", 3, source=f"{SITE}/list?page={number}")
        found.want(f"{SITE}/filter?colour={number}", 2, source=f"{SITE}/filter")

    assert found.known == 300 + 100
    assert [(trap.pattern, trap.count) for trap in found.traps.found] == [(f"{SITE}/filter?*", 200)]
    assert found.traps.found[0].examples[0] == f"{SITE}/filter?colour=100"
    assert found.hides


def test_a_site_may_have_more_queries_of_a_page():
    found = frontier(max_queries=250)
    for number in range(300):
        found.want(f"{SITE}/filter?colour={number}", 2, source=f"{SITE}/filter")

    assert found.known == 250


def test_an_address_left_out_is_counted_once_however_often_it_is_named():
    found = frontier()
    for _ in range(3):
        found.want(SITE + "/a/b/a/b/a/b", 2)

    assert [trap.count for trap in found.traps.found] == [1]


def test_pages_that_all_say_the_same_are_left_out_with_all_that_wait():
    found = frontier()
    numbers = [found.want(f"{SITE}/tag/{name}", 2) for name in range(50)]
    others = found.want(f"{SITE}/blog/a", 2)
    patterns = [found.traps.read(f"{SITE}/tag/{name}", "same", 80) for name in range(MAX_COPIES)]

    assert patterns == [None] * (MAX_COPIES - 1) + [f"{SITE}/tag/*"]
    found.leave(patterns[-1] or "", lambda no: no == numbers[30])

    left = [entry.no for lane in found.lanes.values() for entry in lane.ready]
    assert left == [numbers[30], others]
    assert found.demoted == [number for number in numbers if number != numbers[30]]
    assert found.want(f"{SITE}/tag/new", 2) is None
    assert not found.hides  # what is left out says what was seen


@pytest.mark.parametrize(
    ("digests", "words"),
    [
        (["same"] * 19, 80),
        (["same"] * 50, 5),
        ([str(number) for number in range(60)] + ["same"] * 30, 80),
        ([""] * 50, 80),
    ],
    ids=["too few", "no text", "a few of many", "nothing read"],
)
def test_what_is_alike_by_chance_is_no_trap(digests: list[str], words: int):
    traps = Traps()

    assert not any(traps.read(f"{SITE}/tag/{number}", digest, words) for number, digest in enumerate(digests))


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/", "/*"),
        ("/blog/a", "/blog/*"),
        ("/2027/01/02", "/#/#/*"),
        ("/cal/2027?month=1&day=2", "/cal/#?day=*&month=*"),
    ],
)
def test_what_an_address_has_in_common_with_its_kind(path: str, pattern: str):
    assert template(SITE + path) == SITE + pattern


def test_beyond_fifty_clicks_its_own_kind_is_a_trap_and_others_are_behind_a_limit():
    found = frontier()
    found.want(f"{SITE}/month/51", 51, source=f"{SITE}/month/50")
    found.want(f"{SITE}/deep/page", 51, source=f"{SITE}/other/page")
    shallow = frontier(max_depth=3)
    shallow.want(f"{SITE}/blog/4", 4, source=f"{SITE}/blog/3")

    assert [(trap.kind, trap.pattern) for trap in found.traps.found] == [(TrapKind.CHAIN, f"{SITE}/month/*")]
    assert found.cut == {LeftOut.DEPTH: 1}
    assert shallow.cut == {LeftOut.DEPTH: 1}


def test_what_is_reached_on_a_shorter_way_is_beyond_no_limit():
    found = frontier(max_depth=3)
    found.want(SITE + "/a", 4)

    assert found.want(SITE + "/a", 2)
    assert not found.cut


def test_folders_and_patterns_end_where_the_site_says():
    found = frontier(max_folder=2, patterns=Patterns(exclude=("/draft/*",)))
    for name in range(5):
        found.want(f"{SITE}/blog/{name}", 1)
    found.want(SITE + "/draft/a", 1)
    found.want(SITE + "/draft/a", 1)

    assert found.known == 2
    assert found.cut == {LeftOut.FOLDER: 3}
    assert found.excluded == 1


def test_a_page_of_a_trap_is_known_by_its_address():
    assert "https://a.example/cal?*" in patterns_of("https://a.example/cal?m=99")
    assert "https://a.example/cal?*" not in patterns_of("https://a.example/cal")
