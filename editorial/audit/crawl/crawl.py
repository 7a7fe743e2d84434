"""One crawl: the frontier, the pace and robots.txt here in the parent; fetching and judging in worker programs.

Every address is fetched at most once. A redirect is a page of its own whose target is another page; both are asked for
through robots.txt, scope and pace like any other. Memory grows with the number of addresses only.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from editorial.audit.crawl.files import Note, robots_notes
from editorial.audit.crawl.frontier import Entry, Frontier, Lane
from editorial.audit.crawl.origins import MAX_HOPS, MAX_SITEMAPS, FileWanted, Origins, file_row, keep_named
from editorial.audit.crawl.politeness import LONGEST_WAIT, Host, retry_after
from editorial.audit.crawl.pool import Job, Lost, PoolExhausted, Said, WorkerPool
from editorial.audit.crawl.records import (
    NOTHING_KNOWN,
    Batch,
    CrawlEnd,
    CrawlPlan,
    FileRow,
    Judge,
    LinkRow,
    PageRecord,
    PageRow,
    Progress,
    Sink,
    StopReason,
    UrlRow,
    known_row,
    packed,
)
from editorial.audit.crawl.redirects import Redirects, Settled
from editorial.audit.crawl.sitemaps import Sitemap, read_sitemap
from editorial.audit.facts import Hop, Known, Response
from editorial.domain.robots import MAX_BYTES
from editorial.domain.urls import n1, n2, netloc_of, origin_of

BATCH = 100  # pages written in one transaction
BATCH_AGE = 2.0  # seconds after which a smaller batch is written, so that people see it move
DEPTH = 64  # jobs a worker program may have waiting
SAMPLE = 20  # pages before shares of errors mean anything
PASSING = frozenset({"timeout", "reset", "connect", "dns"})  # errors that a second try may not see again


class Crawl:
    """Runs a plan to its end. One thread; the worker programs do the work."""

    def __init__(
        self,
        plan: CrawlPlan,
        pool: WorkerPool,
        judge: Judge,
        sink: Sink,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        recall: Mapping[str, Known] = MappingProxyType({}),
    ) -> None:
        """Set up a crawl.

        Args:
            judge: for pages that no worker reads: redirects and what robots.txt forbids.
            clock: monotonic seconds.
            now: the present instant, for Retry-After dates.
            recall: what is known of pages, by the compare form of their addresses.
        """
        self._plan, self._pool, self._judge, self._sink, self._clock, self._now = plan, pool, judge, sink, clock, now
        self._recall = recall
        self._in_sitemap: set[int] = set()
        self._frontier = Frontier(plan)
        self._origins = Origins(plan.token)
        self._hosts: dict[str, Host] = {}
        self._flying: dict[int, Entry] = {}
        self._files: dict[int, FileWanted] = {}
        self._redirects = Redirects(plan.scope)
        self._batch = Batch()
        self._next_file = -1  # files have negative numbers; pages count from 1
        self._sitemaps: set[str] = set()
        self._waiting_files: list[FileWanted] = []
        self._fetched = self._failures = self._errors = self._blocked = 0
        self._stop: tuple[StopReason, str] | None = None
        self._began = self._saved_at = self._beat_at = self._look_at = clock()

    def restore(self, rows: list[UrlRow], done: Mapping[int, Settled]) -> None:
        """Go on where an interrupted crawl of the same audit was."""
        self._frontier.restore(rows, set(done))
        self._redirects.settled.update(done)
        self._fetched = len(done)

    def run(self) -> CrawlEnd:
        """Crawl until nothing is left or something says stop."""
        self._frontier.demand(self._plan.start, 0)
        for seed in self._plan.seeds:
            self._frontier.want(seed, None)
        try:
            while self._go_on():
                self._dispatch()
                for answer in self._pool.receive(max(0.002, self._look_at - self._clock())):
                    self._hear(answer)
                self._housekeeping()
        except PoolExhausted:
            self._halt(StopReason.CRASHED)
        for settled in self._redirects.abandon():
            self._keep_redirect(settled)
        self._save()
        reason, detail = self._stop or (StopReason.COMPLETE, "")
        read = origin_of(self._plan.start) in self._origins.robots and not self._origins.unreachable
        return CrawlEnd(reason, self._fetched, self._frontier.known, read, detail, whole_site=self._plan.follow_links)

    # -- giving out ----------------------------------------------------------------------------------------------

    def _go_on(self) -> bool:
        if self._stop:
            return False
        return bool(self._flying or self._files or self._waiting_files or self._frontier.waiting)

    def _dispatch(self) -> None:
        """Give out what the pace of each host allows now, and note when to look again."""
        now = self._clock()
        self._look_at = now + 0.5
        self._dispatch_files(now)
        lanes = list(self._frontier.lanes.items()) if not self._awaits_sitemap() else []
        for netloc, lane in lanes:
            self._due(lane, now)
            host = self._host(netloc)
            jobs = self._take(lane, self._room(host, now))
            if jobs:
                self._give(host, jobs, now)
            if lane.ready and host.next_at > now:
                self._look_at = min(self._look_at, host.next_at)
        if not (self._flying or self._files or self._waiting_files) and self._spent() and self._frontier.waiting:
            self._halt(StopReason.PAGE_CAP)

    def _dispatch_files(self, now: float) -> None:
        """Sitemaps, at the pace of their host and before its pages: they tell where the pages are."""
        for wanted in list(self._waiting_files):
            if wanted.not_before > now:
                self._look_at = min(self._look_at, wanted.not_before)
                continue
            host = self._host(netloc_of(wanted.url))
            if self._room(host, now) > 0:
                self._waiting_files.remove(wanted)
                self._give(host, [self._file_job(wanted)], now)
            if host.next_at > now:
                self._look_at = min(self._look_at, host.next_at)

    def _awaits_sitemap(self) -> bool:
        """Pages wait for the sitemaps: how bad a noindex is depends on whether one of them names the page."""
        return bool(self._waiting_files) or any(wanted.kind == "sitemap" for wanted in self._files.values())

    def _room(self, host: Host, now: float) -> int:
        room = min(host.may_take(now), self._workers(host) * DEPTH - host.active, self._pool.free(DEPTH))
        if host.interval >= 0.1:  # a slow pace: what waits in a worker could not be called back
            room = min(room, host.connections - host.active)
        return room

    def _workers(self, host: Host) -> int:
        """Programs that share a host: each keeps one of its connections at least."""
        return min(self._pool.size, host.connections)

    def _give(self, host: Host, jobs: list[Job], now: float) -> None:
        host.took(len(jobs), now)
        workers = self._workers(host)
        share = -(-len(jobs) // workers)
        for place in range(0, len(jobs), share):
            self._pool.send(jobs[place : place + share], connections=max(1, host.connections // workers))

    def _due(self, lane: Lane, now: float) -> None:
        for entry in [entry for entry in lane.later if entry.not_before <= now]:
            lane.later.remove(entry)
            lane.ready.appendleft(entry)

    def _spent(self) -> bool:
        return self._fetched + len(self._flying) >= self._plan.max_pages

    def _take(self, lane: Lane, room: int) -> list[Job]:
        """Up to `room` jobs of a host that robots.txt allows; the others end here, or wait for their robots.txt."""
        jobs: list[Job] = []
        while lane.ready and len(jobs) < room and not (self._spent() and not self._redirects.needs(lane.ready[0].no)):
            entry = lane.ready[0]
            origin = origin_of(entry.target)
            verdict = self._origins.verdict(origin, entry.target)
            if verdict is None:
                if origin not in self._origins.asked:
                    self._origins.asked.add(origin)
                    jobs.append(self._file_job(FileWanted("robots", origin, f"{origin}/robots.txt")))
                break
            lane.ready.popleft()
            if not verdict.allowed:
                self._forbidden(entry)
                continue
            self._flying[entry.no] = entry
            jobs.append(
                Job(entry.no, entry.target, entry.url, entry.hops, known=known_row(self._known(entry.no, entry.n2)))
            )
        return jobs

    def _file_job(self, wanted: FileWanted) -> Job:
        no = self._next_file
        self._next_file -= 1
        self._files[no] = wanted
        return Job(no, wanted.url, raw=True)

    def _host(self, netloc: str) -> Host:
        host = self._hosts.get(netloc)
        if host is None:
            host = self._hosts[netloc] = Host(1 / self._plan.rate, self._plan.connections)
            host.next_at = self._clock()
        return host

    # -- taking in -----------------------------------------------------------------------------------------------

    def _hear(self, answer: Said | Lost) -> None:
        if isinstance(answer, Lost):
            self._lost(answer)
        elif answer.no < 0:
            self._file(self._files.pop(answer.no), dict(answer.message), answer.blob)
        elif (entry := self._flying.pop(answer.no, None)) is not None:
            host = self._host(netloc_of(entry.target))
            host.answered()
            record = PageRecord(**answer.message["page"])
            for rule, error in answer.message["raised"]:
                self._tell(rule, error)
            if not self._try_again(entry, record, host):
                self._page(entry, record, answer.blob)

    def _tell(self, rule: str, error: str) -> None:
        """A rule raised in a worker: it goes into our log."""
        if self._judge.raised is not None:
            self._judge.raised(rule, RuntimeError(error))

    def _lost(self, lost: Lost) -> None:
        """A worker died. The page it was reading ends inconclusive; what it had not begun is asked for again."""
        for no in (*lost.others, *((lost.culprit,) if lost.culprit is not None else ())):
            if no < 0:
                wanted = self._files.pop(no)
                self._host(netloc_of(wanted.url)).answered()
                self._file_failed(wanted)
                continue
            entry = self._flying.pop(no)
            self._host(netloc_of(entry.target)).answered()
            if no == lost.culprit and (lost.overran or entry.crashes):
                self._end(entry, "overrun" if lost.overran else "crash")
            else:
                entry.crashes += no == lost.culprit  # once may be the machine's fault
                self._frontier.again(entry)

    def _file_failed(self, wanted: FileWanted) -> None:
        self._file_done(wanted, {"status": 0, "error": "crash"}, b"")

    def _file(self, wanted: FileWanted, message: dict[str, Any], blob: bytes) -> None:
        self._host(netloc_of(wanted.url)).answered()
        target = message["location"]
        if target and wanted.hops < MAX_HOPS and message["error"] is None:
            job = self._file_job(replace(wanted, url=target, hops=wanted.hops + 1, asked=wanted.name))
            self._host(netloc_of(target)).took(1, self._clock())
            self._pool.send([job], connections=1)
            return
        if target:
            message["error"] = "redirects"
        elif self._file_again(wanted, message):
            return
        self._file_done(wanted, message, blob)

    def _file_again(self, wanted: FileWanted, message: Mapping[str, Any]) -> bool:
        """5xx and network errors get another try, as pages do: findings stand on them."""
        passing = message["error"] in PASSING or (message["error"] is None and message["status"] >= 500)
        if not passing or wanted.tries >= self._plan.retries or self._stop:
            return False
        pause = self._plan.retry_delay * 2**wanted.tries
        self._waiting_files.append(replace(wanted, tries=wanted.tries + 1, not_before=self._clock() + pause))
        return True

    def _file_done(self, wanted: FileWanted, message: dict[str, Any], blob: bytes) -> None:
        compare = n2(wanted.name) or wanted.name
        row = file_row(wanted, message, blob, self._frontier.number(wanted.name, compare, internal=True))
        if wanted.kind == "robots":
            notes = self._robots(wanted, message, blob[: MAX_BYTES + 1])
            self._batch.files.append(row._replace(notes=notes))
        elif message["error"] is None and message["status"] == 200:
            self._batch.files.append(self._sitemap(row, read_sitemap(blob, nested=wanted.nested)))
        else:
            self._batch.files.append(row)

    def _sitemap(self, row: FileRow, read: Sitemap) -> FileRow:
        for entry in read.entries if read.is_index else ():
            self._want_sitemap(entry.url, nested=True)
        kept = keep_named(row, read, self._frontier)
        self._in_sitemap.update(kept.names)
        return kept

    def _robots(self, wanted: FileWanted, message: dict[str, Any], blob: bytes) -> Sequence[Note]:
        """Take in a robots.txt, or that there is none. What is odd about it."""
        origin = wanted.origin
        robots = self._origins.learn(origin, message["status"], message["error"], blob, led=wanted.hops > 0)
        if origin in self._origins.unreachable:
            if origin == origin_of(self._plan.start):
                self._halt(StopReason.ROBOTS_UNREACHABLE, self._origins.unreachable[origin])
            return ()
        readable = message["error"] is None and message["status"] == 200
        self._pool.tell_robots(origin, blob if readable else b"")
        self._host(netloc_of(origin + "/")).obey(robots.crawl_delay(self._plan.token), self._clock())
        if origin == origin_of(self._plan.start) and self._plan.sitemaps:
            for url in robots.sitemaps:
                if address := n1(url, origin + "/"):
                    self._want_sitemap(address)
            usual = f"{origin}/sitemap.xml"
            if not robots.sitemaps and robots.decide(self._plan.token, usual).allowed:
                self._want_sitemap(usual, listed=False)
        return robots_notes(origin, blob, robots) if readable else ()

    def _want_sitemap(self, url: str, *, listed: bool = True, nested: bool = False) -> None:
        if url in self._sitemaps or len(self._sitemaps) >= MAX_SITEMAPS:
            return
        self._sitemaps.add(url)
        self._waiting_files.append(FileWanted("sitemap", origin_of(url), url, listed=listed, nested=nested))

    def _try_again(self, entry: Entry, record: PageRecord, host: Host) -> bool:
        """Network errors, 429 and 5xx get another try; a host that asks for a pause gets it."""
        now = self._clock()
        if record.status in (429, 503):
            wait = retry_after(record.retry_after, self._now())
            if wait is not None and wait > LONGEST_WAIT:
                self._halt(StopReason.BLOCKED, str(record.status))
            host.slow_down(now, wait)
        elif record.error is None and record.status < 500:
            host.recover()
            return False
        if record.error not in PASSING and record.status != 429 and record.status < 500:
            return False
        if entry.tries >= self._plan.retries or self._stop:
            return False
        entry.tries += 1
        self._frontier.again(entry, not_before=max(now + self._plan.retry_delay * 2 ** (entry.tries - 1), host.next_at))
        return True

    def _page(self, entry: Entry, record: PageRecord, facts: bytes) -> None:
        self._count(entry, record)
        if record.location is None:
            self._keep(entry, record, facts)
            return
        step = self._redirects.follow(entry, record.status, record.location)
        if step.again:
            entry.fetch_url, entry.hops = record.location, step.hops
            self._fetched -= 1
            self._frontier.again(entry)
        elif step.wanted:
            target = self._frontier.demand(record.location, entry.depth)
            for settled in self._redirects.wait(entry, step.hops, target):
                self._keep_redirect(settled)
        else:
            done = Settled(entry.no, entry.url, record.location, record.status, step.error, step.hops)
            for settled in (done, *self._redirects.settle(done)):
                self._keep_redirect(settled)

    def _count(self, entry: Entry, record: PageRecord) -> None:
        self._fetched += 1
        self._failures += len(record.failures)
        self._errors += record.error is not None or record.status >= 500
        self._blocked += record.status in (401, 403, 429) or record.challenged
        if entry.url == self._plan.start and record.error is not None:
            self._halt(StopReason.START_UNREACHABLE, record.error)
        if self._fetched >= SAMPLE:
            if self._blocked > self._fetched * 0.2:
                self._halt(StopReason.BLOCKED)
            elif self._errors > self._fetched * 0.5:
                self._halt(StopReason.ERROR_RATE)

    # -- keeping -------------------------------------------------------------------------------------------------

    def _keep(self, entry: Entry, record: PageRecord, facts: bytes) -> None:
        depth = None if entry.depth is None else entry.depth + 1
        for position, (url, compare, internal, nofollow, text) in enumerate(record.links):
            target = None
            if internal and self._plan.follow_links and not nofollow and not record.nofollow:
                target = self._frontier.want(url, depth, compare=compare)
            target = target or self._frontier.number(url, compare, internal=internal)
            self._batch.links.append(LinkRow(entry.no, position, target, nofollow, text))
        if self._plan.follow_links:
            for url in record.discovered:
                self._frontier.want(url, None)
        self._batch.pages.append(PageRow(entry.no, record, facts))
        done = Settled(entry.no, entry.url, record.final_url, record.status, record.error, entry.hops)
        for settled in self._redirects.settle(done):
            self._keep_redirect(settled)

    def _keep_redirect(self, settled: Settled) -> None:
        """A page that only leads elsewhere: its final answer is that of its target."""
        hops = tuple(Hop(*hop) for hop in settled.hops)
        status = 0 if settled.error else settled.status
        response = Response(settled.url, settled.final_url, status, redirects=hops, error=settled.error)
        record, facts = self._judge.of(response, known=self._known(settled.no, n2(settled.url) or settled.url))
        self._batch.pages.append(PageRow(settled.no, record, packed(facts)))

    def _known(self, no: int, compare: str) -> Known:
        """What is known of a page: from elsewhere, and whether a sitemap names it."""
        known = self._recall.get(compare, NOTHING_KNOWN)
        return replace(known, in_sitemap=True) if no in self._in_sitemap else known

    def _forbidden(self, entry: Entry) -> None:
        if entry.url == self._plan.start:
            self._halt(StopReason.ROBOTS_FORBIDS)
        self._end(entry, "robots")

    def _end(self, entry: Entry, error: str) -> None:
        """A page without an answer."""
        if entry.url == self._plan.start:
            self._halt(StopReason.START_UNREACHABLE, error)
        robots = self._origins.robots.get(origin_of(entry.target)) if error == "robots" else None
        response = Response(entry.url, entry.target, 0, error=error)
        record, facts = self._judge.of(response, robots, self._known(entry.no, entry.n2))
        self._keep(entry, record, packed(facts))

    def _housekeeping(self) -> None:
        now = self._clock()
        if len(self._batch.pages) >= BATCH or (self._batch and now - self._saved_at > BATCH_AGE):
            self._save()
        if now - self._beat_at >= 1.0:
            self._beat_at = now
            if not self._sink.beat(Progress(self._fetched, self._frontier.known, self._failures, now - self._began)):
                self._halt(StopReason.CANCELLED)
            if now - self._began > self._plan.max_seconds:
                self._halt(StopReason.TIME_CAP)

    def _save(self) -> None:
        self._batch.urls, self._frontier.fresh = self._frontier.fresh, []
        self._batch.promoted, self._frontier.promoted = self._frontier.promoted, []
        if self._batch:
            self._sink.save(self._batch)
        self._batch = Batch()
        self._saved_at = self._clock()

    def _halt(self, reason: StopReason, detail: str = "") -> None:
        if self._stop is None:
            self._stop = (reason, detail)
