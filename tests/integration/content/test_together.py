"""What a team does around a text: queries, comments, checklists, campaigns, revisions."""

from dataclasses import replace
from datetime import date

import pytest

from editorial.domain.errors import EditorialError, NotAllowed, StaleVersion
from editorial.domain.keywords import Decision, Intent
from editorial.domain.workflow import Status, TransitionRefused
from editorial.services import campaigns, checklists, collisions, comments, content, moving, revisions
from editorial.services.campaigns import CampaignDraft
from editorial.services.collisions import Choice, CollisionRefused
from editorial.store import history
from editorial.store.content import ContentItem, content_types, get_item, type_cells
from tests.integration.plans import Desk

CHOICE = Choice(Decision.DIFFERENTIATE, "One is for the CFO, the other for the plant.")


def test_a_second_item_after_one_query_is_refused_with_the_way_on(desk: Desk) -> None:
    desk.create(target_query="Predictive maintenance cost")

    with pytest.raises(CollisionRefused) as refused:
        desk.create(target_query="  predictive-maintenance  COST?")

    assert (refused.value.field, refused.value.says.params["title"]) == ("target_query", "What a CFO will ask")


def test_a_decision_lets_it_through_and_is_kept_with_its_reason(desk: Desk) -> None:
    desk.create(target_query="轴承温度")
    item_id = desk.create(target_query="轴承 温度", choice=CHOICE)

    with desk.deps.sessions() as session:
        item = get_item(session, item_id)
        found = collisions.look(session, item.target_query, item.query_intent, item.language, item_id=item_id)
        said = [event.action for event in history.of_entity(session, "item", item_id)]
    assert found.decided is not None
    assert (found.open, found.decided.decision, found.decided.reason) == (False, CHOICE.decision, CHOICE.reason)
    assert "item.query_decided" in said


def test_a_decision_without_a_reason_is_none(desk: Desk) -> None:
    desk.create(target_query="bearing")

    with pytest.raises(EditorialError) as refused:
        desk.create(target_query="bearing", choice=Choice(Decision.NEW, " "))

    assert refused.value.field == "query_reason"


def test_another_intent_or_an_archived_item_is_no_collision(desk: Desk) -> None:
    first = desk.create(target_query="bearing")
    desk.create(target_query="bearing", query_intent=Intent.TRANSACTIONAL)
    desk.move(first, Status.ARCHIVED)

    assert desk.create(target_query="bearing")


def test_an_archived_item_does_not_come_back_into_a_collision(desk: Desk) -> None:
    first = desk.create(target_query="bearing")
    desk.move(first, Status.ARCHIVED)
    desk.create(target_query="bearing")

    with pytest.raises(TransitionRefused) as refused:
        desk.move(first, Status.IDEA)

    assert refused.value.guard == "collision"


@pytest.mark.parametrize(("cells", "warns"), [({(2, 5)}, False), ({(2, 1), (2, 5)}, True), (set(), False)])
def test_an_offer_outside_steps_5_and_6_warns_and_is_saved(
    desk: Desk, cells: set[tuple[int, int]], warns: bool
) -> None:
    item_id = desk.create(is_offer=True, cells=frozenset(cells), primary=None)

    with desk.deps.sessions() as session:
        warning = content.offer_warning(session, get_item(session, item_id))
    assert (warning is not None) == warns


def test_every_cell_of_the_purchase_has_a_type_that_answers_it(desk: Desk) -> None:
    with desk.deps.sessions() as session:
        cells = {cell for found in type_cells(session).values() for cell in found}

    assert {(role, step) for role in range(1, 5) for step in range(1, 8)} <= cells


def test_a_required_point_stands_between_writing_and_review(desk: Desk) -> None:
    item_id = desk.create()
    for status in (Status.BRIEF, Status.IN_PRODUCTION):
        desk.move(item_id, status)
    with pytest.raises(TransitionRefused) as refused, desk.deps.sessions.begin() as session:
        moving.move(session, desk.deps, get_item(session, item_id), Status.IN_REVIEW, desk.writer)
    desk.move(item_id, Status.IN_REVIEW)

    assert (refused.value.guard, desk.item(item_id).status) == ("checklist", Status.IN_REVIEW)


def test_a_tick_names_who_did_it_and_can_be_taken_away(desk: Desk) -> None:
    item_id = desk.create()
    with desk.deps.sessions.begin() as session:
        done = checklists.tick(session, desk.deps, desk.writer, item_id, "sources", done=True)
        again = checklists.tick(session, desk.deps, desk.admin, item_id, "sources", done=True)
        open_ = checklists.tick(session, desk.deps, desk.writer, item_id, "sources", done=False)

    assert (done.by, again.by, open_.done) == ("Li Hang", "Li Hang", False)


