"""What each rule costs an audit's score: why it moved, and what repairing a rule would win."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from editorial.audit.rule import Severity
from editorial.audit.rulebook import BY_ID
from editorial.domain.findings import FindingEvent, FindingState
from editorial.domain.messages import NP_, Message
from editorial.services import findings, verdicts
from editorial.store.audit import Audit, AuditFailure, AuditPage, Finding, FindingHistory

LINES = 8  # of the explanation
NEXT = 4  # repairs proposed
WORTH_SAYING = 0.1  # points that a rest must have

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
class Why:
    """The lines that weigh most. `rest` is what they leave of the change, in points; None where it is nothing.

    Pages that came or went change the mean, and of several rules on one page each takes less than it would alone.
    """

    lines: Sequence[Line]
    rest: float | None = None


class Failed(NamedTuple):
    """A rule that failed on a page at one severity. `muted` where all or some of its failures are."""

    rule: str
    severity: str
    muted: bool


Failures = Mapping[int, frozenset[Failed]]
"""Pages of an audit, by their numbers; those on which nothing failed are left out."""


@dataclass(frozen=True)
class Costs:
    """Points of an audit's score, by rule."""

    lost: Mapping[str, float] = field(default_factory=dict)
    """That the score would win if this rule alone failed nowhere."""
    won: Mapping[str, float] = field(default_factory=dict)
    """That it would win if what is open of this rule were repaired; what is muted stays."""
    muted: float = 0.0
    """That everything which is muted costs together."""


@dataclass(frozen=True)
class Repair:
    """A rule worth repairing next. `points` are those the score would win; `count` its open findings."""

    rule: str
    severity: Severity
    points: float
    title: Message
    fix: Message | None
    count: int


def why(session: Session, latest: Audit, before: Audit | None, now: Costs, then: Costs) -> Why:
    """What the last audit changed, rule by rule: what weighs most first.

    Args:
        session: to read with.
        latest: the audit that is explained.
        before: the one it is compared with; what audits between the two changed counts as well.
        now: `costs` of the latest.
        then: those of the one before.
    """
    lines = []
    for rule, counts in _changes(session, latest, before).items():
        severity = min((severity for severity, _ in counts.values()), key=lambda each: each.rank)
        points = round(then.lost.get(rule, 0.0) - now.lost.get(rule, 0.0), 1) + 0.0 if before is not None else None
        events = [(event, Message.counted(EVENTS[event], counts[event][1])) for event in EVENTS if event in counts]
        lines.append(Line(rule, severity, points, findings.title_of(rule), events))
    shown = sorted(lines, key=lambda line: (-abs(line.points or 0.0), line.severity.rank, line.rule))[:LINES]
    if before is None or before.score is None or latest.score is None:
        return Why(shown)
    rest = round(latest.score - before.score - sum(line.points or 0.0 for line in shown), 1) + 0.0
    return Why(shown, rest if abs(rest) >= WORTH_SAYING else None)


def repairs(session: Session, site_id: int, now: Costs) -> Sequence[Repair]:
    """The rules with open findings whose repair wins the most points."""
    found: dict[str, Repair] = {}
    for rule, name, count in findings.counts_by_rule(session, site_id):
        severity = Severity(name)
        known, before = BY_ID.get(rule), found.get(rule)
        fix = Message(known.fix, known.defaults()) if known is not None else None
        worst = severity if before is None else min(severity, before.severity, key=lambda each: each.rank)
        total = count + (before.count if before is not None else 0)
        found[rule] = Repair(rule, worst, round(now.won.get(rule, 0.0), 1), findings.title_of(rule), fix, total)
    return sorted(found.values(), key=lambda each: (-each.points, each.severity.rank, -each.count, each.rule))[:NEXT]


