"""What becomes of a finding from one audit to the next."""

import pytest

from editorial.domain.findings import Answer, FindingState, after_audit

NEW, PERSISTING, REOPENED, FIXED, GONE, MUTED = FindingState


@pytest.mark.parametrize("before", [NEW, PERSISTING, REOPENED, FIXED, GONE, MUTED])
@pytest.mark.parametrize("answer", [Answer.INCONCLUSIVE, Answer.NOT_SEEN])
def test_what_could_not_be_judged_stays_as_it_is(before, answer):
    assert after_audit(before, answer) is before


def test_what_is_muted_stays_muted_while_it_fails():
    assert after_audit(MUTED, Answer.FAIL) is MUTED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, NEW),
        (NEW, PERSISTING),
        (PERSISTING, PERSISTING),
        (REOPENED, PERSISTING),
        (FIXED, REOPENED),
        (GONE, REOPENED),
    ],
)
def test_a_failure(before, after):
    assert after_audit(before, Answer.FAIL) is after


@pytest.mark.parametrize("before", [NEW, PERSISTING, REOPENED, MUTED])
def test_only_a_pass_fixes(before):
    assert after_audit(before, Answer.PASS) is FIXED
    assert after_audit(before, Answer.NOT_APPLICABLE) is GONE


@pytest.mark.parametrize("answer", [Answer.PASS, Answer.NOT_APPLICABLE, Answer.INCONCLUSIVE, Answer.NOT_SEEN])
def test_nothing_begins_without_a_failure(answer):
    assert after_audit(None, answer) is None


@pytest.mark.parametrize("before", [FIXED, GONE])
@pytest.mark.parametrize("answer", [Answer.PASS, Answer.NOT_APPLICABLE])
def test_what_has_ended_has_ended(before, answer):
    assert after_audit(before, answer) is before
