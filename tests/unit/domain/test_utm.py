"""Campaign parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain import utm
from editorial.domain.urls import n1, n2
from editorial.domain.utm import LONGEST, NAMES, UtmRefused, alike, checked, folded, made, merged

SET = made(source="newsletter", medium="email", campaign="spring", content="gateway", job_id=7)
_values = st.from_regex(r"[a-z0-9._-]{1,60}", fullmatch=True)
_sets = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, _values))
_addresses = st.one_of(
    st.from_regex(r"https?://[a-z]{1,8}\.example(:8[0-9])?(/[a-z%é中 ]{0,5}){0,3}(\?[a-z=&%+#utm_]{0,20})?(#.{0,9})?"),
    st.text(max_size=60),
)


def test_a_set_stands_in_the_query_in_one_order() -> None:
    assert merged("https://acme.example/a", SET) == (
        "https://acme.example/a?utm_source=newsletter&utm_medium=email&utm_campaign=spring&utm_content=gateway&utm_id=7"
    )


@pytest.mark.parametrize(
    ("url", "want"),
    [
        ("https://acme.example", "https://acme.example/?utm_id=7"),
        ("https://acme.example/a?x=1&y=%E4%BD%A0", "https://acme.example/a?x=1&y=%E4%BD%A0&utm_id=7"),
        ("https://acme.example/a?utm_source=old&x=1&utm_id=3", "https://acme.example/a?x=1&utm_id=7"),
        ("https://acme.example/a?UTM_Source=old&utm%5Fmedium=b", "https://acme.example/a?utm_id=7"),
        ("https://acme.example/a?utm_term=pump", "https://acme.example/a?utm_term=pump&utm_id=7"),
        ("https://acme.example/a#part-2", "https://acme.example/a?utm_id=7#part-2"),
        ("https://acme.example/a#价格 表", "https://acme.example/a?utm_id=7#%E4%BB%B7%E6%A0%BC%20%E8%A1%A8"),
        ("https://bücher.example/ä?ö", "https://xn--bcher-kva.example/%C3%A4?%C3%B6&utm_id=7"),
        ("mailto:sales@acme.example", "mailto:sales@acme.example"),
        ("tel:+4930123", "tel:+4930123"),
        ("/relative", "/relative"),
        ("", ""),
    ],
)
def test_a_set_joins_an_address(url: str, want: str) -> None:
    assert merged(url, {"utm_id": "7"}) == want


@given(url=_addresses, values=_sets)
def test_joining_twice_is_joining_once(url: str, values: dict[str, str]) -> None:
    once = merged(url, values)

    assert merged(once, values) == once


@given(url=_addresses, values=_sets)
def test_the_page_stays_the_same_page(url: str, values: dict[str, str]) -> None:
    assert n2(merged(url, values)) == n2(url)


@given(url=_addresses, older=_sets, newer=_sets)
def test_a_newer_set_replaces_the_older_one_whole(url: str, older: dict[str, str], newer: dict[str, str]) -> None:
    if newer and n1(url) is not None:
        assert merged(merged(url, older), newer) == merged(url, newer)


@given(text=st.text(max_size=200))
def test_what_is_folded_is_valid_or_nothing(text: str) -> None:
    fit = folded(text)

    assert checked(fit, field="utm_source") == fit
    assert len(fit) <= LONGEST


@given(text=st.text(max_size=80))
def test_a_typed_value_is_kept_or_refused_with_one_that_would_do(text: str) -> None:
    try:
        assert checked(text, field="utm_source") == text.strip()
    except UtmRefused as refused:
        suggestion = str(refused.hint.params.get("value", ""))
        assert checked(suggestion, field="utm_source") == suggestion


@pytest.mark.parametrize("typed", ["Email", "zwei worte", "微信", "a" * 61, "a/b", "é"])
def test_a_value_that_systems_read_differently_is_refused(typed: str) -> None:
    with pytest.raises(UtmRefused):
        checked(typed, field="utm_medium")


def test_what_is_empty_is_left_out() -> None:
    assert made(source="x", medium="", campaign="", content="", job_id=None) == {"utm_source": "x"}


def test_two_channels_that_could_not_be_told_apart_are_named() -> None:
    plans = [("Mail", SET), ("Partner", {**SET, "utm_id": "8"}), ("WeChat", {**SET, "utm_source": "wechat"})]

    assert [(w.params["one"], w.params["two"]) for w in alike(plans)] == [("Mail", "Partner")]


def test_the_job_alone_tells_nobody_apart() -> None:
    assert "utm_id" in utm.NAMES
    assert not list(alike([("Mail", SET), ("Mail", {**SET, "utm_id": "9"})]))
