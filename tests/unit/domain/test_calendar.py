"""One filter for every view: read from an address, and written back to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.calendar import FACET_LABELS, LATE_LABELS, Facet, Filter, Late
from editorial.domain.locales import Language
from editorial.domain.workflow import Status

IDS = st.frozensets(st.integers(0, 2**31 - 1), max_size=4)
FILTERS = st.builds(
    Filter,
    owner=IDS,
    status=st.frozensets(st.sampled_from(Status)),
    type=IDS,
    role=IDS,
    step=IDS,
    campaign=IDS,
    site=IDS,
    language=st.frozensets(st.sampled_from(Language)),
    text=st.text(max_size=60).map(lambda text: " ".join(text.split())),
    late=st.none() | st.sampled_from(Late),
    mine=st.booleans(),
)


@given(wanted=FILTERS)
def test_a_filter_reads_back_from_its_address(wanted: Filter) -> None:
    assert Filter.read(wanted.pairs()) == wanted


@given(wanted=FILTERS, facet=st.sampled_from([Facet.OWNER, Facet.SITE, Facet.ROLE]), value=st.integers(0, 9))
def test_a_value_taken_twice_is_as_if_never_taken(wanted: Filter, facet: Facet, value: int) -> None:
    assert wanted.toggled(facet, value).toggled(facet, value) == wanted


@pytest.mark.parametrize(
    "pair",
    [
        ("owner", "x"),
        ("owner", "-1"),
        ("owner", "99999999999"),
        ("owner", "١"),
        ("status", "done"),
        ("language", "de"),
        ("late", "soon"),
        ("mine", "yes"),
        ("colour", "red"),
        ("text", "  "),
    ],
)
def test_what_an_address_cannot_mean_is_left_out(pair: tuple[str, str]) -> None:
    assert not Filter.read([pair])


def test_a_text_without_end_is_cut() -> None:
    assert len(Filter.read([("text", "x" * 5000)]).text) == 100


def test_every_facet_and_lateness_has_its_word() -> None:
    assert (set(FACET_LABELS), set(LATE_LABELS)) == (set(Facet), set(Late))
