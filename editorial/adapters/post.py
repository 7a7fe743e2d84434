"""One POST over HTTP with libcurl: within a time, into no private network, and never twice.

Every POST opens a connection of its own. libcurl, like every client that keeps connections, sends a request again by
itself when a kept one dies before the first byte of the answer, and a receiver that took it and hung up would get it
twice. The guard is that of `adapters.curl`.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import pycurl

from editorial.adapters.curl import Door, admit, safe_handle
from editorial.domain.addresses import NOTHING_PRIVATE, AllowList

CONNECT = 10.0  # seconds
BODY = 64 * 1024  # bytes of an answer that are kept
TAIL = 5.0  # seconds that a body may go on after its headers

_FAULTS = {
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_PEER_FAILED_VERIFICATION: "certificate",
}
_handles = threading.local()  # a handle serves one thread; it keeps TLS sessions and resolved names


@dataclass(frozen=True)
class Answer:
    """What came back. `status` is 0 unless whole headers came; then the status counts, whatever became of the body."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False
    """The body was longer than we keep, or did not end in time."""
    fault: str | None = None
    """Without a status: `dns`, `connect`, `timeout`, `tls`, `certificate`, `address` (a private one), `port` (another
    service's), `plain` (public, and not encrypted) or `reset`."""
    began: bool = True
    """Whether anything of the request may have been sent."""

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return next((value for key, value in self.headers if key == name.lower()), "")


@dataclass
class _Transfer:
    door: Door
    lines: list[bytes] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    headers_at: float = 0.0
    cut: bool = False


def post(
    url: str, body: bytes, headers: dict[str, str], *, allow: AllowList = NOTHING_PRIVATE, timeout: float = 20.0
) -> Answer:
    """Send the bytes as they are, once. Redirects are not followed.

    Args:
        url: N1 form. Over http only private addresses are reached, which `allow` has to open.
        body: at least one byte.
        headers: in the order they are sent.
        allow: private networks that may be reached.
        timeout: seconds for all of it.
    """
    curl, transfer = _aimed(url, allow, timeout)
    curl.setopt(pycurl.POST, 1)
    curl.setopt(pycurl.POSTFIELDS, body)
    # "Expect: 100-continue" would cost a second where the other side does not know it
    curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in headers.items()] + ["Expect:"])
    code = _performed(curl, transfer)
    if status := _status(transfer.lines):
        return Answer(status, _headers(transfer.lines), b"".join(transfer.chunks), transfer.cut or code is not None)
    fault, began = _fault(curl, transfer, url, code)
    return Answer(fault=fault, began=began)


def reach(url: str, *, allow: AllowList = NOTHING_PRIVATE, timeout: float = 10.0) -> str | None:
    """Connect, agree on TLS, hang up; nothing is asked for. None, or the fault as in `Answer`."""
    curl, transfer = _aimed(url, allow, timeout)
    curl.setopt(pycurl.CONNECT_ONLY, 1)
    code = _performed(curl, transfer)
    return None if code is None else _fault(curl, transfer, url, code)[0]


def _aimed(url: str, allow: AllowList, timeout: float) -> tuple[Any, _Transfer]:
    curl = _handles.curl = safe_handle(getattr(_handles, "curl", None))
    transfer = _Transfer(Door(url, allow, encrypted_outside=True))
    admit(curl, transfer.door)
    for option, value in (
        (pycurl.URL, url),
        (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),  # over HTTP/2 a refused stream is sent again silently
        (pycurl.FRESH_CONNECT, 1),
        (pycurl.FORBID_REUSE, 1),
        (pycurl.CONNECTTIMEOUT_MS, int(min(CONNECT, timeout) * 1000)),
        (pycurl.TIMEOUT_MS, int(timeout * 1000)),
        (pycurl.HEADERFUNCTION, _header_reader(transfer)),
        (pycurl.WRITEFUNCTION, _body_reader(transfer)),
    ):
        curl.setopt(option, value)
    return curl, transfer


def _header_reader(transfer: _Transfer) -> Any:
    def read(line: bytes) -> None:
        if line.startswith(b"HTTP/"):  # interim answers (103 Early Hints) stand before the one that counts
            transfer.lines.clear()
        transfer.lines.append(line)
        if not line.strip():
            transfer.headers_at = time.monotonic()

    return read


def _body_reader(transfer: _Transfer) -> Any:
    def read(chunk: bytes) -> int:
        room = BODY - transfer.size
        transfer.chunks.append(chunk[:room])
        transfer.size += len(chunk)
        if transfer.size > BODY or time.monotonic() - transfer.headers_at > TAIL:
            transfer.cut = True
            return -1
        return len(chunk)

    return read


def _performed(curl: Any, transfer: _Transfer) -> int | None:
    """libcurl's error code, or None. Its None does not say that a whole answer came: it takes half of the headers."""
    try:
        curl.perform()
    except pycurl.error as error:
        return int(error.args[0])
    finally:
        transfer.door.close()
    return None


def _fault(curl: Any, transfer: _Transfer, url: str, code: int | None) -> tuple[str, bool]:
    """What went wrong, and whether anything of the request may have been sent."""
    ready = curl.getinfo(pycurl.APPCONNECT_TIME if url.startswith("https:") else pycurl.CONNECT_TIME)  # 0: never
    if transfer.door.refused:
        return transfer.door.refused, False
    return _FAULTS.get(code, "reset") if code is not None else "reset", ready > 0


def _status(lines: list[bytes]) -> int:
    """The status of whole headers, 0 before their end or of an interim answer."""
    if not lines or lines[-1].strip():
        return 0
    parts = lines[0].split()
    status = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    return status if status >= 200 else 0


def _headers(lines: list[bytes]) -> tuple[tuple[str, str], ...]:
    pairs = (line.partition(b":") for line in lines[1:])
    return tuple((name.decode("latin-1").strip().lower(), _text(value)) for name, colon, value in pairs if colon)


def _text(value: bytes) -> str:
    return value.strip().decode("utf-8", "replace")
