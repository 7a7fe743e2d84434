"""The end of an audit: the site rules, the numbers, the score, the findings."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import orjson
import structlog
from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import CrawlEnd, StopReason
from editorial.audit.engine import fingerprint, page_score
from editorial.audit.rule import Failure, Need, Severity
from editorial.audit.rulebook import BY_ID
from editorial.audit.rules import PAGE_RULES
from editorial.audit.site_rule import SiteRule, failure_of
from editorial.audit.site_rules import SITE_RULES
from editorial.audit.tables import AuditTables
from editorial.domain.findings import CLOSED
from editorial.services import audit_lease, bare_hops, findings, link_graph, page_shapes, seeing
from editorial.services.audit_lease import Lease, Over
from editorial.services.seeing import Sight
from editorial.store import audit as store
from editorial.store import link_packs, statistics
from editorial.store.audit import (
    FALLEN,
    SIGHT,
    Audit,
    AuditFailure,
    AuditFile,
    AuditLink,
    AuditPage,
    AuditRuleCount,
    AuditState,
    AuditUrl,
    Finding,
)
from editorial.store.base import Sessions, reading
from editorial.store.relations import laid_out

log = structlog.get_logger(__name__)

LINKS_AT_ONCE = 10_000  # rows of one transaction

SAW_NOTHING = frozenset(
    {
        StopReason.START_UNREACHABLE,
        StopReason.ROBOTS_UNREACHABLE,
        StopReason.ROBOTS_FORBIDS,
        StopReason.CRASHED,
    }
)


TOLD_ONE_BY_ONE = frozenset(rule.id for rule in SITE_RULES if rule.open_ends is not None)
ROBOTS_CLOSED = frozenset({StopReason.ROBOTS_UNREACHABLE, StopReason.ROBOTS_FORBIDS})


@dataclass
class Seen:
    """What the judging read from an audit, outside any write."""

    n2: dict[int, str] = field(default_factory=dict)
    outcomes: dict[int, str] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)
    partial: set[int] = field(default_factory=set)
    html: set[int] = field(default_factory=set)
    files: dict[int, str] = field(default_factory=dict)
    """N2 of robots.txt and sitemaps by their numbers."""
    site_failures: list[tuple[SiteRule, int, Failure]] = field(default_factory=list)
    applies: dict[str, set[int]] = field(default_factory=dict)
    unsure: dict[str, set[int]] = field(default_factory=dict)
    silence: dict[str, bool] = field(default_factory=dict)
    fallen: list[str] = field(default_factory=list)
    """Site rules that raised: inconclusive for whatever they apply to."""
    open_ends: set[str] = field(default_factory=set)
    """Fingerprints of open findings whose silence says nothing, of rules that tell them one by one."""
    bare: dict[int, bare_hops.BareHop] = field(default_factory=dict)
    """Pages that only redirects led to."""
    whole: bool = False
    """Whether everything was seen that may name an address."""
    sight: Sight = field(default_factory=Sight)

    @property
    def names(self) -> dict[int, str]:
        """N2 of pages and files by their numbers."""
        return {**self.files, **self.n2}


def finish(
    sessions: Sessions,
    audit_id: int,
    worker: str,
    end: CrawlEnd,
    now: Callable[[], datetime],
    *,
    over: Over | None = None,
) -> bool:
    """Judge the whole audit and close it. Reading and site rules come first, so that the write is short.

    Args:
        over: what the signs of life are timed by, where it is not an event.

    Returns:
        Whether this process closed it. False if another has taken it up, which will finish it; nothing is written then.
    """
    with audit_lease.kept(sessions, audit_id, worker, now, over=over) as lease:
        seen = _look(sessions, audit_id, worker, end, lease)
    if seen is None:
        return False
    with sessions.begin() as session:
        audit = session.get(Audit, audit_id, with_for_update=True)
        if audit is None or audit.state is not AuditState.RUNNING or audit.worker != worker:
            return False
        _close(session, audit, seen, end, now())
    with sessions.begin() as session:  # what the pages about this audit are read by
        statistics.renew(session)
    return True


def _look(sessions: Sessions, audit_id: int, worker: str, end: CrawlEnd, lease: Lease) -> Seen | None:
    """Work out what needs the whole audit, and judge by it. None once the audit is another's."""
    with reading(sessions) as session:
        sight = seeing.sight_of(session, audit_id, ended=end.reason is StopReason.COMPLETE)
    links_seen = end.complete and end.links_seen and not sight.gaps
    steps: tuple[Callable[[], None], ...] = (
        lambda: link_graph.measure(sessions, audit_id, worker, complete=links_seen),
        lambda: page_shapes.settle(sessions, audit_id, worker),
        lambda: _spell_out_links(sessions, audit_id, worker),
    )
    for step in steps:
        if not lease.renew():
            return None
        step()
    with reading(sessions) as session:
        seen = _read(session, audit_id, end, sight, lease)
    return None if lease.lost else seen


