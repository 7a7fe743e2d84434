"""The git channel against real repositories: pushes, races, hooks, look-ups, probes."""

import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from dulwich.repo import Repo
from dulwich.server import DictBackend
from dulwich.web import make_wsgi_chain

from editorial.adapters.channels.base import Surroundings, read_settings
from editorial.adapters.channels.git import GitChannel
from editorial.adapters.channels.git_settings import GitSettings
from editorial.domain.addresses import NOTHING_PRIVATE, AllowList
from editorial.domain.jobs import NotSent, Refused, Unclear
from editorial.domain.rendering import Piece
from tests.integration.distribution.sites import Repository

NOW = datetime(2026, 12, 15, 10, 0, tzinfo=UTC)
PIECE = Piece(7, "Gateway: how?", "gateway", "Five questions", "# Body", "en", NOW)


def channel(repository: Repository | str, **settings: object) -> GitChannel:
    url = repository if isinstance(repository, str) else repository.url
    values = {"repository": url, "url_pattern": "https://www.example.com/posts/{slug}/"} | settings
    return GitChannel(read_settings(GitSettings, values), Surroundings(NOTHING_PRIVATE, Path("/none"), lambda: NOW))


@pytest.fixture(params=["git", "dulwich"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whatever answers for the repository: git, or dulwich where no git is installed."""
    if request.param == "dulwich":
        monkeypatch.setattr(shutil, "which", lambda _: None)
    return str(request.param)


@pytest.mark.usefixtures("server")
class TestPushing:
    """Through git's own receiving program and through dulwich's."""

    def test_a_page_is_pushed_beside_what_was_there(self, repository: Repository) -> None:
        receipt = channel(repository).publish(PIECE, key="k1")

        assert repository.commits()[0].id.decode() == receipt.external_id
        assert repository.file("readme.md") is not None
        assert repository.page()["title"] == "Gateway: how?"

    def test_the_same_key_is_committed_once(self, repository: Repository) -> None:
        first = channel(repository).publish(PIECE, key="k1")

        assert channel(repository).publish(PIECE, key="k1") == first
        assert len(repository.commits()) == 2

    def test_a_hook_that_refuses_is_quoted(self, repository: Repository) -> None:
        repository.hook("pre-receive", "echo 'policy: pushes are closed' >&2; exit 1")

        with pytest.raises(Refused) as refused:
            channel(repository).publish(PIECE, key="k1")

        assert "hook" in str(refused.value.says.params["said"])
        assert len(repository.commits()) == 1

    def test_a_hook_that_builds_the_site_is_run(self, repository: Repository) -> None:
        repository.hook("post-receive", "cat > built")
        channel(repository).publish(PIECE, key="k1")

        assert "refs/heads/main" in (repository.path / "built").read_text()


def test_of_eight_pushers_at_once_each_gets_through(repository: Repository) -> None:
    faults: list[Exception] = []

    def push(number: int) -> None:
        try:
            channel(repository).publish(replace(PIECE, slug=f"piece-{number}"), key=f"k{number}")
        except NotSent:
            push(number)
        except Exception as fault:  # noqa: BLE001 -- carried over to the test's own thread
            faults.append(fault)

    threads = [threading.Thread(target=push, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert len(repository.commits()) == 9
    assert all(repository.file(f"content/posts/piece-{number}.md") for number in range(8))


def test_a_push_that_takes_too_long_is_unclear(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.hook("pre-receive", "sleep 5")
    monkeypatch.setattr(GitChannel, "time_limit", 0.7)

    with pytest.raises(Unclear):
        channel(repository).publish(PIECE, key="k1")


def test_a_key_is_found_however_long_ago_it_was(repository: Repository) -> None:
    receipt = channel(repository).publish(PIECE, key="k1")
    for number in range(30):
        repository.push_by_somebody_else(f"other-{number}.md")

    found = channel(repository).find("k1")

    assert found is not None
    assert found.external_id == receipt.external_id


def test_a_key_that_was_never_pushed_is_not_found(repository: Repository) -> None:
    assert channel(repository).find("k1") is None


def test_a_title_cannot_forge_another_jobs_key(repository: Repository) -> None:
    channel(repository).publish(replace(PIECE, title="x\n\nEditorial-Key: k9"), key="k1")

    assert channel(repository).find("k9") is None


def test_an_updated_page_replaces_the_old_one(repository: Repository) -> None:
    channel(repository).publish(PIECE, key="k1")
    channel(repository).publish(replace(PIECE, title="Newer", update=True), key="k2")

    assert repository.page()["title"] == "Newer"
    assert repository.messages()[0].startswith("Update: Newer")


def test_a_page_is_not_put_through_a_file(repository: Repository) -> None:
    with pytest.raises(Refused) as refused:
        channel(repository, content_path="readme.md/{slug}.md").publish(PIECE, key="k1")

    assert refused.value.field == "content_path"


def test_a_page_does_not_take_the_place_of_a_folder(repository: Repository) -> None:
    channel(repository, content_path="posts/{slug}/index.md").publish(PIECE, key="k1")

    with pytest.raises(Refused) as refused:
        channel(repository, content_path="posts/{slug}").publish(PIECE, key="k2")

    assert refused.value.field == "content_path"
    assert len(repository.commits()) == 2


def test_a_missing_branch_is_refused(repository: Repository) -> None:
    with pytest.raises(Refused) as refused:
        channel(repository, branch="live").publish(PIECE, key="k1")

    assert refused.value.field == "branch"


def test_a_repository_that_is_away_was_surely_not_sent_to(tmp_path: Path) -> None:
    with pytest.raises(NotSent):
        channel(f"file://{tmp_path}/nothing.git").publish(PIECE, key="k1")


def test_a_folder_that_holds_something_else_is_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "passwd").touch()

    with pytest.raises(Refused) as refused:
        channel(f"file://{tmp_path}").publish(PIECE, key="k1")

    assert refused.value.says.params["folder"] == str(tmp_path)


class TestProbe:
    """What saving a channel checks."""

    def test_a_good_repository_passes_and_is_unchanged(self, repository: Repository) -> None:
        channel(repository).check()

        assert len(repository.commits()) == 1

    def test_a_folder_that_is_no_repository_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Refused) as refused:
            channel(f"file://{tmp_path}").check()

        assert refused.value.field == "repository"

    def test_a_missing_branch_is_named(self, repository: Repository) -> None:
        with pytest.raises(Refused) as refused:
            channel(repository, branch="live").check()

        assert refused.value.says.params["branch"] == "live"

    @pytest.mark.parametrize("scheme", ["https", "ssh"])
    def test_a_host_inside_a_private_network_is_not_connected_to(self, scheme: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(0.2)
            with pytest.raises(Refused) as refused:
                channel(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/site.git").check()
            with pytest.raises(TimeoutError):
                listener.accept()

        assert "private network" in refused.value.says.id


class Quiet(WSGIRequestHandler):
    """A request handler that writes no log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def over_http(repository: Repository) -> Iterator[GitChannel]:
    """The channel through smart HTTP; the settings ask for https, whose protocol above TLS is the same."""
    with Repo(str(repository.path)) as repo:
        app = make_wsgi_chain(DictBackend({"/site.git": repo}))  # type: ignore[arg-type]
        with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
            serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            serving.start()
            settings = GitSettings.model_construct(
                repository=f"http://127.0.0.1:{server.server_port}/site.git",
                branch="main",
                content_path="content/posts/{slug}.md",
                url_pattern="https://www.example.com/posts/{slug}/",
                author_name="Editorial",
                author_email="editorial@localhost",
                live_check=False,
            )
            yield GitChannel(settings, Surroundings(AllowList.of(["127.0.0.0/8"]), Path("/none"), lambda: NOW))
            server.shutdown()
            serving.join()


class TestSmartHttp:
    """Through dulwich's HTTP client."""

    def test_a_page_is_pushed_once_and_found(self, over_http: GitChannel, repository: Repository) -> None:
        over_http.check()
        first = over_http.publish(PIECE, key="k1")

        assert over_http.publish(PIECE, key="k1") == first
        found = over_http.find("k1")
        assert found is not None
        assert found.external_id == first.external_id == repository.commits()[0].id.decode()

    def test_a_server_that_hangs_up_before_anything_was_sent_was_surely_not_sent_to(
        self, over_http: GitChannel
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        settings = over_http._settings.model_copy(update={"repository": f"http://127.0.0.1:{port}/site.git"})

        with pytest.raises(NotSent) as not_sent:
            GitChannel(settings, over_http._surroundings).publish(PIECE, key="k1")

        assert not_sent.value.says.id == "%(host)s refuses the connection."
