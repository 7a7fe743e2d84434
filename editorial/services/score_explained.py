"""What each rule costs an audit's score: why it moved, and what repairing a rule would win."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from editorial.audit.rule import Severity
from editorial.audit.rulebook import BY_ID
from editorial.domain.findings import FindingEvent
from editorial.domain.messages import NP_, Message
from editorial.services import findings, verdicts
from editorial.store.audit import Audit, AuditFailure, AuditPage, Finding, FindingHistory

LINES = 8  # of the explanation
NEXT = 4  # repairs proposed

EVENTS = {
    FindingEvent.NEW: NP_("%(count)s new", "%(count)s new"),
    FindingEvent.REOPENED: NP_("%(count)s back again", "%(count)s back again"),
    FindingEvent.FIXED: NP_("%(count)s fixed, fetched again and passed", "%(count)s fixed, fetched again and passed"),
    FindingEvent.NEWLY_DISCOVERED: NP_(
        "%(count)s on a page seen for the first time", "%(count)s on pages seen for the first time"
    ),
    FindingEvent.GONE: NP_("%(count)s no longer applies", "%(count)s no longer apply"),
}


@dataclass(frozen=True)
class Line:
    """What one rule did to the score between two audits. `points` is negative where it fell; None on a first audit."""

    rule: str
    severity: Severity
    points: float | None
    title: Message
    events: Sequence[tuple[FindingEvent, Message]]


@dataclass(frozen=True)
class Repair:
    """A rule worth repairing next. `points` are those the score would win; `count` its open findings."""

    rule: str
    severity: Severity
    points: float
    title: Message
    fix: Message | None
    count: int


def why(session: Session, latest: Audit, before: Audit | None, now: Mapping[str, float]) -> Sequence[Line]:
    """What the last audit changed, rule by rule: what weighs most first.

    Args:
        session: to read with.
        latest: the audit that is explained.
        before: the one it is compared with.
        now: `costs` of the latest.
    """
    then = costs(session, before.id) if before is not None else {}
    lines = []
    for rule, counts in _changes(session, latest.id).items():
        severity = min((severity for severity, _ in counts.values()), key=lambda each: each.rank)
        points = round(then.get(rule, 0.0) - now.get(rule, 0.0), 1) + 0.0 if before is not None else None
        events = [(event, Message.counted(EVENTS[event], counts[event][1])) for event in EVENTS if event in counts]
        lines.append(Line(rule, severity, points, findings.title_of(rule), events))
    return sorted(lines, key=lambda line: (-abs(line.points or 0.0), line.severity.rank, line.rule))[:LINES]


def repairs(session: Session, site_id: int, now: Mapping[str, float]) -> Sequence[Repair]:
    """The rules with open findings whose repair wins the most points."""
    found: dict[str, Repair] = {}
    for rule, name, count in findings.counts_by_rule(session, site_id):
        severity = Severity(name)
        known, before = BY_ID.get(rule), found.get(rule)
        fix = Message(known.fix, known.defaults()) if known is not None else None
        worst = severity if before is None else min(severity, before.severity, key=lambda each: each.rank)
        total = count + (before.count if before is not None else 0)
        found[rule] = Repair(rule, worst, round(now.get(rule, 0.0), 1), findings.title_of(rule), fix, total)
    return sorted(found.values(), key=lambda each: (-each.points, each.severity.rank, -each.count, each.rule))[:NEXT]


def costs(session: Session, audit_id: int) -> dict[str, float]:
    """Points that the score would win if one rule alone failed nowhere, by rule.

    Pages that fail in the same way are counted together, so that this takes as long as reading the failures.
    """
    pages = session.scalar(
        select(func.count()).select_from(AuditPage).where(AuditPage.audit_id == audit_id, AuditPage.is_html)
    )
    if not pages:
        return {}
    same = and_(AuditPage.audit_id == AuditFailure.audit_id, AuditPage.no == AuditFailure.no)
    wanted = (
        select(AuditFailure.no, AuditFailure.rule, AuditFailure.severity)
        .join(AuditPage, same)
        .where(AuditFailure.audit_id == audit_id, AuditPage.is_html)
        .distinct()
    )
    failed: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for no, rule, severity in session.execute(wanted):
        failed[no].add((rule, severity))
    lost: dict[str, float] = defaultdict(float)
    for pattern, times in Counter(frozenset(each) for each in failed.values()).items():
        points = _points(pattern)
        for rule in {rule for rule, _ in pattern}:
            without = frozenset(each for each in pattern if each[0] != rule)
            lost[rule] += times * (_points(without) - points)
    return {rule: total / pages for rule, total in lost.items()}


def _points(pattern: frozenset[tuple[str, str]]) -> float:
    return verdicts.score([0], {0: set(pattern)}) or 0.0


def _changes(session: Session, audit_id: int) -> dict[str, dict[FindingEvent, tuple[Severity, int]]]:
    number = func.count()
    wanted = (
        select(Finding.rule, FindingHistory.event, Finding.severity, number)
        .join_from(FindingHistory, Finding, Finding.id == FindingHistory.finding_id)
        .where(FindingHistory.audit_id == audit_id)
        .group_by(Finding.rule, FindingHistory.event, Finding.severity)
    )
    found: dict[str, dict[FindingEvent, tuple[Severity, int]]] = defaultdict(dict)
    for rule, event, name, count in session.execute(wanted):
        severity = Severity(name)
        worst, before = found[rule].get(event, (severity, 0))
        found[rule][event] = (min(worst, severity, key=lambda each: each.rank), before + count)
    return found
