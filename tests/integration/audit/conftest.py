"""A web server on loopback whose pages a test plants, and the parts of an audit around it."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from editorial.audit.crawl.nowhere import address
from editorial.domain.addresses import ALL_PRIVATE
from editorial.domain.locales import Language
from editorial.domain.urls import scope_of
from editorial.services.auditing import AuditParts, run_audit, start_audit, start_audit_of
from editorial.store.audit import Audit, AuditTrigger
from editorial.store.base import Sessions, make_engine, make_sessions
from editorial.store.content import Site
from tests.conftest import knowing

NOW = datetime(2026, 12, 9, 2, 0, tzinfo=UTC)


@dataclass
class Answer:
    """What the server says at one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None
    """Called instead: for peers that misbehave."""


TEXT = "Each gateway connects machines of a factory. " * 20  # enough to be worth a page


def page(title: str = "A page", body: str = "", head: str = "") -> Answer:
    """A page without defects, but for what is put into it."""
    about = title or "".join(filter(str.isalnum, body))[:40]
    full = f"{title}: one page of a site for tests" if title else ""
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{full}</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<meta name="description" content="About {about}.">{head}</head>'
        f"<body><h1>{title or 'Heading'}</h1>{body}<p>{TEXT}</p></body></html>"
    )
    return Answer(html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def links(*hrefs: str) -> str:
    """One link for each address."""
    return "".join(f'<p><a href="{href}">To {href}</a></p>' for href in hrefs)


class Web:
    """Serves `pages`; remembers who asked for what, and when."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[tuple[str, float]] = []
        self.agents: set[str] = set()
        self.cookies: list[str] = []
        self.other: Callable[[BaseHTTPRequestHandler], Answer | None] = lambda _: None
        """Answers for addresses that `pages` does not have."""
        self.at_once = 0
        self._active = 0
        self._lock = threading.Lock()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet an answer

            def do_GET(self) -> None:
                web.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass  # a peer that hung up is part of the tests

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Say what stands in `pages`, or 404."""
        with self._lock:
            self.asked.append((handler.path, time.monotonic()))
            self.agents.add(handler.headers.get("User-Agent", ""))
            if (cookie := handler.headers.get("Cookie")) is not None:
                self.cookies.append(cookie)
            self._active += 1
            self.at_once = max(self.at_once, self._active)
        try:
            said = self.pages.get(handler.path) or self.other(handler) or Answer(b"no", 404)
            if said.act is not None:
                said.act(handler)
                return
            handler.send_response(said.status)
            for name, value in said.headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(said.body)))
            handler.end_headers()
            handler.wfile.write(said.body)
        finally:
            with self._lock:
                self._active -= 1

    def paths(self) -> list[str]:
        """What was asked for, in that order."""
        return [path for path, _ in self.asked]

    @property
    def nowhere(self) -> str:
        """The path at which a crawl that begins at the top looks for what is not there."""
        found = address(self.url, self.url + "/", scope_of(self.url + "/"))
        return (found or "").removeprefix(self.url)

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        """Plant a redirect."""
        self.pages[path] = Answer(status=status, headers={"Location": to})

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    yield server
    server.close()


@pytest.fixture
def desk(sqlite_template: Path, tmp_path: Path) -> Iterator[Sessions]:
    """Sessions on SQLite alone, for what does not depend on the database."""
    path = tmp_path / "desk.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    engine = knowing(make_engine(f"sqlite:///{path}"))
    yield make_sessions(engine)
    engine.dispose()


def parts(sessions: Sessions, **others: object) -> AuditParts:
    """The parts of an audit that may reach loopback, and is in a hurry."""
    values: dict[str, object] = {
        "sessions": sessions,
        "now": lambda: datetime.now(UTC),
        "worker": "test",
        "allow": ALL_PRIVATE,
        "rate": 10_000.0,
        "connections": 4,
        "retry_delay": 0.05,
    }
    return AuditParts(**(values | others))  # type: ignore[arg-type]


def audit_address(sessions: Sessions, url: str, **others: object) -> Audit:
    """Audit an address to its end."""
    with sessions.begin() as session:
        audit_id = start_audit_of(session, url, datetime.now(UTC)).id
    run_audit(parts(sessions, **others), audit_id)
    with sessions() as session:
        return session.get_one(Audit, audit_id)


def make_site(sessions: Sessions, url: str) -> Site:
    """A site of ours."""
    with sessions.begin() as session:
        site = Site(name="Docs", base_url=url, language=Language.EN, zone="Asia/Shanghai", created_at=NOW)
        session.add(site)
    return site


def audit_site(sessions: Sessions, site: Site, **others: object) -> Audit:
    """Audit a site of ours to its end."""
    with sessions.begin() as session:
        audit_id = start_audit(session, site, AuditTrigger.PERSON, datetime.now(UTC)).id
    run_audit(parts(sessions, **others), audit_id)
    with sessions() as session:
        return session.get_one(Audit, audit_id)
