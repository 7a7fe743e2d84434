"""The addresses that lead forms are sent to: asked once, by HEAD and OPTIONS, at the end of an audit."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from editorial.adapters.form_ask import FormAsker
from editorial.domain.addresses import ALL_PRIVATE
from editorial.store.audit import AuditFormProbe, Finding
from editorial.store.base import Sessions
from tests.integration.audit.conftest import audit_site, links, make_site, page

pytestmark = pytest.mark.thorough

FIELDS = (
    "<label>Work e-mail<input type='email' name='email'></label><label>Company<input name='company'></label>"
    "<a href='/privacy'>Privacy</a><button>Request a demo</button>"
)
Answers = dict[tuple[str, str], tuple[int, dict[str, str]]]


class Host:
    """A site with forms. `answers` holds status and headers by method and path; `asked` who asked for what."""

    def __init__(self) -> None:
        self.answers: Answers = {}
        self.pages: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                host.answer(self)

            do_HEAD = do_OPTIONS = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 -- the names it is called by

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        method, path = handler.command, handler.path
        self.asked.append((method, path))
        body = self.pages.get(path) if method == "GET" else None
        status, headers = self.answers.get((method, path), (200 if body is not None else 404, {}))
        handler.send_response(status)
        if body is not None:
            handler.send_header("Content-Type", "text/html; charset=utf-8")
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body or b"")))
        handler.end_headers()
        if method == "GET":
            handler.wfile.write(body or b"")

    def has_form(self, action: str, method: str = "post", path: str = "/demo") -> None:
        """A site of two pages, one with a lead form that sends there."""
        form = f"<form action='{action}' method='{method}'>{FIELDS}</form>"
        self.pages |= {"/": page("Home", links(path)).body, path: page("Demo", form).body, "/privacy": b"<p>Privacy"}

    def probes(self) -> list[tuple[str, str]]:
        """What was asked beside pages and files."""
        return [(method, path) for method, path in self.asked if method != "GET"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def host() -> Iterator[Host]:
    server = Host()
    yield server
    server.close()


def told(sessions: Sessions) -> list[tuple[str, str, str]]:
    """Severity, address and answer of the findings about dead addresses that are open."""
    with sessions() as session:
        found = session.scalars(select(Finding).where(Finding.rule == "form-endpoint-dead", Finding.fixed_at.is_(None)))
        return [(one.severity, str(one.params["action"]).split("/", 3)[3], str(one.params["answer"])) for one in found]


def test_a_form_to_a_file_that_is_gone_is_a_blocker_until_the_file_is_back(host: Host, sessions: Sessions):
    host.has_form("/send.php")
    site = make_site(sessions, host.url + "/")

    audit_site(sessions, site)
    assert told(sessions) == [("blocker", "send.php", "404")]
    assert host.probes() == [("HEAD", "/send.php")]

    host.answers["HEAD", "/send.php"] = (405, {"Allow": "POST"})
    audit_site(sessions, site)
    assert told(sessions) == []


@pytest.mark.parametrize(
    ("answers", "severity"),
    [
        ({}, "warning"),
        ({"HEAD": (405, {"Allow": "POST"})}, None),
        ({"HEAD": (404, {}), "OPTIONS": (200, {"Allow": "POST"})}, None),
        ({"HEAD": (302, {"Location": "/login"})}, None),
        ({"HEAD": (403, {"cf-mitigated": "challenge"})}, None),
        ({"HEAD": (410, {})}, "blocker"),
        ({"HEAD": (500, {}), "OPTIONS": (500, {})}, None),
        ({"HEAD": (502, {}), "OPTIONS": (502, {})}, "warning"),
    ],
)
def test_what_an_address_answers_decides(
    host: Host, desk: Sessions, answers: dict[str, tuple[int, dict[str, str]]], severity: str | None
):
    host.has_form("/api/lead")
    host.answers |= {(method, "/api/lead"): said for method, said in answers.items()}

    audit_site(desk, make_site(desk, host.url + "/"))

    assert [found[0] for found in told(desk)] == ([severity] if severity else [])
    assert {method for method, _ in host.asked} <= {"GET", "HEAD", "OPTIONS"}


def test_each_address_is_asked_once_however_many_pages_send_there(host: Host, desk: Sessions):
    for number in range(5):
        host.has_form("/api/lead", path=f"/demo-{number}")
    host.pages["/"] = page("Home", links(*(f"/demo-{number}" for number in range(5)))).body

    audit_site(desk, make_site(desk, host.url + "/"))

    assert host.probes() == [("HEAD", "/api/lead"), ("OPTIONS", "/api/lead")]
    assert len(told(desk)) == 5


@pytest.mark.parametrize(
    "action",
    [
        "https://hooks.other.example/lead",  # nobody of ours
        "mailto:a@example.com",
        "",
        "#",
        "/demo",  # its own page
        "https://formspree.io/f/abc",
    ],
)
def test_nobody_elses_address_is_asked(host: Host, desk: Sessions, action: str):
    host.has_form(action)

    audit_site(desk, make_site(desk, host.url + "/"))

    assert host.probes() == []
    assert told(desk) == []


def test_what_robots_txt_closes_is_not_asked(host: Host, desk: Sessions):
    host.has_form("/api/lead")
    host.pages["/robots.txt"] = b"User-agent: *\nDisallow: /api/\n"

    audit_site(desk, make_site(desk, host.url + "/"))

    assert host.probes() == []
    with desk() as session:
        assert session.scalars(select(AuditFormProbe)).all() == []


def test_the_query_of_a_form_that_sends_by_get_stays_at_home(host: Host, desk: Sessions):
    host.has_form("/find?mode=lead", method="get")

    audit_site(desk, make_site(desk, host.url + "/"))

    assert host.probes() == [("HEAD", "/find"), ("OPTIONS", "/find")]
    assert told(desk) == [("blocker", "find", "404")]


def test_a_private_network_is_never_reached(host: Host):
    inside = FormAsker(agent="Editorial")

    answer = inside.ask("HEAD", host.url + "/api/lead")

    assert (answer.status, answer.error) == (0, "address")
    assert host.asked == []


def test_a_name_that_leads_inside_is_stopped_at_the_socket(host: Host):
    port = host.url.rpartition(":")[2]
    bent = FormAsker(agent="Editorial", resolve=(f"forms.example.com:{port}:127.0.0.1",))

    answer = bent.ask("OPTIONS", f"http://forms.example.com:{port}/lead")

    assert answer.error == "address"
    assert host.asked == []


def test_no_body_goes_out_and_none_is_read(host: Host):
    host.answers["OPTIONS", "/x"] = (200, {"Allow": "POST, OPTIONS"})

    answer = FormAsker(agent="Editorial", allow=ALL_PRIVATE).ask("OPTIONS", host.url + "/x")

    assert (answer.status, answer.headers["allow"], answer.error) == (200, "POST, OPTIONS", None)
    assert host.asked == [("OPTIONS", "/x")]
