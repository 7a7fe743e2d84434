"""The job machine: which way leads on, when to try again, when it is too late."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editorial.domain.jobs import (
    TERMINAL,
    UNSENT,
    WAYS,
    JobState,
    MoveRefused,
    look_up_delay,
    move,
    retry_delay,
)

NOON = datetime(2026, 12, 9, 12, 0, tzinfo=UTC)


def test_every_state_has_its_ways_and_its_word() -> None:
    assert set(WAYS) == set(JobState)
    assert all(state.label.id for state in JobState)


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_nothing_leads_on_from_an_end(state: JobState) -> None:
    assert not WAYS[state]


@pytest.mark.parametrize("state", sorted(set(JobState) - TERMINAL))
def test_every_other_state_leads_to_an_end(state: JobState) -> None:
    reached, before = {state}, set[JobState]()
    while reached != before:
        before = set(reached)
        reached |= {further for here in before for further in WAYS[here]}

    assert reached & TERMINAL


@pytest.mark.parametrize("state", sorted(UNSENT))
def test_what_was_not_sent_can_be_cancelled_at_once(state: JobState) -> None:
    assert move(state, JobState.CANCELLED) is JobState.CANCELLED


def test_only_claimed_jobs_are_sent() -> None:
    assert [state for state in JobState if JobState.SENDING in WAYS[state]] == [JobState.CLAIMED]


def test_success_comes_only_after_acceptance_or_a_persons_word() -> None:
    leading = {state for state in JobState if JobState.SUCCEEDED in WAYS[state]}

    assert leading == {JobState.ACCEPTED, JobState.AWAITING_HUMAN}


def test_what_was_accepted_cannot_fail_any_more() -> None:
    assert WAYS[JobState.ACCEPTED] == {JobState.SUCCEEDED}


def test_a_refused_move_says_from_where_to_where() -> None:
    with pytest.raises(MoveRefused) as refused:
        move(JobState.SUCCEEDED, JobState.QUEUED)

    assert (refused.value.origin, refused.value.to) == (JobState.SUCCEEDED, JobState.QUEUED)


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (9, 60)])
def test_retries_wait_longer_and_longer(attempt: int, minutes: int) -> None:
    assert retry_delay(attempt, 0.0) == timedelta(minutes=minutes)


@given(attempt=st.integers(1, 9), chance=st.floats(0, 1, exclude_max=True), asked=st.floats(0, 86_400))
def test_a_retry_never_comes_before_the_other_side_asked_for_it(attempt: int, chance: float, asked: float) -> None:
    assert retry_delay(attempt, chance, asked) >= timedelta(seconds=asked)


@given(tries=st.integers(0, 100))
def test_looking_up_never_gets_quicker(tries: int) -> None:
    assert look_up_delay(tries) <= look_up_delay(tries + 1)
