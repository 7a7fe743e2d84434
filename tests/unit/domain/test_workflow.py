"""The editorial status machine: every way, every guard, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from editorial.domain.people import Permission
from editorial.domain.workflow import (
    ACTIVE,
    CORRECTIONS,
    WAYS,
    Correction,
    CorrectionWay,
    Situation,
    Status,
    TransitionRefused,
    Way,
    check,
    check_correction,
    correction_of,
    ways_from,
)

ALL = frozenset(Permission)
NOW = datetime(2026, 12, 9, 2, 0, tzinfo=UTC)
READY = Situation(
    status=Status.IDEA,
    title="What a CFO will ask",
    body="Text.",
    cells=1,
    has_owner=True,
    content_hash="now",
    approved_hash="now",
    review_hash="before",
    has_site=True,
    channels=1,
    publish_at=NOW + timedelta(days=6),
    live_jobs=0,
    now=NOW,
    comment="Because.",
    evidence_url="https://northgauge.example/cfo/",
)
GUARDED: list[tuple[Status, Status, dict[str, Any], str]] = [
    (Status.IDEA, Status.BRIEF, {"title": " "}, "title"),
    (Status.IDEA, Status.BRIEF, {"cells": 0}, "cells"),
    (Status.BRIEF, Status.IN_PRODUCTION, {"has_owner": False}, "owner"),
    (Status.IN_PRODUCTION, Status.IN_REVIEW, {"title": ""}, "title"),
    (Status.IN_PRODUCTION, Status.IN_REVIEW, {"body": "\n"}, "body"),
    (Status.IN_REVIEW, Status.CHANGES_REQUESTED, {"comment": ""}, "comment"),
    (Status.IN_REVIEW, Status.APPROVED, {"body": ""}, "body"),
    (Status.CHANGES_REQUESTED, Status.IN_REVIEW, {"body": ""}, "body"),
    (Status.CHANGES_REQUESTED, Status.IN_REVIEW, {"review_hash": "now", "comment": ""}, "unchanged"),
    (Status.APPROVED, Status.SCHEDULED, {"approved_hash": "before"}, "approval"),
    (Status.APPROVED, Status.SCHEDULED, {"approved_hash": None}, "approval"),
    (Status.APPROVED, Status.SCHEDULED, {"publish_at": None}, "slot"),
    (Status.APPROVED, Status.SCHEDULED, {"publish_at": NOW}, "past"),
    (Status.APPROVED, Status.SCHEDULED, {"has_site": False}, "site"),
    (Status.APPROVED, Status.SCHEDULED, {"channels": 0}, "channel"),
    (Status.APPROVED, Status.PUBLISHED, {"approved_hash": "before"}, "approval"),
    (Status.APPROVED, Status.PUBLISHED, {"evidence_url": ""}, "evidence"),
    (Status.SCHEDULED, Status.PUBLISHED, {"evidence_url": ""}, "evidence"),
    (Status.APPROVED, Status.IN_REVIEW, {"body": ""}, "body"),
    (Status.SCHEDULED, Status.IN_REVIEW, {"body": ""}, "body"),
    (Status.PUBLISHED, Status.ARCHIVED, {"live_jobs": 1}, "live_jobs"),
    (Status.IDEA, Status.REJECTED, {"comment": " "}, "reason"),
    (Status.BRIEF, Status.IN_PRODUCTION, {"collides_with": "Another"}, "collision"),
    (Status.IN_PRODUCTION, Status.IN_REVIEW, {"checks_open": 2}, "checklist"),
    (Status.CHANGES_REQUESTED, Status.IN_REVIEW, {"checks_open": 1}, "checklist"),
    (Status.IN_REVIEW, Status.APPROVED, {"wrote_it": True, "self_approval": False}, "self_approval"),
    (Status.APPROVED, Status.SCHEDULED, {"broken_channel": "Website"}, "broken_channel"),
    (Status.SCHEDULED, Status.ON_HOLD, {"comment": ""}, "reason"),
    (Status.ON_HOLD, Status.BRIEF, {"held_from": Status.IDEA}, "return"),
    (Status.ON_HOLD, Status.APPROVED, {"held_from": None}, "return"),
    (Status.ARCHIVED, Status.BRIEF, {"archived_from": Status.IDEA}, "return"),
    (Status.ARCHIVED, Status.IDEA, {"archived_from": Status.IDEA, "collides_with": "Another"}, "collision"),
    (Status.REJECTED, Status.IDEA, {"collides_with": "Another"}, "collision"),
    (Status.PUBLISHED, Status.REFRESH_DUE, {"comment": "", "review_by": NOW.date()}, "refresh"),
    (Status.PUBLISHED, Status.REFRESH_DUE, {"live_jobs": 1}, "live_jobs"),
    (Status.REFRESH_DUE, Status.BRIEF, {"live_jobs": 1}, "live_jobs"),
]
OUT = replace(
    READY, status=Status.PUBLISHED, content_hash="new", approved_hash="old", review_hash="old", live_hash="old"
)
CORRECTING: dict[Correction, Situation] = {
    Correction.NONE: replace(OUT, content_hash="old"),
    Correction.IN_WORK: OUT,
    Correction.IN_REVIEW: replace(OUT, review_hash="new"),
    Correction.CHANGES_REQUESTED: replace(OUT, review_hash="new", given_back=True),
    Correction.APPROVED: replace(OUT, approved_hash="new"),
    Correction.GOING_OUT: replace(OUT, approved_hash="new", live_jobs=1),
}
CORRECTION_GUARDED: list[tuple[Correction, Correction, dict[str, Any], str]] = [
    (Correction.IN_WORK, Correction.IN_REVIEW, {"title": ""}, "title"),
    (Correction.IN_WORK, Correction.IN_REVIEW, {"body": ""}, "body"),
    (Correction.IN_WORK, Correction.IN_REVIEW, {"checks_open": 1}, "checklist"),
    (Correction.IN_REVIEW, Correction.CHANGES_REQUESTED, {"comment": ""}, "comment"),
    (Correction.IN_REVIEW, Correction.APPROVED, {"body": ""}, "body"),
    (Correction.IN_REVIEW, Correction.APPROVED, {"wrote_it": True, "self_approval": False}, "self_approval"),
    (Correction.APPROVED, Correction.GOING_OUT, {"channels": 0}, "channel"),
    (Correction.APPROVED, Correction.GOING_OUT, {"broken_channel": "Website"}, "broken_channel"),
    (Correction.APPROVED, Correction.GOING_OUT, {"has_site": False}, "site"),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.origin}-{way.to}")
def test_every_way_is_open_to_an_item_that_lacks_nothing(way: Way) -> None:
    home = None if way.to is Status.ARCHIVED else way.to
    ready = replace(READY, status=way.origin, held_from=home, archived_from=home)

    assert check(ready, way.to, ALL) is way


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.origin}-{way.to}")
def test_every_way_is_closed_to_somebody_without_its_permission(way: Way) -> None:
    with pytest.raises(TransitionRefused) as refused:
        check(replace(READY, status=way.origin), way.to, ALL - {way.permission})

    assert refused.value.guard == "permission"


@pytest.mark.parametrize(("origin", "to", "lacking", "guard"), GUARDED)
def test_a_guard_refuses_what_the_item_lacks(origin: Status, to: Status, lacking: dict[str, Any], guard: str) -> None:
    with pytest.raises(TransitionRefused) as refused:
        check(replace(READY, status=origin, **lacking), to, ALL)

    assert refused.value.guard == guard


@pytest.mark.parametrize("origin", Status)
def test_there_is_no_way_but_those_of_the_table(origin: Status) -> None:
    known = {way.to for way in ways_from(origin)}
    for to in set(Status) - known:
        with pytest.raises(TransitionRefused) as refused:
            check(replace(READY, status=origin), to, ALL)
        assert refused.value.guard == "way"


def test_no_two_ways_join_the_same_two_states() -> None:
    assert len({(way.origin, way.to) for way in WAYS}) == len(WAYS)


def test_a_scheduled_item_is_not_archived_before_its_schedule_is_cancelled() -> None:
    assert Status.ARCHIVED not in {way.to for way in ways_from(Status.SCHEDULED)}


def test_a_comment_may_hand_the_same_text_in_again() -> None:
    unchanged = replace(READY, status=Status.CHANGES_REQUESTED, review_hash="now", comment="The figure is right.")

    assert check(unchanged, Status.IN_REVIEW, ALL).to is Status.IN_REVIEW


def test_permission_is_asked_before_any_guard() -> None:
    with pytest.raises(TransitionRefused) as refused:
        check(replace(READY, status=Status.APPROVED, publish_at=None), Status.SCHEDULED, frozenset())

    assert refused.value.guard == "permission"


def test_every_guard_of_the_table_has_been_met_by_a_refusal() -> None:
    met = {(origin, to, guard) for origin, to, _, guard in GUARDED}
    unmet = [
        (way.origin, way.to, guard.__name__)
        for way in WAYS
        for guard in way.guards
        if guard.__name__ != "guard"
        and not any(one[:2] == (way.origin, way.to) for one in met)
        and way.to is not Status.ARCHIVED
        and way.to is not Status.ON_HOLD
        and way.origin is not Status.ARCHIVED
    ]

    assert unmet == []


@pytest.mark.parametrize("origin", ACTIVE)
def test_whatever_is_active_may_be_put_on_hold_with_a_reason(origin: Status) -> None:
    assert check(replace(READY, status=origin), Status.ON_HOLD, ALL).to is Status.ON_HOLD
    with pytest.raises(TransitionRefused):
        check(replace(READY, status=origin, comment=""), Status.ON_HOLD, ALL)


def test_nothing_on_hold_or_archived_goes_straight_to_scheduled() -> None:
    back = {way.to for origin in (Status.ON_HOLD, Status.ARCHIVED) for way in ways_from(origin)}

    assert Status.SCHEDULED not in back


@pytest.mark.parametrize(("state", "facing"), CORRECTING.items())
def test_where_a_correction_stands_follows_from_its_hashes(state: Correction, facing: Situation) -> None:
    assert correction_of(facing) is state


@pytest.mark.parametrize("way", CORRECTIONS, ids=lambda way: f"{way.origin}-{way.to}")
def test_every_step_of_a_correction_is_open_where_nothing_lacks(way: CorrectionWay) -> None:
    assert check_correction(CORRECTING[way.origin], way.to, ALL) is way


@pytest.mark.parametrize("way", CORRECTIONS, ids=lambda way: f"{way.origin}-{way.to}")
def test_every_step_of_a_correction_takes_its_permission(way: CorrectionWay) -> None:
    with pytest.raises(TransitionRefused) as refused:
        check_correction(CORRECTING[way.origin], way.to, ALL - {way.permission})

    assert refused.value.guard == "permission"


@pytest.mark.parametrize(("origin", "to", "lacking", "guard"), CORRECTION_GUARDED)
def test_a_guard_refuses_what_a_correction_lacks(
    origin: Correction, to: Correction, lacking: dict[str, Any], guard: str
) -> None:
    with pytest.raises(TransitionRefused) as refused:
        check_correction(replace(CORRECTING[origin], **lacking), to, ALL)

    assert refused.value.guard == guard


def test_an_item_that_is_not_out_has_no_correction() -> None:
    assert correction_of(replace(OUT, status=Status.BRIEF)) is Correction.NONE
