"""The worker programs of one crawl: started, fed, watched, replaced."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, cast

from editorial.audit.crawl.copies import Copy
from editorial.audit.crawl.wire import OutOfStep, Unpacker, pack

HANGS = 90.0  # seconds without a word from a worker that has work; its own limits end far below
MAX_DEATHS = 20  # workers that may die, one after the other, with no page read in between


@dataclass(frozen=True)
class Job:
    """One request: its page's number, what to fetch, what was asked for at first, the hops before, raw or judged."""

    no: int
    url: str
    original: str = ""
    hops: tuple[tuple[str, int, str], ...] = ()
    raw: bool = False
    known: list[Any] | None = None
    """What is known of the page, as `knowing.known_row` says it."""
    copy: Copy | None = None
    """What may be taken over of it if it did not change."""


def _told(job: Job) -> tuple[str, str, int, int, int] | None:
    """The copy of a job as its program reads it; its facts stand in the frame's bytes, one after the other."""
    copy = job.copy
    if copy is None:
        return None
    return copy.etag, copy.last_modified, copy.wire_bytes, copy.reused, len(copy.facts)


@dataclass(frozen=True)
class Said:
    """What a worker answered to a job."""

    no: int
    message: Mapping[str, Any]
    blob: bytes


@dataclass(frozen=True)
class Lost:
    """A worker died over a page (`culprit`, or None if it was not reading any). `others` are to be asked for again."""

    culprit: int | None
    others: tuple[int, ...]
    overran: bool


@dataclass
class _Program:
    process: subprocess.Popen[bytes]
    stdin: IO[bytes]
    stdout: IO[bytes]
    unpacker: Unpacker = field(default_factory=Unpacker)
    out: bytearray = field(default_factory=bytearray)
    jobs: dict[int, Job] = field(default_factory=dict)
    reading: int | None = None
    heard_at: float = 0.0


class PoolExhausted(Exception):
    """Too many worker programs died; something is wrong with this machine, not with a page."""


class WorkerPool:
    """`size` worker programs. Use as a context manager; leaving it ends them."""

    def __init__(
        self,
        command: Sequence[str],
        size: int,
        settings: Mapping[str, Any],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make a pool; programs start on entering.

        Args:
            command: how to start a worker program.
            settings: its first frame.
        """
        self._command, self.size, self._settings, self._clock = list(command), size, settings, clock
        self._programs: list[_Program] = []
        self._selector = selectors.DefaultSelector()
        self._robots: dict[str, bytes] = {}
        self._deaths = 0

    def __enter__(self) -> "WorkerPool":
        for _ in range(self.size):
            self._start()
        return self

    def __exit__(self, *_: object) -> None:
        for program in self._programs:
            self._end(program)
        self._programs.clear()
        self._selector.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the programs that run now."""
        return tuple(program.process.pid for program in self._programs)

    def free(self, depth: int) -> int:
        """How many more jobs fit if each program may have `depth` of them waiting."""
        return sum(max(0, depth - len(program.jobs)) for program in self._programs)

    def send(self, jobs: Sequence[Job], *, connections: int) -> None:
        """Give jobs to the program with the least to do. `connections` is how many requests it may run at once."""
        rows = [(job.no, job.url, job.original or job.url, job.hops, job.raw, job.known, _told(job)) for job in jobs]
        copies = b"".join(job.copy.facts for job in jobs if job.copy is not None)
        self.give(jobs, pack({"jobs": rows, "connections": connections}, copies))

    def give(self, jobs: Sequence[Job], frame: bytes) -> None:
        """Give a frame that asks for `jobs`, in the words of this pool's programs, to the one with the least to do."""
        program = min(self._programs, key=lambda each: len(each.jobs))
        if not program.jobs:
            program.heard_at = self._clock()
        program.jobs.update((job.no, job) for job in jobs)
        self._push(program, frame)

    def watch(self, descriptor: int, *, wanted: bool) -> None:
        """Whether `receive` also ends its wait when there is something to read at a descriptor of the caller's."""
        known = descriptor in self._selector.get_map()
        if wanted and not known:
            self._selector.register(descriptor, selectors.EVENT_READ)
        elif known and not wanted:
            self._selector.unregister(descriptor)

    def grow(self) -> None:
        """Start one program more."""
        self._start()

    def forgive(self) -> None:
        """The last death is explained: it speaks of a page, and not of this machine."""
        self._deaths = 0

    def tell_robots(self, origin: str, content: bytes) -> None:
        """Let every program know a robots.txt, so that facts can hold what it says to each search engine."""
        self._robots[origin] = content
        for program in self._programs:
            self._push(program, pack({"robots": origin}, content))

    def receive(self, timeout: float) -> Iterator[Said | Lost]:
        """What the programs said, after waiting at most `timeout` seconds.

        Raises:
            PoolExhausted: they die faster than pages can explain.
        """
        for key, events in self._selector.select(timeout):
            program: _Program = key.data
            if program not in self._programs:
                continue
            if events & selectors.EVENT_WRITE:
                self._drain(program)
            if events & selectors.EVENT_READ:
                yield from self._read(program)
        now = self._clock()
        for program in list(self._programs):
            if program.jobs and now - program.heard_at > HANGS:
                yield self._replace(program)

    def _start(self) -> None:
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        os.set_blocking(stdin.fileno(), False)
        program = _Program(process, stdin, stdout, heard_at=self._clock())
        self._programs.append(program)
        self._selector.register(stdout, selectors.EVENT_READ, program)
        self._push(program, pack(self._settings))
        for origin, content in self._robots.items():
            self._push(program, pack({"robots": origin}, content))

    def _end(self, program: _Program) -> None:
        process = program.process
        for stream in (program.stdout, program.stdin):
            if stream in self._selector.get_map():
                self._selector.unregister(stream)
        program.stdin.close()  # an idle program ends by this alone
        try:
            process.wait(0.2 if not program.jobs else 0.01)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        program.stdout.close()

    def _push(self, program: _Program, data: bytes) -> None:
        program.out += data
        self._drain(program)

    def _drain(self, program: _Program) -> None:
        """Write what the pipe takes; the rest waits for the selector, so that neither side can block the other."""
        stdin = program.stdin
        try:
            while program.out:
                written = os.write(stdin.fileno(), program.out)
                del program.out[:written]
        except BlockingIOError:
            if stdin not in self._selector.get_map():
                self._selector.register(stdin, selectors.EVENT_WRITE, program)
            return
        except BrokenPipeError:  # reading its output will show that it died
            program.out.clear()
        if stdin in self._selector.get_map():
            self._selector.unregister(stdin)

    def _read(self, program: _Program) -> Iterator[Said | Lost]:
        data = os.read(program.stdout.fileno(), 1 << 20)
        program.heard_at = self._clock()
        if not data:
            yield self._replace(program)
            return
        try:
            for message, blob in program.unpacker.feed(data):
                no = int(message["no"])
                if "begins" in message:
                    program.reading = no
                    continue
                program.reading = None
                if program.jobs.pop(no, None) is not None:
                    self._deaths = 0
                    yield Said(no, message, blob)
        except (OutOfStep, KeyError, TypeError, ValueError):
            yield self._replace(program)

    def _replace(self, program: _Program) -> Lost:
        culprit = program.reading
        others = tuple(no for no in program.jobs if no != culprit)
        self._programs.remove(program)
        program.process.kill()
        code = program.process.wait()
        self._end(program)
        overran = code == -signal.SIGPROF
        self._deaths += not overran  # a dear page explains its death
        if self._deaths > MAX_DEATHS:
            raise PoolExhausted
        self._start()
        return Lost(culprit, others, overran)