def costs(session: Session, audit: Audit, failed: Failures | None = None) -> Costs:
    """What each rule costs the score of an audit.

    Pages that fail in the same way are counted together, so that this takes as long as reading the failures.

    Args:
        session: to read with.
        audit: whose score.
        failed: `failures` of the audit, where they were read already.
    """
    pages = session.scalar(
        select(func.count()).select_from(AuditPage).where(AuditPage.audit_id == audit.id, AuditPage.is_html)
    )
    if not pages:
        return Costs()
    failed = failures(session, audit) if failed is None else failed
    lost: dict[str, float] = defaultdict(float)
    won: dict[str, float] = defaultdict(float)
    muted = 0.0
    for pattern, times in Counter(failed.values()).items():
        score = points(pattern)
        loud = [each for each in pattern if not each.muted]
        if len(loud) < len(pattern):
            muted += times * (points(loud) - score)
        for rule in {each.rule for each in pattern}:
            others = [each for each in pattern if each.rule != rule]
            lost[rule] += times * (points(others) - score)
            quiet = [each for each in pattern if each.rule == rule and each.muted]
            won[rule] += times * (points([*others, *quiet]) - score)
    return Costs(
        {rule: total / pages for rule, total in lost.items()},
        {rule: total / pages for rule, total in won.items()},
        round(muted / pages, 1),
    )


def points(pattern: Collection[Failed]) -> float:
    """The score of a page that fails in this way, 0 to 100."""
    return verdicts.score([0], {0: {(each.rule, each.severity) for each in pattern}}) or 0.0


def failures(session: Session, audit: Audit) -> Failures:
    """How each page of an audit fails. What is muted now counts as muted, whenever that was said."""
    failure = AuditFailure
    same = and_(AuditPage.audit_id == failure.audit_id, AuditPage.no == failure.no)
    each = (failure.no, failure.rule, failure.severity)
    wanted = (
        select(*each, func.count()).join(AuditPage, same).where(failure.audit_id == audit.id, AuditPage.is_html)
    ).group_by(*each)
    quiet = _muted(session, audit)
    known: dict[tuple[str, str, bool], Failed] = {}  # made once each: a large site has a hundred thousand
    failed: dict[int, set[Failed]] = defaultdict(set)
    for no, rule, severity, count in session.connection().execute(wanted):  # past the ORM: twice as fast
        silent = quiet.get((no, rule, severity), 0)
        for muted in (True,) * bool(silent) + (False,) * (count > silent):
            key = rule, severity, muted
            failed[no].add(known.get(key) or known.setdefault(key, Failed(*key)))
    return {no: frozenset(page) for no, page in failed.items()}


def _muted(session: Session, audit: Audit) -> dict[tuple[int, str, str], int]:
    """How many failures are muted, by page, rule and severity."""
    each = (AuditFailure.no, AuditFailure.rule, AuditFailure.severity)
    wanted = (
        select(*each, func.count())
        .join(Finding, Finding.fingerprint == AuditFailure.fingerprint)
        .where(AuditFailure.audit_id == audit.id, Finding.site_id == audit.site_id)
        .where(Finding.state == FindingState.MUTED)
        .group_by(*each)
    )
    return {(no, rule, severity): count for no, rule, severity, count in session.connection().execute(wanted)}


def _changes(
    session: Session, latest: Audit, before: Audit | None
) -> dict[str, dict[FindingEvent, tuple[Severity, int]]]:
    """What happened to findings in an audit, and in those before it that saw too little to be compared with."""
    number = func.count()
    since = select(Audit.id).where(Audit.site_id == latest.site_id, Audit.whole_site, Audit.id <= latest.id)
    audits = since.where(Audit.id > before.id) if before is not None else (latest.id,)
    wanted = (
        select(Finding.rule, FindingHistory.event, Finding.severity, number)
        .join_from(FindingHistory, Finding, Finding.id == FindingHistory.finding_id)
        .where(FindingHistory.audit_id.in_(audits))
        .group_by(Finding.rule, FindingHistory.event, Finding.severity)
    )
    found: dict[str, dict[FindingEvent, tuple[Severity, int]]] = defaultdict(dict)
    for rule, event, name, count in session.execute(wanted):
        severity = Severity(name)
        worst, total = found[rule].get(event, (severity, 0))
        found[rule][event] = (min(worst, severity, key=lambda each: each.rank), total + count)
    return found
