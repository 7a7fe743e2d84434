"""What answers of other people's servers say about a link."""

from datetime import UTC, datetime, timedelta

import pytest

from editorial.domain.external import Heard, Known, LinkState, Verdict, after, again_at, needs_get, verdict_of

MONDAY = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
NOT_THERE, THERE, SILENT = Heard(404), Heard(200), Heard(error="timeout")


@pytest.mark.parametrize(
    ("says", "answers"),
    [
        (Verdict.THERE, [Heard(200), Heard(206), Heard(304), Heard(416)]),
        (Verdict.NOT_THERE, [Heard(404), Heard(410), Heard(error="dns")]),
        (Verdict.NOTHING, [Heard(status) for status in (400, 401, 403, 405, 406, 429, 451, 500, 503, 999)]),
        (
            Verdict.NOTHING,
            [Heard(error=code) for code in ("timeout", "tls", "connect", "robots", "address", "resolver")],
        ),
        (Verdict.NOTHING, [Heard(404, challenged=True), Heard(200, challenged=True)]),
    ],
)
def test_only_what_says_so_plainly_counts(says: Verdict, answers: list[Heard]) -> None:
    assert {answer: verdict_of(answer) for answer in answers} == dict.fromkeys(answers, says)


@pytest.mark.parametrize(
    ("heads", "asked_again"),
    [
        ([(403, None), (404, None), (405, None), (410, None), (501, None), (500, None), (0, "timeout")], True),
        ([(200, None), (301, None), (429, None), (999, None), (401, None), (0, "dns"), (0, "address")], False),
    ],
)
def test_get_is_sent_where_head_leaves_a_question(heads: list[tuple[int, str | None]], asked_again: bool) -> None:
    assert {head: needs_get(*head) for head in heads} == dict.fromkeys(heads, asked_again)


def known_after(*looks: tuple[float, Heard]) -> Known:
    """What is known after looks at these hours from Monday on."""
    known = Known()
    for hours, heard in looks:
        known = after(known, heard, MONDAY + timedelta(hours=hours))
    return known


@pytest.mark.parametrize(
    ("state", "looks"),
    [
        (LinkState.FAILED_ONCE, [(0, NOT_THERE)]),
        (LinkState.FAILED_ONCE, [(0, NOT_THERE), (2, NOT_THERE)]),
        (LinkState.FAILED_ONCE, [(14, NOT_THERE), (16, NOT_THERE)]),  # before and after midnight
        (LinkState.BROKEN, [(0, NOT_THERE), (24, NOT_THERE)]),
        (LinkState.BROKEN, [(0, NOT_THERE), (24, Heard(error="dns")), (25, NOT_THERE)]),
        (LinkState.UNCLEAR, [(0, NOT_THERE), (24, SILENT)]),
        (LinkState.BROKEN, [(0, NOT_THERE), (24, SILENT), (48, NOT_THERE)]),
        (LinkState.UNCLEAR, [(0, NOT_THERE), (24, NOT_THERE), (48, SILENT)]),
        (LinkState.WORKS, [(0, NOT_THERE), (24, NOT_THERE), (48, THERE)]),
        (LinkState.FAILED_ONCE, [(0, NOT_THERE), (24, THERE), (48, NOT_THERE)]),
    ],
)
def test_broken_is_what_was_not_there_on_two_days(state: LinkState, looks: list[tuple[float, Heard]]) -> None:
    assert known_after(*looks).state is state


def test_it_is_known_since_when_a_target_is_not_there() -> None:
    known = known_after((0, NOT_THERE), (24, NOT_THERE), (192, NOT_THERE))

    assert (known.failures, known.failing_since) == (3, MONDAY)


def test_two_looks_within_a_minute_prove_it_to_who_says_so_but_count_as_one_day() -> None:
    once = after(Known(), NOT_THERE, MONDAY)
    twice = after(once, NOT_THERE, MONDAY + timedelta(seconds=30), sure_after=timedelta(seconds=30))

    assert (twice.state, twice.failures) == (LinkState.BROKEN, 1)


def test_an_answer_is_good_for_a_week_and_a_first_failure_for_a_day() -> None:
    assert {state: (again_at(state, MONDAY) - MONDAY).days for state in LinkState} == {
        LinkState.BROKEN: 7,
        LinkState.FAILED_ONCE: 1,
        LinkState.UNCLEAR: 7,
        LinkState.UNASKED: 7,
        LinkState.WORKS: 7,
    }
