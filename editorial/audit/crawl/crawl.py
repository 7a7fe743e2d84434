"""One crawl: the frontier, the pace and robots.txt here in the parent; fetching and judging in worker programs.

Every address is fetched at most once. A redirect is a page of its own whose target is another page; both are asked for
through robots.txt, scope and pace like any other. Memory grows with the number of addresses only.
"""

import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from editorial.audit.crawl.copies import Copies, no_copies
from editorial.audit.crawl.course import Course, reason_of
from editorial.audit.crawl.frontier import Entry, Frontier, Lane
from editorial.audit.crawl.keeping import Keeping
from editorial.audit.crawl.knowing import known_row
from editorial.audit.crawl.origins import Origins
from editorial.audit.crawl.politeness import Host, Slowed
from editorial.audit.crawl.pool import Job, Lost, PoolExhausted, Said, WorkerPool
from editorial.audit.crawl.records import (
    CrawlEnd,
    CrawlPlan,
    Judge,
    PageRecord,
    Progress,
    Sink,
    StopReason,
    UrlRow,
)
from editorial.audit.crawl.redirects import Redirects, Settled
from editorial.audit.crawl.site_files import PASSING, SiteFiles
from editorial.audit.crawl.standing import Standing
from editorial.audit.crawl.traffic import Traffic
from editorial.audit.facts import ERROR_CODES, Known, Nowhere
from editorial.domain.http_dates import retry_after
from editorial.domain.urls import origin_of


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
        copies: Copies = no_copies,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Set up a crawl.

        Args:
            judge: for pages that no worker reads: redirects and what robots.txt forbids.
            clock: monotonic seconds.
            now: the present instant, for Retry-After dates.
            recall: what is known of pages, by the compare form of their addresses.
            copies: what an earlier audit read of them.
            chance: from 0 to 1; retries of many crawls are not to come at the same moment.
        """
        self._chance, self._course = chance, Course()
        self._copies = copies
        self._plan, self._pool, self._judge, self._sink, self._clock, self._now = plan, pool, judge, sink, clock, now
        self._standing = Standing(of_list=bool(plan.listed))
        self._frontier = Frontier(plan)
        self._origins = Origins(plan.token)
        self._redirects = Redirects(plan.scope, plan.patterns)
        self._traffic = Traffic(pool, plan.rate, plan.connections, clock)
        self._keeping = Keeping(plan, judge, sink, frontier=self._frontier, redirects=self._redirects, recall=recall)
        self._files = SiteFiles(
            plan,
            pool,
            traffic=self._traffic,
            origins=self._origins,
            frontier=self._frontier,
            keeping=self._keeping,
            standing=self._standing,
            clock=clock,
            now=now,
        )
        self._keeping.course = self._told
        self._flying: dict[int, Entry] = {}
        self._start = 0
        self._began = self._beat_at = clock()

    def restore(
        self, rows: list[UrlRow], done: Mapping[int, Settled], course: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """Go on where an interrupted crawl of the same audit was, as politely as it was (`course.Course`)."""
        standing, traffic, frontier = self._standing, self._traffic, self._frontier
        self._course = Course.go_on(course, now=self._now(), standing=standing, traffic=traffic, frontier=frontier)
        self._frontier.restore(rows, set(done), self._course.tries)
        self._redirects.settled.update(done)
        self._standing.fetched = len(done)

    def run(self) -> CrawlEnd:
        """Crawl until nothing is left or something says stop."""
        for entrance in self._plan.entrances:
            no = self._frontier.demand(entrance, 0)
            self._start = self._start or no
        for seed in self._plan.seeds:
            self._frontier.want(seed, None, source="")
        try:
            while self._go_on():
                self._dispatch()
                for answer in self._pool.receive(max(0.002, self._traffic.look_at - self._clock())):
                    self._hear(answer)
                self._housekeeping()
        except PoolExhausted:
            self._standing.halt(StopReason.CRASHED)
        for settled in self._redirects.abandon():
            self._keeping.redirect(settled)
        self._keeping.save(self._clock())
        reason, detail = reason_of(self._standing, self._frontier)
        origins = {origin_of(entrance) for entrance in self._plan.entrances}
        read = origins <= self._origins.robots.keys() and not self._origins.unreachable
        fetched, known = self._standing.fetched, self._frontier.known
        whole, seen = self._plan.whole_site, not self._frontier.hides
        return CrawlEnd(reason, fetched, known, read, detail, whole_site=whole, links_seen=seen)

    # -- giving out ----------------------------------------------------------------------------------------------

    def _go_on(self) -> bool:
        return not self._standing.stop and bool(self._flying or self._files.busy or self._frontier.waiting)

    def _dispatch(self) -> None:
        """Give out what the pace of each host allows now, and note when to look again."""
        now = self._clock()
        self._traffic.look_at = now + 0.5
        self._files.dispatch(now)
        lanes = list(self._frontier.lanes.items()) if not self._files.awaited else []
        for netloc, lane in lanes:
            _bring_due(lane, now)
            host = self._traffic.host(netloc)
            jobs = self._take(lane, self._traffic.room(host, now))
            if jobs:
                self._traffic.give(host, jobs, now)
            if lane.ready and host.next_at > now:
                self._traffic.look_by(host.next_at)
        if not (self._flying or self._files.busy) and self._spent() and self._frontier.waiting:
            self._standing.halt(StopReason.PAGE_CAP)

    def _spent(self) -> bool:
        return self._standing.fetched + len(self._flying) >= self._plan.max_pages

    def _take(self, lane: Lane, room: int) -> list[Job]:
        """Up to `room` jobs of a host that robots.txt allows; the others end here, or wait for their robots.txt."""
        jobs: list[Job] = []
        while len(jobs) < room and (entry := self._next(lane)) is not None:
            origin = origin_of(entry.target)
            verdict = self._origins.verdict(origin, entry.target)
            if verdict is None:
                if (asking := self._files.robots_of(origin)) is not None:
                    jobs.append(asking)
                break
            lane.ready.remove(entry)
            if not verdict.allowed:
                self._forbidden(entry)
                continue
            self._flying[entry.no] = entry
            known = self._keeping.known(entry.no, entry.n2, self._nowhere(origin))
            copy = None if self._is_read_whole(entry, known) else self._copies(entry.n2, entry.target)
            jobs.append(Job(entry.no, entry.target, entry.url, entry.hops, known=known_row(known), copy=copy))
        return jobs

    def _is_read_whole(self, entry: Entry, known: Known) -> bool:
        """The first page decides how all others are judged, and of what the team published people want to be sure."""
        return entry.whole or entry.no == self._start or bool(known.published)

    def _next(self, lane: Lane) -> Entry | None:
        """The entry of a lane whose turn it is; past the cap only what another page waits for."""
        if self._awaits_start():
            return next((entry for entry in lane.ready if self._leads_on(entry)), None)
        entry = lane.ready[0] if lane.ready else None
        return entry if entry is not None and (not self._spent() or self._redirects.needs(entry.no)) else None

    def _awaits_start(self) -> bool:
        """A site that answers everything with its first page, as apps do, says nothing by that: look at it first."""
        return bool(self._files.nowhere) and self._start not in self._redirects.settled

    def _leads_on(self, entry: Entry) -> bool:
        return entry.no == self._start or self._redirects.needs(entry.no)

    def _nowhere(self, origin: str) -> Nowhere | None:
        """What the origin answers where nothing is, unless that is its first page."""
        found, first = self._files.nowhere.get(origin), self._redirects.settled.get(self._start)
        return found if found is not None and first is not None and first.digest != found.digest else None

    # -- taking in -----------------------------------------------------------------------------------------------

    def _hear(self, answer: Said | Lost) -> None:
        if isinstance(answer, Lost):
            self._lost(answer)
        elif answer.no < 0:
            self._files.heard(answer.no, dict(answer.message), answer.blob)
        elif (entry := self._flying.pop(answer.no, None)) is not None:
            host = self._traffic.host_of(entry.target)
            host.answered()
            if "unsure" in answer.message:
                entry.whole = True
                self._frontier.again(entry)
                return
            record = PageRecord(**answer.message["page"])
            for rule, error in answer.message["raised"]:
                self._tell(rule, error)
            if not self._try_again(entry, record, host, waited=answer.message["waited"] / 1000):
                self._course.tries.pop(entry.no, None)
                self._page(entry, record, answer.blob)

    def _tell(self, rule: str, error: str) -> None:
        """A rule raised in a worker: it goes into our log."""
        if self._judge.raised is not None:
            self._judge.raised(rule, RuntimeError(error))

    def _lost(self, lost: Lost) -> None:
        """A worker died. The page it was reading ends inconclusive; what it had not begun is asked for again."""
        for no in (*lost.others, *((lost.culprit,) if lost.culprit is not None else ())):
            if no < 0:
                self._files.lost(no)
                continue
            entry = self._flying.pop(no)
            self._traffic.host_of(entry.target).answered()
            if no == lost.culprit and (lost.overran or entry.crashes):
                self._end(entry, "overrun" if lost.overran else "crash")
            else:
                entry.crashes += no == lost.culprit  # once may be the machine's fault
                self._frontier.again(entry)

    def _try_again(self, entry: Entry, record: PageRecord, host: Host, *, waited: float) -> bool:
        """Network errors, 429 and 5xx get another try; a host that asks for a pause gets it.

        Args:
            waited: seconds from the request to the first byte of the answer.
        """
        now = self._clock()
        if record.status in (429, 503):
            wait = retry_after(record.retry_after, self._now())
            self._standing.asked_to_wait(record.status, wait)
            host.slow_down(now, wait, Slowed(str(record.status)))
            self._keeping.touch()
        elif record.error is None and record.status < 500:
            host.recover(waited)
            return False
        if record.error not in PASSING and record.status != 429 and record.status < 500:
            return False
        if entry.tries >= self._plan.retries or self._standing.stop:
            return False
        entry.tries += 1
        self._course.tried(entry.no, entry.tries)
        pause = self._plan.retry_delay * 2 ** (entry.tries - 1) * (1 + self._chance() / 2)
        self._frontier.again(entry, not_before=max(now + pause, host.next_at))
        return True

    def _page(self, entry: Entry, record: PageRecord, facts: bytes) -> None:
        self._standing.count(record, is_start=entry.url == self._plan.hangs_on)
        self._course.count(record)
        if self._plan.max_bytes is not None and self._course.wire_bytes > self._plan.max_bytes:
            self._standing.halt(StopReason.BYTE_CAP)
        if record.location is None:
            self._keeping.page(entry, record, facts)
            if record.is_html and (pattern := self._frontier.traps.read(entry.url, record.digest, record.words)):
                self._frontier.leave(pattern, self._redirects.needs)
            return
        step = self._redirects.follow(entry, record.status, record.location)
        if step.again:
            entry.fetch_url, entry.hops = record.location, step.hops
            self._standing.fetched -= 1
            self._frontier.again(entry)
        elif step.wanted:
            target = self._frontier.demand(record.location, entry.depth)
            for settled in self._redirects.wait(entry, step.hops, target):
                self._keeping.redirect(settled)
        else:
            done = Settled(entry.no, entry.url, record.location, record.status, step.error, step.hops)
            self._keeping.redirect(done)
            self._keeping.settle(done)

    def _forbidden(self, entry: Entry) -> None:
        if entry.url == self._plan.hangs_on:
            self._standing.halt(StopReason.ROBOTS_FORBIDS)
        said = self._origins.unreachable.get(origin_of(entry.target), "")
        self._end(entry, said if said in ERROR_CODES else "robots")  # of a dead host no line of robots.txt is to blame

    def _end(self, entry: Entry, error: str) -> None:
        """A page without an answer."""
        if entry.url == self._plan.hangs_on:
            self._standing.halt(StopReason.START_UNREACHABLE, error)
        robots = self._origins.robots.get(origin_of(entry.target)) if error == "robots" else None
        self._keeping.without_answer(entry, error, robots)

    # -- meanwhile -----------------------------------------------------------------------------------------------

    def _housekeeping(self) -> None:
        now = self._clock()
        self._keeping.save_if_due(now)
        if now - self._beat_at < 1.0:
            return
        self._beat_at = now
        standing = self._standing
        if not self._sink.beat(Progress(standing.fetched, self._frontier.known, standing.failures, now - self._began)):
            standing.halt(StopReason.CANCELLED)
        if self._course.seconds + now - self._began > self._plan.max_seconds:
            standing.halt(StopReason.TIME_CAP)

    def _told(self) -> dict[str, Any]:
        """How it goes, as it is kept with every batch."""
        seconds, now = self._clock() - self._began, self._now()
        standing, traffic, frontier = self._standing, self._traffic, self._frontier
        return self._course.as_json(seconds=seconds, now=now, standing=standing, traffic=traffic, frontier=frontier)


def _bring_due(lane: Lane, now: float) -> None:
    for entry in [entry for entry in lane.later if entry.not_before <= now]:
        lane.later.remove(entry)
        lane.ready.appendleft(entry)
