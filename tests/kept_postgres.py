"""One PostgreSQL database that the tests of a process use in turn, emptied between them.

A copy of the template for each test costs 0.1 s: the copy itself, and connections that know nothing of its tables yet.
"""

import contextlib
from dataclasses import dataclass, field
from itertools import count

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from editorial.store.base import make_engine
from tests.postgres import Postgres

_OURS = "kept"  # the name under which the kept connections are seen by the server
_USES = 250  # then a fresh copy: nothing sweeps up the dead rows

# what a test can do to a database except to rows: tables, columns, indexes, triggers
_SHAPE = """
SELECT count(DISTINCT c.oid) || ',' || count(*) || ',' || sum(hashtext(a.attname || ' ' || a.atttypid)::bigint)
    || ',' || (SELECT count(*) FROM pg_trigger)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace
"""
_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND (application_name <> %s OR state <> 'idle')
"""


@dataclass
class KeptDatabase:
    """A database like the template: `url` before a test, `empty` after it."""

    server: Postgres
    template: str
    _names: count = field(default_factory=count)  # type: ignore[type-arg]
    _uses: int = 0
    _name: str = ""
    _shape: str = ""
    _wipe: bytes = b""
    _sequences: dict[str, int | None] = field(default_factory=dict)
    _engine: Engine | None = None
    _sweeper: psycopg.Connection | None = None

    def url(self) -> str:
        """The URL of a database in which nothing has happened yet."""
        if self._sweeper is None:
            self._make()
        return self.server.url(self._name)

    def engine(self) -> Engine:
        """An engine of the test's own, on connections that know the tables already."""
        assert self._engine is not None
        return Engine(self._engine.pool, self._engine.dialect, self._engine.url)

    def empty(self) -> None:
        """Undo what a test did: rows, numbers, connections. What it did to tables is undone by a new database."""
        assert self._sweeper is not None
        self._uses += 1
        try:
            self._sweeper.execute(_OTHERS, [_OURS])
            same = self._sweeper.execute(_SHAPE).fetchone() == (self._shape,)
            if same and self._uses < _USES:
                self._sweeper.execute(self._wipe)
                self._restart_numbers()
                return
        except psycopg.Error:
            pass  # a test may leave anything behind: the next one gets a new database
        self.drop()

    def drop(self) -> None:
        """Remove the database; the next test gets another."""
        if self._engine is not None:
            with contextlib.suppress(DBAPIError):
                self._engine.dispose()
        if self._sweeper is not None:
            self._sweeper.close()
            self.server.drop(self._name)
        self._sweeper, self._engine, self._uses = None, None, 0

    def _make(self) -> None:
        self._name = f"kept_{next(self._names)}"
        url = self.server.create(self._name, template=self.template)
        self._engine = make_engine(f"{url}?application_name={_OURS}")
        self._engine.connect().close()  # its dialect asks the server what it can do
        self._sweeper = psycopg.connect(url, autocommit=True)
        run = self._sweeper.execute
        shape = run(_SHAPE).fetchone()
        assert shape is not None
        self._shape = shape[0]
        tables = [name for (name,) in run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()]
        steps = ["BEGIN", "SET LOCAL session_replication_role = replica", *(f'DELETE FROM "{name}"' for name in tables)]
        run("CREATE SCHEMA first")
        for name in tables:
            if run(f'SELECT 1 FROM "{name}" LIMIT 1'.encode()).fetchone():
                run(f'CREATE TABLE first."{name}" AS TABLE public."{name}"'.encode())
                steps.append(f'INSERT INTO public."{name}" SELECT * FROM first."{name}"')
        self._wipe = "; ".join([*steps, "COMMIT"]).encode()
        self._sequences = self._numbers()

    def _numbers(self) -> dict[str, int | None]:
        assert self._sweeper is not None
        found = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
        return dict(self._sweeper.execute(found).fetchall())

    def _restart_numbers(self) -> None:
        assert self._sweeper is not None
        for name, last in self._numbers().items():
            first = self._sequences[name]
            if last != first:
                self._sweeper.execute(
                    "SELECT setval(format('%%I', %s::text)::regclass, %s, %s)", [name, first or 1, first is not None]
                )
