"""Stored answers line by line: read as they come, judged by worker programs, given back in the order of the lines.

A line that costs its program the time or memory it may have is given to another one as a page that could not be read:
the caller gets an honest line for it, and every other line is judged.
"""

import io
import os
import select
import stat
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from editorial.audit.crawl.pool import Job, Lost, Said, WorkerPool
from editorial.audit.crawl.wire import pack
from editorial.audit.stored import LONGEST

CHUNK = 1 << 20  # bytes read at once
DEPTH = 8  # lines a program may have waiting
FEW = 2  # lines that are no reason to start another program
AHEAD = 1_000  # lines that may be judged or waiting behind the one that is to be given back next
AHEAD_BYTES = 2 * LONGEST  # of those lines


@dataclass(frozen=True)
class Answered:
    """What became of a line.

    `line` is its number from 1. `message` and `blob` are what the program said; both empty for a line that is longer
    than `LONGEST` (`too_long`) or that no program could read at all.
    """

    line: int
    message: Mapping[str, Any]
    blob: bytes = b""
    too_long: bool = False


class Lines:
    """The lines of a file or pipe, whole, without waiting for more than has come. Blank ones are counted and dropped.

    `ended` once nothing follows.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._buffer = bytearray()
        self._searched = self._number = 0
        self._skipping = self.ended = False
        self._ready: deque[tuple[int, bytes | None]] = deque()
        try:
            self._descriptor: int | None = source.fileno()
        except io.UnsupportedOperation:
            self._descriptor = None

    @property
    def waitable(self) -> int | None:
        """The descriptor to wait at, or None for what can always be read, such as a file."""
        if self.ended or self._descriptor is None or stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            return None
        return self._descriptor

    def take(self, *, wait: bool) -> tuple[int, bytes | None] | None:
        """Number (from 1) and bytes of the next line, None in place of one longer than `LONGEST`; or nothing yet.

        Args:
            wait: until there is a line or nothing follows.
        """
        while not self._ready and not self.ended:
            at = self.waitable
            if at is not None and not select.select([at], [], [], None if wait else 0)[0]:
                return None
            self._feed(os.read(self._descriptor, CHUNK) if self._descriptor is not None else self._source.read(CHUNK))
        return self._ready.popleft() if self._ready else None

    def _feed(self, data: bytes) -> None:
        self.ended = not data
        self._buffer += data or b"\n"
        begin = 0
        while (end := self._buffer.find(b"\n", max(begin, self._searched))) >= 0:
            self._add(bytes(self._buffer[begin:end]) if end - begin <= LONGEST else None)
            begin = end + 1
        del self._buffer[:begin]
        self._searched = len(self._buffer)
        if self._searched > LONGEST:  # the rest of such a line is not kept
            self._skipping, self._searched = True, 0
            self._buffer.clear()

    def _add(self, line: bytes | None) -> None:
        if self.ended and not line and not self._skipping:
            return  # the line break that we put behind the last line
        self._number += 1
        if self._skipping or line is None:
            self._ready.append((self._number, None))
        elif line.strip():
            self._ready.append((self._number, line))
        self._skipping = False


def judged_lines(lines: Lines, pool: WorkerPool, *, most: int = 1) -> Iterator[Answered]:
    """Every line that is not blank, judged, in the order of the lines.

    Args:
        pool: programs of `editorial.background.judge_worker`.
        most: programs that the pool may grow to while lines wait.

    Raises:
        PoolExhausted: they die faster than lines can explain.
    """
    return _Run(lines, pool, most).run()


class _Run:
    def __init__(self, lines: Lines, pool: WorkerPool, most: int) -> None:
        self._lines, self._pool, self._most = lines, pool, most
        self._order: deque[int] = deque()
        self._asked: dict[int, bytes] = {}
        self._again: deque[tuple[int, str]] = deque()
        self._given_up: dict[int, str] = {}
        self._done: dict[int, Answered] = {}
        self._bytes = 0

    def run(self) -> Iterator[Answered]:
        while True:
            self._fill()
            yield from self._in_order()
            if self._asked:
                self._listen()
            elif self._lines.ended and not self._order:
                return

    def _fill(self) -> None:
        """Give the programs what they have room for. Waits for a line only if there is nothing else to wait for."""
        while self._again:
            number, lost = self._again.popleft()
            self._ask(number, lost)
        while self._has_room():
            found = self._lines.take(wait=not self._order)
            if found is None:
                return
            number, line = found
            self._order.append(number)
            if line is None:
                self._done[number] = Answered(number, {}, too_long=True)
                continue
            self._asked[number], self._bytes = line, self._bytes + len(line)
            self._ask(number, "")

    def _has_room(self) -> bool:
        return len(self._order) < AHEAD and self._bytes < AHEAD_BYTES and self._pool.free(DEPTH) > 0

    def _ask(self, number: int, lost: str) -> None:
        if not self._pool.free(FEW) and len(self._pool.pids) < self._most:
            self._pool.grow()
        self._pool.give([Job(number, "")], pack({"line": number, "lost": lost}, self._asked[number]))

    def _in_order(self) -> Iterator[Answered]:
        while self._order and self._order[0] in self._done:
            yield self._done.pop(self._order.popleft())

    def _listen(self) -> None:
        """Hear the programs, and wake up for a line if there is room for one."""
        at = self._lines.waitable
        if at is not None:
            self._pool.watch(at, wanted=self._has_room())
        for said in self._pool.receive(1.0):
            if isinstance(said, Said):
                self._settle(said.no, Answered(said.no, said.message, said.blob))
            else:
                self._mourn(said)
        if at is not None:
            self._pool.watch(at, wanted=False)

    def _mourn(self, lost: Lost) -> None:
        """Ask again for what a dead program had; for the line it died over, as a page that cannot be read."""
        self._again.extend((number, self._given_up.get(number, "")) for number in lost.others)
        if lost.culprit is None:
            return
        self._pool.forgive()  # a line dies twice at most, so this ends
        if lost.culprit in self._given_up:
            self._settle(lost.culprit, Answered(lost.culprit, {}))
            return
        self._given_up[lost.culprit] = "overrun" if lost.overran else "crash"
        self._again.append((lost.culprit, self._given_up[lost.culprit]))

    def _settle(self, number: int, answered: Answered) -> None:
        line = self._asked.pop(number, None)
        if line is not None:
            self._bytes -= len(line)
            self._done[number] = answered
