"""Every path to another status ends in one function, and that function asks the machine."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from config import ROOT
from editorial.domain import workflow
from editorial.domain.guards import TransitionRefused
from editorial.domain.jobs import JobState
from editorial.domain.messages import Message
from editorial.domain.workflow import WAYS, Status
from editorial.services import approvals, content, endings, outcomes, planning, refreshing, scheduling
from editorial.services.moving import ways_on
from editorial.store import distribution
from editorial.store.content import ContentItem
from tests.integration.plans import SLOT, ZONE, Desk

Path_ = Callable[[Desk, Session, ContentItem], object]


def stores_status(path: Path) -> bool:
    tree = ast.parse(path.read_text())
    return any(
        isinstance(node, ast.Attribute) and node.attr == "status" and isinstance(node.ctx, ast.Store)
        for node in ast.walk(tree)
    )


def test_one_line_of_the_product_sets_the_status_of_an_item() -> None:
    files = set((ROOT / "editorial").rglob("*.py")) - {ROOT / "editorial/services/once.py"}  # the status of an answer

    assert [path.name for path in files if stores_status(path)] == ["steps.py"]


def decide(desk: Desk, session: Session, item: ContentItem) -> object:
    return approvals.approve(session, desk.deps, desk.approver, item.id, version=item.version)


def give_back(desk: Desk, session: Session, item: ContentItem) -> object:
    return approvals.ask_for_changes(session, desk.deps, desk.approver, item.id, version=item.version, comment="No.")


def schedule(desk: Desk, session: Session, item: ContentItem) -> object:
    return scheduling.schedule(
        session,
        item.id,
        wall=SLOT,
        zone=ZONE,
        actor=desk.admin,
        version=None,
        now=desk.deps.now(),
        token=desk.deps.token,
    )


def unschedule(desk: Desk, session: Session, item: ContentItem) -> object:
    return scheduling.unschedule(session, item.id, actor=desk.admin, version=None, now=desk.deps.now())


def send_now(desk: Desk, session: Session, item: ContentItem) -> object:
    return scheduling.publish_now(
        session, item.id, actor=desk.admin, version=None, now=desk.deps.now(), token=desk.deps.token
    )


def publish_by_hand(desk: Desk, session: Session, item: ContentItem) -> object:
    url = "https://northgauge.example/cfo"
    return endings.mark_published(session, desk.deps, desk.admin, item.id, url, version=item.version)


def archive(desk: Desk, session: Session, item: ContentItem) -> object:
    return endings.archive(session, desk.deps, desk.admin, item.id, version=item.version)


def edit(desk: Desk, session: Session, item: ContentItem) -> object:
    return content.save(session, desk.deps, desk.writer, item.id, desk.draft(body="Another."), version=item.version)


def job_fails(desk: Desk, session: Session, item: ContentItem) -> object:
    for job in distribution.live_jobs(session, item.id):
        job.state, job.ended_at = JobState.FAILED, desk.deps.now()
    outcomes.settle(session, item, desk.deps.now())
    return item


PATHS: list[tuple[str, Path_]] = [
    ("in_review", decide),
    ("in_review", give_back),
    ("approved", schedule),
    ("approved", send_now),
    ("approved", publish_by_hand),
    ("approved", archive),
    ("approved", edit),
    ("scheduled", unschedule),
    ("scheduled", edit),
    ("scheduled", job_fails),
]


@pytest.mark.parametrize(("start", "path"), PATHS, ids=lambda one: getattr(one, "__name__", one))
def test_a_closed_machine_closes_every_path(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, start: str, path: Path_
) -> None:
    starts: dict[str, Callable[[Desk], int]] = {
        "in_review": in_review,
        "approved": Desk.approved,
        "scheduled": Desk.scheduled,
    }
    item_id = starts[start](desk)
    before = desk.item(item_id).status
    monkeypatch.setattr(workflow, "check", closed)

    with pytest.raises(TransitionRefused) as refused, desk.deps.sessions.begin() as session:
        path(desk, session, session.get_one(ContentItem, item_id))

    assert (refused.value.guard, desk.item(item_id).status) == ("closed", before)


def test_a_closed_machine_closes_the_undo(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    item_id = desk.create()
    with desk.deps.sessions.begin() as session:
        token = endings.archive(session, desk.deps, desk.writer, item_id, version=1).undo_token
    monkeypatch.setattr(workflow, "check", closed)

    with pytest.raises(TransitionRefused), desk.deps.sessions.begin() as session:
        planning.undo(session, desk.deps, desk.writer, token or "")

    assert desk.item(item_id).status is Status.ARCHIVED


def test_the_clock_moves_what_is_past_its_review_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    item_id = published(desk)
    desk.deps.now.forward(days=366)  # type: ignore[attr-defined]
    with monkeypatch.context() as shut:
        shut.setattr(workflow, "check", closed)
        refused = refreshing.mark_due(desk.deps)

    assert (refused, refreshing.mark_due(desk.deps), desk.item(item_id).status) == (0, 1, Status.REFRESH_DUE)


def test_a_refresh_begins_as_a_brief_with_its_address(desk: Desk) -> None:
    item_id = published(desk)
    desk.move(item_id, Status.REFRESH_DUE, comment="The price has changed.")
    desk.move(item_id, Status.BRIEF)
    item = desk.item(item_id)

    assert (item.url, item.publish_at, item.approved_hash) == ("https://northgauge.example/cfo", None, None)


def test_a_hold_remembers_where_it_goes_back(desk: Desk) -> None:
    item_id = desk.scheduled()
    desk.move(item_id, Status.ON_HOLD, comment="The customer has not answered.")
    held = desk.item(item_id)
    with desk.deps.sessions() as session:
        jobs = [job.state for job in distribution.jobs_of_item(session, item_id)]
    desk.move(item_id, Status.APPROVED)
    back = desk.item(item_id)

    assert (held.held_from, held.hold_reason) == (Status.APPROVED, "The customer has not answered.")
    assert (jobs, back.status, back.hold_reason, back.held_from) == ([JobState.HELD], Status.APPROVED, "", None)
    assert back.approved_hash == back.content_hash


def test_an_edit_during_a_hold_leads_back_to_review(desk: Desk) -> None:
    item_id = desk.approved()
    desk.move(item_id, Status.ON_HOLD, comment="Wait.")
    desk.save(item_id, body="Another number.")

    with pytest.raises(TransitionRefused):
        desk.move(item_id, Status.APPROVED)
    desk.move(item_id, Status.IN_REVIEW)

    assert desk.item(item_id).approved_hash is None


def test_a_rejected_idea_keeps_its_reason_until_it_is_taken_up_again(desk: Desk) -> None:
    item_id = desk.create()
    desk.move(item_id, Status.REJECTED, comment="Nobody asks for it.")
    reason = desk.item(item_id).rejected_reason
    desk.move(item_id, Status.IDEA)

    assert (reason, desk.item(item_id).rejected_reason) == ("Nobody asks for it.", "")


@pytest.mark.parametrize("status", [Status.ON_HOLD, Status.ARCHIVED])
def test_of_the_ways_back_one_is_offered(desk: Desk, status: Status) -> None:
    item_id = desk.create()
    desk.move(item_id, Status.BRIEF)
    desk.move(item_id, status, comment="Later.")

    with desk.deps.sessions() as session:
        ways = ways_on(session, desk.deps, session.get_one(ContentItem, item_id), desk.admin)

    assert [on.way.to for on in ways if on.way.to is not Status.ARCHIVED] == [Status.BRIEF]


def test_nobody_approves_what_they_wrote_where_others_could(desk: Desk) -> None:
    item_id = in_review(desk)
    with desk.deps.sessions.begin() as session:
        version = session.get_one(ContentItem, item_id).version
        content.save(session, desk.deps, desk.admin, item_id, desk.draft(body="Mine."), version=version)

    with pytest.raises(TransitionRefused) as refused, desk.deps.sessions.begin() as session:
        approvals.approve(session, desk.deps, desk.admin, item_id, version=desk.item(item_id).version)

    assert refused.value.guard == "self_approval"


def test_the_table_names_every_status() -> None:
    assert {way.to for way in WAYS} | {way.origin for way in WAYS} == set(Status)


def closed(*_: object) -> None:
    raise TransitionRefused("closed", Message("closed"), Message("closed"))


def in_review(desk: Desk) -> int:
    item_id = desk.create()
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        desk.move(item_id, step)
    return item_id


def published(desk: Desk) -> int:
    item_id = desk.approved()
    with desk.deps.sessions.begin() as session:
        publish_by_hand(desk, session, session.get_one(ContentItem, item_id))
    return item_id