@pytest.mark.parametrize("values", [{"pages": "many"}, {"download": "not an address"}])
def test_a_field_of_the_type_that_cannot_be_is_refused_beside_it(desk: Desk, values: dict[str, str]) -> None:
    with pytest.raises(EditorialError) as refused:
        desk.create(details=values)

    assert refused.value.field == f"detail-{next(iter(values))}"


def test_a_type_keeps_the_fields_it_asks_for_and_no_others(desk: Desk) -> None:
    item = desk.item(desk.create(details={"pages": "12", "speaker": "Somebody"}))

    assert item.details == {"pages": "12"}


def test_every_seeded_type_has_fields_and_a_checklist_in_both_languages(desk: Desk) -> None:
    with desk.deps.sessions() as session:
        kinds = content_types(session)

    assert all(kind.fields and kind.checklist for kind in kinds)
    assert all(one["en"] and one["zh"] for kind in kinds for one in [*kind.fields, *kind.checklist])


def test_a_comment_names_people_and_an_answer_opens_it_again(desk: Desk) -> None:
    item_id = desk.create()
    with desk.deps.sessions.begin() as session:
        head = comments.add(session, desk.deps, desk.viewer, item_id, f"See @{desk.writer.name}, please.")
        comments.resolve(session, desk.deps, desk.writer, head.id, resolved=True)
        comments.add(session, desk.deps, desk.writer, item_id, "Not yet.", answers=head.id)
        (thread,) = comments.threads(session, item_id)

    assert head.mentions == [desk.writer.id]
    assert (thread.resolved_at, [text for text, named in thread.pieces if named]) == (None, [f"@{desk.writer.name}"])
    assert [answer.pieces for answer in thread.answers] == [(("Not yet.", False),)]


def test_a_stranger_who_only_reads_does_not_settle_a_comment(desk: Desk) -> None:
    item_id = desk.create()
    with desk.deps.sessions.begin() as session:
        head = comments.add(session, desk.deps, desk.writer, item_id, "Open.")

    with pytest.raises(NotAllowed), desk.deps.sessions.begin() as session:
        comments.resolve(session, desk.deps, desk.viewer, head.id, resolved=True)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 5001])
def test_a_comment_that_says_nothing_or_too_much_is_refused(desk: Desk, text: str) -> None:
    item_id = desk.create()

    with pytest.raises(EditorialError) as refused, desk.deps.sessions.begin() as session:
        comments.add(session, desk.deps, desk.writer, item_id, text)

    assert refused.value.field == "say"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "cfo QUESTIONS"}, "name"),
        ({"ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"bar": 5}, "bar"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_beside_its_field(
    desk: Desk, wrong: dict[str, object], field: str
) -> None:
    draft = CampaignDraft("Reference customers", starts_on=date(2026, 2, 1))
    with desk.deps.sessions.begin() as session:
        campaigns.create(session, desk.deps, desk.writer, CampaignDraft("CFO questions"))

    with pytest.raises(EditorialError) as refused, desk.deps.sessions.begin() as session:
        campaigns.create(session, desk.deps, desk.writer, replace(draft, **wrong))  # type: ignore[arg-type]

    assert refused.value.field == field


def test_a_campaign_counts_its_items_and_keeps_them_when_archived(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        campaign = campaigns.create(session, desk.deps, desk.writer, CampaignDraft("CFO questions"))
    item_id = desk.create(campaign_id=campaign.id)
    with desk.deps.sessions.begin() as session:
        (before,) = campaigns.overview(session)
        campaigns.archive(session, desk.deps, desk.writer, campaign.id, version=campaign.version, archived=True)
        used = campaigns.overview(session)

    assert (before.items, before.out, used) == (1, 0, ())
    assert desk.item(item_id).campaign_id == campaign.id


def test_a_stale_save_of_a_campaign_changes_nothing(desk: Desk) -> None:
    with desk.deps.sessions.begin() as session:
        campaign = campaigns.create(session, desk.deps, desk.writer, CampaignDraft("CFO questions"))

    with pytest.raises(StaleVersion), desk.deps.sessions.begin() as session:
        campaigns.save(session, desk.deps, desk.writer, campaign.id, CampaignDraft("X"), version=campaign.version + 1)


def test_an_old_text_comes_back_as_a_new_save(desk: Desk) -> None:
    item_id = desk.create(target_query="bearing", priority=1, brief="For the CFO.")
    desk.save(item_id, body="Second.", target_query="bearing", priority=1, brief="For nobody.")
    with desk.deps.sessions.begin() as session:
        version = session.get_one(ContentItem, item_id).version
        done = revisions.restore(session, desk.deps, desk.writer, item_id, 1, version=version)
    with desk.deps.sessions() as session:
        numbers = [view.revision.n for view in revisions.revisions(session, get_item(session, item_id))]

    assert (done.item.body, done.item.brief, done.item.priority, done.item.target_query) == (
        "A finance chief hears a number.",
        "For the CFO.",
        1,
        "bearing",
    )
    assert numbers == [3, 2, 1]
