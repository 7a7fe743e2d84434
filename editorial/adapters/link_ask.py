"""Ask an address outside whether it is there: its head, and of a GET no more of the body than was asked for.

The guard is that of `adapters.curl`. Redirects are not followed: whoever asks walks them, and asks about each hop.
"""

import socket
from dataclasses import dataclass
from typing import Any, Literal

import pycurl

from editorial.adapters.curl import ERRORS, Door, Head, admit, safe_handle, without_user
from editorial.adapters.fetch import REDIRECTS
from editorial.domain.addresses import NOTHING_PRIVATE, AllowList
from editorial.domain.urls import n1

Method = Literal["HEAD", "GET"]
CONNECT, WHOLE = 10_000, 20_000  # milliseconds


@dataclass(frozen=True)
class Answer:
    """One answer. `error` is None or a code of `facts.ERROR_CODES`; `status` is then 0."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    error: str | None = None

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    def location(self, url: str) -> str | None:
        """Where a redirect from `url` leads (N1), or None."""
        target = self.header("location") if self.status in REDIRECTS else ""
        return n1(target, url) if target else None


class LinkAsker:
    """Asks one address at a time, on a connection of its own. Safe from several threads."""

    def __init__(self, *, agent: str, allow: AllowList = NOTHING_PRIVATE, resolve: tuple[str, ...] = ()) -> None:
        """Make an asker.

        Args:
            agent: the User-Agent header; begins with the product token.
            allow: private networks that may be reached.
            resolve: libcurl's `host:port:address` entries; tests bend names with them.
        """
        self._agent, self._allow, self._resolve = agent, allow, list(resolve)

    def ask(self, method: Method, url: str, *, most: int = 0) -> Answer:
        """The answer to one request for an N1 address.

        Args:
            method: HEAD, or GET of the beginning.
            most: bytes of the body that are kept; the connection is broken off after them.
        """
        head, body, door = Head(), bytearray(), Door(url, self._allow)

        def write(chunk: bytes) -> int:
            body.extend(chunk[: most - len(body)])
            return len(chunk) if len(body) < most else -1

        curl = safe_handle()
        try:
            for option, value in self._options(method, url, most):
                curl.setopt(option, value)
            admit(curl, door)
            curl.setopt(pycurl.HEADERFUNCTION, head)
            curl.setopt(pycurl.WRITEFUNCTION, write)
            error = _performed(curl)
            status = int(curl.getinfo(pycurl.RESPONSE_CODE))
            if error and not (status >= 200 and method == "GET" and head.ended):
                return Answer(error=door.refused or error)
            return Answer(status, head.headers, bytes(body))  # a body that stops half-way was an answer all the same
        finally:
            curl.close()
            door.close()

    def _options(self, method: Method, url: str, most: int) -> list[tuple[int, Any]]:
        options: list[tuple[int, Any]] = [
            (pycurl.URL, without_user(url)),
            (pycurl.USERAGENT, self._agent),
            (pycurl.CONNECTTIMEOUT_MS, CONNECT),
            (pycurl.TIMEOUT_MS, WHOLE),
            (pycurl.HTTPHEADER, ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"]),
        ]
        if method == "HEAD":
            options.append((pycurl.NOBODY, 1))
        elif not most:
            options.append((pycurl.RANGE, "0-0"))
        if self._resolve:
            options.append((pycurl.RESOLVE, self._resolve))
        return options


def name_exists(host: str) -> bool | None:
    """Whether a host name is known to DNS; None where the resolver does not say.

    glibc tells a name that does not exist from a resolver that does not answer; libcurl has one code for both.
    """
    try:
        socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return False if error.errno in {socket.EAI_NONAME, socket.EAI_NODATA} else None
    except (OSError, UnicodeError):
        return None
    return True


def _performed(curl: pycurl.Curl) -> str | None:
    """None, or why it did not come to its end."""
    try:
        curl.perform()
    except pycurl.error as error:
        return ERRORS.get(error.args[0], "reset")
    return None
