"""The loop of a worker program: fetch, gather, judge, hand back a record. No page body leaves it.

It ends when its standard input ends. A page that costs more CPU than allowed ends the program (the kernel's own timer,
so that no loop in C can outlive it); whoever started it sees which page that was and starts another.
"""

import os
import select
import signal
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol

from editorial.audit.crawl.knowing import known_from
from editorial.audit.crawl.records import Judge, PageRecord, packed
from editorial.audit.crawl.wire import Frame, Unpacker, pack
from editorial.audit.facts import Hop, Known, Response
from editorial.audit.gather.challenges import by_headers
from editorial.domain.robots import Robots, parse
from editorial.domain.urls import origin_of

PAGE_CPU = 5.0  # seconds of CPU one page may cost


class Reply(Protocol):
    """What a fetcher gives back."""

    @property
    def url(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def truncated(self) -> bool: ...
    @property
    def error(self) -> str | None: ...
    @property
    def elapsed_ms(self) -> int: ...
    @property
    def location(self) -> str | None: ...


class Fetches(Protocol):
    """The part of a fetcher that a worker needs."""

    connections: int

    def add(self, key: Any, url: str, *, documents_only: bool = True) -> None: ...
    @property
    def pending(self) -> int: ...
    def poll(self, timeout: float, *, wake: Any = None) -> Iterator[tuple[Any, Any]]: ...


class Worker:
    """Reads jobs from one descriptor and writes records to another."""

    def __init__(self, fetcher: Fetches, judge: Judge, source: int, target: int, *, page_cpu: float = PAGE_CPU) -> None:
        self._fetcher, self._source, self._target = fetcher, source, target
        self._judge = replace(judge, raised=lambda rule, error: self._raised.append((rule, repr(error)[:500])))
        self._unpacker = Unpacker()
        self._robots: dict[str, Robots] = {}
        self._page_cpu = page_cpu
        self._raised: list[tuple[str, str]] = []

    def run(self) -> None:
        """Work until the other end closes."""
        while self._read():
            for key, reply in self._fetcher.poll(0.5, wake=self._source):
                self._handle(key, reply)

    def _read(self) -> bool:
        """Take in what has come, waiting if there is nothing else to do. False at the end of input."""
        while True:
            ready = select.select([self._source], [], [], None if not self._fetcher.pending else 0)[0]
            if not ready:
                return True
            data = os.read(self._source, 1 << 16)
            if not data:
                return False
            for frame in self._unpacker.feed(data):
                self._take(frame)

    def _take(self, frame: Frame) -> None:
        message, blob = frame
        if "robots" in message:
            self._robots[message["robots"]] = parse(blob)
            return
        self._fetcher.connections = message["connections"]
        for no, url, original, hops, raw, known in message["jobs"]:
            self._fetcher.add((no, original, hops, raw, known), url, documents_only=not raw)

    def _handle(self, key: tuple[int, str, list[Any], bool, list[Any] | None], reply: Reply) -> None:
        no, original, hops, raw, known = key
        if raw:
            said = {"no": no, "raw": True, "status": reply.status, "error": reply.error, "location": reply.location}
            said["retry_after"] = next((value for name, value in reply.headers if name.lower() == "retry-after"), "")
            said["challenge"] = by_headers(reply.headers)
            self._write(pack(said, reply.body))
            return
        self._write(pack({"no": no, "begins": True}))
        response = Response(
            original,
            reply.url,
            reply.status if reply.error is None else 0,
            reply.headers,
            reply.body,
            tuple(Hop(*hop) for hop in hops),
            reply.truncated,
            reply.error,
            reply.elapsed_ms,
        )
        record, blob = self._judged(response, known_from(known))
        record.location = reply.location
        raised, self._raised = self._raised, []  # whoever started us has the log
        self._write(pack({"no": no, "page": record, "raised": raised}, blob))

    def _judged(self, response: Response, known: Known) -> tuple[PageRecord, bytes]:
        """The record and the packed facts; of a page that cannot be read, that it could not."""
        robots = self._robots.get(origin_of(response.final_url))
        signal.setitimer(signal.ITIMER_PROF, self._page_cpu)
        try:
            record, facts = self._judge.of(response, robots, known)
            return record, packed(facts)
        except Exception as error:  # noqa: BLE001 -- one page must not cost its neighbours their program
            self._raised.append(("gather", repr(error)[:500]))
            code = "overrun" if isinstance(error, MemoryError) else "crash"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        record, facts = self._judge.of(replace(response, status=0, body=b"", error=code))
        return record, packed(facts)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._target, view) :]
