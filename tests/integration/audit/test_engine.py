"""What the engine promises of its storage: one audit a site, earlier ones untouched, rows in batches."""

import threading
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, event, select
from sqlalchemy.exc import IntegrityError

from editorial.services.auditing import start_audit, start_page_audit
from editorial.store import audit as store
from editorial.store.audit import Audit, AuditState, AuditTrigger
from editorial.store.base import Base, Sessions
from tests.integration.audit.conftest import NOW, Web, audit_site, links, make_site, page

pytestmark = pytest.mark.thorough

SEEN = [table for table in Base.metadata.sorted_tables if table.name.startswith("audit")]


def test_the_database_itself_refuses_a_second_running_audit_of_a_site(sessions: Sessions):
    site = make_site(sessions, "https://example.com/")

    def running() -> Audit:
        return Audit(
            site_id=site.id,
            start_url=site.base_url,
            trigger=AuditTrigger.PERSON,
            state=AuditState.RUNNING,
            requested_at=NOW,
            heartbeat_at=NOW,
        )

    with sessions.begin() as session:
        session.add(running())
    with pytest.raises(IntegrityError), sessions.begin() as session:
        session.add(running())


def test_of_two_processes_that_want_a_site_at_one_moment_one_gets_it(sessions: Sessions):
    """Each takes another audit of it: the whole site's, and the one of a page just published."""
    site = make_site(sessions, "https://example.com/")
    now = datetime.now(UTC)
    with sessions.begin() as session:
        whole = start_audit(session, site, AuditTrigger.SCHEDULE, now)
        alone = start_page_audit(session, site.id, "https://example.com/new", now)
        assert alone is not None
    taken: list[int | None] = []

    def take() -> None:
        with sessions.begin() as session:
            audit = store.claim(session, now, "another process", alone.id)
            taken.append(audit.id if audit is not None else None)

    with sessions.begin() as session:
        assert store.claim(session, now, "one process", whole.id) is not None
        other = threading.Thread(target=take)
        other.start()
        other.join(0.5)  # it waits for us, and we have not committed
        assert other.is_alive()
    other.join(30)

    assert taken == [None]
    with sessions() as session:
        assert session.scalars(select(Audit.state).where(Audit.state == AuditState.RUNNING)).all() == ["running"]


def rows_of(sessions: Sessions, audit_id: int) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that an audit left, by table."""

    def of(table: Table) -> Any:
        return select(table).where(table.c["id" if table.name == "audit" else "audit_id"] == audit_id)

    with sessions() as session:
        return {table.name: sorted((tuple(row) for row in session.execute(of(table))), key=repr) for table in SEEN}


def test_nothing_of_an_earlier_audit_is_changed_by_a_later_one(web: Web, sessions: Sessions):
    web.pages["/"] = page("Home", links("/a", "/gone"))
    web.pages["/a"] = page("", "<form action='#'><input name=email><button>Subscribe</button></form>")
    site = make_site(sessions, web.url + "/")
    first = audit_site(sessions, site)
    before = rows_of(sessions, first.id)
    web.pages["/a"] = page("A")
    web.pages["/b"] = page("B")
    web.pages["/"] = page("Home", links("/a", "/b"))

    second = audit_site(sessions, site)

    assert rows_of(sessions, first.id) == before
    assert {name for name, rows in before.items() if rows} >= {
        *("audit", "audit_url", "audit_page", "audit_link_pack", "audit_file", "audit_failure", "audit_rule_count"),
    }
    assert rows_of(sessions, second.id)["audit_page"] != before["audit_page"]


def test_what_a_crawl_finds_is_written_in_batches(web: Web, database: Engine, sessions: Sessions):
    """300 pages and their links: a hundred pages a transaction, each table once in it."""
    count = 300
    web.pages["/"] = page("Home", links(*(f"/{place}" for place in range(count))))
    for place in range(count):
        web.pages[f"/{place}"] = page(f"Page {place}", links("/", f"/{(place + 1) % count}"))
    site = make_site(sessions, web.url + "/")
    writes: Counter[str] = Counter()

    def note(_c: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO audit_"):
            writes[statement.split()[2]] += 1

    event.listen(database, "before_cursor_execute", note)
    try:
        audit = audit_site(sessions, site)
    finally:
        event.remove(database, "before_cursor_execute", note)

    seconds = ((audit.ended_at or NOW) - (audit.started_at or NOW)).total_seconds()
    most = (
        count // 100 + 2 + int(seconds / 2)
    )  # a batch is written every two seconds as well, so that people see it move
    assert audit.html_pages == count + 1
    assert 1 <= writes["audit_page"] <= most
    assert 1 <= writes["audit_link_pack"] <= most
    assert 1 <= writes["audit_url"] <= most
