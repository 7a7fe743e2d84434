"""The migrations lead up and down with rows in the tables, and end where the models are."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from editorial.store import content, history, migrate, people
from editorial.store.base import Base
from tests.conftest import SCRIPTS, rows


def test_the_migrated_tables_are_those_of_the_models(database: Engine) -> None:
    with database.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata
        )

    assert differences == []


def test_the_way_down_and_up_again_works_with_rows_in_the_tables(database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO workspace (id, name, language, zone, week_start, created_at) VALUES (1, 'W', 'en', 'Asia/Shanghai', 0, '2026-12-01 00:00:00')"
            )
        )

    for revision in ("0004", "0003", "0002", "0001"):
        migrate.to_revision(database, SCRIPTS, revision, down=True)
    kept = rows(database, "workspace")
    migrate.to_revision(database, SCRIPTS)

    assert (kept, rows(database, "workspace"), rows(database, "buying_step")) == (1, 1, 9)


def test_the_database_itself_refuses_an_unknown_status(database: Engine) -> None:
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(text("INSERT INTO person_role (person_id, role) VALUES (1, 'king')"))
