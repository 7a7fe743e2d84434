"""A published item stays published while it is corrected; the approved correction goes out as an update."""

import pytest

from editorial.domain.guards import TransitionRefused
from editorial.domain.jobs import Action, JobState
from editorial.domain.workflow import Correction, Status, correction_of
from editorial.services import corrections, endings, revisions
from editorial.services.steps import situation
from editorial.store import distribution
from editorial.store.content import ContentItem, get_item
from editorial.store.distribution import DistributionJob
from editorial.store.people import Person
from tests.integration.plans import Desk


def published(desk: Desk) -> int:
    item_id = desk.approved()
    with desk.deps.sessions.begin() as session:
        version = session.get_one(ContentItem, item_id).version
        endings.mark_published(
            session, desk.deps, desk.admin, item_id, "https://northgauge.example/cfo", version=version
        )
    return item_id


def step(desk: Desk, item_id: int, to: Correction, actor: Person, comment: str = "") -> None:
    with desk.deps.sessions.begin() as session:
        corrections.step(session, desk.deps, actor, get_item(session, item_id), to, comment=comment)


def state(desk: Desk, item_id: int) -> Correction:
    with desk.deps.sessions() as session:
        return correction_of(situation(session, get_item(session, item_id), desk.deps.now()))


def jobs(desk: Desk, item_id: int) -> list[DistributionJob]:
    with desk.deps.sessions() as session:
        return list(distribution.jobs_of_item(session, item_id))


def test_a_correction_goes_its_way_and_out_as_an_update(desk: Desk) -> None:
    item_id = published(desk)
    live = desk.item(item_id).live_hash
    desk.save(item_id, body="The right number.")
    seen = [state(desk, item_id)]
    step(desk, item_id, Correction.IN_REVIEW, desk.writer)
    seen.append(state(desk, item_id))
    step(desk, item_id, Correction.APPROVED, desk.admin)
    seen.append(state(desk, item_id))
    item, (job,) = desk.item(item_id), jobs(desk, item_id)

    assert seen == [Correction.IN_WORK, Correction.IN_REVIEW, Correction.GOING_OUT]
    assert (item.status, item.live_hash) == (Status.PUBLISHED, live)
    assert (job.action, job.state, job.content_hash) == (Action.UPDATE, JobState.QUEUED, item.content_hash)


def test_an_approver_who_may_not_publish_leaves_the_sending_to_a_publisher(desk: Desk) -> None:
    item_id = published(desk)
    desk.save(item_id, body="The right number.")
    step(desk, item_id, Correction.IN_REVIEW, desk.writer)
    step(desk, item_id, Correction.APPROVED, desk.approver)
    waiting = (state(desk, item_id), jobs(desk, item_id))
    step(desk, item_id, Correction.GOING_OUT, desk.admin)

    assert waiting == (Correction.APPROVED, [])
    assert state(desk, item_id) is Correction.GOING_OUT


def test_a_correction_that_was_given_back_wants_another_text(desk: Desk) -> None:
    item_id = published(desk)
    desk.save(item_id, body="The right number.")
    step(desk, item_id, Correction.IN_REVIEW, desk.writer)
    step(desk, item_id, Correction.CHANGES_REQUESTED, desk.approver, "Name the source.")

    with pytest.raises(TransitionRefused):
        step(desk, item_id, Correction.IN_REVIEW, desk.writer)
    desk.save(item_id, body="The right number, with its source.")

    assert state(desk, item_id) is Correction.IN_WORK


def test_an_edit_of_a_correction_on_its_way_stops_its_update(desk: Desk) -> None:
    item_id = published(desk)
    desk.save(item_id, body="The right number.")
    step(desk, item_id, Correction.IN_REVIEW, desk.writer)
    step(desk, item_id, Correction.APPROVED, desk.admin)
    desk.save(item_id, body="Another number.")

    assert [job.state for job in jobs(desk, item_id)] == [JobState.CANCELLED]
    assert state(desk, item_id) is Correction.IN_WORK


def test_a_dropped_correction_leaves_what_is_out(desk: Desk) -> None:
    item_id = published(desk)
    desk.save(item_id, body="The wrong idea.")
    with desk.deps.sessions.begin() as session:
        version = session.get_one(ContentItem, item_id).version
        revisions.restore(session, desk.deps, desk.writer, item_id, 1, version=version)
    item = desk.item(item_id)

    assert (state(desk, item_id), item.status, item.body) == (
        Correction.NONE,
        Status.PUBLISHED,
        "A finance chief hears a number.",
    )
