"""Reads large pages in a program of its own, so that none of them costs its neighbours their audit.

A small page is read here: the worst of `SMALL` bytes that we know takes a second and 100 MB, and most are smaller. The
program starts with the first large one, and again after one that cost too much.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

from editorial.audit.crawl.pool import Job, Lost, Said, WorkerPool
from editorial.audit.crawl.records import Gather, unpacked
from editorial.audit.crawl.wire import pack
from editorial.audit.crawl.worker import PAGE_CPU
from editorial.audit.facts import PageFacts, Response

SMALL = 128 * 1024  # bytes of a body


class Apart:
    """A `Gather` with limits. Use as a context manager; leaving it ends the program."""

    def __init__(
        self,
        gather: Gather,
        command: Sequence[str],
        *,
        page_cpu: float = PAGE_CPU,
        small: int = SMALL,
        raised: Callable[[str, Exception], None] | None = None,
    ) -> None:
        """Make one.

        Args:
            gather: for small pages.
            command: how to start the program that reads the others.
            page_cpu: seconds of CPU that a page may cost there.
            small: bytes of a body that are read here.
            raised: told of a page that could not be read, and why.
        """
        self._gather, self._command, self._small, self._raised = gather, command, small, raised
        self._settings = {"page_cpu": page_cpu}
        self._numbers = count(1)
        self._pool: WorkerPool | None = None

    def __enter__(self) -> "Apart":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.__exit__()
            self._pool = None

    def __call__(self, response: Response) -> PageFacts:
        """The facts of a response; of a page that costs too much, that it did (`overrun` or `crash`)."""
        if len(response.body) <= self._small:
            return self._gather(response)
        answer = self._asked(response)
        if isinstance(answer, Said) and answer.blob:
            return unpacked(answer.blob)
        code = ("overrun" if answer.overran else "crash") if isinstance(answer, Lost) else str(answer.message["error"])
        if self._raised is not None:
            self._raised("gather", RuntimeError(f"{response.url}: {code}"))
        return self._gather(replace(response, status=0, body=b"", error=code))

    def _asked(self, response: Response) -> Said | Lost:
        if self._pool is None:
            self._pool = WorkerPool(self._command, 1, self._settings).__enter__()
        no = next(self._numbers)
        told = [response.url, response.final_url, response.status, response.headers]
        told += [response.redirects, response.truncated, response.error, response.elapsed_ms]
        self._pool.give([Job(no, response.url)], pack({"no": no, "response": told}, response.body))
        while True:
            for answer in self._pool.receive(1.0):
                if isinstance(answer, Lost):
                    self._pool.forgive()  # the page explains it
                return answer
