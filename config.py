"""Every setting of the product, with its default and unit. The only reader of the environment.

Each field is read from `EDITORIAL_<NAME>`, or from a file of that name (lower case) in `EDITORIAL_SECRETS_DIR`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from editorial.domain.errors import EditorialError
from editorial.domain.settings import database_address, desk_address, fernet_keys, mail_sender, private_networks

ROOT = Path(__file__).resolve().parent


def locale_name() -> str:
    """The locale of whoever runs a command, such as `zh_CN.UTF-8`, in the order of POSIX; empty where none is set."""
    return next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), None) or ""


def _fits(check: Callable[[str], str]) -> AfterValidator:
    """Run a check of the domain; what it refuses is reported like any other wrong setting, in the reader's language."""

    return AfterValidator(lambda given: _checked(check, given))


def _checked(check: Callable[[str], str], given: str) -> str:
    try:
        return check(given)
    except EditorialError as refused:
        raise PydanticCustomError("says", "does not fit", {"says": refused.says, "hint": refused.hint}) from refused


def _fits_unseen(check: Callable[[str], str]) -> AfterValidator:
    """The same for what nobody may read again."""
    return AfterValidator(lambda given: SecretStr(_checked(check, given.get_secret_value())))


class Config(BaseSettings):
    """One frozen set of settings, made once at the start and handed down."""

    model_config = SettingsConfigDict(env_prefix="EDITORIAL_", frozen=True, extra="ignore", hide_input_in_errors=True)

    instance_dir: Path = Field(ROOT / "instance", description="Folder of the database, the key and the media.")
    database_url: Annotated[str, _fits(database_address)] = Field(
        "", description="SQLAlchemy URL; empty means SQLite in the instance folder."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 lets the system choose.")
    base_url: Annotated[str, _fits(desk_address)] = Field(
        "",
        description="Address under which people reach the desk, without a path; empty means http://HOST:PORT.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description=(
            "How many reverse proxies of yours stand before the desk and add to `X-Forwarded-For`; 0 ignores that "
            "header. Visitors who sign in wrongly too often are told apart by it."
        ),
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs form tokens; empty means a key file in the instance folder."
    )
    credential_keys: Annotated[SecretStr, _fits_unseen(fernet_keys)] = Field(
        SecretStr(""),
        description=(
            "Keys that seal the credentials of channels, comma-separated, newest first; empty means a key file in the "
            "instance folder. See [keys](keys.md)."
        ),
    )
    threads: int = Field(16, ge=2, le=128, description="Web threads of the one-process server.")
    session_days: int = Field(30, ge=1, le=365, description="Days after which an unused sign-in ends.")
    clock_enabled: bool = Field(True, description="Whether `editorial serve` runs the clock.")
    publish_threads: int = Field(
        16, ge=2, le=128, description="Jobs that one process sends at once; a quarter of them at most on one channel."
    )

    smtp_host: str = Field("", description="SMTP server; empty means that mails wait in the outbox screen.")
    smtp_port: int = Field(587, ge=1, le=65535, description="SMTP port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the SMTP connection is protected."
    )
    smtp_user: str = Field("", description="SMTP user; empty means no sign-in.")
    smtp_password: SecretStr = Field(SecretStr(""), description="SMTP password.")
    mail_from: Annotated[str, _fits(mail_sender)] = Field(
        "Editorial <editorial@localhost>", description="Sender of every mail, as an address or `Name <address>`."
    )

    crawl_contact: str = Field(
        "", description="Address in the crawler's user agent for owners of sites; empty means base_url."
    )
    crawl_rate: float = Field(2.0, gt=0, le=100, description="Requests a second and host.")
    crawl_connections: int = Field(2, ge=1, le=16, description="Connections a host.")
    crawl_max_pages: int = Field(5000, ge=1, le=1_000_000, description="Pages after which an audit stops, saying so.")
    crawl_workers: int = Field(
        0, ge=0, le=64, description="Crawl worker programs; 0 means one less than the cores, at least one."
    )
    external_links: bool = Field(
        True, description="Whether the clock asks what sites link to outside if it is there; each site can say no too."
    )
    allow_private: Annotated[str, _fits(private_networks)] = Field(
        "",
        description=(
            "Private networks that may be crawled and published to, comma-separated: `10.1.0.0/16`, `192.168.7.20`, "
            "`intranet.example`. A name is opened wherever it leads. See [connections](connections.md)."
        ),
    )

    log_format: Literal["console", "json"] = Field("console", description="How log lines look.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="What is logged.")
    password_memory_kib: int = Field(65536, ge=8, description="Argon2 memory in KiB.")
    password_lanes: int = Field(4, ge=1, description="Argon2 parallelism.")
    password_rounds: int = Field(3, ge=1, description="Argon2 iterations.")

    @classmethod
    def from_env(cls, **overrides: Any) -> "Config":
        """Read the environment (and the secrets folder, if one is named). Reports every problem at once."""
        return cls(_secrets_dir=os.environ.get("EDITORIAL_SECRETS_DIR"), **overrides)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.instance_dir / 'editorial.sqlite'}"

    @property
    def public_url(self) -> str:
        """Where people reach the desk, without a trailing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def private_networks(self) -> tuple[str, ...]:
        """The networks and hosts of `allow_private`, one by one."""
        return tuple(part.strip() for part in self.allow_private.split(",") if part.strip())
