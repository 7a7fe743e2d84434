"""What every request by libcurl has in common: the guard at the socket, and nothing that the environment could say.

The address is checked where the socket is opened, after the name was resolved: a name that changes its answer between
a check and a connection (DNS rebinding) gains nothing, because there is no other look-up.
"""

from collections.abc import Iterable
from socket import socket
from typing import Any

import pycurl

from editorial.domain.addresses import NOTHING_PRIVATE, AllowList, is_public, may_connect, no_page_there
from editorial.domain.urls import host_of


class Door:
    """Opens the sockets of one request, and only to addresses that may be reached. `OPENSOCKETFUNCTION` of a handle."""

    def __init__(self, url: str, allow: AllowList = NOTHING_PRIVATE, *, encrypted_outside: bool = False) -> None:
        """Make one for an N1 address.

        Args:
            allow: private networks that may be reached.
            encrypted_outside: whether public addresses are reached over https alone.
        """
        self._host, self._allow = host_of(url), allow
        self._plain_is_closed = encrypted_outside and not url.startswith("https:")
        self._sockets: list[socket] = []
        self._refused = ""

    @property
    def refused(self) -> str:
        """Why no address of the name was tried: `address` (a private one), `port` or `plain`."""
        return "" if self._sockets else self._refused

    def __call__(self, _purpose: int, address: Any) -> socket | int:
        """What libcurl asks for once for each address of the name, in their order."""
        family, kind, protocol, place = address
        where, port = str(place[0]), int(place[1])
        if not may_connect(where, self._allow, host=self._host):
            self._refused = "address"
        elif no_page_there(where, port):
            self._refused = "port"
        elif self._plain_is_closed and is_public(where):
            self._refused = "plain"
        else:
            self._sockets.append(socket(family, kind, protocol))  # libcurl works on a duplicate
            return self._sockets[-1]
        return int(pycurl.SOCKET_BAD)

    def close(self) -> None:
        """The request has ended: our sockets are no use any more."""
        for opened in self._sockets:
            opened.close()


SAFE = (
    (pycurl.PROXY, ""),  # an empty name switches the proxies of the environment off, too
    (pycurl.NOPROXY, "*"),
    (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.REDIR_PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
    (pycurl.FOLLOWLOCATION, 0),
    (pycurl.NOSIGNAL, 1),
    (pycurl.NETRC, 0),
    (pycurl.HTTP09_ALLOWED, 0),
)
"""Options of every handle."""


def safe_handle(curl: pycurl.Curl | None = None) -> pycurl.Curl:
    """A handle, or this one as new, that speaks HTTP without proxy, redirects or stored passwords; `admit` it."""
    handle = curl if curl is not None else pycurl.Curl()
    handle.reset()
    for option, value in SAFE:
        handle.setopt(option, value)
    return handle


def admit(curl: pycurl.Curl, door: Door) -> None:
    """Let the handle's next request open its sockets by this door."""
    curl.setopt(pycurl.OPENSOCKETFUNCTION, door)


MOST_LINES = 200
"""Header lines of one answer that `Head` keeps."""

ERRORS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls",
    pycurl.E_SSL_CIPHER: "tls",
    pycurl.E_SSL_CERTPROBLEM: "tls",
    pycurl.E_SSL_CACERT_BADFILE: "tls",
    pycurl.E_BAD_CONTENT_ENCODING: "protocol",
    pycurl.E_UNSUPPORTED_PROTOCOL: "protocol",
    pycurl.E_URL_MALFORMAT: "protocol",
}
"""Codes of `facts.ERROR_CODES` for libcurl's; any other is `reset`."""


class Head:
    """The header lines of one answer, as they come in. `HEADERFUNCTION` of a handle.

    `ended`: the empty line behind them came, however the server ends its lines; the answer then counts.
    """

    def __init__(self) -> None:
        self.ended = False
        self._lines: list[bytes] = []

    def __call__(self, line: bytes) -> None:
        """What libcurl hands in."""
        if line.startswith(b"HTTP/"):
            self._lines.clear()  # an interim answer stood before
            self.ended = False
        elif not line.strip():
            self.ended = True
        elif len(self._lines) < MOST_LINES:
            self._lines.append(line)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Names and values, in their order."""
        return headers_of(self._lines)


def headers_of(lines: Iterable[bytes]) -> tuple[tuple[str, str], ...]:
    """The headers of the last answer; interim ones (103 Early Hints) stand before it."""
    found: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith(b"HTTP/"):
            found.clear()
            continue
        name, colon, value = line.partition(b":")
        if colon:
            found.append((name.decode("latin-1").strip(), _text(value.strip())))
    return tuple(found)


def _text(value: bytes) -> str:
    """Servers send UTF-8 although a header's charset is Latin-1; browsers read a redirect's target that way too."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def without_user(url: str) -> str:
    """A user name in a link is nothing to sign in with."""
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
