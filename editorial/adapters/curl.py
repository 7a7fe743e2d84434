"""What every request by libcurl has in common: the guard at the socket, and nothing that the environment could say.

The address is checked where the socket is opened, after the name was resolved: a name that changes its answer between
a check and a connection (DNS rebinding) gains nothing, because there is no other look-up.
"""

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


def without_user(url: str) -> str:
    """A user name in a link is nothing to sign in with."""
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
