"""Asks the addresses that lead forms are sent to whether they are there, at the end of a crawl.

Nothing is ever sent: HEAD, and OPTIONS where HEAD leaves a question. Only addresses of the site's own hosts, each once
an audit, at the crawl's pace, where robots.txt lets us. What was learned is stored; the rule judges it in SQL.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.adapters.fetch import Fetcher, Limits, Reply
from editorial.adapters.form_ask import CONNECT, WHOLE, Answer, FormAsker, Method
from editorial.audit.crawl.origins import Origins
from editorial.audit.crawl.records import CrawlEnd, CrawlPlan, Progress, Sink, StopReason
from editorial.audit.form_answers import Heard, Judged, judged, needs_options
from editorial.domain.addresses import AllowList
from editorial.domain.robots import MAX_BYTES
from editorial.domain.urls import SiteScope, netloc_of, origin_of
from editorial.services import form_storage
from editorial.store.audit import AuditFile, AuditFormPlace, AuditFormProbe
from editorial.store.base import Sessions, reading

log = structlog.get_logger(__name__)

MOST = 40  # addresses of one audit; a site has a handful
LONGEST = 120.0  # seconds for all of them together
SLOWEST = 10.0  # seconds between two requests, whatever a Crawl-delay asks for
SOUND = frozenset({StopReason.COMPLETE, StopReason.PAGE_CAP, StopReason.TIME_CAP})
"""Ends of a crawl after which a site may be asked more: not where it refused us, or somebody said stop."""

Ask = Callable[[Method, str], Answer]


@dataclass(frozen=True)
class Target:
    """An address to ask about. `by_get`: some form sends there by GET."""

    address: str
    by_get: bool


@dataclass
class Prober:
    """Asks about the addresses of one audit."""

    ask: Ask
    robots_of: Callable[[str], Reply]
    """The robots.txt of an origin that the crawl did not come to."""
    goes_on: Callable[[], bool]
    """Asked before each request: whether the audit is still ours and wanted."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _last: float | None = field(default=None, init=False)

    def run(self, sessions: Sessions, audit_id: int, plan: CrawlPlan, end: CrawlEnd) -> int:
        """Ask, and store each answer as it comes. Returns how many addresses were asked."""
        if end.reason not in SOUND:
            return 0
        with reading(sessions) as session:
            origins = _origins(session, audit_id, plan.token)
            targets = list(_targets(session, audit_id, plan.scope))
        until = self.clock() + LONGEST
        asked = 0
        for target in targets[:MOST]:
            if self.clock() > until or not self.goes_on():
                break
            pause = self._pause(origins, target.address, plan)
            if pause is None:
                continue
            found = self._ask(target, pause)
            with sessions.begin() as session:
                session.merge(_row(audit_id, target, found))
            asked += 1
            log.info("form_address.asked", verdict=found.verdict.value, answer=found.answer)
        return asked

    def _pause(self, origins: Origins, address: str, plan: CrawlPlan) -> float | None:
        """Seconds between two requests to an address, None where robots.txt forbids it."""
        origin = origin_of(address)
        if origin not in origins.robots:
            self.goes_on()  # the audit's lease must outlast the slowest robots.txt
            reply = self.robots_of(origin)
            origins.learn(origin, reply.status, reply.error, reply.body, led=bool(reply.redirects))
        verdict = origins.verdict(origin, address)
        if verdict is None or not verdict.allowed:
            return None
        delay = origins.robots[origin].crawl_delay(plan.token) or 0.0
        return min(max(1 / plan.rate, delay), SLOWEST)

    def _ask(self, target: Target, pause: float) -> Judged:
        self.goes_on()
        head = self._one("HEAD", target.address, pause)
        self.goes_on()
        options = self._one("OPTIONS", target.address, pause) if needs_options(head, target.address) else None
        return judged(head, options, target.address, by_get=target.by_get)

    def _one(self, method: Method, address: str, pause: float) -> Heard:
        now = self.clock()
        if self._last is not None and now < self._last + pause:
            self.sleep(self._last + pause - now)
        self._last = self.clock()
        answer = self.ask(method, address)
        return Heard(answer.status, answer.headers, answer.error)


def after_crawl(
    sessions: Sessions,
    audit_id: int,
    plan: CrawlPlan,
    end: CrawlEnd,
    sink: Sink,
    *,
    agent: str,
    allow: AllowList,
    resolve: tuple[str, ...] = (),
) -> None:
    """Ask over the network. What goes wrong here leaves addresses unknown, and the audit as it is."""
    limits = Limits(connect=CONNECT / 1000, first_byte=WHOLE / 1000, whole=WHOLE / 1000, body=MAX_BYTES + 1)
    fetcher = Fetcher(agent=agent, allow=allow, limits=limits, connections=1, resolve=resolve)
    prober = Prober(
        FormAsker(agent=agent, allow=allow, resolve=resolve).ask,
        lambda origin: fetcher.get(f"{origin}/robots.txt"),
        lambda: sink.beat(Progress(end.fetched, end.known, 0, 0.0)),
    )
    try:
        prober.run(sessions, audit_id, plan, end)
    except Exception:
        log.exception("form_address.crashed", audit_id=audit_id)
    finally:
        fetcher.close()


def _origins(session: Session, audit_id: int, token: str) -> Origins:
    """The robots.txt of each origin, as the crawl read them."""
    origins = Origins(token)
    wanted = select(AuditFile).where(AuditFile.audit_id == audit_id, AuditFile.kind == "robots")
    for file in session.scalars(wanted.order_by(AuditFile.id)):
        origins.learn(origin_of(file.url), file.status, file.error, file.content, led=not file.listed)
    return origins


def _targets(session: Session, audit_id: int, scope: SiteScope) -> Iterator[Target]:
    """Each address of the site's own hosts once; a resumed audit leaves out what it knows."""
    place = AuditFormPlace
    known = set(form_storage.probes_of(session, audit_id))
    by_get: dict[str, bool] = {}
    shapes = form_storage.shapes_of(session, audit_id)
    rows = session.execute(
        select(place.address, place.key).where(place.audit_id == audit_id, place.address != "").distinct()
    )
    for address, key in rows:
        if address not in known and _is_own(address, scope):
            by_get[address] = by_get.get(address, False) or shapes[key].method == "get"
    for address in sorted(by_get):
        yield Target(address, by_get[address])


def _is_own(address: str, scope: SiteScope) -> bool:
    """The site's hosts and what lies below them: asking others is for their own people to allow."""
    netloc = netloc_of(address)
    return netloc in scope.hosts or any(netloc.endswith("." + host) for host in scope.hosts)


def _row(audit_id: int, target: Target, found: Judged) -> AuditFormProbe:
    return AuditFormProbe(
        audit_id=audit_id,
        address=target.address,
        verdict=found.verdict.value,
        certain=found.certain,
        answer=found.answer,
    )
