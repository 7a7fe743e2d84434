"""Ask an address whether it is there, by HEAD or OPTIONS: no body goes out and none is read.

The guard is that of `adapters.fetch`: the address is checked where the socket is opened, after the name was resolved.
Redirects are not followed.
"""

from dataclasses import dataclass, field
from socket import socket
from typing import Any, Literal

import pycurl

from editorial.domain.addresses import NOTHING_PRIVATE, AllowList, may_connect
from editorial.domain.urls import host_of

Method = Literal["HEAD", "OPTIONS"]
CONNECT, WHOLE = 5_000, 10_000  # milliseconds: who does not answer by then is unknown, and nobody is kept waiting
MOST_LINES = 200

_ERRORS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls",
}
_UNKNOWN_ISSUER = "unable to get local issuer"  # OpenSSL: the server leaves out a link that browsers look up themselves


@dataclass(frozen=True)
class Answer:
    """The head of one answer, header names in lower case; `status` is 0 where `error` says why there is none."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    error: str | None = None


class FormAsker:
    """Asks one address at a time, on a connection of its own."""

    def __init__(self, *, agent: str, allow: AllowList = NOTHING_PRIVATE, resolve: tuple[str, ...] = ()) -> None:
        """Make an asker.

        Args:
            agent: the User-Agent header; begins with the product token.
            allow: private networks that may be reached.
            resolve: libcurl's `host:port:address` entries; tests bend names with them.
        """
        self._agent, self._allow, self._resolve = agent, allow, list(resolve)

    def ask(self, method: Method, url: str) -> Answer:
        """The head of the answer to one request for an N1 address."""
        lines: list[bytes] = []
        sockets: list[socket] = []
        stopped: list[str] = []
        host = host_of(url)

        def open_socket(_purpose: int, address: Any) -> socket | int:
            family, kind, protocol, place = address
            if not may_connect(str(place[0]), self._allow, host=host):
                stopped.append("address")
                return int(pycurl.SOCKET_BAD)
            sockets.append(socket(family, kind, protocol))
            return sockets[-1]

        def keep(line: bytes) -> None:
            if line.startswith(b"HTTP/"):
                lines.clear()  # an interim answer stood before
            elif len(lines) < MOST_LINES:
                lines.append(line)

        curl = pycurl.Curl()
        try:
            for option, value in self._options(method, url):
                curl.setopt(option, value)
            curl.setopt(pycurl.OPENSOCKETFUNCTION, open_socket)
            curl.setopt(pycurl.HEADERFUNCTION, keep)
            curl.perform()
            return Answer(int(curl.getinfo(pycurl.RESPONSE_CODE)), _headers(lines))
        except pycurl.error as error:
            return Answer(error=stopped[0] if stopped else _code(*error.args))
        finally:
            curl.close()
            for opened in sockets:
                opened.close()

    def _options(self, method: Method, url: str) -> list[tuple[int, Any]]:
        options: list[tuple[int, Any]] = [
            (pycurl.URL, url),
            (pycurl.NOBODY, 1),
            (pycurl.PROXY, ""),
            (pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS),
            (pycurl.FOLLOWLOCATION, 0),
            (pycurl.NOSIGNAL, 1),
            (pycurl.NETRC, 0),
            (pycurl.HTTP09_ALLOWED, 0),
            (pycurl.USERAGENT, self._agent),
            (pycurl.CONNECTTIMEOUT_MS, CONNECT),
            (pycurl.TIMEOUT_MS, WHOLE),
        ]
        if method != "HEAD":
            options.append((pycurl.CUSTOMREQUEST, method))
        if self._resolve:
            options.append((pycurl.RESOLVE, self._resolve))
        return options


def _code(code: int, says: str) -> str:
    found = _ERRORS.get(code, "reset")
    return "tls-chain" if found == "tls" and _UNKNOWN_ISSUER in says else found


def _headers(lines: list[bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            found.setdefault(name.strip().lower(), value.strip())
    return found
