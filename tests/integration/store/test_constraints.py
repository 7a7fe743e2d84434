"""What the database itself refuses, whatever a program tries: the invariants of plans and their history."""

import ast
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, String, Text, select, text
from sqlalchemy.exc import IntegrityError

from config import ROOT
from editorial.domain.locales import Language
from editorial.domain.people import Scope
from editorial.services import api_tokens, sign_in, team
from editorial.services.deps import Deps
from editorial.services.team import Invitation
from editorial.store.base import Base
from tests.integration.plans import Desk, make_desk


@pytest.fixture
def desk(deps: Deps) -> Desk:
    return make_desk(deps)


def refused(database: Engine, statement: str, **values: object) -> str:
    with pytest.raises(IntegrityError) as error, database.begin() as connection:
        connection.execute(text(statement), values)
    return str(error.value.orig)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("publish_at = NULL, publish_wall = NULL, publish_zone = NULL", "scheduled_has_slot"),
        ("publish_zone = NULL", "slot_is_whole"),
        ("publish_wall = NULL", "slot_is_whole"),
        ("publish_fold = 2", "fold"),
        ("approved_hash = NULL", "scheduled_is_approved"),
        ("content_hash = 'another text'", "scheduled_is_approved"),
        ("status = 'published', url = NULL", "published_has_url"),
        ("status = 'on_hold', held_from = 'approved'", "hold_has_reason"),
        ("status = 'on_hold', hold_reason = 'Legal looks'", "hold_remembers"),
        ("status = 'rejected'", "rejected_has_reason"),
        ("priority = 4", "priority"),
    ],
)
def test_a_scheduled_item_stays_whole(desk: Desk, database: Engine, change: str, constraint: str) -> None:
    item_id = desk.scheduled()

    said = refused(database, f"UPDATE content_item SET {change} WHERE id = :id", id=item_id)

    assert constraint in said


def test_an_item_with_jobs_is_not_deleted(desk: Desk, database: Engine) -> None:
    item_id = desk.scheduled()

    refused(database, "DELETE FROM content_item WHERE id = :id", id=item_id)


def test_an_item_has_one_cell_that_it_works_for_above_all(desk: Desk, database: Engine) -> None:
    item_id = desk.create()

    refused(
        database,
        "INSERT INTO item_role_step (item_id, role_id, step_id, is_primary) VALUES (:id, 4, 9, :yes)",
        id=item_id,
        yes=True,
    )


def test_two_items_of_a_site_do_not_share_an_address(desk: Desk, database: Engine) -> None:
    first, second = desk.create(), desk.create()

    refused(
        database,
        "UPDATE content_item SET slug = (SELECT slug FROM content_item WHERE id = :first) WHERE id = :second",
        first=first,
        second=second,
    )


def deletions() -> Iterator[tuple[str, str]]:
    """File and table of every DELETE that the product can make, by an ORM statement or an entity of a session."""
    for path in sorted((ROOT / "editorial").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "delete" and node.args:
                yield path.name, ast.unparse(node.args[0])


def test_no_line_of_the_product_deletes_an_item_or_what_was_done_to_it() -> None:
    kept = {"ContentItem", "ItemRevision", "Approval", "HistoryEvent", "DistributionJob", "JobAttempt", "Comment"}

    assert [(file, table) for file, table in deletions() if table in kept] == []


def secrets(deps: Deps, desk: Desk) -> list[str]:
    """A token of each kind that somebody outside the database holds."""
    with deps.sessions.begin() as session:
        invited = team.invite(
            session,
            deps,
            desk.admin,
            Invitation("Jonas Weber", "jonas@northgauge.example", desk.viewer.roles, Language.EN),
        )
        reset = team.password_link(session, deps, desk.writer, None)
        _, cookie = sign_in.open_session(session, deps, desk.viewer, address="127.0.0.1", agent="test")
        made = api_tokens.make(session, deps, desk.admin, name="Export", scope=Scope.READ, days=30)
    return [invited.url.rsplit("=", 1)[1], reset.url.rsplit("=", 1)[1], cookie, made.secret]


def test_no_token_that_opens_something_lies_in_the_database(desk: Desk, deps: Deps) -> None:
    tokens = secrets(deps, desk)

    with deps.sessions() as session:
        values = [
            str(value)
            for table in Base.metadata.sorted_tables
            for column in table.c
            if isinstance(column.type, String | Text) or "JSON" in type(column.type).__name__
            for value in session.scalars(select(column))
        ]

    assert len(values) > 100
    assert [token for token in tokens if any(token in value for value in values)] == []


def test_each_sign_in_is_ended_alone(desk: Desk, deps: Deps) -> None:
    with deps.sessions.begin() as session:
        one, first = sign_in.open_session(session, deps, desk.viewer, address="", agent="phone")
        _, second = sign_in.open_session(session, deps, desk.viewer, address="", agent="desk")
    with deps.sessions.begin() as session:
        sign_in.revoke(session, deps, desk.viewer.id, one.id)

    assert sign_in.find_session(deps, first) is None
    assert sign_in.find_session(deps, second) is not None


def test_a_change_that_falls_takes_its_event_along(desk: Desk, deps: Deps) -> None:
    before = events(deps)

    with deps.sessions() as session:
        team.password_link(session, deps, desk.writer, desk.admin)
        session.flush()
        session.rollback()

    assert events(deps) == before


def events(deps: Deps) -> int:
    with deps.sessions() as session:
        return int(session.execute(text("SELECT count(*) FROM history_event")).scalar_one())
