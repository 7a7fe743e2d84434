"""Bring a database to the shape that this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text


def to_revision(engine: Engine, scripts: Path, revision: str = "head", *, down: bool = False) -> None:
    """Run the migrations of folder `scripts` up (or down) to `revision`.

    Foreign keys rest on SQLite meanwhile, because it rebuilds tables; they are checked before the transaction ends.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("COMMIT")  # a pragma has no effect inside a transaction
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)
        if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")
        connection.commit()
        if sqlite:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            connection.exec_driver_sql("BEGIN")


def current(engine: Engine) -> str | None:
    """The revision the database is at, or None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head(scripts: Path) -> str | None:
    """The newest revision in the folder."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return ScriptDirectory.from_config(config).get_current_head()


def answers(engine: Engine) -> bool:
    """Whether the database answers at all."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT 1")).scalar() == 1
