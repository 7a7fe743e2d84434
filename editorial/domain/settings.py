"""Settings that name a place or a person of the outside world: what fits, and what to write instead."""

import re
from email.utils import parseaddr
from urllib.parse import urlsplit

import idna

from editorial.domain.addresses import AllowList
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message

_SENDER = re.compile(r"(?:[^<>@\x00-\x1f\x7f]*<(?P<inside>[^<>\s]+)>|(?P<alone>[^<>\s]+))")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
)
_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")
_BRACKETED = re.compile(r"\[[0-9A-Fa-f:.]+\]")
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")


def desk_address(given: str) -> str:
    """The address of the desk with its host in ASCII and without a trailing slash; empty stays empty.

    Raises:
        EditorialError: it has no scheme or host, or more than these and a port: links are made by putting a path
            behind it, and the desk answers at the root of its host only.
    """
    given = given.strip()
    if not given:
        return ""
    try:
        parts = urlsplit(given)
        host = _ascii_host(parts.hostname or "")
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        host = port = ""
    else:
        whole = f"{parts.scheme}://{parts.netloc}".lower()
        plain = parts.scheme in {"http", "https"} and "@" not in parts.netloc and given.rstrip("/").lower() == whole
        if plain and host and not parts.netloc.endswith(":"):
            return f"{parts.scheme}://{host}{port}"
    raise EditorialError(
        Message(N_("“%(value)s” is not the address of a desk."), {"value": given[:80]}),
        hint=Message(N_("Write scheme and host without a path, such as https://desk.company.com.")),
        field="base_url",
    )


def mail_sender(given: str) -> str:
    """`Name <address>` or an address alone, with the domain of the address in ASCII.

    Raises:
        EditorialError: no mail could be sent in that name.
    """
    given = given.strip()
    found = _SENDER.fullmatch(given)
    address = (found["inside"] or found["alone"] or "") if found else ""
    local, _, domain = address.rpartition("@")
    host = _ascii_host(domain)
    if host and _LOCAL.fullmatch(local) and parseaddr(given)[1] == address:
        return given.replace(f"@{domain}", f"@{host}")
    raise EditorialError(
        Message(N_("“%(value)s” can't be the sender of a mail."), {"value": given[:80]}),
        hint=Message(
            N_("Write an address, or a name and an address: Editorial <desk@company.com>; a comma needs quotes.")
        ),
        field="mail_from",
    )


def database_address(given: str) -> str:
    """The address of a database we know; empty stays empty. A refusal does not repeat it: it may hold a password."""
    given = given.strip()
    if not given or given.partition("://")[0] in DATABASES:
        return given
    raise EditorialError(
        Message(N_("That is not the address of a database.")),
        hint=Message(N_("Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE.")),
        field="database_url",
    )


def private_networks(given: str) -> str:
    """Networks, addresses and names of hosts, comma-separated. Empty stays empty.

    Raises:
        NoNetwork: one is none of these.
    """
    entries = [entry.strip() for entry in given.split(",") if entry.strip()]
    AllowList.of(entries)
    return ",".join(entries)


def _ascii_host(host: str) -> str:
    """The host in ASCII; empty where it can't be one."""
    if ":" in host:
        return f"[{host}]" if _BRACKETED.fullmatch(f"[{host}]") else ""
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            return ""
    return host if _HOST.fullmatch(host) else ""


def fernet_keys(given: str) -> str:
    """Keys that seal credentials, comma-separated; each is 32 bytes in URL-safe base64. Empty stays empty.

    Raises:
        EditorialError: one is none. Says which, never what it is.
    """
    keys = [key.strip() for key in given.split(",")] if given.strip() else []
    for place, key in enumerate(keys, start=1):
        if not _KEY.fullmatch(key):
            raise EditorialError(
                Message(N_("Number %(place)s of these keys is none."), {"place": place}),
                hint=Message(N_("Each is 44 characters, as `editorial keys new` makes them, with commas between.")),
                field="credential_keys",
            )
    return ",".join(keys)
