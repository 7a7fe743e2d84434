"""Asking an address outside over real sockets: heads, beginnings, and no way into a private network."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from editorial.adapters.link_ask import LinkAsker
from editorial.domain.addresses import AllowList
from editorial.services.external_look import Looker, Pace
from editorial.store.base import Sessions
from tests.conftest import Clock

HERE, NEXT_DOOR = "127.0.0.1", "127.0.0.2"


class Host:
    """A server on one loopback address."""

    def __init__(self, address: str) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.moves: dict[str, str] = {}
        self.heads: dict[str, bytes] = {}
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append((self.command, self.path, self.headers.get("Authorization") or ""))
                if self.path in host.heads:
                    self.wfile.write(host.heads[self.path] + b"x" * 1000)
                    return
                if self.path in host.moves:
                    self.send_response(301)
                    self.send_header("Location", host.moves[self.path])
                elif self.path == "/only-get":
                    self.send_response(405 if self.command == "HEAD" else 200)
                else:
                    self.send_response(404 if self.path == "/robots.txt" else 200)
                self.end_headers()
                if self.path == "/endless" and self.command == "GET":
                    try:
                        while True:
                            self.wfile.write(b"x" * 65536)
                    except OSError:
                        host.hung_up.set()

            do_HEAD = do_GET  # noqa: N815 -- the name it is called by

            def log_message(self, *_: object) -> None:
                pass

        self.hung_up = threading.Event()
        self._server = ThreadingHTTPServer((address, 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{address}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    server = Host(HERE)
    yield server
    server.close()


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Host]:
    server = Host(NEXT_DOOR)
    yield server
    server.close()


def asker(*allowed: str) -> LinkAsker:
    return LinkAsker(agent="EditorialBot/test", allow=AllowList.of(allowed))


def looker(desk: Sessions, *allowed: str) -> Looker:
    """Looks over real sockets, by a clock that does not wait."""
    clock = Clock()
    pace = Pace(desk, clock, lambda seconds: clock.forward(seconds=seconds))
    return Looker(desk, pace, asker(*allowed).ask, lambda _: True, clock)


def test_of_an_endless_body_the_beginning_is_read(host: Host) -> None:
    answer = asker(HERE).ask("GET", f"{host.url}/endless", most=1000)

    assert (answer.status, len(answer.body), answer.error) == (200, 1000, None)
    assert host.hung_up.wait(30)


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\nServer: old\n\n", b"HTTP/1.1 200 OK\r\n" + b"Set-Cookie: a=b\r\n" * 300 + b"\r\n"],
    ids=["bare line ends", "300 lines"],
)
def test_however_a_head_is_written_its_answer_counts(host: Host, head: bytes) -> None:
    host.heads["/page"] = head

    answer = asker(HERE).ask("GET", f"{host.url}/page", most=10)

    assert (answer.status, answer.error, answer.body) == (200, None, b"x" * 10)


def test_a_private_address_is_not_connected_to(host: Host) -> None:
    before = len(host.asked)

    assert asker().ask("HEAD", f"{host.url}/").error == "address"
    assert len(host.asked) == before


def test_a_target_that_only_knows_get_is_there(host: Host, desk: Sessions) -> None:
    heard = looker(desk, HERE).look(f"{host.url}/only-get")

    assert (heard.status, heard.error) == (200, None)
    assert [method for method, path, _ in host.asked if path == "/only-get"] == ["HEAD", "GET"]


def test_a_redirect_leads_to_another_host_but_not_into_a_private_network(
    host: Host, neighbour: Host, desk: Sessions
) -> None:
    host.moves["/moved"] = f"{neighbour.url}/new"

    opened = looker(desk, HERE, NEXT_DOOR).look(f"{host.url}/moved")
    reached = len(neighbour.asked)
    closed = looker(desk, HERE).look(f"{host.url}/moved")

    assert (opened.status, opened.hops, opened.final_url) == (200, 1, f"{neighbour.url}/new")
    assert (closed.error, len(neighbour.asked)) == ("address", reached)


def test_a_password_in_a_link_is_not_used(host: Host, desk: Sessions) -> None:
    looker(desk, HERE).look(host.url.replace("//", "//ann:secret@") + "/private")

    assert [sent for _, path, sent in host.asked if path == "/private"] == [""]
