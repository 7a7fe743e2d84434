"""Patterns of addresses: what they match, what they refuse, and that none of them can hold up a crawl."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.expressions import Unsupported, compiled
from editorial.domain.patterns import MOST, BadPattern, Patterns, TooManyPatterns, cleaned, matcher

SITE = "https://example.com"


@pytest.mark.parametrize(
    ("line", "path", "expected"),
    [
        ("/blog/*", "/blog/a/b", True),
        ("/blog/*", "/blog", False),
        ("/blog/*", "/en/blog/a", False),
        ("*/tag/*", "/en/tag/x", True),
        ("*?print=*", "/a?print=1", True),
        ("/a?b", "/aXb", False),
        ("/a*b*c", "/abc", True),
        ("/a*b*c", "/acb", False),
        ("/ab*ba", "/aba", False),
        ("/exact", "/exact", True),
        ("/exact", "/exact/", False),
        ("re:^/shop/\\d+$", "/shop/12", True),
        ("re:^/shop/\\d+$", "/shop/12/", False),
        ("re:[?&]sort=", "/a?x=1&sort=up", True),
        ("re:(?:pdf|zip)$", "/a.pdf", True),
    ],
)
def test_a_line_matches_path_and_query(line: str, path: str, expected: bool):
    assert matcher(line)(path) is expected


@pytest.mark.parametrize(
    "line",
    [
        "blog",
        "https://example.com/a",
        "re:(",
        "re:a{2",
        "re:a{²}",
        "re:a{1,³}",
        "re:(?=a)",
        "re:(a)\\1",
        "re:*",
        "re:(?:.{100}){4}",
        "/" + "x" * 500,
    ],
)
def test_what_is_no_pattern_is_refused_beside_its_field(line: str):
    with pytest.raises(BadPattern) as refused:
        cleaned([line], "crawl_exclude")

    assert refused.value.field == "crawl_exclude"


def test_empty_lines_are_none_and_there_is_an_end():
    assert cleaned(["", " /a ", "/a", "/b"], "x") == ("/a", "/b")
    with pytest.raises(TooManyPatterns):
        cleaned([f"/{number}" for number in range(MOST + 1)], "x")


def test_exclude_wins_over_include():
    patterns = Patterns(include=("/docs/*",), exclude=("*/draft/*",))

    assert [patterns.take(SITE + path) for path in ("/docs/a", "/docs/draft/a", "/shop", "/")] == [
        True,
        False,
        False,
        False,
    ]
    assert Patterns().take(SITE + "/anything")


def test_an_expression_that_ruins_others_takes_no_time_here():
    """Run backwards, this one takes 2 to the 5,000 steps."""
    assert not compiled("^(a+)+(b?a*)*$")("a" * 5_000 + "!")


EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d", "1", "[a-c]", "\\."]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join).map("(?:{})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,1}", "{2,}"])).map(
            lambda both: f"(?:{both[0]}){both[1]}"
        ),
    ),
    max_leaves=6,
)


@given(st.sampled_from(["", "^"]), EXPRESSIONS, st.sampled_from(["", "$"]), st.text("abc1.", max_size=12))
def test_expressions_mean_what_they_mean_elsewhere(start: str, expression: str, end: str, text: str):
    whole = f"{start}(?:{expression}){end}"

    assert compiled(whole)(text) is bool(re.search(whole, text))


@given(st.text("ab()[]{}*+?|^$\\.-,:1", max_size=20))
def test_noise_is_refused_or_understood_and_never_worse(expression: str):
    with suppress(Unsupported):
        compiled(expression)("ab1")
