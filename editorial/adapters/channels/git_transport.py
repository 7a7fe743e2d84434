"""dulwich's git clients with our limits: time, addresses, and programs that can't be given options.

A local repository is spoken to through `git receive-pack` (or `git_server`, where no git is installed) and never
written to directly: only so do its hooks run, which refuse a push or build the site after it.
"""

import contextlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote

from dulwich.client import (
    GitClient,
    HTTPUnauthorized,
    SSHGitClient,
    SSHVendor,
    SubprocessGitClient,
    SubprocessWrapper,
    Urllib3HttpGitClient,
)
from dulwich.errors import GitProtocolError, NotGitRepository
from dulwich.protocol import Protocol

from editorial.adapters.channels.base import Surroundings
from editorial.adapters.guard import connect_guarded, guarded_session

USERNAME, TOKEN = "username", "token"
CONNECT = 10  # seconds
READ = 30


class TimeLimit:
    """Ends the programs of one conversation when its time is over; the conversation then sees the line go dead."""

    def __init__(self) -> None:
        self._programs: list[subprocess.Popen[bytes]] = []
        self._lines: list[Protocol] = []
        self._lock = threading.Lock()
        self.over = False

    def watch(self, program: "subprocess.Popen[bytes]") -> None:
        """Include a program."""
        with self._lock:
            self._programs.append(program)
            over = self.over
        if over:
            program.kill()

    def keep(self, line: Protocol) -> None:
        """Close this line at the end; dulwich leaves one open when the other side hangs up."""
        self._lines.append(line)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """At most so long."""
        timer = threading.Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._end()
            for line in self._lines:
                with contextlib.suppress(Exception):
                    line.close()

    def _end(self) -> None:
        with self._lock:
            self.over = True
            programs = list(self._programs)
        for program in programs:
            program.kill()


def client_for(url: SplitResult, surroundings: Surroundings, limit: TimeLimit) -> tuple[GitClient, str]:
    """A client for a checked address and the path to ask it for.

    Raises:
        PermissionError: the host lies inside a private network. OSError: it does not resolve.
    """
    path = unquote(url.path)
    if url.scheme == "file":
        return _Local(limit), path
    if url.scheme == "ssh" and url.hostname is not None:
        vendor = _Ssh(surroundings, limit)
        client = _OverSsh(url.hostname, port=url.port, username=url.username, vendor=vendor, ssh_command="ssh")
        client.limit = limit
        return client, path
    manager = guarded_session(agent="Editorial", allow=surroundings.allow).get_adapter("https://")
    base = f"{url.scheme}://{url.netloc}"
    user, token = credentials_of(surroundings)
    http = _OverHttp(  # it sends them to the origin of `base` alone, wherever a redirect leads
        base,
        pool_manager=manager.poolmanager,  # type: ignore[attr-defined]
        timeout=READ,
        username=user,
        password=token,
    )
    return http, url.path


def credentials_of(surroundings: Surroundings) -> tuple[str | None, str | None]:
    """User and token for https, or nothing. Most servers take any user name beside a token."""
    token = surroundings.secrets.get(TOKEN)
    return (surroundings.secrets.get(USERNAME) or "git", token) if token else (None, None)


def push_status(url: SplitResult, surroundings: Surroundings) -> int:
    """What a server answers over https to whoever asks what may be pushed: 200, 401, 403 or another HTTP status."""
    user, token = credentials_of(surroundings)
    address = f"{url.scheme}://{url.netloc}{url.path.rstrip('/')}/info/refs?service=git-receive-pack"
    with (
        guarded_session(agent="Editorial", allow=surroundings.allow) as session,
        session.get(
            address, auth=(user, token) if user and token else None, timeout=(CONNECT, READ), stream=True
        ) as reply,
    ):
        return reply.status_code


def server_program() -> list[str]:
    """What answers for a local repository."""
    return ["git"] if shutil.which("git") else [sys.executable, "-m", "editorial.adapters.channels.git_server"]


def is_repository(path: Path) -> bool:
    """Whether a folder is a git repository, bare or with a working tree; nothing in it is run or followed."""
    return any(
        (folder / "objects").is_dir() and (folder / "refs").is_dir() and (folder / "HEAD").is_file()
        for folder in (path, path / ".git")
    )


class _OverHttp(Urllib3HttpGitClient):
    """Lets go of the connection when the answer is no; dulwich would keep it until it is collected."""

    def _http_request(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        data: Any = None,
        raise_for_status: bool = True,
    ) -> Any:
        reply, read = super()._http_request(url, headers, data, raise_for_status=False)
        if raise_for_status and reply.status != 200:
            reply.close()
            if reply.status in {401, 403}:
                raise HTTPUnauthorized(None, url)
            if reply.status == 404:
                raise NotGitRepository
            raise GitProtocolError(f"unexpected http resp {reply.status} for {url}")
        return reply, read


class _Local(SubprocessGitClient):
    def __init__(self, limit: TimeLimit) -> None:
        super().__init__()
        self._limit = limit

    def _connect(self, cmd: bytes, path: bytes | str, protocol_version: int | None = None) -> Any:
        where = path.decode() if isinstance(path, bytes) else path
        program = subprocess.Popen(
            [*server_program(), cmd.decode("ascii"), where],  # `where` is absolute: it can't be an option
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._limit.watch(program)
        wrapper = SubprocessWrapper(program)
        line = Protocol(wrapper.read, wrapper.write, wrapper.close)
        self._limit.keep(line)
        return line, wrapper.can_read, program.stderr


class _OverSsh(SSHGitClient):
    limit: TimeLimit

    def _connect(self, cmd: bytes, path: str | bytes, protocol_version: int | None = None) -> Any:
        line, can_read, stderr = super()._connect(cmd, path, protocol_version)
        self.limit.keep(line)
        return line, can_read, stderr


class _Ssh(SSHVendor):
    def __init__(self, surroundings: Surroundings, limit: TimeLimit) -> None:
        self._surroundings, self._limit = surroundings, limit

    def run_command(  # type: ignore[override]
        self, host: str, command: bytes, username: str | None = None, port: int | None = None, **_: Any
    ) -> SubprocessWrapper:
        """Start the machine's ssh, which asks nothing and trusts no host that it does not know."""
        # ssh opens its own connection; the host key, which must be known, ties it to the host that was checked
        connect_guarded(host, port or 22, allow=self._surroundings.allow, timeout=CONNECT).close()
        program = subprocess.Popen(
            ssh_arguments(host, command.decode(), username, port, self._surroundings.instance / "ssh"),
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._limit.watch(program)
        return SubprocessWrapper(program)


def ssh_arguments(host: str, command: str, username: str | None, port: int | None, folder: Path) -> list[str]:
    """The command line. A key and known hosts in the installation's `ssh` folder go before those of the account."""
    options = ["BatchMode=yes", "StrictHostKeyChecking=yes", f"ConnectTimeout={CONNECT}", "ServerAliveInterval=10"]
    arguments = ["ssh", "-x", "-T"]
    for option in options:
        arguments += ["-o", option]
    if (known := folder / "known_hosts").is_file():
        arguments += ["-o", f'UserKnownHostsFile="{known}"']
    for key in sorted(folder.glob("id_*")):
        if key.suffix != ".pub":
            arguments += ["-i", str(key), "-o", "IdentitiesOnly=yes"]
    if port:
        arguments += ["-p", str(port)]
    # after `--` nothing is an option, whatever it begins with
    return [*arguments, "--", f"{username}@{host}" if username else host, command]