def _spell_out_links(sessions: Sessions, audit_id: int, worker: str) -> None:
    """Write rows of the links that rules ask for: those to pages that are broken, lead elsewhere or may be nobody's."""
    with reading(sessions) as session:
        targets = link_packs.odd_targets(session, audit_id) | bare_hops.failed(session, audit_id)
        rows = link_packs.spelled_out(session, audit_id, targets)
        while some := list(islice(rows, LINKS_AT_ONCE)):
            with sessions.begin() as writing:
                if not store.is_held(writing, audit_id, worker):
                    return
                store.insert_rows(writing.connection(), AuditLink, some)


def _read(session: Session, audit_id: int, end: CrawlEnd, sight: Sight, lease: Lease) -> Seen:
    seen = Seen(sight=sight)
    pages = select(
        AuditPage.no, AuditUrl.n2, AuditPage.error, AuditPage.truncated, AuditPage.outcomes, AuditPage.is_html
    ).join(AuditUrl, and_(AuditUrl.audit_id == AuditPage.audit_id, AuditUrl.no == AuditPage.no))
    for page in session.execute(pages.where(AuditPage.audit_id == audit_id)).yield_per(1000):
        seen.n2[page.no], seen.outcomes[page.no] = page.n2, page.outcomes
        if page.error is None:
            seen.answered.add(page.no)
        if page.truncated:
            seen.partial.add(page.no)
        if page.is_html and not page.truncated:
            seen.html.add(page.no)
    files = select(AuditFile.no, AuditUrl.n2).join(
        AuditUrl, and_(AuditUrl.audit_id == AuditFile.audit_id, AuditUrl.no == AuditFile.no)
    )
    seen.files = {file.no: file.n2 for file in session.execute(files.where(AuditFile.audit_id == audit_id))}
    whole = session.get_one(Audit, audit_id).whole_site  # one page alone says nothing about the others
    seen.whole, seen.bare = end.complete and whole and not sight.gaps, bare_hops.find(session, audit_id)
    seen.outcomes.update((no, hop.outcomes) for no, hop in seen.bare.items())
    of_pages = {Need.CRAWL, *({Need.LINKS} if end.links_seen else ())} if seen.whole else set()
    complete = of_pages | ({Need.ROBOTS} if end.robots_read else set())
    with laid_out(session, audit_id) as found:
        for rule in SITE_RULES:
            if lease.lost:
                break
            _judge_site(session, rule, AuditTables(**found), complete, seen)
            _look_for_open_ends(session, audit_id, rule, AuditTables(**found), seen)
    return seen


