"""What a crawl asks of an origin before its pages: robots.txt, sitemaps, and an address where nothing is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from editorial.audit.crawl import nowhere
from editorial.audit.crawl.files import Note, robots_notes
from editorial.audit.crawl.frontier import Frontier
from editorial.audit.crawl.keeping import Keeping
from editorial.audit.crawl.origins import MAX_HOPS, MAX_SITEMAPS, FileWanted, Origins, file_row
from editorial.audit.crawl.politeness import LONGEST_WAIT
from editorial.audit.crawl.pool import Job, WorkerPool
from editorial.audit.crawl.records import CrawlPlan, StopReason
from editorial.audit.crawl.standing import Standing
from editorial.audit.crawl.traffic import Traffic
from editorial.audit.facts import Nowhere
from editorial.domain.http_dates import retry_after
from editorial.domain.robots import MAX_BYTES
from editorial.domain.urls import n1, origin_of

PASSING = frozenset({"timeout", "reset", "connect", "dns"})  # errors that a second try may not see again


class SiteFiles:
    """Asks for files and takes in their answers. Files have negative numbers; pages count from 1."""

    def __init__(
        self,
        plan: CrawlPlan,
        pool: WorkerPool,
        *,
        traffic: Traffic,
        origins: Origins,
        frontier: Frontier,
        keeping: Keeping,
        standing: Standing,
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._plan, self._pool, self._traffic, self._origins = plan, pool, traffic, origins
        self._frontier, self._keeping, self._standing, self._clock, self._now = frontier, keeping, standing, clock, now
        self._next = -1
        self._flying: dict[int, FileWanted] = {}
        self._waiting: list[FileWanted] = []
        self._sitemaps: set[str] = set()
        self.nowhere: dict[str, Nowhere] = {}
        """By origin what it answers, as if all were well, where nothing is."""

    @property
    def busy(self) -> bool:
        """Whether a file is on its way or waits."""
        return bool(self._flying or self._waiting)

    @property
    def awaited(self) -> bool:
        """Pages wait for all but robots.txt of other origins: how they are judged depends on what these files say."""
        return bool(self._waiting) or any(wanted.kind != "robots" for wanted in self._flying.values())

    def robots_of(self, origin: str) -> Job | None:
        """The request for a robots.txt that nobody asked for yet; None once somebody did."""
        if origin in self._origins.asked:
            return None
        self._origins.asked.add(origin)
        return self._job(FileWanted("robots", origin, f"{origin}/robots.txt"))

    def dispatch(self, now: float) -> None:
        """Give out what waits, at the pace of its host."""
        for wanted in list(self._waiting):
            if wanted.not_before > now:
                self._traffic.look_by(wanted.not_before)
                continue
            host = self._traffic.host_of(wanted.url)
            if self._traffic.room(host, now) > 0:
                self._waiting.remove(wanted)
                self._traffic.give(host, [self._job(wanted)], now)
            if host.next_at > now:
                self._traffic.look_by(host.next_at)

    def lost(self, no: int) -> None:
        """The worker program that was to bring a file died."""
        wanted = self._flying.pop(no)
        self._traffic.host_of(wanted.url).answered()
        self._done(wanted, {"status": 0, "error": "crash"}, b"")

    def heard(self, no: int, message: dict[str, Any], blob: bytes) -> None:
        """Take in an answer."""
        wanted = self._flying.pop(no)
        self._traffic.host_of(wanted.url).answered()
        if wanted.kind == "probe":
            self._probed(wanted, message["page"])
            return
        target = message["location"]
        if target and wanted.hops < MAX_HOPS and message["error"] is None:
            job = self._job(replace(wanted, url=target, hops=wanted.hops + 1, asked=wanted.name))
            self._traffic.host_of(target).took(1, self._clock())
            self._pool.send([job], connections=1)
            return
        if target:
            message["error"] = "redirects"
        elif self._again(wanted, message):
            return
        self._done(wanted, message, blob)

    def _job(self, wanted: FileWanted) -> Job:
        no = self._next
        self._next -= 1
        self._flying[no] = wanted
        return Job(no, wanted.url, raw=wanted.kind != "probe")

    def _again(self, wanted: FileWanted, message: Mapping[str, Any]) -> bool:
        """5xx and network errors get another try, as pages do: findings stand on them."""
        passing = message["error"] in PASSING or (message["error"] is None and message["status"] >= 500)
        if not passing or wanted.tries >= self._plan.retries or self._standing.stop:
            return False
        asked = retry_after(message.get("retry_after") or "", self._now()) or 0.0
        if asked > LONGEST_WAIT:
            return False
        pause = max(asked, self._plan.retry_delay * 2**wanted.tries)
        self._waiting.append(replace(wanted, tries=wanted.tries + 1, not_before=self._clock() + pause))
        return True

    def _done(self, wanted: FileWanted, message: dict[str, Any], blob: bytes) -> None:
        if wanted.kind == "probe":
            return
        row = file_row(wanted, message, blob, self._frontier.number_of_file(wanted.name))
        if wanted.kind == "robots":
            self._keeping.file(row._replace(notes=self._robots(wanted, message, blob[: MAX_BYTES + 1])))
        elif message["error"] is None and message["status"] == 200:
            for url in self._keeping.sitemap(row, blob, nested=wanted.nested):
                self._want_sitemap(url, nested=True)
        else:
            self._keeping.file(row)

    def _robots(self, wanted: FileWanted, message: dict[str, Any], blob: bytes) -> Sequence[Note]:
        """Take in a robots.txt, or that there is none. What is odd about it."""
        origin = wanted.origin
        robots = self._origins.learn(origin, message["status"], message["error"], blob, led=wanted.hops > 0)
        if origin in self._origins.unreachable:
            if self._plan.hangs_on and origin == origin_of(self._plan.hangs_on):
                self._standing.halt(StopReason.ROBOTS_UNREACHABLE, self._origins.unreachable[origin])
            return ()
        readable = message["error"] is None and message["status"] == 200
        self._pool.tell_robots(origin, blob if readable else b"")
        self._traffic.host_of(origin + "/").obey(robots.crawl_delay(self._plan.token), self._clock())
        if origin == origin_of(self._plan.start) and self._plan.sitemaps:
            for url in robots.sitemaps:
                if address := n1(url, origin + "/"):
                    self._want_sitemap(address)
            usual = f"{origin}/sitemap.xml"
            if not robots.sitemaps and robots.decide(self._plan.token, usual).allowed:
                self._want_sitemap(usual, listed=False)
        self._want_probe(origin)
        return robots_notes(origin, blob, robots) if readable else ()

    def _want_sitemap(self, url: str, *, listed: bool = True, nested: bool = False) -> None:
        if url in self._sitemaps or len(self._sitemaps) >= MAX_SITEMAPS:
            return
        self._sitemaps.add(url)
        self._waiting.append(FileWanted("sitemap", origin_of(url), url, listed=listed, nested=nested))

    def _want_probe(self, origin: str) -> None:
        """Not for a page alone or a list, nor where robots.txt forbids the first page or the address itself."""
        url = nowhere.address(origin, self._plan.start, self._plan.scope) if self._plan.whole_site else None
        wanted = (url, self._plan.start) if origin == origin_of(self._plan.start) else (url,)
        robots = self._origins.robots[origin]
        if url is not None and all(each and robots.decide(self._plan.token, each).allowed for each in wanted):
            self._waiting.append(FileWanted("probe", origin, url))

    def _probed(self, wanted: FileWanted, record: Mapping[str, Any]) -> None:
        """Asked once: an answer that does not come leaves the question open."""
        if record["status"] in (429, 503):
            wait = retry_after(record["retry_after"], self._now())
            self._standing.asked_to_wait(record["status"], wait)
            self._traffic.host_of(wanted.url).slow_down(self._clock(), wait, str(record["status"]))
        found = nowhere.read(record)
        if found is not None:
            self.nowhere[wanted.origin] = found
