"""What speaks for a cell of the coverage matrix."""

from datetime import date

import pytest

from editorial.domain.coverage import COVER_LABELS, Cover, Tally, cell_of


def tally(cover: Cover, items: int = 1, *, kind: int = 1, primary: int = 1, first_on: date | None = None) -> Tally:
    return Tally(1, 5, kind, cover, items, primary, first_on)


@pytest.mark.parametrize(
    ("covers", "state"),
    [
        ([], Cover.NONE),
        ([Cover.IDEA], Cover.NONE),
        ([Cover.WORK, Cover.IDEA], Cover.WORK),
        ([Cover.COMING, Cover.WORK], Cover.COMING),
        ([Cover.COMING, Cover.STALE], Cover.STALE),
        ([Cover.STALE, Cover.LIVE], Cover.LIVE),
    ],
)
def test_what_a_reader_finds_today_speaks_first(covers: list[Cover], state: Cover) -> None:
    assert cell_of(tally(cover) for cover in covers).state is state


def test_types_of_what_speaks_stand_by_their_number() -> None:
    cell = cell_of([tally(Cover.LIVE, 1, kind=3), tally(Cover.LIVE, 4, kind=7), tally(Cover.WORK, 9, kind=5)])

    assert cell.types == (7, 3)


def test_a_cell_is_thin_where_all_that_is_live_works_for_another() -> None:
    borrowed = tally(Cover.LIVE, 3, primary=0)

    assert cell_of([borrowed]).thin
    assert not cell_of([borrowed, tally(Cover.LIVE, 1, kind=2, primary=1)]).thin
    assert not cell_of([tally(Cover.COMING, primary=0)]).thin


def test_the_next_day_is_the_first_of_what_is_coming() -> None:
    coming = [tally(Cover.COMING, kind=n, first_on=date(2026, 12, 20 - n)) for n in range(3)]

    assert cell_of(coming).next_on == date(2026, 12, 18)


def test_every_state_has_its_word() -> None:
    assert set(COVER_LABELS) == set(Cover)


def test_an_empty_cell_and_the_legend_say_the_same_word() -> None:
    assert cell_of([]).says == Cover.NONE.label
