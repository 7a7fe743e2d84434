"""Chains, redirects, translations, sitemaps and series of a small site."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.audit.graph import languages
from editorial.audit.graph.canonicals import CIRCLE, follow_canonicals
from editorial.audit.graph.languages import MOST, Flaw, gather_clusters
from editorial.audit.graph.places import gather_places
from editorial.audit.graph.redirects import Moved, causes, group_moves
from editorial.audit.graph.series import gather_series
from editorial.audit.graph.sitemaps import Bad, Standing, compare, why_bad
from tests.unit.audit.graph.seen import SITE, seen


def test_chains_of_canonicals_are_followed_to_their_end_through_redirects():
    found = follow_canonicals(
        [
            seen(1, canonical="/2"),
            seen(2, canonical="/3"),
            seen(3, final="/4"),
            seen(4, canonical="/4"),
            seen(5, canonical="/4"),
            seen(6, canonical="/7"),
            seen(7, final="/6"),
            seen(8, canonical="/unknown"),
        ]
    )

    assert found.steps == {1: 2, 2: 1, 5: 1}
    assert found.ends == {1: 4, 2: 4, 5: 4}
    assert found.chain_of(1) == [1, 2, 4]


def test_canonicals_in_a_circle_never_end_nor_does_what_leads_into_it():
    found = follow_canonicals([seen(1, canonical="/2"), seen(2, canonical="/3"), seen(3, canonical="/2")])

    assert found.steps == dict.fromkeys((1, 2, 3), CIRCLE)
    assert found.chain_of(1) == [1, 2, 3, 2]


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        ("https://a.example/Guide", ["scheme"]),
        ("http://www.a.example/Guide/", ["host", "slash"]),
        ("http://a.example/guide", ["case"]),
        ("http://a.example/Guide?x=1", ["content"]),
        ("https://b.example/other", ["scheme", "host", "content"]),
        ("http://a.example/Guide", ["content"]),
    ],
)
def test_a_redirect_is_told_by_what_it_changes(after, changed):
    assert causes("http://a.example/Guide", after) == tuple(changed)


def test_redirects_of_one_setting_are_one_group_and_others_one_for_each_target():
    moved = [
        Moved(1, (f"http://{SITE[8:]}/a", f"{SITE}/a", f"{SITE}/a/"), 200, None),
        Moved(2, (f"http://{SITE[8:]}/b", f"{SITE}/b", f"{SITE}/b/"), 200, None),
        Moved(3, (f"{SITE}/old", f"{SITE}/new"), 200, None),
        Moved(4, (f"{SITE}/older", f"{SITE}/new"), 200, None),
        Moved(5, (f"{SITE}/lost", f"{SITE}/gone"), 404, None),
        Moved(6, (f"{SITE}/x", f"{SITE}/y", f"{SITE}/x"), 0, "redirect-loop"),
    ]

    groups = group_moves(moved, {1: 2, 2: 1, 3: 7, 5: 1})

    assert [(group.hops, group.target, group.count, group.links) for group in groups] == [
        (2, f"{SITE}/x", 1, 0),
        (2, "", 2, 3),
        (1, f"{SITE}/new", 2, 7),
        (1, f"{SITE}/gone", 1, 1),
    ]


def test_a_hop_of_a_chain_and_a_circle_are_told_once():
    chain = [
        Moved(1, (f"{SITE}/1", f"{SITE}/2", f"{SITE}/3"), 200, None),
        Moved(2, (f"{SITE}/2", f"{SITE}/3"), 200, None),
    ]
    circle = [
        Moved(3, (f"{SITE}/a", f"{SITE}/b", f"{SITE}/a"), 0, "redirect-loop"),
        Moved(4, (f"{SITE}/b", f"{SITE}/a", f"{SITE}/b"), 0, "redirect-loop"),
        Moved(5, (f"{SITE}/into", f"{SITE}/a", f"{SITE}/b", f"{SITE}/a"), 0, "redirect-loop"),
    ]

    def told(links):
        return sorted(group.samples[0][0].removeprefix(SITE) for group in group_moves(chain + circle, links))

    assert told({1: 1, 3: 1, 5: 1}) == ["/1", "/a", "/into"]
    assert told({1: 1, 2: 1, 4: 1}) == ["/1", "/2", "/b", "/into"]


def flaws_of(alternates, *pages):
    return [
        [(cell.code, cell.n2.removeprefix(SITE), cell.flaw) for cell in cluster.cells]
        for cluster in gather_clusters([(no, code, SITE + path) for no, code, path in alternates], pages).groups
    ]


def test_translations_that_name_each_other_are_one_sound_group():
    both = [(no, code, path) for no in (1, 2) for code, path in (("en", "/en"), ("ZH", "/zh"), ("x-default", "/"))]

    assert flaws_of(both, seen(1, "/en"), seen(2, "/zh"), seen(3, "/", is_html=False)) == [
        [("en", "/en", None), ("x-default", "/", None), ("zh", "/zh", None)]
    ]


@pytest.mark.parametrize(
    ("said", "flaw"),
    [
        ({}, Flaw.NO_RETURN),
        ({"status": 404, "is_html": False}, Flaw.ERROR),
        ({"status": 403, "is_html": False}, Flaw.UNSEEN),
        ({"error": "timeout", "status": 0, "is_html": False}, Flaw.UNSEEN),
        ({"final": "/moved"}, Flaw.REDIRECT),
        ({"noindex": True}, Flaw.NOINDEX),
        ({"canonical": "/en"}, Flaw.CANONICAL),
    ],
)
def test_a_translation_is_red_for_what_keeps_it_from_counting(said, flaw):
    assert flaws_of([(1, "en", "/en"), (1, "zh", "/zh")], seen(1, "/en"), seen(2, "/zh", **said)) == [
        [("en", "/en", None), ("zh", "/zh", flaw)]
    ]


def test_a_page_that_leaves_itself_out_and_two_pages_for_one_language_are_red():
    assert flaws_of([(1, "zh", "/zh"), (2, "en", "/en"), (2, "zh", "/zh")], seen(1, "/en"), seen(2, "/zh")) == [
        [("en", "/en", None), ("zh", "/zh", None)]
    ]
    assert flaws_of([(1, "zh", "/zh"), (1, "zh", "/zh2")], seen(1, "/en")) == [
        [("zh", "/zh", Flaw.UNSEEN), ("zh", "/zh2", Flaw.UNSEEN), ("", "/en", Flaw.NO_SELF)]
    ]


def test_of_a_page_that_names_more_than_is_counted_the_rest_is_left_open():
    pages = [seen(1, "/en"), seen(2, "/zh")]
    many = [(2, f"c{each}", f"{SITE}/{each}") for each in range(MOST)]

    found = gather_clusters([(1, "en", f"{SITE}/en"), (1, "zh", f"{SITE}/zh"), *many, (2, "en", f"{SITE}/en")], pages)

    named = {cell.n2.removeprefix(SITE): cell.flaw for group in found.groups for cell in group.cells}
    assert (found.cut, len(named)) == (1, MOST + 2)
    assert (named["/en"], named["/zh"]) == (None, None)  # nobody knows whether it names itself and the other


@pytest.mark.parametrize(("length", "counted"), [(10, 300), (1000, 28)])
def test_entries_of_a_site_are_counted_up_to_a_limit_long_addresses_for_more(monkeypatch, length: int, counted: int):
    monkeypatch.setattr(languages, "MOST_OF_ALL", 300)
    pages = [seen(no) for no in range(1, 11)]
    named = [(page.no, "en", f"{SITE}/{page.no}{each:x>{length}}") for page in pages for each in range(40)]

    found = gather_clusters(named, pages)

    assert sum(bool(cell.code) for group in found.groups for cell in group.cells) == counted
    assert found.cut > 0


def test_whom_a_page_names_is_looked_at_once_however_many_name_it(monkeypatch):
    looked = []
    behind = languages._Entries._behind

    def counted(*of):
        looked.append(of)
        return behind(*of)

    monkeypatch.setattr(languages._Entries, "_behind", counted)
    pages = [seen(no) for no in range(1, 21)]

    gather_clusters([(page.no, f"c{page.no}", f"{SITE}/{no}") for page in pages for no in range(1, 21)], pages)

    assert len(looked) == 400


def test_the_sitemap_and_the_crawl_are_four_sets():
    pages = [seen(1), seen(2), seen(3), seen(4, status=404, is_html=False, shown=False), seen(5), seen(6, shown=False)]

    found = compare(pages, listed={1, 2, 4}, twins={5}, named={1, 3})

    assert found.pages == {
        Standing.BOTH: [1],
        Standing.SITEMAP_ONLY: [2],
        Standing.CRAWL_ONLY: [3],
        Standing.BAD: [4],
    }
    assert found.bad == {Bad.ERROR: 1}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"status": 429}, Bad.UNSEEN),
        ({"error": "dns", "status": 0}, Bad.ERROR),
        ({"final": "/2"}, Bad.REDIRECT),
        ({"noindex": True}, Bad.NOINDEX),
        ({"canonical": "/2"}, Bad.CANONICAL),
        ({"shown": False}, Bad.OTHER),
    ],
)
def test_a_page_of_a_sitemap_is_bad_for_one_reason(said, why):
    assert why_bad(seen(1, **said)) is why


def test_pages_of_one_list_are_a_series_and_its_later_pages_are_looked_at():
    pages = [
        seen(1, "/blog/page/1/"),
        seen(2, "/blog/page/2/", noindex=True),
        seen(3, "/blog/page/3/", canonical="/blog/page/1/"),
        seen(4, "/shop?page=2&sort=up"),
        seen(5, "/page-one"),
    ]

    found = gather_series(pages, named={1, 2, 3})

    assert [(one.first, one.pages, one.last, one.hidden, one.canonicalised, one.unlinked) for one in found] == [
        (f"{SITE}/blog…/", [1, 2, 3], 3, 1, 1, 0),
        (f"{SITE}/shop…&sort=up", [4], 2, 0, 0, 1),
    ]


@settings(max_examples=30, deadline=None)
@given(
    canonicals=st.dictionaries(st.integers(1, 9), st.integers(1, 9)),
    finals=st.dictionaries(st.integers(1, 9), st.integers(1, 9)),
)
def test_whatever_names_whom_every_chain_ends_or_is_a_circle(canonicals, finals):
    pages = [
        seen(no, final=f"/{finals[no]}") if no in finals else seen(no, canonical=f"/{canonicals.get(no, no)}")
        for no in range(1, 10)
    ]

    found = follow_canonicals(pages)
    places = gather_places([], pages)

    for no, steps in found.steps.items():
        chain = found.chain_of(no, most=99)
        assert (len(chain) - 1 == steps) if steps != CIRCLE else len(set(chain)) < len(chain)
        assert steps == CIRCLE or chain[-1] == found.ends[no]
    assert {places.at(head) for head in places.heads} == set(range(len(places)))


def test_a_circle_of_twenty_thousand_canonicals_is_followed_in_one_go():
    size = 20_000
    found = follow_canonicals([seen(no, canonical=f"/{no % size + 1}") for no in range(1, size + 1)])

    assert set(found.steps.values()) == {CIRCLE}
    assert len(set(found.ends.values())) == 1
    assert len(found.chain_of(1)) == 20
