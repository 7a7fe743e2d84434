"""What tests share: databases of both kinds, a clock that stands still, and the parts wired together."""

import gc
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from pydantic import SecretStr
from sqlalchemy import Dialect, Engine, text
from sqlalchemy.orm import Session

from config import ROOT, Config
from editorial.adapters.catalog import Catalogs
from editorial.services.deps import Deps
from editorial.store import migrate
from editorial.store.base import Sessions, make_engine, make_sessions
from tests.kept_postgres import KeptDatabase
from tests.postgres import Postgres

# background jobs of a shell ignore the interrupt key, and so would the programs that tests start
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# a test process holds a million objects that stay: with Python's own numbers it spends a fifth of its time on them
gc.set_threshold(20_000, 20, 20)

# a test that fails today failed yesterday: what random search finds becomes an example of its own
hypothesis.settings.register_profile("house", derandomize=True, deadline=None)
hypothesis.settings.load_profile("house")

SCRIPTS = ROOT / "migrations"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`make check` leaves out what is thorough: the second database, and the modules that say so themselves."""
    for item in items:
        if "postgresql" in getattr(item, "callspec", _NoParams).id:
            item.add_marker(pytest.mark.thorough)


class _NoParams:
    id = ""


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, start: datetime = datetime(2026, 12, 9, 2, 0, tzinfo=UTC)) -> None:
        self.instant = start

    def __call__(self) -> datetime:
        return self.instant

    def forward(self, **by: float) -> None:
        self.instant += timedelta(**by)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One PostgreSQL server a test process, from a Python package, with a migrated template database."""
    with Postgres.running() as server:
        engine = make_engine(server.create("editorial_template"))
        migrate.to_revision(engine, SCRIPTS)
        engine.dispose()
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    migrate.to_revision(engine, SCRIPTS)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def kept_postgres(postgres: Postgres) -> Iterator[KeptDatabase]:
    """The database of each test on PostgreSQL, one after the other."""
    database = KeptDatabase(postgres, "editorial_template")
    yield database
    database.drop()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite file. A module that gives it as `database_url` runs on SQLite alone."""
    path = tmp_path / "editorial.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh, migrated database: each test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
    else:
        database: KeptDatabase = request.getfixturevalue("kept_postgres")
        yield database.url()
        database.empty()


_COMPILED: dict[object, object] = {}
_DIALECTS: dict[str, Dialect] = {}


def knowing(engine: Engine) -> Engine:
    """The engine, with the statements that other tests have compiled: without them every test compiles all of its own
    again, a fifth of the whole run."""
    engine.dialect = _DIALECTS.setdefault(engine.dialect.name, engine.dialect)  # compiled statements belong to one
    engine.update_execution_options(compiled_cache=_COMPILED)
    return engine


@pytest.fixture
def database(request: pytest.FixtureRequest, database_url: str) -> Iterator[Engine]:
    """An engine on a fresh, migrated database."""
    on_sqlite = database_url.startswith("sqlite")
    engine = knowing(make_engine(database_url) if on_sqlite else request.getfixturevalue("kept_postgres").engine())
    kept = None if on_sqlite else engine.pool
    yield engine
    if engine.pool is not kept:  # a command that ends closes what it was given, and is given a pool of its own
        engine.dispose()


@pytest.fixture
def sessions(database: Engine) -> Sessions:
    """Sessions on a fresh, migrated database."""
    return make_sessions(database)


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    """One open session; nothing is committed unless the test does it."""
    with sessions() as session:
        yield session


@pytest.fixture
def clock() -> Clock:
    """Wednesday 9 December 2026, 10:00 in Shanghai."""
    return Clock()


@pytest.fixture(scope="session")
def catalogs() -> Catalogs:
    """Both languages and the pseudo-locale."""
    return Catalogs()


def numbered_tokens() -> Callable[[], str]:
    """Tokens that can be told apart and repeated: token-1, token-2..."""
    numbers = count(1)
    return lambda: f"token-{next(numbers):037d}"


def settings(tmp_path: Path, url: str, **others: object) -> Config:
    """Settings for a test: cheap passwords, an instance folder of its own, loopback allowed."""
    values: dict[str, object] = {
        "instance_dir": tmp_path / "instance",
        "database_url": url,
        "secret_key": SecretStr("test-key"),
        "password_memory_kib": 8,
        "password_lanes": 1,
        "password_rounds": 1,
        "allow_private": "127.0.0.0/8",
        "clock_enabled": False,
        "crawl_rate": 100.0,
    }
    return Config(**(values | others))  # type: ignore[arg-type]


@pytest.fixture
def deps(tmp_path: Path, database_url: str, sessions: Sessions, clock: Clock, catalogs: Catalogs) -> Deps:
    """The parts behind the services, on a fresh database of each kind."""
    return Deps(
        config=settings(tmp_path, database_url),
        sessions=sessions,
        now=clock,
        token=numbered_tokens(),
        catalogs=catalogs,
        scripts=SCRIPTS,
        worker="test-worker",
    )


def rows(engine: Engine, table: str) -> int:
    """How many rows a table holds."""
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
