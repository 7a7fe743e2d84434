"""Files that commands read: from a disk, from standard input, or from the web behind the guard."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import ValidationError

from config import Config
from editorial.adapters.fetch import Fetcher, Limits
from editorial.cli.language import say
from editorial.cli.settings import problems
from editorial.domain.addresses import ALL_PRIVATE, NOTHING_PRIVATE, AllowList
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n1
from editorial.services.auditing import user_agent
from editorial.services.stop_reasons import ERRORS

STANDARD_INPUT = "-"
PRIVATE_HELP = "Reach private network addresses; EDITORIAL_ALLOW_PRIVATE opens some of them for good."


@dataclass(frozen=True)
class Source:
    """A file as it was read."""

    url: str | None
    """The address that answered in the end (N1); None of a file."""
    status: int
    """Of the answer; 200 of a file."""
    content: bytes
    error: str | None = None
    """Code of `audit.facts.Response.error`, or None."""
    led: bool = False
    """Whether a redirect led there."""

    @property
    def trouble(self) -> Message | None:
        """Why nothing could be read, if so."""
        if self.error is not None:
            return unread(self.url or "", self.error)
        if self.status != 200:
            return Message(N_("%(url)s answers with status %(status)s."), {"url": self.url, "status": self.status})
        return None


def unread(url: str, error: str) -> Message:
    """That an address gave no answer, and why (a code of `audit.facts.Response.error`)."""
    return Message(N_("%(url)s could not be read: %(why)s"), {"url": url, "why": Message(ERRORS[error])})


class NotThere(EditorialError):
    """What was named is neither a file nor an address."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Message(N_("There is no file %(name)s."), {"name": name}),
            hint=Message(N_("Give a file, an address that begins with http:// or https://, or - for standard input.")),
        )


def address(name: str) -> str | None:
    """The N1 form of what was named, if it is an address of the web."""
    return n1(name) if name.lower().startswith(("http://", "https://")) else None


def is_there(path: Path) -> bool:
    """Whether something lies at the path; nothing does under a name that no disk takes."""
    try:
        return path.exists()
    except OSError:
        return False


def read(name: str, *, most: int, allow: AllowList) -> Source:
    """Read a file, standard input, or an address with its redirects.

    Args:
        name: what was typed.
        most: bytes that are read; one more tells that there was more.
        allow: private networks that may be reached.

    Raises:
        NotThere: it is none of them.
    """
    if name == STANDARD_INPUT:
        return Source(None, 200, sys.stdin.buffer.read(most + 1))
    url = address(name)
    if url is None:
        path = Path(name)
        try:
            with path.open("rb") as file:
                return Source(None, 200, file.read(most + 1))
        except (OSError, ValueError) as error:
            raise NotThere(name) from error
    fetcher = Fetcher(agent=user_agent(""), allow=allow, limits=Limits(body=most + 1))
    try:
        reply = fetcher.get(url)
    finally:
        fetcher.close()
    return Source(reply.url, reply.status, reply.body, reply.error, bool(reply.redirects))


def opened(*, everything: bool) -> AllowList:
    """The private networks that may be reached: all, or those of EDITORIAL_ALLOW_PRIVATE; no settings are needed.

    Raises:
        click.UsageError: the allow-list opens nothing. What is wrong with other settings is no concern of a command.
    """
    if everything:
        return ALL_PRIVATE
    try:
        return AllowList.of(Config.from_env().private_networks)
    except ValidationError as error:
        if any("allow_private" in fault["loc"] for fault in error.errors()):
            raise click.UsageError(problems(error, say)) from error
        return NOTHING_PRIVATE
