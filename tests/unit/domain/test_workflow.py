"""The editorial status machine: every way, every guard, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from editorial.domain.people import Permission
from editorial.domain.workflow import WAYS, Situation, Status, TransitionRefused, Way, check, ways_from

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
