"""Bring a database to the shape that this version needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_TURN = 7_203_645_118  # of our advisory lock; any number that no other program takes on this database


def to_revision(engine: Engine, scripts: Path, revision: str = "head", *, down: bool = False) -> None:
    """Run the migrations of folder `scripts` up (or down) to `revision`.

    Foreign keys rest on SQLite meanwhile, because it rebuilds tables; they are checked before the transaction ends.
    Several starts at once take turns: on SQLite by the write lock, on PostgreSQL by an advisory lock that outlives the
    transactions of the single migrations. Whoever comes second finds nothing left to do.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    with engine.connect() as connection, _turn(connection):
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)


@contextmanager
def _turn(connection: Connection) -> Iterator[None]:
    """The database for us alone; what was done in it is committed at the end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("COMMIT")  # a pragma has no effect inside a transaction
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
            raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")
        connection.commit()
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": _TURN})
        connection.commit()  # each migration has a transaction of its own; the lock is the connection's
        try:
            yield
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:turn)"), {"turn": _TURN})
            connection.commit()


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
