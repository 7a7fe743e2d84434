"""What the git channel asks for, and what it refuses."""

import re
from pathlib import PurePosixPath
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from dulwich.refs import Ref, check_ref_format
from pydantic import Field, field_validator

from editorial.adapters.channels.base import Settings, Unfit
from editorial.adapters.channels.patterns import check_address, check_mailbox, check_places
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.rendering import one_line

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_EXAMPLE = Message(N_("Write it as https://host/path.git, ssh://git@host/path.git or file:///path."))


class GitSettings(Settings):
    """Where the repository is and how its site is laid out."""

    account_fields: ClassVar[tuple[str, ...]] = ("repository", "branch", "content_path")

    repository: str = Field(min_length=1, max_length=500)
    branch: str = Field("main", min_length=1, max_length=200)
    content_path: str = Field("content/posts/{slug}.md", min_length=1, max_length=300)
    url_pattern: str = Field(min_length=1, max_length=500)
    profile: Literal["hugo"] = "hugo"
    author_name: str = Field("Editorial", min_length=1, max_length=120)
    author_email: str = Field("editorial@localhost", min_length=3, max_length=254)
    live_check: bool = False

    @property
    def account(self) -> tuple[str, ...]:
        """Repository, branch, and the folder that every piece lies in, however the address is written."""
        url = urlsplit(self.repository)
        place = f"{url.scheme}://{url.netloc.lower()}{url.path.rstrip('/').removesuffix('.git')}"
        return place, self.branch, self.content_path.partition("{")[0].rpartition("/")[0]

    @property
    def secrets_go_to(self) -> str | None:
        """The host that gets the token."""
        url = urlsplit(self.repository)
        return f"{url.scheme}://{url.netloc.lower()}"

    @field_validator("repository")
    @classmethod
    def _repository(cls, value: str) -> str:
        """Three schemes, and nothing that a program could take for an option or a command."""
        if "://" not in value or _CONTROL.search(value):
            raise Unfit(Message(N_("This is no address of a git repository.")), _EXAMPLE)
        try:
            url = urlsplit(value)
            port = url.port
        except ValueError as error:
            raise Unfit(Message(N_("This is no address of a git repository.")), _EXAMPLE) from error
        if url.scheme not in {"https", "ssh", "file"}:
            raise Unfit(Message(N_("Editorial does not speak “%(scheme)s”."), {"scheme": url.scheme}), _EXAMPLE)
        if url.password is not None or (url.scheme == "https" and url.username is not None):
            raise Unfit(
                Message(N_("A password does not belong into the address.")),
                Message(N_("Put a token into its own field, or use ssh with a key of this machine.")),
            )
        whole = (url.netloc == "" and port is None) if url.scheme == "file" else _HOST.fullmatch(url.hostname or "")
        user = url.username is None or _NAME.fullmatch(url.username)
        if not whole or not user or len(url.path) < 2 or url.path.startswith("/-") or url.query or url.fragment:
            raise Unfit(Message(N_("This is no address of a git repository.")), _EXAMPLE)
        return value

    @field_validator("branch")
    @classmethod
    def _branch(cls, value: str) -> str:
        """A name that git takes."""
        if value.startswith("-") or not check_ref_format(Ref(b"refs/heads/" + value.encode())):
            raise Unfit(
                Message(N_("“%(name)s” is no name of a branch."), {"name": value}), Message(N_("Often it is main."))
            )
        return value

    @field_validator("content_path")
    @classmethod
    def _content_path(cls, value: str) -> str:
        """A file below the repository's root, one for each piece."""
        check_places(value)
        parts = PurePosixPath(value).parts
        if value.startswith("/") or any(part.startswith((".", "-")) for part in parts) or _CONTROL.search(value):
            raise Unfit(
                Message(N_("The path must lead to a file inside the repository.")),
                Message(N_("Write it like content/posts/{slug}.md.")),
            )
        return value

    @field_validator("url_pattern")
    @classmethod
    def _url_pattern(cls, value: str) -> str:
        """An address on the web, one for each piece."""
        return check_address(value)

    @field_validator("author_email")
    @classmethod
    def _author_email(cls, value: str) -> str:
        """An address that fits into a commit."""
        return check_mailbox(value)

    @field_validator("author_name")
    @classmethod
    def _author_name(cls, value: str) -> str:
        """A name that fits into a commit."""
        return one_line(re.sub(r"[<>]", "", value)) or "Editorial"


def checked_username(typed: str) -> str:
    """A user name that Basic authentication can carry (RFC 7617)."""
    return _checked(typed.strip(), Message(N_("This is no user name.")), ":")


def checked_token(typed: str) -> str:
    """A token that Basic authentication can carry."""
    return _checked(typed.strip(), Message(N_("This is no token.")), "")


def _checked(value: str, says: Message, without: str) -> str:
    if not value.isascii() or not value.isprintable() or any(sign in value for sign in without):
        raise EditorialError(says, hint=Message(N_("Copy it again; it has plain letters, digits and signs only.")))
    return value
