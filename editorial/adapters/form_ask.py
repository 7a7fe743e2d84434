"""Ask an address whether it is there, by HEAD or OPTIONS: no body goes out and none is read.

The guard is that of `adapters.curl`. Redirects are not followed.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

import pycurl

from editorial.adapters.curl import ERRORS, Door, Head, admit, safe_handle, without_user
from editorial.domain.addresses import NOTHING_PRIVATE, AllowList

Method = Literal["HEAD", "OPTIONS"]
CONNECT, WHOLE = 5_000, 10_000  # milliseconds: who does not answer by then is unknown, and nobody is kept waiting
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
        head, door = Head(), Door(url, self._allow)
        curl = safe_handle()
        try:
            for option, value in self._options(method, url):
                curl.setopt(option, value)
            admit(curl, door)
            curl.setopt(pycurl.HEADERFUNCTION, head)
            curl.perform()
            first = {name.lower(): value for name, value in reversed(head.headers)}
            return Answer(int(curl.getinfo(pycurl.RESPONSE_CODE)), first)
        except pycurl.error as error:
            return Answer(error=door.refused or _code(*error.args))
        finally:
            curl.close()
            door.close()

    def _options(self, method: Method, url: str) -> list[tuple[int, Any]]:
        options: list[tuple[int, Any]] = [
            (pycurl.URL, without_user(url)),
            (pycurl.NOBODY, 1),
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
    found = ERRORS.get(code, "reset")
    if found != "tls":
        return found
    if code != pycurl.E_PEER_FAILED_VERIFICATION:
        return "reset"  # a handshake fails for reasons of ours, too; a certificate that is refused is proof
    return "tls-chain" if _UNKNOWN_ISSUER in says else "tls"
