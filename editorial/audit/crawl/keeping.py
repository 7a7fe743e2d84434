"""What a crawl keeps of pages and files, a batch at a time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from editorial.audit.crawl.frontier import Entry, Frontier
from editorial.audit.crawl.knowing import NOTHING_KNOWN
from editorial.audit.crawl.origins import keep_named
from editorial.audit.crawl.records import (
    Batch,
    CrawlPlan,
    FileRow,
    Judge,
    PageRecord,
    PageRow,
    Sink,
    packed,
)
from editorial.audit.crawl.redirects import Redirects, Settled
from editorial.audit.crawl.sitemaps import read_sitemap
from editorial.audit.crawl.targets import ALL, FOLLOWED, NONE, pack_links
from editorial.audit.facts import Hop, Known, Nowhere, Response
from editorial.domain.robots import Robots
from editorial.domain.urls import n2

BATCH = 100  # pages written in one transaction
BATCH_AGE = 2.0  # seconds after which a smaller batch is written, so that people see it move


class Keeping:
    """Turns answers into rows, and what they name into addresses of the frontier."""

    def __init__(
        self,
        plan: CrawlPlan,
        judge: Judge,
        sink: Sink,
        *,
        frontier: Frontier,
        redirects: Redirects,
        recall: Mapping[str, Known],
    ) -> None:
        """Make it.

        Args:
            judge: for pages that no worker reads: redirects and what robots.txt forbids.
            recall: what is known of pages, by the compare form of their addresses.
        """
        self._plan, self._judge, self._sink, self._frontier, self._redirects = plan, judge, sink, frontier, redirects
        self._recall = recall
        self._in_sitemap: set[int] = set()
        self._touched = False
        self.course: Callable[[], dict[str, Any]] | None = None
        """Tells how the crawl goes, as it is kept with every batch."""
        self._batch = Batch()
        self._saved_at = 0.0

    def known(self, no: int, compare: str, nowhere: Nowhere | None = None) -> Known:
        """What is known of a page: from elsewhere, whether a sitemap names it, what stands where nothing does."""
        known = self._recall.get(compare, NOTHING_KNOWN)
        if no in self._in_sitemap:
            known = replace(known, in_sitemap=True)
        return replace(known, nowhere=nowhere) if nowhere is not None else known

    def page(self, entry: Entry, record: PageRecord, facts: bytes) -> None:
        """A page with its answer, and every page that waited for it."""
        depth = None if entry.depth is None else entry.depth + 1
        follow = NONE if not self._plan.follow_links else ALL if self._plan.follow_nofollow else FOLLOWED
        links = pack_links(entry.no, record, self._frontier, depth, source=entry.url, follow=follow)
        if links is not None:
            self._batch.packs.append(links)
        if self._plan.follow_links:
            for url in record.discovered:
                self._frontier.want(url, None, source=entry.url)
        self._batch.pages.append(PageRow(entry.no, record, facts))
        final, seen = record.final_url, (record.digest, record.challenged)
        self.settle(Settled(entry.no, entry.url, final, record.status, record.error, entry.hops, *seen))

    def settle(self, done: Settled) -> None:
        """Every page that waited for this one has its final answer too."""
        for settled in self._redirects.settle(done):
            self.redirect(settled)

    def redirect(self, settled: Settled) -> None:
        """A page that only leads elsewhere: its final answer is that of its target."""
        hops = tuple(Hop(*hop) for hop in settled.hops)
        status = 0 if settled.error else settled.status
        response = Response(settled.url, settled.final_url, status, redirects=hops, error=settled.error)
        known = self.known(settled.no, n2(settled.url) or settled.url)
        record, facts = self._judge.of(response, known=known, challenge="other" if settled.challenged else "")
        self._batch.pages.append(PageRow(settled.no, record, packed(facts)))

    def without_answer(self, entry: Entry, error: str, robots: Robots | None = None) -> None:
        """A page that robots.txt forbids, or that cannot be read."""
        response = Response(entry.url, entry.target, 0, error=error)
        record, facts = self._judge.of(response, robots, self.known(entry.no, entry.n2))
        self.page(entry, record, packed(facts))

    def file(self, row: FileRow) -> None:
        """A robots.txt or a sitemap that cannot be read."""
        self._batch.files.append(row)

    def sitemap(self, row: FileRow, content: bytes, *, nested: bool) -> tuple[str, ...]:
        """A sitemap, and the pages that it names. Returns the sitemaps that it names instead."""
        read = read_sitemap(content, nested=nested)
        kept = keep_named(row, read, self._frontier)
        self._in_sitemap.update(kept.names)
        self._batch.files.append(kept)
        return tuple(entry.url for entry in read.entries) if read.is_index else ()

    def save(self, now: float) -> None:
        """Write what there is, and how the crawl goes."""
        self._batch.urls, self._frontier.fresh = self._frontier.fresh, []
        self._batch.promoted, self._frontier.promoted = self._frontier.promoted, []
        self._batch.demoted, self._frontier.demoted = self._frontier.demoted, []
        if self.course is not None:
            self._batch.course = self.course()
        if self._batch or self._batch.course is not None:
            self._sink.save(self._batch)
        self._batch, self._touched = Batch(), False
        self._saved_at = now

    def touch(self) -> None:
        """How the crawl goes has changed: write it soon, even if no page comes."""
        self._touched = True

    def save_if_due(self, now: float) -> None:
        """Write a batch that is large or old enough."""
        waits = self._batch or self._touched
        if len(self._batch.pages) >= BATCH or (waits and now - self._saved_at > BATCH_AGE):
            self.save(now)
