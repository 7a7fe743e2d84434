"""Audits: asked for, run, judged, ended."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from config import Config
from editorial.adapters.fetch import PRODUCT_TOKEN, Limits
from editorial.audit.crawl.apart import Apart
from editorial.audit.crawl.copies import Copies, no_copies
from editorial.audit.crawl.crawl import Crawl
from editorial.audit.crawl.offline import Answers, walk
from editorial.audit.crawl.pool import WorkerPool
from editorial.audit.crawl.records import CrawlEnd, CrawlPlan, Judge, StopReason
from editorial.audit.crawl.worker import PAGE_CPU
from editorial.audit.gather import gather
from editorial.audit.gather.version import reader_version
from editorial.audit.rulebook import ruleset_version
from editorial.audit.rules import PAGE_RULES
from editorial.domain.addresses import AllowList
from editorial.domain.crawl_options import CrawlOptions
from editorial.domain.errors import EditorialError
from editorial.domain.messages import N_, Message
from editorial.domain.urls import SiteScope, n1, origin_of, path_of, scope_of
from editorial.services import form_probes, verdicts
from editorial.services.audit_copies import LastRead, last_read_by
from editorial.services.audit_memory import Memory, recall
from editorial.services.audit_storage import AuditSink, Report, forget, interrupted
from editorial.services.deps import Deps
from editorial.store import audit as store
from editorial.store.audit import Audit, AuditState, AuditTrigger
from editorial.store.base import Sessions
from editorial.store.content import Site

log = structlog.get_logger(__name__)

VERSION = "0.1"
MEGABYTE = 1_000_000
MAX_ATTEMPTS = 3  # processes that may be lost over one audit
WORKER_COMMAND = (sys.executable, "-m", "editorial.background.crawl_worker")
READER_COMMAND = (sys.executable, "-m", "editorial.background.page_reader")


class NotAnAddress(EditorialError):
    """What was typed can't be fetched over HTTP."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            Message(N_("%(url)s is not an address that can be audited."), {"url": typed[:200]}),
            hint=Message(N_("Give a whole address that begins with http:// or https://.")),
            field="url",
        )


@dataclass(frozen=True)
class AuditParts:
    """What running an audit needs."""

    sessions: Sessions
    now: Callable[[], datetime]
    worker: str
    """Name of this process; the audit's lease carries it."""
    allow: AllowList = field(default_factory=AllowList)
    contact: str = ""
    """Address where a site's owner learns who crawls; stands in the User-Agent."""
    workers: int = 1
    rate: float = 2.0
    connections: int = 2
    max_pages: int = 5000
    limits: Limits = field(default_factory=Limits)
    page_cpu: float = PAGE_CPU
    retry_delay: float = 1.0
    command: Sequence[str] = WORKER_COMMAND
    resolve: tuple[str, ...] = ()
    stopping: Callable[[], bool] = lambda: False
    """Whether this process is about to end: the audit is then left as it is, for the next process to go on with."""
    before_verdict: Callable[[int], None] | None = None
    """Called with the audit's number between crawl and judgement: for what is looked up elsewhere."""
    started: Callable[[WorkerPool], None] | None = None
    """Told about the worker programs once they run; tests end some of them."""


def parts_of(deps: Deps, cores: int) -> AuditParts:
    """The parts of the product's own audits, by its settings.

    Args:
        cores: of this machine; one is left to the people.
    """
    config: Config = deps.config
    return AuditParts(
        sessions=deps.sessions,
        now=deps.now,
        worker=deps.worker,
        allow=AllowList.of(config.private_networks),
        contact=config.crawl_contact or config.base_url,
        workers=config.crawl_workers or max(1, cores - 1),
        rate=config.crawl_rate,
        connections=config.crawl_connections,
        max_pages=config.crawl_max_pages,
    )


def user_agent(contact: str) -> str:
    """How we introduce ourselves: the token that robots.txt knows, and where to complain."""
    return f"{PRODUCT_TOKEN}/{VERSION}" + (f" (+{contact})" if contact else "")


def start_audit(
    session: Session,
    site: Site,
    trigger: AuditTrigger,
    now: datetime,
    *,
    requested_by: int | None = None,
    whole: bool = False,
) -> Audit:
    """Queue an audit of a whole site. If one is queued or runs already, that one is returned and nothing changes.

    Args:
        whole: whether every page is to be sent, even one that did not change since the last audit.
    """
    existing = store.under_way(session, site.id)
    if existing is not None:
        return existing
    options = _manners(site) | ({"conditional": False} if whole else {})
    return _queue(session, site.base_url, site.id, trigger, now, requested_by=requested_by, options=options)


def start_owed_audit(session: Session, site: Site, now: datetime) -> Audit:
    """Queue the audit whose hour has come, of a site of which the caller saw none under way.

    Raises:
        IntegrityError: another process queued one since the caller looked.
    """
    return _queue(session, site.base_url, site.id, AuditTrigger.SCHEDULE, now, options=_manners(site))


