"""The git channel through the machine's ssh, against a real OpenSSH server on loopback."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from editorial.adapters.channels.base import Surroundings, read_settings
from editorial.adapters.channels.git import GitChannel
from editorial.adapters.channels.git_settings import GitSettings
from editorial.domain.addresses import NOTHING_PRIVATE, AllowList
from editorial.domain.jobs import NotSent, Refused
from editorial.domain.rendering import Piece
from tests.integration.distribution.sites import Repository, make_repository

NOW = datetime(2026, 12, 15, 10, 0, tzinfo=UTC)
PIECE = Piece(7, "Gateway: how?", "gateway", "Five questions", "# Body", "en", NOW)
NEEDED = {"git": "git", "ssh-keygen": "openssh-client", "/usr/sbin/sshd": "openssh-server"}


@dataclass(frozen=True)
class Server:
    """An ssh server that lets one key run git, and nothing else."""

    port: int
    folder: Path
    repository: Repository

    def channel(self, instance: Path, *, allow: AllowList | None = None, path: str = "") -> GitChannel:
        url = f"ssh://root@127.0.0.1:{self.port}{path or self.repository.path}"
        values = {"repository": url, "url_pattern": "https://www.example.com/posts/{slug}/"}
        opened = AllowList.of(["127.0.0.0/8"]) if allow is None else allow
        return GitChannel(read_settings(GitSettings, values), Surroundings(opened, instance, lambda: NOW))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    for program, package in NEEDED.items():
        if shutil.which(program) is None and os.geteuid() == 0 and shutil.which("apt-get"):
            subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], check=False)
        if shutil.which(program) is None:
            pytest.fail(f"{program} is not here. Install it: apt install {package}")
    if os.geteuid() != 0:
        pytest.fail("This test signs in as root over ssh on loopback. Run it as root.")
    folder = tmp_path_factory.mktemp("ssh")
    folder.chmod(0o755)
    repository = make_repository(folder)
    for name in ("host", "id_ed25519", "id_other"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    Path("/run/sshd").mkdir(exist_ok=True)
    configuration = folder / "sshd_config"
    configuration.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/id_ed25519.pub\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "UsePAM no\nPermitRootLogin prohibit-password\nStrictModes no\n"
        'ForceCommand git-shell -c "$SSH_ORIGINAL_COMMAND"\n'
    )
    sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", configuration], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield Server(port, folder, repository)
    finally:
        sshd.terminate()
        sshd.wait(10)


def wait_for(port: int) -> None:
    pause = threading.Event()
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            pause.wait(0.05)
        else:
            return
    raise RuntimeError("the ssh server did not answer within 5 s")


def instance_with(server: Server, folder: Path, *, key: str = "id_ed25519", known: bool = True) -> Path:
    """An installation's folder with a key and, perhaps, the server among the known hosts."""
    (folder / "ssh").mkdir()
    shutil.copy(server.folder / key, folder / "ssh" / "id_ed25519")
    kind, host_key, *_ = (server.folder / "host.pub").read_text().split()
    (folder / "ssh" / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {kind} {host_key}\n" if known else "")
    return folder


def test_a_page_is_pushed_and_found_again(server: Server, tmp_path: Path) -> None:
    channel = server.channel(instance_with(server, tmp_path))
    channel.check()
    receipt = channel.publish(PIECE, key="k1")
    found = channel.find("k1")

    assert server.repository.page()["title"] == "Gateway: how?"
    assert found is not None
    assert found.external_id == receipt.external_id


def test_a_host_that_is_not_known_is_not_trusted(server: Server, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        server.channel(instance_with(server, tmp_path, known=False)).check()

    assert "Host key verification failed" in str(refused.value.says.params["said"])


def test_a_key_that_is_not_allowed_is_told(server: Server, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        server.channel(instance_with(server, tmp_path, key="id_other")).check()

    assert "Permission denied" in str(refused.value.says.params["said"])


def test_a_missing_repository_was_surely_not_sent_to(server: Server, tmp_path: Path) -> None:
    with pytest.raises((NotSent, Refused)):
        server.channel(instance_with(server, tmp_path), path="/nowhere.git").publish(PIECE, key="k2")


def test_loopback_is_closed_unless_an_administrator_opens_it(server: Server, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        server.channel(instance_with(server, tmp_path), allow=NOTHING_PRIVATE).publish(PIECE, key="k3")

    assert "private network" in refused.value.says.id
