"""Who hears of what: names in comments, texts that wait for a review, texts that come back."""

import pytest
from sqlalchemy import select

from editorial.domain.errors import EditorialError
from editorial.domain.packing import unpack
from editorial.domain.people import Role
from editorial.domain.workflow import Correction, Status
from editorial.services import approvals, comments, content, corrections, moving
from editorial.store.comments import Comment
from editorial.store.content import get_item
from editorial.store.notices import Notice
from editorial.store.people import Person
from tests.integration.plans import Desk
from tests.web import add_person


def heard(desk: Desk, person: Person) -> list[tuple[str, str]]:
    """(kind, what they were told) of everything somebody heard."""
    with desk.deps.sessions() as session:
        rows = session.scalars(select(Notice).where(Notice.person_id == person.id).order_by(Notice.id)).all()
    return [(one.kind, desk.deps.catalogs["en"].say(unpack(one.message))) for one in rows]


def say(desk: Desk, item_id: int, text: str, by: Person) -> int:
    with desk.deps.sessions.begin() as session:
        return comments.add(session, desk.deps, by, item_id, text).id


def in_review(desk: Desk, by: Person | None = None) -> int:
    item_id = desk.create()
    for step in (Status.BRIEF, Status.IN_PRODUCTION):
        desk.move(item_id, step)
    hand_in(desk, item_id, by or desk.writer)
    return item_id


def hand_in(desk: Desk, item_id: int, by: Person, comment: str = "") -> None:
    desk.tick_all(item_id)
    with desk.deps.sessions.begin() as session:
        moving.move(session, desk.deps, get_item(session, item_id), Status.IN_REVIEW, by, comment=comment)


def give_back(desk: Desk, item_id: int, by: Person) -> None:
    with desk.deps.sessions.begin() as session:
        version = get_item(session, item_id).version
        approvals.ask_for_changes(session, desk.deps, by, item_id, version=version, comment="Name the source.")


def test_who_is_named_in_a_comment_hears_of_it_once(desk: Desk) -> None:
    item_id = desk.create()

    say(desk, item_id, f"@{desk.approver.name} and again @{desk.approver.name}: is this right?", desk.writer)

    assert heard(desk, desk.approver) == [("mention", f"{desk.writer.name} mentions you in “What a CFO will ask”.")]


def test_who_names_themself_hears_nothing(desk: Desk) -> None:
    say(desk, desk.create(), f"@{desk.writer.name}: remember", desk.writer)

    assert heard(desk, desk.writer) == []


def test_a_comment_that_is_told_again_tells_only_who_is_new_in_it(desk: Desk) -> None:
    comment_id = say(desk, desk.create(), f"@{desk.approver.name}", desk.writer)

    with desk.deps.sessions.begin() as session:
        comment = session.get_one(Comment, comment_id)
        both = [session.get_one(Person, one.id) for one in (desk.approver, desk.viewer)]
        comments.tell_mentioned(session, desk.deps, desk.writer, comment, title="A title", named=both)

    assert (len(heard(desk, desk.approver)), len(heard(desk, desk.viewer))) == (1, 1)


def test_a_comment_that_is_refused_tells_nobody(desk: Desk) -> None:
    item_id = desk.create()
    with pytest.raises(EditorialError):
        say(desk, item_id, f"@{desk.approver.name} " + "x" * comments.LONGEST, desk.writer)

    assert heard(desk, desk.approver) == []


def test_approvers_hear_of_a_text_that_is_handed_in(desk: Desk) -> None:
    in_review(desk)

    assert heard(desk, desk.approver) == [("review", f"{desk.writer.name} hands in “What a CFO will ask” for review.")]
    assert (heard(desk, desk.viewer), heard(desk, desk.writer)) == ([], [])


def test_an_approver_who_wrote_the_text_is_not_asked_to_review_it(desk: Desk) -> None:
    author = add_person(desk.deps, "Ada Brandt", Role.EDITOR, Role.APPROVER)
    item_id = desk.create()
    with desk.deps.sessions.begin() as session:
        version = get_item(session, item_id).version
        content.save(session, desk.deps, author, item_id, desk.draft(body="Hers."), version=version)
    for step in (Status.BRIEF, Status.IN_PRODUCTION):
        desk.move(item_id, step)

    hand_in(desk, item_id, desk.writer)

    assert (heard(desk, author), len(heard(desk, desk.approver))) == ([], 1)


def test_the_owner_hears_of_changes_that_are_asked_for(desk: Desk) -> None:
    item_id = in_review(desk)

    give_back(desk, item_id, desk.approver)

    assert heard(desk, desk.writer) == [("changes", f"{desk.approver.name} asks for changes to “What a CFO will ask”.")]
    with desk.deps.sessions() as session:
        told = session.scalars(select(Notice).where(Notice.kind == "changes")).one()
    assert (told.quote, told.link) == ("Name the source.", f"/items/{item_id}")


def test_each_round_of_a_review_is_told(desk: Desk) -> None:
    item_id = in_review(desk)
    give_back(desk, item_id, desk.approver)

    hand_in(desk, item_id, desk.writer, comment="It stays: the source is named above.")

    assert [kind for kind, _ in heard(desk, desk.approver)] == ["review", "review"]


def test_approvers_hear_of_a_text_that_was_changed_after_its_approval(desk: Desk) -> None:
    item_id = desk.approved()

    desk.save(item_id, body="Another number.")

    assert heard(desk, desk.approver)[-1] == (
        "review",
        f"{desk.writer.name} changed “What a CFO will ask” after its approval. It needs a new review.",
    )


def test_who_comes_back_from_hold_tells_nobody_anew(desk: Desk) -> None:
    item_id = in_review(desk)
    desk.move(item_id, Status.ON_HOLD, comment="Waits for the numbers.")

    desk.move(item_id, Status.IN_REVIEW)

    assert len(heard(desk, desk.approver)) == 1


def test_a_correction_is_told_to_approvers_and_back_to_its_owner(desk: Desk) -> None:
    item_id = desk.published()
    desk.save(item_id, body="A better number.")

    for actor, to in ((desk.writer, Correction.IN_REVIEW), (desk.approver, Correction.CHANGES_REQUESTED)):
        with desk.deps.sessions.begin() as session:
            item = get_item(session, item_id)
            corrections.step(session, desk.deps, actor, item, to, comment="Not yet.")
            content.touch(session, desk.deps, item)

    assert "hands in a correction of" in heard(desk, desk.approver)[-1][1]
    assert "to the correction of" in heard(desk, desk.writer)[-1][1]
