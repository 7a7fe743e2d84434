"""The wishes of a site: kept as what differs from the usual, and read again."""

from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.crawl_options import OPTION_LIMITS, SWITCHES, CrawlOptions
from editorial.domain.patterns import EVERYTHING, Patterns

NUMBERS = {name: st.none() | st.integers(*bounds) for name, bounds in OPTION_LIMITS.items()}
LINES = st.lists(st.text(max_size=9), max_size=3).map(tuple)
OPTIONS = st.builds(CrawlOptions, include=LINES, exclude=LINES, **NUMBERS, **{name: st.booleans() for name in SWITCHES})


@given(OPTIONS)
def test_wishes_come_back_as_they_were(options: CrawlOptions):
    assert CrawlOptions.from_json(options.as_json()) == options


def test_only_what_differs_is_kept_and_names_of_others_are_passed_over():
    assert CrawlOptions().as_json() == {}
    assert CrawlOptions(subdomains=True, include=("/a",)).as_json() == {"subdomains": True, "include": ["/a"]}
    assert CrawlOptions.from_json({"rate": 2.0, "max_pages": 9}) == CrawlOptions()


def test_patterns_are_those_of_both_lists():
    assert CrawlOptions().patterns is EVERYTHING
    assert CrawlOptions(exclude=("/a",)).patterns == Patterns(exclude=("/a",))
