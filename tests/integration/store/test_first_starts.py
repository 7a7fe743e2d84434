"""Two starts of one desk at the same moment: each ends well, and both work with the same key and tables."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from config import ROOT
from editorial.services import keys
from editorial.store import migrate
from editorial.store.base import make_engine
from tests.conftest import SCRIPTS, settings
from tests.postgres import Postgres

AT_ONCE = 3
_START_TOGETHER = """
import sys
from editorial.__main__ import main
print("ready", flush=True)
sys.stdin.readline()
sys.argv = ["editorial", "migrate"]
main()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"empty_{os.getpid()}_{tmp_path.name}"[:60].lower())


@pytest.mark.thorough
def test_an_empty_database_is_migrated_by_several_programs_at_once(empty_url: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "EDITORIAL_DATABASE_URL": empty_url,
        "EDITORIAL_INSTANCE_DIR": str(tmp_path / "instance"),
        "LC_ALL": "C.UTF-8",
    }
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", _START_TOGETHER],
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(AT_ONCE)
    ]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("\n")
        program.stdin.flush()
    said = [program.communicate(timeout=60)[0] for program in programs]

    assert [program.returncode for program in programs] == [0] * AT_ONCE, said
    engine = make_engine(empty_url)
    assert migrate.current(engine) == migrate.head(SCRIPTS)
    engine.dispose()


def test_first_starts_at_once_read_the_same_key(tmp_path: Path) -> None:
    read = keys._key_file.__wrapped__  # each start has a cache of its own
    for n in range(30):
        path = tmp_path / str(n) / "secret_key"
        with ThreadPoolExecutor(8) as starts:
            found = set(starts.map(read, [path] * 8))

        assert found == {path.read_text()}


def test_the_key_file_is_whole_private_and_alone(tmp_path: Path) -> None:
    config = settings(tmp_path, "", secret_key="")
    key = keys.secret_key(config)

    files = list(config.instance_dir.iterdir())
    assert [(file.name, file.stat().st_mode & 0o777, file.read_text()) for file in files] == [
        ("secret_key", 0o600, key)
    ]


def test_a_new_file_is_opened_by_many_at_the_same_moment(tmp_path: Path) -> None:
    def open_it(number: int) -> str:
        engine = make_engine(f"sqlite:///{tmp_path / f'{number // AT_ONCE}.sqlite'}")
        together.wait(timeout=10)
        with engine.connect() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        engine.dispose()
        return str(mode)

    together, files = Barrier(AT_ONCE), 60
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(open_it, range(files * AT_ONCE))) == ["wal"] * files * AT_ONCE
