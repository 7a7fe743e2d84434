"""Items and their text: made, saved, bound to their approval, never lost."""

from typing import Any

import pytest
from sqlalchemy import select

from editorial.domain.errors import EditorialError
from editorial.domain.jobs import JobState
from editorial.domain.locales import Language
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services import approvals, content, endings, planning
from editorial.services.content import Stale
from editorial.services.scheduling import GoingOut
from editorial.services.slugs import SlugRefused
from editorial.store import distribution, history
from editorial.store.content import Approval, ContentItem, ItemRevision, find_revision
from tests.integration.plans import Desk


def revisions(desk: Desk, item_id: int) -> list[ItemRevision]:
    with desk.deps.sessions() as session:
        wanted = select(ItemRevision).where(ItemRevision.item_id == item_id).order_by(ItemRevision.n)
        return list(session.scalars(wanted))


def test_a_new_item_is_an_idea_with_an_address_and_its_first_revision(desk: Desk) -> None:
    item_id = desk.create(title="预测性维护：CFO 会问什么", language=Language.ZH)
    item = desk.item(item_id)

    assert (item.status, item.slug) == (Status.IDEA, "yu-ce-xing-wei-hu-cfo-hui-wen-shen-me")
    assert [(one.n, one.content_hash) for one in revisions(desk, item_id)] == [(1, item.content_hash)]


def test_two_items_of_one_title_get_two_addresses(desk: Desk) -> None:
    slugs = [desk.item(desk.create()).slug for _ in range(3)]

    assert slugs == ["what-a-cfo-will-ask", "what-a-cfo-will-ask-2", "what-a-cfo-will-ask-3"]


def test_an_address_that_is_taken_is_refused_with_one_that_is_free(desk: Desk) -> None:
    desk.create(slug="cfo")
    desk.create(slug="cfo-2")

    with pytest.raises(SlugRefused) as refused:
        desk.create(slug="cfo")

    assert refused.value.hint.params["slug"] == "cfo-3"