def _judge_site(session: Session, rule: SiteRule, tables: AuditTables, complete: set[Need], seen: Seen) -> None:
    seen.silence[rule.id] = False
    seen.applies[rule.id], seen.unsure[rule.id] = set(), set()
    if not rule.needs <= complete:
        return
    try:
        with session.begin_nested():  # one that falls leaves what was laid out for the others
            for subject in session.execute(rule.subjects(tables)):
                seen.applies[rule.id].add(subject.id)
                if subject.unsure:
                    seen.unsure[rule.id].add(subject.id)
            rows = session.execute(rule(tables)).mappings().all()
            failures = [(rule, *failure_of(dict(row))) for row in rows]
    except Exception:
        log.exception("rule.raised", rule=rule.id)
        seen.fallen.append(rule.id)
        return
    seen.silence[rule.id] = rule.silence_needs <= complete
    seen.site_failures += failures


def _look_for_open_ends(session: Session, audit_id: int, rule: SiteRule, tables: AuditTables, seen: Seen) -> None:
    """Of the open findings of a rule, those of which it cannot say that nothing is wrong any more."""
    if rule.open_ends is None or not seen.silence[rule.id]:
        return
    its_site = select(Audit.site_id).where(Audit.id == audit_id).scalar_subquery()
    of_rule = Finding.site_id == its_site, Finding.rule == rule.id, Finding.state.not_in(CLOSED)
    known = set(session.scalars(select(Finding.fingerprint).where(*of_rule)))
    names = seen.names
    try:
        with session.begin_nested():
            for row in session.execute(rule.open_ends(tables)) if known else ():
                if row.page_id in names and (its := fingerprint(rule.id, names[row.page_id], row.key)) in known:
                    seen.open_ends.add(its)
    except Exception:
        log.exception("rule.raised", rule=rule.id)
        seen.silence[rule.id] = False


def _close(session: Session, audit: Audit, seen: Seen, end: CrawlEnd, now: datetime) -> None:
    names = seen.names
    rows = [
        (
            audit.id,
            fingerprint(rule.id, names[no], failure.key),
            no,
            rule.id,
            rule.version,
            str(failure.severity or rule.severity),
            failure.key,
            orjson.dumps(dict(failure.params), default=str).decode(),
            orjson.dumps(failure.evidence).decode(),
        )
        for rule, no, failure in seen.site_failures
        if no in names
    ]
    store.insert_rows(session.connection(), AuditFailure, rows)
    bare_hops.take_back(session, audit.id, seen.bare)
    _weigh_many(session, audit.id)
    session.add_all(_counts(audit.id, seen))
    failed = _failed(session, audit.id)
    audit.fetched, audit.known = seen.sight.seen, seen.sight.known
    audit.html_pages = len(seen.html)
    audit.robots_read = end.robots_read
    audit.coverage = audit.fetched / audit.known if audit.known else None
    audit.score = score(seen.html, failed)
    counts = Counter(severity for page in failed.values() for _, severity in page)
    audit.state, audit.ended_at = _state(end, saw_something=bool(seen.answered)), now
    # An audit that failed changes nothing, unless it is robots.txt that made it fail: then that is what it found.
    judged = audit.site_id is not None and (audit.state in store.ENDED or end.reason in ROBOTS_CLOSED)
    became = findings.merge(session, audit, _answers(seen), now) if judged else {}
    page_shapes.mark_findings(session, audit)
    audit.counts = {"failures": dict(counts), "findings": became, SIGHT: seen.sight._asdict()} | (
        {FALLEN: seen.fallen} if seen.fallen else {}
    )
    audit.stop_reason, audit.stop_detail = end.reason.value, end.detail[:200]


def _weigh_many(session: Session, audit_id: int) -> None:
    """What many pages have is a template's defect, and weighs more for rules that say so."""
    for rule in PAGE_RULES:
        if rule.many is None:
            continue
        found = AuditFailure.audit_id == audit_id, AuditFailure.rule == rule.id
        pages = session.scalar(select(func.count(AuditFailure.no.distinct())).where(*found)) or 0
        if pages >= rule.many.pages:
            session.execute(update(AuditFailure).where(*found).values(severity=rule.many.severity.value))


