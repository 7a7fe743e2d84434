"""The sentence that says why the score moved: it names what weighs most, and nothing where that is no rule."""

import pytest

from editorial.domain.messages import Message
from editorial.services.weekly_mail import Changes, Group
from editorial.services.weekly_score import Shares, moved

WORST = Group(Message("Form goes nowhere"), "blocker", 40, (), rule="form")
BROKEN = Group(Message("Noindex"), "error", 9, (), rule="noindex", addresses=7)
CHANGES = Changes(new=(WORST, BROKEN), discovered=4, fixed=(WORST, BROKEN))


def said(catalogs, delta: int, made_of: Shares, changes: Changes = CHANGES) -> str:
    return str(catalogs["en"].say(moved(changes, delta, made_of)))


@pytest.mark.parametrize(
    ("made_of", "sentence"),
    [
        (Shares({"noindex": -3.0}), "Down by 3, most of all because of “Noindex” on 7 pages."),
        (
            Shares({"noindex": -2.0, "gone": -0.4}, -1.0, True),
            "Down by 3, most of all because of “Noindex” on 7 pages.",
        ),
        (Shares({"form": 0.0}, -3.0), "Down by 3; no single rule explains it."),
        (Shares({"noindex": -1.0}, -2.0, True), "Down by 3, most of all because other pages were seen."),
        (Shares({"noindex": -1.0}, -2.0), "Down by 3; no single rule explains it."),
        (Shares({"discovered": -3.0}), "Down by 3: the new pages we saw score lower."),
        (Shares(), "Down by 3; no single rule explains it."),
    ],
)
def test_a_fall_is_blamed_on_what_weighs_most(catalogs, made_of, sentence) -> None:
    assert said(catalogs, -3, made_of) == sentence


@pytest.mark.parametrize(
    ("made_of", "sentence"),
    [
        (Shares({"noindex": 4.0, "form": 0.0}), "Up by 4, most of all because “Noindex” was mended on 7 pages."),
        (Shares({"noindex": 1.0}, 3.0, True), "Up by 4, most of all because other pages were seen."),
        (Shares({"noindex": 1.0}, 3.0), "Up by 4; no single rule explains it."),
        (Shares({"gone": 4.0}), "Up by 4; no single rule explains it."),
        (Shares(), "Up by 4; no single rule explains it."),
    ],
)
def test_a_rise_is_owed_to_what_weighs_most(catalogs, made_of, sentence) -> None:
    assert said(catalogs, 4, made_of) == sentence