@pytest.mark.parametrize("slug", ["Ä", "a b", "-a", "a--b", "../x", "x" * 100])
def test_an_address_that_cannot_be_one_is_refused(desk: Desk, slug: str) -> None:
    with pytest.raises(SlugRefused):
        desk.create(slug=slug)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "  "}, "title"),
        ({"type_id": 999}, "type"),
        ({"site_id": 999}, "site"),
        ({"owner_id": 999}, "owner"),
        ({"cells": frozenset({(1, 99)})}, "cells"),
    ],
)
def test_what_no_list_offers_is_refused_beside_its_field(desk: Desk, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(EditorialError) as refused:
        desk.create(**wrong)

    assert refused.value.field == field


def test_the_primary_cell_can_move_to_another(desk: Desk) -> None:
    item_id = desk.create()

    for primary in ((2, 4), (4, 6), (2, 4)):
        desk.save(item_id, primary=primary)
        item = desk.item(item_id)
        assert [(cell.role_id, cell.step_id) for cell in item.cells if cell.is_primary] == [primary]


def test_without_a_choice_the_first_cell_is_the_primary_one(desk: Desk) -> None:
    item = desk.item(desk.create(primary=None))

    assert [(cell.role_id, cell.step_id) for cell in item.cells if cell.is_primary] == [(2, 4)]


def test_cells_alone_make_a_new_version(desk: Desk) -> None:
    item_id = desk.create()
    before = desk.item(item_id).version

    desk.save(item_id, cells=frozenset({(1, 1)}))

    assert desk.item(item_id).version == before + 1


def test_each_changed_text_is_kept_as_a_revision(desk: Desk) -> None:
    item_id = desk.create()
    desk.save(item_id, body="Second.")
    desk.save(item_id, body="Second.", priority=1)
    desk.save(item_id, body="Third.")

    assert [one.body for one in revisions(desk, item_id)] == ["A finance chief hears a number.", "Second.", "Third."]


def test_a_changed_brief_is_kept_as_a_revision_and_leaves_the_text_its_author(desk: Desk) -> None:
    item_id = desk.create(body="Second.")
    with desk.deps.sessions.begin() as session:
        draft, version = desk.draft(body="Second.", brief="For the CFO."), desk.item(item_id).version
        content.save(session, desk.deps, desk.admin, item_id, draft, version=version)
    with desk.deps.sessions() as session:
        text = find_revision(session, item_id, desk.item(item_id).content_hash)

    assert [one.brief for one in revisions(desk, item_id)] == ["", "For the CFO."]
    assert text is not None
    assert (text.n, text.author_id) == (1, desk.writer.id)


def test_an_identical_save_writes_nothing(desk: Desk) -> None:
    item_id = desk.create()
    before = desk.item(item_id)

    done = desk.save(item_id, slug=before.slug)

    assert (done.changed, desk.item(item_id).version) == (False, before.version)


def test_a_stale_save_is_refused_and_names_who_was_faster(desk: Desk) -> None:
    item_id = desk.create()
    old = desk.item(item_id).version
    desk.save(item_id, body="Theirs.")

    with pytest.raises(Stale) as refused:
        desk.save(item_id, old, body="Mine.")

    assert (refused.value.by, desk.item(item_id).body) == ("Li Hang", "Theirs.")


def test_two_transactions_on_one_version_do_not_overwrite_each_other(desk: Desk) -> None:
    """On PostgreSQL both read before either writes; on SQLite the second waits, and reads the new version."""
    item_id = desk.create()
    version = desk.item(item_id).version
    with desk.deps.sessions() as first:
        seen = first.get_one(ContentItem, item_id)
        first.commit()
        desk.save(item_id, version, body="Theirs.")
        seen.body = "Mine."
        with pytest.raises(Stale):
            content.touch(first, desk.deps, seen)
        first.rollback()

    assert desk.item(item_id).body == "Theirs."


def test_an_approval_is_bound_to_the_text_it_saw(desk: Desk) -> None:
    item = desk.item(desk.approved())

    with desk.deps.sessions() as session:
        decision = session.scalars(select(Approval)).one()
    assert decision.content_hash == item.content_hash == item.approved_hash
    assert decision.person_id == desk.approver.id


def test_an_edit_of_approved_text_goes_back_into_review(desk: Desk) -> None:
    item_id = desk.approved()

    done = desk.save(item_id, body="Another number.")
    item = desk.item(item_id)

    assert done.reopened_from is Status.APPROVED
    assert (item.status, item.approved_hash, item.review_hash) == (Status.IN_REVIEW, None, item.content_hash)


def test_a_changed_owner_voids_no_approval(desk: Desk) -> None:
    item_id = desk.approved()

    done = desk.save(item_id, owner_id=desk.admin.id)

    assert (done.changed, done.reopened_from, desk.item(item_id).status) == (True, None, Status.APPROVED)


def test_an_identical_save_of_a_scheduled_item_voids_nothing(desk: Desk) -> None:
    item_id = desk.scheduled()

    desk.save(item_id)

    assert desk.item(item_id).status is Status.SCHEDULED


def test_an_edit_of_scheduled_text_holds_its_jobs(desk: Desk) -> None:
    item_id = desk.scheduled()

    done = desk.save(item_id, body="Another number.")

    with desk.deps.sessions() as session:
        states = [job.state for job in distribution.jobs_of_item(session, item_id)]
    assert (done.reopened_from, states) == (Status.SCHEDULED, [JobState.HELD])
    assert desk.item(item_id).status is Status.IN_REVIEW


def test_a_text_that_is_on_its_way_is_not_edited_under_way(desk: Desk) -> None:
    item_id = desk.scheduled()
    with desk.deps.sessions.begin() as session:
        (job,) = distribution.jobs_of_item(session, item_id)
        job.state, job.attempt, job.worker, job.lease_until = JobState.SENDING, 1, "w", desk.deps.now()

    with pytest.raises(GoingOut):
        desk.save(item_id, body="Another number.")

    assert desk.item(item_id).status is Status.SCHEDULED


def test_an_archived_item_is_not_edited(desk: Desk) -> None:
    item_id = desk.create()
    desk.move(item_id, Status.ARCHIVED)

    with pytest.raises(EditorialError):
        desk.save(item_id, body="Another number.")


def test_an_approved_text_cannot_be_emptied(desk: Desk) -> None:
    item_id = desk.approved()

    with pytest.raises(TransitionRefused) as refused:
        desk.save(item_id, body="")

    assert (refused.value.guard, desk.item(item_id).status) == ("body", Status.APPROVED)


def test_a_published_item_stays_published_while_it_is_corrected(desk: Desk) -> None:
    item_id = desk.published()
    live = desk.item(item_id).approved_hash

    desk.save(item_id, body="A better number.")
    item = desk.item(item_id)

    assert (item.status, item.approved_hash) == (Status.PUBLISHED, live)
    assert item.content_hash != live


def test_a_writer_may_not_approve(desk: Desk) -> None:
    item_id = desk.create()
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        desk.move(item_id, step)
    version = desk.item(item_id).version

    with pytest.raises(TransitionRefused) as refused, desk.deps.sessions.begin() as session:
        approvals.approve(session, desk.deps, desk.writer, item_id, version=version)

    assert refused.value.guard == "permission"


def test_asking_for_changes_keeps_the_comment_and_wants_another_text(desk: Desk) -> None:
    item_id = desk.create()
    for step in (Status.BRIEF, Status.IN_PRODUCTION, Status.IN_REVIEW):
        desk.move(item_id, step)
    with desk.deps.sessions.begin() as session:
        version = desk.item(item_id).version
        approvals.ask_for_changes(
            session, desk.deps, desk.approver, item_id, version=version, comment="Name the source."
        )

    with pytest.raises(TransitionRefused) as refused:
        desk.move(item_id, Status.IN_REVIEW)
    desk.save(item_id, body="With its source.")
    desk.move(item_id, Status.IN_REVIEW)

    assert refused.value.guard == "unchanged"
    assert desk.item(item_id).status is Status.IN_REVIEW


def test_every_change_of_status_leaves_an_event(desk: Desk) -> None:
    item_id = desk.approved()

    with desk.deps.sessions() as session:
        events = history.of_entity(session, "item", item_id)
    moves = [(event.before["status"], event.after["status"]) for event in reversed(events) if "status" in event.before]
    assert moves == [
        ("idea", "brief"),
        ("brief", "in_production"),
        ("in_production", "in_review"),
        ("in_review", "approved"),
    ]


def test_an_archived_item_comes_back_by_its_undo(desk: Desk) -> None:
    item_id = desk.create()
    with desk.deps.sessions.begin() as session:
        token = endings.archive(session, desk.deps, desk.writer, item_id, version=1).undo_token
    archived = desk.item(item_id).status

    with desk.deps.sessions.begin() as session:
        planning.undo(session, desk.deps, desk.writer, token or "")

    assert (archived, desk.item(item_id).status) == (Status.ARCHIVED, Status.IDEA)


def test_archiving_an_edited_item_cancels_the_jobs_that_were_held(desk: Desk) -> None:
    item_id = desk.scheduled()
    desk.save(item_id, body="Another number.")

    with desk.deps.sessions.begin() as session:
        version = session.get_one(ContentItem, item_id).version
        endings.archive(session, desk.deps, desk.writer, item_id, version=version)

    with desk.deps.sessions() as session:
        assert [job.state for job in distribution.jobs_of_item(session, item_id)] == [JobState.CANCELLED]


def test_published_by_hand_takes_an_address_and_cancels_the_jobs(desk: Desk) -> None:
    item_id = desk.scheduled()

    with desk.deps.sessions.begin() as session:
        version = session.get_one(ContentItem, item_id).version
        endings.mark_published(
            session, desk.deps, desk.admin, item_id, "HTTPS://Northgauge.example/cfo?utm_source=x", version=version
        )

    item = desk.item(item_id)
    with desk.deps.sessions() as session:
        states = [job.state for job in distribution.jobs_of_item(session, item_id)]
    assert (item.status, item.publish_at, states) == (Status.PUBLISHED, desk.deps.now(), [JobState.CANCELLED])
    assert (item.url, item.url_n2) == (
        "https://northgauge.example/cfo?utm_source=x",
        "https://northgauge.example/cfo",
    )


@pytest.mark.parametrize("url", ["northgauge", "javascript:alert(1)", "ftp://x/", "https://"])
def test_what_is_no_address_proves_nothing(desk: Desk, url: str) -> None:
    item_id = desk.approved()
    version = desk.item(item_id).version

    with pytest.raises(EditorialError) as refused, desk.deps.sessions.begin() as session:
        endings.mark_published(session, desk.deps, desk.admin, item_id, url, version=version)

    assert refused.value.field == "url"


def test_the_address_of_what_is_out_stays_when_its_field_is_emptied(desk: Desk) -> None:
    item_id = desk.published()
    slug = desk.item(item_id).slug

    desk.save(item_id, title="Quite another title", slug="")

    assert desk.item(item_id).slug == slug


def test_another_address_for_what_is_out_is_refused(desk: Desk) -> None:
    item_id = desk.published()

    with pytest.raises(EditorialError) as refused:
        desk.save(item_id, slug="elsewhere")

    assert refused.value.field == "slug"