def _manners(site: Site) -> dict[str, Any]:
    """How a site wants to be crawled, where it says so."""
    said = {"rate": site.crawl_rate, "connections": site.crawl_connections, "max_pages": site.crawl_max_pages}
    return {name: value for name, value in said.items() if value is not None} | site.crawl_options


def start_page_audit(session: Session, site_id: int | None, url: str, now: datetime) -> Audit | None:
    """Queue the audit of the one page that was just published. None where it belongs to no site of ours."""
    address = n1(url)
    if site_id is None or address is None:
        return None
    return _queue(session, address, site_id, AuditTrigger.PUBLISH, now, whole_site=False)


def start_audit_of(
    session: Session, url: str, now: datetime, options: Mapping[str, Any] | None = None, *, whole_site: bool = True
) -> Audit:
    """Queue an audit of an address that is no site of ours: the command line's.

    Args:
        whole_site: False for one page, or for the pages of a list that begins with it.
        options: `max_pages`, `rate`, `connections`, `path_prefix`, `follow_links` where they differ from the usual.

    Raises:
        NotAnAddress: `url` can't be fetched.
    """
    return _queue(session, _address(url), None, AuditTrigger.COMMAND, now, options=options, whole_site=whole_site)


def ask_to_stop(session: Session, audit_id: int, now: datetime) -> None:
    """Stop an audit: one that did not begin ends at once, any other within seconds, keeping what it saw."""
    audit = session.get(Audit, audit_id)
    if audit is None or audit.state not in (AuditState.QUEUED, AuditState.RUNNING):
        return
    audit.stop_requested = True
    audit.paused = False  # one that waits is taken up once more, to be judged and closed
    if audit.state is AuditState.QUEUED and not audit.ruleset:
        audit.state, audit.ended_at, audit.stop_reason = AuditState.FAILED, now, StopReason.CANCELLED


def ask_to_wait(session: Session, audit_id: int, *, wait: bool) -> None:
    """Pause an audit, or let it go on: a running one waits within seconds, keeping what it saw."""
    audit = session.get(Audit, audit_id)
    if audit is not None and audit.state in (AuditState.QUEUED, AuditState.RUNNING) and not audit.stop_requested:
        audit.paused = wait


def run_audit(
    parts: AuditParts,
    audit_id: int | None = None,
    report: Report | None = None,
    *,
    folder: Answers | None = None,
    listed: Sequence[str] = (),
) -> int | None:
    """Run a queued audit, or take up one whose process was lost. Returns its id, or None if there is nothing to do.

    Args:
        audit_id: this one; otherwise the oldest whose turn it is.
        report: told about the progress every second, on this thread.
        folder: answers for the pages instead of the network; nothing is crawled then.
        listed: of an audit of a list, its addresses (N1).
    """
    with parts.sessions.begin() as session:
        audit = store.claim(session, parts.now(), parts.worker, audit_id)
        if audit is None:
            return None
        memory = recall(session, audit)
        plan = _plan(parts, audit, memory.published, tuple(listed))
        judged_by = ruleset_version(), reader_version()
        again, rules_changed = audit.ruleset != "", (audit.ruleset, audit.reader) not in (("", ""), judged_by)
        (audit.ruleset, audit.reader), audit.rules = judged_by, [rule.id for rule in PAGE_RULES]
        before = last_read_by(session, audit)
        copies = LastRead(parts.sessions, before) if before is not None else no_copies
        too_often = audit.attempts > MAX_ATTEMPTS
    with structlog.contextvars.bound_contextvars(audit_id=audit.id):
        if again and rules_changed:
            forget(parts.sessions, audit.id)
        sink = AuditSink(parts.sessions, audit.id, parts.worker, parts.now, report, stopping=parts.stopping)
        judge = Judge(gather, PAGE_RULES, plan.scope, memory.complete, raised=_raised)
        if too_often:
            end = CrawlEnd(StopReason.CRASHED, 0, 0, robots_read=False)
        elif folder is not None:
            with Apart(gather, READER_COMMAND, page_cpu=parts.page_cpu, raised=_raised) as reader:
                end = walk(plan, folder, replace(judge, gather=reader), sink)
        else:
            resume = audit.id if again and not rules_changed else None
            end = _crawl(parts, plan, judge, sink, memory, copies=copies, resume=resume, course=audit.course)
            agent = user_agent(parts.contact)
            form_probes.after_crawl(
                parts.sessions, audit.id, plan, end, sink, agent=agent, allow=parts.allow, resolve=parts.resolve
            )
        if end.reason is StopReason.CANCELLED and _left(parts, audit.id):
            log.info("audit.left", fetched=end.fetched)
            return audit.id
        if parts.before_verdict is not None:
            parts.before_verdict(audit.id)
        if _finish(parts, audit.id, end, last=too_often):
            log.info("audit.ended", reason=end.reason.value, fetched=end.fetched, known=end.known)
    return audit.id


