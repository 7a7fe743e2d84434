"""The migrations lead up and down with rows in the tables, and end where the models are."""

import importlib
import json
import pkgutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

import editorial.store
from editorial.services.deps import Deps
from editorial.store import migrate
from editorial.store.base import Base
from tests.conftest import SCRIPTS, rows
from tests.world import make_world

for room in pkgutil.iter_modules(editorial.store.__path__):
    importlib.import_module(f"editorial.store.{room.name}")


def test_the_migrated_tables_are_those_of_the_models(database: Engine) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_the_way_down_and_up_again_works_with_rows_in_the_tables(deps: Deps, database: Engine) -> None:
    make_world(deps, deps.config.instance_dir)
    newest = migrate.current(database)
    steps = [f"{number:04}" for number in range(int(newest or 0) - 1, 0, -1)]

    for revision in steps:
        migrate.to_revision(database, SCRIPTS, revision, down=True)
    kept = rows(database, "person")
    migrate.to_revision(database, SCRIPTS)

    assert (kept, rows(database, "person"), rows(database, "buying_step")) == (2, 2, 9)
    assert migrate.current(database) == newest == migrate.head(SCRIPTS)


def test_what_was_said_of_an_attempt_is_kept_up_and_down(deps: Deps, database: Engine) -> None:
    world = make_world(deps, deps.config.instance_dir)
    migrate.to_revision(database, SCRIPTS, "0009", down=True)
    with database.begin() as connection:
        job = connection.execute(text("SELECT min(id) FROM distribution_job")).scalar_one()
        connection.execute(
            text(
                "INSERT INTO job_attempt (job_id, n, worker, started_at, outcome, diagnostic)"
                " VALUES (:job, 1, 'w', :now, 'refused', 'It said: 100% no')"
            ),
            {"job": job, "now": world.deps.now().replace(tzinfo=None)},
        )
    migrate.to_revision(database, SCRIPTS)
    with database.connect() as connection:
        up = connection.execute(text("SELECT reason FROM job_attempt")).scalar_one()
    migrate.to_revision(database, SCRIPTS, "0009", down=True)
    with database.connect() as connection:
        down = connection.execute(text("SELECT diagnostic FROM job_attempt")).scalar_one()

    assert (up if isinstance(up, dict) else json.loads(up)) == {"id": "It said: 100% no"}
    assert down == "It said: 100% no"


def test_every_migration_leads_down_to_an_empty_database(database: Engine) -> None:
    migrate.to_revision(database, SCRIPTS, "base", down=True)

    assert migrate.current(database) is None


def test_the_database_itself_refuses_an_unknown_role(database: Engine) -> None:
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(text("INSERT INTO person_role (person_id, role) VALUES (1, 'king')"))
