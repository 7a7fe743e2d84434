"""When two search queries are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.keywords import normalised


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Predictive Maintenance", "  predictive   maintenance "),
        ("predictive-maintenance", "predictive maintenance"),
        ("predictive maintenance?", "predictive maintenance"),
        ("ＣＮＣ　machine", "cnc machine"),
        ("轴承 温度", "轴承温度"),
        ("轴承，温度", "轴承温度"),
        ("CNC 机床", "cnc机床"),
        ("what's an SLA", "whats an sla"),
        ("STRASSE", "straße"),
    ],
)
def test_equal_queries_have_one_form(one: str, other: str) -> None:
    assert normalised(one) == normalised(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("C++", "C"), ("C#", "C"), ("v2", "v3"), ("停机", "停产"), ("re sign", "resign")]
)
def test_different_queries_stay_different(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize("nothing", ["", "  ", "?!…", "。，"])
def test_what_says_nothing_is_no_query(nothing: str) -> None:
    assert normalised(nothing) == ""


@given(st.text(max_size=80))
def test_the_form_of_a_form_is_itself(query: str) -> None:
    assert normalised(normalised(query)) == normalised(query)