def _finish(parts: AuditParts, audit_id: int, end: CrawlEnd, *, last: bool) -> bool:
    """Judge and close an audit, and tell whether that was done.

    Args:
        last: nobody is to try again, so that one which cannot be judged is closed without it.
    """
    try:
        return verdicts.finish(parts.sessions, audit_id, parts.worker, end, parts.now)
    except Exception:
        if not last:
            raise
        log.exception("audit.not_judged")
    with parts.sessions.begin() as session:
        return store.give_up(session, audit_id, parts.worker, parts.now(), StopReason.CRASHED.value)


def _left(parts: AuditParts, audit_id: int) -> bool:
    """Whether the audit is to go on later: this process is about to end, or somebody asked the audit to wait."""
    with parts.sessions.begin() as session:
        if parts.stopping():
            store.release(session, audit_id, parts.worker, parts.now())
            return True
        return store.park(session, audit_id, parts.worker)


def _crawl(
    parts: AuditParts,
    plan: CrawlPlan,
    judge: Judge,
    sink: AuditSink,
    memory: Memory,
    *,
    copies: Copies,
    resume: int | None,
    course: Mapping[str, Any],
) -> CrawlEnd:
    try:
        with WorkerPool(parts.command, parts.workers, _worker_settings(parts, plan, memory)) as pool:
            if parts.started is not None:
                parts.started(pool)
            crawl = Crawl(plan, pool, judge, sink, now=parts.now, recall=memory.pages, copies=copies)
            if resume is not None:
                crawl.restore(*interrupted(parts.sessions, resume), course)
            return crawl.run()
    except Exception:
        log.exception("audit.crashed")
        return CrawlEnd(StopReason.CRASHED, 0, 0, robots_read=False)


def _worker_settings(parts: AuditParts, plan: CrawlPlan, memory: Memory) -> dict[str, Any]:
    """The first frame of a worker program. No secrets: it reads hostile pages."""
    networks = [str(network) for network in parts.allow.networks]
    return {
        "agent": user_agent(parts.contact),
        "allow": {"entries": [*networks, *parts.allow.hosts], "everything": parts.allow.everything},
        "limits": asdict(parts.limits),
        "resolve": list(parts.resolve),
        "scope": {**asdict(plan.scope), "hosts": sorted(plan.scope.hosts)},
        "available": sorted(memory.complete),
        "page_cpu": parts.page_cpu,
    }


def _plan(parts: AuditParts, audit: Audit, published: tuple[str, ...], listed: tuple[str, ...]) -> CrawlPlan:
    options, wishes = audit.options, CrawlOptions.from_json(audit.options)
    plan = CrawlPlan(
        start=audit.start_url,
        scope=_scope(audit.start_url, wishes, options.get("path_prefix")),
        seeds=published,
        max_pages=int(options.get("max_pages", parts.max_pages)),
        rate=float(options.get("rate", parts.rate)),
        connections=int(options.get("connections", parts.connections)),
        retry_delay=parts.retry_delay,
        follow_links=bool(options.get("follow_links", True)),
        patterns=wishes.patterns,
        follow_nofollow=wishes.follow_nofollow,
        max_folder=wishes.max_folder,
        max_bytes=wishes.max_megabytes * MEGABYTE if wishes.max_megabytes else None,
        max_depth=wishes.max_depth or CrawlPlan.max_depth,
        max_queries=wishes.max_queries or CrawlPlan.max_queries,
        max_seconds=wishes.max_hours * 3600.0 if wishes.max_hours else CrawlPlan.max_seconds,
    )
    if listed:
        scopes = {scope_of(f"{origin}/") for origin in {origin_of(url) for url in listed}}
        everywhere = SiteScope(frozenset().union(*(scope.hosts for scope in scopes)))
        return replace(plan, listed=listed, scope=everywhere, seeds=(), sitemaps=False)
    return plan if audit.whole_site else replace(plan, seeds=(), follow_links=False, sitemaps=False)


def _scope(start: str, wishes: CrawlOptions, path: str | None) -> SiteScope:
    """Where the site ends. `path` is the folder of a command's TARGET."""
    prefix = path or (path_of(start[: start.partition("?")[0].rindex("/") + 1]) if wishes.only_path else "/")
    return scope_of(start, subdomains=wishes.subdomains, path_prefix=prefix)


def _queue(
    session: Session,
    url: str,
    site_id: int | None,
    trigger: AuditTrigger,
    now: datetime,
    *,
    requested_by: int | None = None,
    whole_site: bool = True,
    options: Mapping[str, Any] | None = None,
) -> Audit:
    audit = Audit(
        site_id=site_id,
        start_url=url,
        whole_site=whole_site,
        trigger=trigger,
        state=AuditState.QUEUED,
        requested_at=now,
        requested_by=requested_by,
        options=dict(options or {}),
    )
    session.add(audit)
    session.flush()
    log.info("audit.queued", audit_id=audit.id, trigger=trigger.value)
    return audit


def _address(typed: str) -> str:
    url = n1(typed)
    if url is None:
        raise NotAnAddress(typed)
    return url


def _raised(rule: str, error: Exception) -> None:
    log.error("rule.raised", rule=rule, error=repr(error))
