"""Places, links between them, clicks and rank, each against the plainest way to say the same."""

import math
from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st

from editorial.audit.graph.depth import depths
from editorial.audit.graph.edges import Edges, gather_edges
from editorial.audit.graph.places import NOWHERE, Places, gather_places
from editorial.audit.graph.rank import Kind, page_rank, scores
from tests.unit.audit.graph.seen import SITE, seen

NUMBERS = st.integers(1, 8)
LINKS = st.lists(st.tuples(NUMBERS, NUMBERS, st.booleans(), st.booleans()), max_size=40)
ALONE = gather_places([], [seen(no) for no in range(1, 9)])
EVERY = range(1, 9)


def led(links: list[tuple[int, int, bool, bool]]) -> dict[tuple[int, int], int]:
    """The best sort of link between two places."""
    best: dict[tuple[int, int], int] = {}
    for no, target, nofollow, in_main in links:
        if no != target:
            sort = 0 if nofollow else 2 if in_main else 1
            best[(no - 1, target - 1)] = max(best.get((no - 1, target - 1), 0), sort)
    return best


def placed(*pages, addresses=()) -> Places:
    return gather_places(addresses, pages)


@settings(max_examples=40, deadline=None)
@given(links=LINKS)
def test_every_pair_of_places_has_its_best_link_once(links):
    edges = gather_edges(links, ALONE, EVERY)
    sorts = [
        (place, target, sort)
        for place in range(8)
        for sort, targets in ((2, edges.within(place)), (1, edges.around(place)))
        for target in targets
    ]

    assert sorted(sorts) == sorted((*pair, sort) for pair, sort in led(links).items() if sort)
    assert sum(edges.silent(place) for place in range(8)) == sum(not sort for sort in led(links).values())


@settings(max_examples=40, deadline=None)
@given(links=LINKS)
def test_clicks_are_those_of_a_queue_and_every_way_is_as_long_as_its_clicks(links):
    found = depths(gather_edges(links, ALONE, EVERY), 8, 0)
    naive, queue = {0: 0}, deque([0])
    while queue:
        here = queue.popleft()
        for (place, target), sort in led(links).items():
            if place == here and sort and target not in naive:
                naive[target] = naive[here] + 1
                queue.append(target)

    assert list(found.clicks) == [naive.get(place, -1) for place in range(8)]
    assert all(len(found.way_to(place)) == naive.get(place, -1) + 1 for place in range(8))


@settings(max_examples=25, deadline=None)
@given(links=LINKS, kinds=st.lists(st.sampled_from(list(Kind)), min_size=8, max_size=8))
def test_rank_is_what_the_matrix_gives(links, kinds):
    best = led(links)
    worth = {0: 1.0, 1: 0.3, 2: 1.0}
    weight = [sum(worth[sort] for (source, _), sort in best.items() if source == place) for place in range(8)]
    ranks = [1 / 8] * 8
    for _ in range(50):
        free = sum(ranks[place] for place in range(8) if kinds[place] is Kind.PASSES and not weight[place])
        ranks = [
            0.15 / 8
            + 0.85 * free / 8
            + 0.85
            * sum(
                ranks[place] * worth[sort] / weight[place]
                for (place, to), sort in best.items()
                if to == target and sort and kinds[place] is Kind.PASSES
            )
            for target in range(8)
        ]

    found = page_rank(gather_edges(links, ALONE, EVERY), kinds)

    assert all(math.isclose(one, other, abs_tol=1e-5) for one, other in zip(found, ranks, strict=True))


def test_rank_adds_up_to_one_unless_some_is_lost():
    edges = gather_edges([(1, 2, False, True), (2, 3, False, False)], placed(seen(1), seen(2), seen(3)), EVERY)

    assert math.isclose(sum(page_rank(edges, [Kind.PASSES] * 3)), 1)
    assert sum(page_rank(edges, [Kind.PASSES, Kind.LOSES, Kind.PASSES])) < 1
    assert list(page_rank(Edges([], [0]), [])) == []


def test_scores_run_from_the_weakest_counted_page_to_the_strongest():
    assert scores([0.001, 0.01, 0.1, 0.9], [True, True, True, False]) == [0, 50, 100, None]
    assert scores([0.2, 0.2], [True, False]) == [100, None]
    assert scores([], []) == []


def test_redirects_spellings_and_canonicals_are_one_place():
    places = placed(
        seen(1, "/"),
        seen(2, "/old", final="/new"),
        seen(3, "/new"),
        seen(4, "/copy", canonical="/new"),
        seen(5, "/copy2", canonical="/copy"),
        seen(6, "/new/"),
        seen(7, "/other", canonical="/gone"),
        seen(8, "/gone", status=404, is_html=False, shown=False),
        addresses=[(9, SITE + "/other/"), (10, SITE + "/never"), (11, "http://www.example.com/new")],
    )

    assert [places.at(no) for no in range(12)] == [NOWHERE, 0, 1, 1, 1, 1, 1, 2, 3, 2, NOWHERE, 1]
    assert list(places.heads) == [1, 3, 7, 8]


def test_canonicals_in_a_circle_are_the_place_of_the_lowest_number():
    places = placed(seen(1, canonical="/2"), seen(2, canonical="/3"), seen(3, canonical="/2"), seen(4))

    assert [places.at(no) for no in (1, 2, 3, 4)] == [0, 0, 0, 1]
    assert list(places.heads) == [2, 4]


def test_a_copy_and_its_page_link_as_one_and_never_to_each_other():
    places = placed(seen(1), seen(2, canonical="/1"), seen(3))
    edges = gather_edges(
        [(1, 3, True, True), (3, 2, False, True), (2, 3, False, False), (2, 1, False, True)], places, EVERY
    )

    assert (list(edges.around(0)), list(edges.within(1)), edges.silent(0)) == ([1], [0], 0)
    assert list(edges.in_degrees(2)) == [1, 1]
