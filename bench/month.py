"""The pages of the calendar with 100,000 items behind them, 600 of them in the month that is shown.

The budget: 95 of 100 months under 60 ms on the server and under 150 KB, on both databases.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from bench.corpora import generated
from bench.crawling import served
from bench.measure import Timed, page, table
from bench.planted import NOW, plant
from config import ROOT, Config
from editorial.adapters.catalog import Catalogs
from editorial.app import create_app
from editorial.domain.people import Permission
from editorial.services import sign_in
from editorial.services.deps import Deps
from editorial.store import migrate
from editorial.store.base import make_engine, make_sessions
from editorial.web.guard import COOKIE, requires
from tests.postgres import Postgres

ITEMS, SHOWN = 100_000, 600
P95_MS, KILOBYTES = 60.0, 150.0
CRAWLING_P95_MS = 300.0
HEAD_START = 4.0  # seconds that a crawl has before the month is asked for
PAGES = (
    ("month", "/calendar/2026-12"),
    ("month, two filters", "/calendar/2026-12?status=brief&role=1"),
    ("week", "/calendar/weeks/2026-12-09"),
    ("day", "/calendar/days/2026-12-09"),
    ("list, first page", "/calendar/list?from=2026-12-01"),
    ("list, 100,000 from the start", "/calendar/list?from=1990-01-01"),
    ("coverage", "/coverage"),
)


def run() -> None:
    """Measure on both databases and say whether the budget is kept."""
    with tempfile.TemporaryDirectory(prefix="editorial-bench-") as folder:
        _measure("SQLite", f"sqlite:///{Path(folder) / 'bench.sqlite'}", Path(folder) / "sqlite")
        with Postgres.running() as server:
            _measure("PostgreSQL", server.create("bench"), Path(folder) / "postgresql")


def _measure(name: str, url: str, instance: Path) -> None:
    app, cookie = desk(url, instance, items=ITEMS, shown=SHOWN)
    client = app.test_client()
    client.set_cookie(COOKIE, cookie)
    empty = page(client, "empty answer, signed in", "/bench/empty")
    rows = [page(client, says, path) for says, path in PAGES]
    table(f"{name}: {ITEMS:,} items, {SHOWN} in the month", rows, empty)
    _judge(rows[0])
    _while_crawling(client, url, instance)


def _while_crawling(client: FlaskClient, url: str, instance: Path) -> None:
    """The same month while an audit of a generated site writes into the same database."""
    site = instance / "site"
    site.mkdir()
    generated(site)
    with served(site) as origin:
        command = [sys.executable, "-m", "bench.programs", "beside", url, origin]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as crawl:
            time.sleep(HEAD_START)
            took = page(client, "month", PAGES[0][1], requests=60)
            beside = crawl.poll() is None
            crawl.terminate()
    kept = "kept" if took.p95 < CRAWLING_P95_MS else "MISSED"
    known = "while a crawl runs" if beside else "while a crawl ran to its end"
    print(f"the month {known}: p50 {took.p50:.0f} ms, p95 {took.p95:.0f} ms (goal {CRAWLING_P95_MS:.0f}: {kept})")


def desk(url: str, instance: Path, *, items: int, shown: int) -> tuple[Flask, str]:
    """The application on a planted database, with an empty endpoint beside it, and the cookie of who looks."""
    instance.mkdir(parents=True, exist_ok=True)
    config = Config(instance_dir=instance, database_url=url, secret_key=SecretStr("bench"), clock_enabled=False)
    engine = make_engine(url)
    migrate.to_revision(engine, ROOT / "migrations")
    deps = Deps(
        config=config,
        sessions=make_sessions(engine),
        now=lambda: NOW,
        token=lambda: "bench-token".ljust(43, "-"),
        catalogs=Catalogs(),
        scripts=ROOT / "migrations",
        worker="bench",
    )
    person = plant(deps, items=items, shown=shown)
    with deps.sessions.begin() as session:
        cookie = sign_in.open_session(session, deps, person, address="", agent="bench")[1]
    app = create_app(config, deps)
    app.add_url_rule("/bench/empty", "bench_empty", requires(Permission.READ)(lambda: ""))
    return app, cookie


def _judge(month: Timed) -> None:
    kept = month.p95 < P95_MS and month.size / 1000 < KILOBYTES
    print(f"budget of the month: p95 < {P95_MS:.0f} ms and < {KILOBYTES:.0f} KB: {'kept' if kept else 'MISSED'}")
