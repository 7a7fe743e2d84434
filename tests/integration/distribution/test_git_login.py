"""The git channel over HTTP with user and token: who gets them, who does not, and what a wrong one says."""

import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from dulwich.repo import Repo
from dulwich.server import DictBackend
from dulwich.web import make_wsgi_chain

from editorial.adapters.channels.base import Surroundings
from editorial.adapters.channels.git import GitChannel
from editorial.adapters.channels.git_settings import GitSettings, checked_token, checked_username
from editorial.domain.addresses import AllowList
from editorial.domain.errors import EditorialError
from editorial.domain.jobs import Refused
from editorial.domain.rendering import Piece
from tests.integration.distribution.sites import Repository

NOW = datetime(2026, 12, 15, 10, 0, tzinfo=UTC)
PIECE = Piece(7, "Gateway: how?", "gateway", "Five questions", "# Body", "en", NOW)
LOGIN = {"username": "mei", "token": "s3cret-token"}
BASIC = "Basic " + b64encode(b"mei:s3cret-token").decode()

Environ = dict[str, Any]
Respond = Callable[..., Any]


class Quiet(WSGIRequestHandler):
    """A request handler that writes no log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Gate:
    """Asks for user and token before the repository; `reading` opens it to everybody, `readonly` takes no push."""

    inner: Callable[[Environ, Respond], Iterable[bytes]]
    reading: bool = False
    readonly: bool = False
    heard: list[tuple[str, str]] = field(default_factory=list)
    """Address and Authorization of every request."""

    def __call__(self, environ: Environ, respond: Respond) -> Iterable[bytes]:
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        login = environ.get("HTTP_AUTHORIZATION", "")
        self.heard.append((f"{path}?{query}", login))
        pushes = "git-receive-pack" in path + query
        if login != BASIC and (pushes or not self.reading):
            respond("401 Unauthorized", [("WWW-Authenticate", 'Basic realm="git"'), ("Content-Length", "0")])
            return []
        if pushes and self.readonly:
            respond("403 Forbidden", [("Content-Length", "0")])
            return []
        return self.inner(environ, respond)


@contextmanager
def serving(app: Callable[[Environ, Respond], Iterable[bytes]]) -> Iterator[int]:
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def gate(repository: Repository) -> Iterator[Gate]:
    with Repo(str(repository.path)) as repo:
        yield Gate(make_wsgi_chain(DictBackend({"/site.git": repo})))  # type: ignore[arg-type]


def channel(port: int, secrets: dict[str, str], host: str = "127.0.0.1") -> GitChannel:
    """Settings ask for https, whose protocol above TLS is the same."""
    settings = GitSettings.model_construct(
        repository=f"http://{host}:{port}/site.git",
        branch="main",
        content_path="content/posts/{slug}.md",
        url_pattern="https://www.example.com/posts/{slug}/",
        author_name="Editorial",
        author_email="editorial@localhost",
        live_check=False,
    )
    return GitChannel(settings, Surroundings(AllowList.of(["127.0.0.0/8"]), Path("/none"), lambda: NOW, secrets))


def test_a_page_is_pushed_with_user_and_token(gate: Gate, repository: Repository) -> None:
    with serving(gate) as port:
        channel(port, LOGIN).check()
        receipt = channel(port, LOGIN).publish(PIECE, key="k1")

    assert repository.commits()[0].id.decode() == receipt.external_id


def test_the_token_stands_in_no_address(gate: Gate) -> None:
    with serving(gate) as port:
        channel(port, LOGIN).publish(PIECE, key="k1")

    assert gate.heard
    assert not [address for address, _ in gate.heard if LOGIN["token"] in address]


@pytest.mark.parametrize("secrets", [{}, {"username": "mei", "token": "wrong"}])
def test_without_the_right_token_the_push_is_refused_with_advice(gate: Gate, secrets: dict[str, str]) -> None:
    with serving(gate) as port, pytest.raises(Refused) as refused:
        channel(port, secrets).publish(PIECE, key="k1")

    assert "token" in refused.value.hint.id
    assert "wrong" not in str(refused.value)


def test_a_probe_sees_that_a_token_may_only_read(gate: Gate) -> None:
    gate.readonly = True
    with serving(gate) as port, pytest.raises(Refused):
        channel(port, LOGIN).check()


def test_a_push_that_is_forbidden_is_refused(gate: Gate, repository: Repository) -> None:
    gate.readonly = True
    with serving(gate) as port, pytest.raises(Refused):
        channel(port, LOGIN).publish(PIECE, key="k1")
    assert len(repository.commits()) == 1


def test_a_probe_sees_that_everybody_reads_and_nobody_may_push(gate: Gate) -> None:
    gate.reading = True
    with serving(gate) as port, pytest.raises(Refused):
        channel(port, {}).check()


def test_another_host_that_a_redirect_leads_to_gets_no_token(gate: Gate) -> None:
    def elsewhere(environ: Environ, respond: Respond) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        respond("302 Found", [("Location", f"http://localhost:{port}{environ['PATH_INFO']}?{query}")])
        return []

    gate.reading = True
    with serving(gate) as port, serving(elsewhere) as first, pytest.raises(Refused):
        channel(first, LOGIN).publish(PIECE, key="k1")

    assert gate.heard
    assert {login for _, login in gate.heard} == {""}


@pytest.mark.parametrize("typed", ["a:b", "名字", "a\nb"])
def test_a_user_name_that_would_not_arrive_as_it_is_is_refused(typed: str) -> None:
    with pytest.raises(EditorialError):
        checked_username(typed)


def test_a_token_is_refused_without_being_repeated() -> None:
    with pytest.raises(EditorialError) as refused:
        checked_token("ключ-secret")

    assert "secret" not in f"{refused.value} {refused.value.says} {refused.value.hint}"
