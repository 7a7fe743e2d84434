"""Fetch pages over HTTP with libcurl: many at once, with limits, and never into a private network.

Redirects are not followed here on their own: each hop is a new request, so that whoever asks can look at robots.txt,
the scope and the pace first. The guard is that of `adapters.curl`.
"""

import math
import select
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pycurl

from editorial.adapters.curl import ERRORS, Door, admit, headers_of, safe_handle, without_user
from editorial.domain.addresses import NOTHING_PRIVATE, AllowList
from editorial.domain.urls import n1

PRODUCT_TOKEN = "EditorialBot"  # noqa: S105 -- the name robots.txt knows us by, not a secret
DOCUMENTS = frozenset({"text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", ""})
ACCEPT = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"
BOMB_FROM = 1024 * 1024  # bytes unpacked; less harms nobody
COUNTED = 4  # times our limit, of which what comes after the limit is not kept
MOST_SWELLING = 100  # bytes unpacked for one sent; pages of one repeated row reach 50
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in decoded bytes."""

    connect: float = 10
    first_byte: float = 20
    whole: float = 60
    body: int = 10 * 1024 * 1024


@dataclass(frozen=True)
class Reply:
    """One answer. `error` is None or a code of `audit.facts.Response`; `status` is then 0 unless headers had come.

    `truncated`: the body was longer than our limit, or unpacked to far more than was sent (`swollen`). `skipped`: it is
    no document, so its body was not read.
    """

    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    truncated: bool = False
    swollen: bool = False
    skipped: bool = False
    error: str | None = None
    elapsed_ms: int = 0
    waited_ms: int = 0
    """From the request on the wire to the first byte of the answer; 0 without one."""
    wire_bytes: int = 0
    """Of the body as it came, before it was unpacked."""
    redirects: tuple[tuple[str, int, str], ...] = ()
    """Hops before this answer: address, status, target (N1). Only `get` fills it."""

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return _first(self.headers, name.lower())

    @property
    def location(self) -> str | None:
        """Where a redirect leads (N1), or None."""
        if self.status not in REDIRECTS or not (target := self.header("location")):
            return None
        return n1(target, self.url)


@dataclass
class _Transfer:
    """One request on its way."""

    key: Any
    url: str
    documents_only: bool
    headers: tuple[str, ...] = ()
    started: float = 0.0
    lines: list[bytes] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    door: Door | None = None
    size: int = 0
    most: float = math.inf
    """Bytes unpacked that the answer may have by what the server says it sends."""
    stopped: str = ""
    """Why we broke it off: `size`, `type` or `timeout`."""

    @property
    def swollen(self) -> bool:
        """Whether it unpacked to more than anybody needs who has something to say."""
        return self.size > BOMB_FROM and self.size > self.most

    def take(self, chunk: bytes, cap: int) -> bool:
        """Keep a piece of the body; False where no more of it is wanted."""
        if not self.chunks and not self._begin():
            return False
        room = cap - self.size
        self.size += len(chunk)
        if self.size > cap or self.swollen:
            if room > 0:
                self.chunks.append(chunk[:room])
            self.stopped = "size"
            # Of a packed body we count on a little without keeping it: so a bomb shows, and is told as one.
            return self.most < math.inf and cap < self.size <= min(self.most, COUNTED * cap)
        self.chunks.append(chunk)
        return True

    def _begin(self) -> bool:
        """Read the headers, once for all of the body: a hostile server sends thousands of them."""
        headers = headers_of(self.lines)
        if self.documents_only and _first(headers, "content-type").partition(";")[0].strip().lower() not in DOCUMENTS:
            self.stopped = "type"
            return False
        sent = _first(headers, "content-length")
        packed = _first(headers, "content-encoding").strip().lower() not in ("", "identity")
        if packed and sent.isascii() and sent.isdigit():
            self.most = MOST_SWELLING * int(sent[:12])
        return True


class Fetcher:
    """Keeps up to `connections` requests going on one thread. Not for use from two threads."""

    def __init__(
        self,
        *,
        agent: str,
        allow: AllowList = NOTHING_PRIVATE,
        limits: Limits | None = None,
        connections: int = 2,
        resolve: tuple[str, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a fetcher.

        Args:
            agent: the User-Agent header; begins with the product token.
            allow: private networks that may be reached.
            connections: how many requests run at once.
            resolve: libcurl's `host:port:address` entries; tests bend names with them.
            clock: monotonic seconds.
        """
        self.connections = connections
        self._agent, self._allow, self._limits, self._resolve = agent, allow, limits or Limits(), list(resolve)
        self._clock = clock
        self._multi = pycurl.CurlMulti()
        self._waiting: deque[_Transfer] = deque()
        self._active: dict[pycurl.Curl, _Transfer] = {}
        self._spare: list[pycurl.Curl] = []
        self._looked_at = 0.0

    def add(self, key: Any, url: str, *, documents_only: bool = True, headers: tuple[str, ...] = ()) -> None:
        """Queue a request for an N1 address, with further header lines; `poll` will give its reply beside `key`."""
        self._waiting.append(_Transfer(key, url, documents_only, headers))

    @property
    def pending(self) -> int:
        """How many requests have no reply yet."""
        return len(self._waiting) + len(self._active)

    def poll(self, timeout: float, *, wake: Any = None) -> Iterator[tuple[Any, Reply]]:
        """The replies that are ready; waits at most `timeout` seconds for one, or for `wake` to be readable."""
        self._start()
        self._perform()
        done = list(self._finished())
        if not done:
            self._wait(timeout, wake)
            self._perform()
            done = list(self._finished())
        done.extend(self._late())
        self._start()
        if done:
            self._perform()  # the next requests are on the wire while the caller reads these replies
        yield from done

    def get(self, url: str, *, hops: int = 5, may_fetch: Callable[[str], bool] | None = None) -> Reply:
        """One answer after its redirects, at most `hops`; each hop is asked for at `may_fetch` first.

        Only while nothing else is pending.
        """
        path: list[tuple[str, int, str]] = []
        while True:
            if may_fetch is not None and not may_fetch(url):
                return Reply(url, error="robots", redirects=tuple(path))
            reply = self._one(url)
            target = reply.location
            if target is None or reply.error:
                return _after(reply, path)
            path.append((url, reply.status, target))
            if any(target == seen for seen, _, _ in path):
                return Reply(target, reply.status, error="redirect-loop", redirects=tuple(path))
            if len(path) > hops:
                return Reply(target, reply.status, error="redirects", redirects=tuple(path))
            url = target

    def close(self) -> None:
        """Break off what is running and close every connection."""
        for curl in list(self._active):
            self._release(curl, None)
        for curl in self._spare:
            curl.close()
        self._spare.clear()
        self._multi.close()

    def _one(self, url: str) -> Reply:
        self.add(None, url, documents_only=False)
        while True:
            for _, reply in self.poll(1.0):
                return reply

    def _start(self) -> None:
        while self._waiting and len(self._active) < self.connections:
            transfer = self._waiting.popleft()
            transfer.started = self._clock()
            curl = self._spare.pop() if self._spare else self._new_handle()
            self._aim(curl, transfer)
            self._active[curl] = transfer
            self._multi.add_handle(curl)

    def _new_handle(self) -> pycurl.Curl:
        curl = safe_handle()
        for option, value in (
            (pycurl.USERAGENT, self._agent),
            (pycurl.ACCEPT_ENCODING, "gzip, br"),
            (pycurl.CONNECTTIMEOUT_MS, int(self._limits.connect * 1000)),
            (pycurl.TIMEOUT_MS, int(self._limits.whole * 1000)),
            (pycurl.BUFFERSIZE, 128 * 1024),
        ):
            curl.setopt(option, value)
        if self._resolve:
            curl.setopt(pycurl.RESOLVE, self._resolve)
        return curl

    def _aim(self, curl: pycurl.Curl, transfer: _Transfer) -> None:
        url = without_user(transfer.url)
        transfer.door = Door(url, self._allow)
        cap = self._limits.body

        def write(chunk: bytes) -> int:
            return len(chunk) if transfer.take(chunk, cap) else -1

        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.HTTPHEADER, [ACCEPT, *transfer.headers])
        admit(curl, transfer.door)
        curl.setopt(pycurl.WRITEFUNCTION, write)
        curl.setopt(pycurl.HEADERFUNCTION, transfer.lines.append)

    def _perform(self) -> None:
        while self._multi.perform()[0] == pycurl.E_CALL_MULTI_PERFORM:
            pass

    def _wait(self, timeout: float, wake: Any) -> None:
        reads, writes, errors = self._multi.fdset()
        hint = self._multi.timeout()  # milliseconds until libcurl wants to be called, -1 for never
        if hint >= 0:
            timeout = min(timeout, max(hint, 1) / 1000)
        if wake is not None:
            reads.append(wake)
        if reads or writes or errors:
            select.select(reads, writes, errors, timeout)
        elif self._active:
            time.sleep(min(timeout, 0.005))  # a name is being resolved: libcurl has no descriptor yet

    def _finished(self) -> Iterator[tuple[Any, Reply]]:
        while True:
            left, good, bad = self._multi.info_read()
            for curl in good:
                yield self._release(curl, None)
            for curl, code, _ in bad:
                yield self._release(curl, code)
            if not left:
                return

    def _release(self, curl: pycurl.Curl, code: int | None) -> tuple[Any, Reply]:
        transfer = self._active.pop(curl)
        if transfer.door is not None:
            transfer.door.close()
        status = int(curl.getinfo(pycurl.RESPONSE_CODE))
        waited = max(0.0, curl.getinfo(pycurl.STARTTRANSFER_TIME) - curl.getinfo(pycurl.PRETRANSFER_TIME))
        measured = int(waited * 1000), int(curl.getinfo(pycurl.SIZE_DOWNLOAD_T))
        self._multi.remove_handle(curl)
        self._spare.append(curl)
        return transfer.key, self._reply(transfer, status, code, measured)

    def _reply(self, transfer: _Transfer, status: int, code: int | None, measured: tuple[int, int]) -> Reply:
        stopped = transfer.stopped
        error = None
        if code is not None and transfer.door is not None and transfer.door.refused:
            error = transfer.door.refused
        elif stopped == "timeout" and code is not None:
            error = stopped
        elif code is not None and stopped not in ("size", "type"):
            error = ERRORS.get(code, "reset")
        return Reply(
            transfer.url,
            status,
            headers_of(transfer.lines),
            b"".join(transfer.chunks),
            truncated=stopped == "size",
            skipped=stopped == "type",
            error=error,
            elapsed_ms=int((self._clock() - transfer.started) * 1000),
            waited_ms=measured[0],
            wire_bytes=measured[1],
            swollen=transfer.swollen,
        )

    def _late(self) -> Iterator[tuple[Any, Reply]]:
        """Break off requests without a first byte; libcurl has no limit of its own for that."""
        now = self._clock()
        if now - self._looked_at < min(1.0, self._limits.first_byte / 4):
            return
        self._looked_at = now
        for curl, transfer in list(self._active.items()):
            connecting = float(curl.getinfo(pycurl.CONNECT_TIME))  # seconds; 0 on a connection that was kept alive
            if not transfer.lines and now - transfer.started - connecting > self._limits.first_byte:
                transfer.stopped = "timeout"
                yield self._release(curl, pycurl.E_OPERATION_TIMEDOUT)


def _after(reply: Reply, path: list[tuple[str, int, str]]) -> Reply:
    return replace(reply, redirects=tuple(path)) if path else reply


def _first(headers: tuple[tuple[str, str], ...], wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")