def _state(end: CrawlEnd, *, saw_something: bool) -> AuditState:
    if end.reason is StopReason.COMPLETE and saw_something:
        return AuditState.DONE
    return AuditState.FAILED if end.reason in SAW_NOTHING or not saw_something else AuditState.STOPPED


def _answers(seen: Seen) -> findings.Answers:
    names = seen.names
    # A page that was not read this time may name a hop; where all were read, even one without answer is none's subject.
    told = seen.answered | seen.bare.keys() if seen.whole else seen.answered - seen.bare.keys()

    def named(numbers: Iterable[int]) -> frozenset[str]:
        return frozenset(names[no] for no in numbers if no in names)

    return findings.Answers(
        page_rules=[rule.id for rule in PAGE_RULES],
        pages=dict.fromkeys(seen.files.values(), "N" * len(PAGE_RULES))
        | {seen.n2[no]: seen.outcomes[no] for no in told},
        unsure={rule: named(pages) for rule, pages in seen.unsure.items() if rule not in TOLD_ONE_BY_ONE},
        open_ends=frozenset(seen.open_ends),
        partial=named(seen.partial),
        site_rules={rule: (named(pages), seen.silence[rule]) for rule, pages in seen.applies.items()},
    )


def _counts(audit_id: int, seen: Seen) -> list[AuditRuleCount]:
    result = []
    for place, page_rule in enumerate(PAGE_RULES):
        letters = Counter(outcomes[place] for outcomes in seen.outcomes.values())
        result.append(_count(audit_id, page_rule.id, letters["F"], letters["P"], letters["N"], letters["I"]))
    failed_on: dict[str, set[int]] = defaultdict(set)
    for rule, no, _ in seen.site_failures:
        failed_on[rule.id].add(no)
    for site_rule in SITE_RULES:
        bad, applies = failed_on[site_rule.id], seen.applies[site_rule.id]
        quiet = applies - bad
        passed = len(quiet - seen.unsure[site_rule.id]) if seen.silence[site_rule.id] else 0
        others = len(seen.n2.keys() - applies - bad)
        result.append(_count(audit_id, site_rule.id, len(bad), passed, others, len(quiet) - passed))
    return result


def _count(audit_id: int, rule: str, *numbers: int) -> AuditRuleCount:
    failed, passed, not_applicable, inconclusive = numbers
    return AuditRuleCount(
        audit_id=audit_id,
        rule=rule,
        failed=failed,
        passed=passed,
        not_applicable=not_applicable,
        inconclusive=inconclusive,
    )


def _failed(session: Session, audit_id: int) -> dict[int, set[tuple[str, str]]]:
    """Rules and severities that failed, by page."""
    failed: dict[int, set[tuple[str, str]]] = defaultdict(set)
    wanted = select(AuditFailure.no, AuditFailure.rule, AuditFailure.severity).where(AuditFailure.audit_id == audit_id)
    for no, rule, severity in session.execute(wanted):
        failed[no].add((rule, severity))
    return failed


def score(html: Iterable[int], failed: Mapping[int, Iterable[tuple[str, str]]]) -> float | None:
    """The mean of the pages' scores, 0 to 100, or None without an HTML page. Assets and errors do not thin it out.

    Args:
        html: numbers of the pages that answered 200 with HTML and were read whole.
        failed: rule and severity of the failures of each page.
    """
    points = [_page_score(failed.get(no, ())) for no in html]
    return round(math.fsum(points) / len(points), 1) if points else None


def _page_score(failed: Iterable[tuple[str, str]]) -> int:
    """Each failed rule once, at its worst."""
    worst: dict[str, Severity] = {}
    for rule, severity in failed:
        worst[rule] = min(worst.get(rule, Severity.NOTICE), Severity(severity), key=lambda each: each.rank)
    return page_score((BY_ID[rule], severity) for rule, severity in worst.items() if rule in BY_ID)
