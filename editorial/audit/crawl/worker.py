"""The loop of a worker program: fetch, gather, judge, hand back a record. No page body leaves it.

It ends when its standard input ends. A page that costs more CPU than allowed ends the program (the kernel's own timer,
so that no loop in C can outlive it); whoever started it sees which page that was and starts another.
"""

import os
import select
import signal
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

from editorial.audit.crawl.copies import Copy, renewed, validators
from editorial.audit.crawl.knowing import known_from
from editorial.audit.crawl.records import Judge, PageRecord, packed, unpacked
from editorial.audit.crawl.wire import Frame, Unpacker, pack
from editorial.audit.facts import Hop, Known, Response
from editorial.audit.gather.challenges import by_headers
from editorial.domain.robots import Robots, parse
from editorial.domain.urls import origin_of

NOT_MODIFIED = 304
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
    def waited_ms(self) -> int: ...
    @property
    def wire_bytes(self) -> int: ...
    @property
    def swollen(self) -> bool: ...
    @property
    def location(self) -> str | None: ...


class Fetches(Protocol):
    """The part of a fetcher that a worker needs."""

    connections: int

    def add(self, key: Any, url: str, *, documents_only: bool = True, headers: tuple[str, ...] = ()) -> None: ...
    @property
    def pending(self) -> int: ...
    def poll(self, timeout: float, *, wake: Any = None) -> Iterator[tuple[Any, Any]]: ...


class _Asked(NamedTuple):
    """A job that is on its way."""

    no: int
    original: str
    hops: list[Any]
    raw: bool
    known: list[Any] | None
    copy: Copy | None


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
        place = 0
        for no, url, original, hops, raw, known, told in message["jobs"]:
            copy = None
            if told is not None:
                etag, modified, wire_bytes, reused, size = told
                copy = Copy(url, etag, modified, blob[place : place + size], wire_bytes, reused)
                place += size
            asked = _Asked(no, original, hops, raw, known, copy)
            self._fetcher.add(asked, url, documents_only=not raw, headers=copy.conditions if copy else ())

    def _handle(self, asked: "_Asked", reply: Reply) -> None:
        no = asked.no
        if asked.raw:
            said = {"no": no, "raw": True, "status": reply.status, "error": reply.error, "location": reply.location}
            said["retry_after"] = next((value for name, value in reply.headers if name.lower() == "retry-after"), "")
            said["challenge"] = by_headers(reply.headers)
            self._write(pack(said, reply.body))
            return
        self._write(pack({"no": no, "begins": True}))
        response = Response(
            asked.original,
            reply.url,
            reply.status if reply.error is None else 0,
            reply.headers,
            reply.body,
            tuple(Hop(*hop) for hop in asked.hops),
            reply.truncated,
            reply.error,
            reply.elapsed_ms,
            reply.swollen,
        )
        if response.status == NOT_MODIFIED and asked.copy is None:  # nobody asked whether it changed
            response = replace(response, status=0, error="protocol")
        judged = self._judged(response, known_from(asked.known), asked.copy)
        raised, self._raised = self._raised, []  # whoever started us has the log
        if judged is None:
            self._write(pack({"no": no, "unsure": True}))
            return
        record, blob = judged
        record.location = reply.location
        if not record.reused:
            record.wire_bytes = reply.wire_bytes
        self._write(pack({"no": no, "page": record, "raised": raised, "waited": reply.waited_ms}, blob))

    def _judged(self, response: Response, known: Known, copy: Copy | None) -> tuple[PageRecord, bytes] | None:
        """The record and the packed facts; of a page that cannot be read, that it could not.

        None where a 304 leaves open what the page would say now.
        """
        robots = self._robots.get(origin_of(response.final_url))
        signal.setitimer(signal.ITIMER_PROF, self._page_cpu)
        try:
            if response.status == NOT_MODIFIED and copy is not None:
                return self._taken_over(response, copy, robots, known)
            record, facts = self._judge.of(response, robots, known)
            if record.is_html and not record.truncated and not record.challenged:
                record.etag, record.last_modified = validators(response.headers)
            return record, packed(facts)
        except Exception as error:  # noqa: BLE001 -- one page must not cost its neighbours their program
            self._raised.append(("gather", repr(error)[:500]))
            code = "overrun" if isinstance(error, MemoryError) else "crash"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        record, facts = self._judge.of(replace(response, status=0, body=b"", error=code))
        return record, packed(facts)

    def _taken_over(
        self, response: Response, copy: Copy, robots: Robots | None, known: Known
    ) -> tuple[PageRecord, bytes] | None:
        """A page that did not change: what was read of it, judged as if it were read now."""
        try:
            before = unpacked(copy.facts)
        except (ValueError, TypeError, zlib.error):  # a copy that cannot be read is none
            return None
        url, hops, wanted = response.url, response.redirects, response.final_url
        facts = renewed(before, copy.etag, response.headers, url=url, hops=hops, wanted=wanted)
        if facts is None:
            return None
        record, facts = self._judge.judged(facts, robots, known)
        etag, modified = validators(response.headers)
        record.etag, record.last_modified = etag or copy.etag, modified or copy.last_modified
        record.wire_bytes, record.reused = copy.wire_bytes, copy.reused + 1
        return record, packed(facts)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._target, view) :]
