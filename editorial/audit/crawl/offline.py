"""A "crawl" of what lies on this machine: the same frontier, records and sink, without network or pace."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from editorial.audit.crawl.files import robots_notes
from editorial.audit.crawl.frontier import Entry, Frontier
from editorial.audit.crawl.origins import MAX_SITEMAPS, Origins, keep_named
from editorial.audit.crawl.records import (
    Batch,
    CrawlEnd,
    CrawlPlan,
    FileRow,
    Judge,
    PageRecord,
    PageRow,
    Progress,
    Sink,
    StopReason,
    packed,
)
from editorial.audit.crawl.sitemaps import read_sitemap
from editorial.audit.crawl.targets import ALL, NONE, pack_links
from editorial.audit.facts import PageFacts, Response
from editorial.domain.robots import Robots
from editorial.domain.urls import n1, n2, origin_of

BATCH = 100  # pages written in one transaction


class Answers(Protocol):
    """Something that answers for addresses, such as `audit.folder.Folder`."""

    @property
    def addresses(self) -> Iterable[str]:
        """The pages to begin with (N1)."""

    def fetch(self, url: str) -> Response:
        """What the address answers; error `outside` for one it does not speak for."""

    def robots(self, url: str) -> Robots | None:
        """The robots.txt that speaks of an address, where it is known."""

    def file(self, url: str) -> tuple[int, bytes] | None:
        """Status and bytes of a robots.txt or sitemap; None for one that it does not speak for."""


def walk(
    plan: CrawlPlan, answers: Answers, judge: Judge, sink: Sink, *, clock: Callable[[], float] = time.monotonic
) -> CrawlEnd:
    """Judge every page that `answers` has, and what they link to within the plan's scope."""
    return _Walk(plan, answers, judge, sink, clock).run()


class _Walk:
    def __init__(self, plan: CrawlPlan, answers: Answers, judge: Judge, sink: Sink, clock: Callable[[], float]) -> None:
        self._plan, self._answers, self._judge, self._sink, self._clock = plan, answers, judge, sink, clock
        self._frontier = Frontier(plan)
        self._batch = Batch()
        self._began = self._beat_at = clock()
        self._fetched = self._failures = 0
        self._sitemaps: set[str] = set()

    def run(self) -> CrawlEnd:
        for address in self._answers.addresses:
            self._frontier.demand(address, 0)
        self._take_files()
        reason = StopReason.COMPLETE
        while reason is StopReason.COMPLETE and (entry := self._next()) is not None:
            if self._fetched >= self._plan.max_pages:
                reason = StopReason.PAGE_CAP
            elif not self._take(entry):
                reason = StopReason.CANCELLED
        self._save()
        return CrawlEnd(
            reason, self._fetched, self._frontier.known, robots_read=False, whole_site=self._plan.follow_links
        )

    def _take_files(self) -> None:
        """robots.txt of each origin and the sitemaps it names, or the one at the usual place."""
        for origin in dict.fromkeys(origin_of(address) for address in self._answers.addresses):
            url = f"{origin}/robots.txt"
            said = self._answers.file(url)
            robots = Robots()
            if said is not None and said[0] != 404:
                robots = Origins("").learn(origin, said[0], None, said[1])
                notes = robots_notes(origin, said[1], robots) if said[0] == 200 else ()
                self._batch.files.append(self._row("robots", url, said)._replace(notes=notes))
            if self._plan.sitemaps:
                named = [address for url in robots.sitemaps if (address := n1(url, origin + "/"))]
                self._take_sitemaps(named, listed=True)
        if self._plan.sitemaps:
            self._take_sitemaps([n1("sitemap.xml", self._plan.start) or ""], listed=False)

    def _take_sitemaps(self, wanted: list[str], *, listed: bool, nested: bool = False) -> None:
        for url in wanted:
            said = self._answers.file(url) if len(self._sitemaps) < MAX_SITEMAPS and url not in self._sitemaps else None
            if said is None or (said[0] != 200 and not listed):
                continue
            self._sitemaps.add(url)
            row = self._row("sitemap", url, said)._replace(listed=listed)
            if said[0] == 200:
                read = read_sitemap(said[1], nested=nested)
                row = keep_named(row, read, self._frontier)
                if read.is_index:
                    self._take_sitemaps([entry.url for entry in read.entries], listed=True, nested=True)
            self._batch.files.append(row)

    def _row(self, kind: str, url: str, said: tuple[int, bytes]) -> FileRow:
        no = self._frontier.number_of_file(url)
        return FileRow(kind, url, said[0], None, said[1] if kind == "robots" else b"", no)

    def _next(self) -> Entry | None:
        ready = next((lane.ready for lane in self._frontier.lanes.values() if lane.ready), None)
        return ready.popleft() if ready else None

    def _take(self, entry: Entry) -> bool:
        """Judge one page. False if the sink asked to stop."""
        response = self._answers.fetch(entry.url)
        if response.error == "outside":
            return True
        if n2(response.final_url) != entry.n2:  # another spelling of a page that is judged by its own
            response = replace(response, body=b"", headers=())
        record, facts = self._judged(response)
        self._fetched, self._failures = self._fetched + 1, self._failures + len(record.failures)
        follow = ALL if self._plan.follow_links else NONE
        links = pack_links(entry.no, record, self._frontier, None, source=None, follow=follow)
        if links is not None:
            self._batch.packs.append(links)
        self._batch.pages.append(PageRow(entry.no, record, packed(facts)))
        if len(self._batch.pages) >= BATCH:
            self._save()
        now = self._clock()
        if now - self._beat_at < 1.0:
            return True
        self._beat_at = now
        return self._sink.beat(Progress(self._fetched, self._frontier.known, self._failures, now - self._began))

    def _judged(self, response: Response) -> tuple[PageRecord, PageFacts]:
        """The record and the facts; of a page that cannot be read, that it could not, as a worker program says it."""
        try:
            return self._judge.of(response, self._answers.robots(response.url))
        except Exception as error:  # noqa: BLE001 -- one page must not cost the others their audit
            if self._judge.raised is not None:
                self._judge.raised("gather", error)
            code = "overrun" if isinstance(error, MemoryError) else "crash"
        return self._judge.of(replace(response, status=0, body=b"", error=code))

    def _save(self) -> None:
        self._batch.urls, self._frontier.fresh = self._frontier.fresh, []
        self._batch.promoted, self._frontier.promoted = self._frontier.promoted, []
        self._sink.save(self._batch)
        self._batch = Batch()
