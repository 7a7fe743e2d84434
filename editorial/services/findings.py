"""Findings: what an audit does to them, and how they are asked for."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, and_, case, func, insert, select, update
from sqlalchemy.orm import Session

from editorial.audit.engine import MOST_FAILURES
from editorial.audit.rule import PageRule
from editorial.audit.rulebook import BY_ID
from editorial.audit.site_rule import SiteRule
from editorial.domain.findings import CLOSED, OPEN, Answer, FindingEvent, FindingState, after_audit
from editorial.domain.messages import N_, Message
from editorial.domain.urls import n2
from editorial.services.page_items import items_by_page
from editorial.services.quiet import Quiet, seen_hash
from editorial.store.audit import (
    ENDED,
    RANK,
    Audit,
    AuditFailure,
    AuditFile,
    AuditPage,
    AuditUrl,
    Finding,
    FindingHistory,
)
from editorial.store.content import ContentItem

CHUNK = 500  # rows of one statement
LOOKED_BACK = 52  # earlier audits asked whether they saw a page: a year of weeks

RULES: Mapping[str, PageRule | SiteRule] = BY_ID


@dataclass(frozen=True)
class Answers:
    """What the rules said about each page of an audit, by N2."""

    page_rules: Sequence[str]
    """In the order of the letters of `pages`."""
    pages: Mapping[str, str]
    """N2 to the page's outcomes, for the pages that answered."""
    partial: frozenset[str]
    """N2 of the pages that were not read to their end."""
    site_rules: Mapping[str, tuple[frozenset[str], bool]]
    """Rule to: N2 of the pages it applies to; whether a page it says nothing about passed."""
    unsure: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Rule to: N2 of the pages whose silence says nothing, though that of others does."""
    open_ends: frozenset[str] = frozenset()
    """Fingerprints of findings whose silence says nothing, though their page's does."""

    def of(self, rule: str, n2: str) -> Answer:
        """What the rule says about a failure on this page that it did not report this time."""
        letters = self.pages.get(n2)
        if letters is None:
            return Answer.NOT_SEEN
        if rule in self.site_rules:
            applies, silence = self.site_rules[rule]
            if not silence or n2 in self.partial or n2 in self.unsure.get(rule, ()):
                return Answer.INCONCLUSIVE
            return Answer.PASS if n2 in applies else Answer.NOT_APPLICABLE
        if rule not in self.page_rules:
            return Answer.INCONCLUSIVE  # a rule that was taken away says nothing
        letter = letters[self.page_rules.index(rule)]
        return Answer.PASS if letter == Answer.FAIL else Answer(letter)  # it still fails, but for another reason


def merge(session: Session, audit: Audit, answers: Answers, now: datetime) -> dict[str, int]:
    """Bring the findings of the audit's site up to date. Returns how many became what."""
    known = {
        row.fingerprint: row
        for row in session.execute(
            select(Finding.id, Finding.fingerprint, Finding.state, Finding.rule, Finding.n2).where(
                Finding.site_id == audit.site_id
            )
        )
    }
    items = items_by_page(session, audit)
    never_seen = _never_seen(session, audit, known)
    counts: Counter[str] = Counter()
    fresh: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    seen: set[str] = set()
    quiet = Quiet.of(session, audit.site_id or 0, now)
    reported: Counter[tuple[str, str]] = Counter()
    for failure in session.execute(_failures(audit.id)).yield_per(CHUNK):
        seen.add(failure.fingerprint)
        reported[failure.rule, failure.n2] += 1
        sighting = _sighting(failure, audit, now, items.get(failure.n2))
        before = known.get(failure.fingerprint)
        look = seen_hash(sighting["params"], sighting["evidence"])
        muted = quiet.covers(failure, look, before.id if before is not None else None)
        if before is None:
            discovered = failure.n2 in never_seen
            born = _birth(audit, now, failure, discovered=discovered)
            fresh.append(sighting | born | ({"state": FindingState.MUTED} if muted else {}))
            counts[_arrival(discovered=discovered, muted=muted)] += 1
            continue
        state = FindingState.MUTED if muted else after_audit(quiet.lifted(before.state), Answer.FAIL)
        counts[str(state)] += 1
        changes.append(sighting | {"id": before.id, "state": state, "fixed_at": None})
        if state is FindingState.REOPENED and before.state in CLOSED:
            events.append(_event(before.id, audit.id, FindingEvent.REOPENED, now))
    for fingerprint, before in known.items():
        if fingerprint in seen or before.state in CLOSED:
            continue
        # of a page rule's failures the last are only counted, and this may be one of them
        cut = before.rule in answers.page_rules and reported[before.rule, before.n2] >= MOST_FAILURES
        state = (
            before.state
            if cut or fingerprint in answers.open_ends
            else after_audit(before.state, answers.of(before.rule, before.n2))
        )
        if state is None or state == before.state:
            counts["unknown"] += before.state is not FindingState.MUTED
            continue
        quiet.lift(before.id)
        counts[str(state)] += 1
        fixed_at = now if state is FindingState.FIXED else None
        changes.append({"id": before.id, "state": state, "fixed_at": fixed_at})
        events.append(_event(before.id, audit.id, FindingEvent(state), now))
    _write(session, audit, fresh, changes, events)
    quiet.settle(session)
    return dict(counts)


def _arrival(*, discovered: bool, muted: bool) -> str:
    """What a failure that was never seen before counts as."""
    if muted:
        return FindingState.MUTED
    return FindingEvent.NEWLY_DISCOVERED if discovered else FindingEvent.NEW


def _write(
    session: Session,
    audit: Audit,
    fresh: list[dict[str, Any]],
    changes: list[dict[str, Any]],
    events: list[dict[str, Any]],
) -> None:
    for place in range(0, len(fresh), CHUNK):
        session.execute(insert(Finding), fresh[place : place + CHUNK])
    by_shape: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for change in changes:  # an executemany needs rows of one shape
        by_shape.setdefault(tuple(change), []).append(change)
    for rows in by_shape.values():
        for place in range(0, len(rows), CHUNK):
            session.execute(update(Finding), rows[place : place + CHUNK])
    if fresh:
        born = select(
            Finding.id,
            Finding.first_audit_id,
            case((Finding.newly_discovered, FindingEvent.NEWLY_DISCOVERED.value), else_=FindingEvent.NEW.value),
            Finding.first_seen_at,
        ).where(Finding.site_id == audit.site_id, Finding.first_audit_id == audit.id)
        session.execute(insert(FindingHistory).from_select(["finding_id", "audit_id", "event", "at"], born))
    if events:
        session.execute(insert(FindingHistory), events)


def _failures(audit_id: int) -> Any:
    return (
        select(
            AuditFailure.fingerprint,
            AuditFailure.rule,
            AuditFailure.version,
            AuditFailure.severity,
            AuditFailure.key,
            AuditFailure.params,
            AuditFailure.evidence,
            AuditUrl.url,
            AuditUrl.n2,
        )
        .join(AuditUrl, and_(AuditUrl.audit_id == AuditFailure.audit_id, AuditUrl.no == AuditFailure.no))
        .where(AuditFailure.audit_id == audit_id)
    )


def _sighting(failure: Row[Any], audit: Audit, now: datetime, item: int | None) -> dict[str, Any]:
    return {
        "version": failure.version,
        "severity": failure.severity,
        "params": orjson.loads(failure.params),
        "evidence": orjson.loads(failure.evidence),
        "last_audit_id": audit.id,
        "last_seen_at": now,
        "content_item_id": item,
    }


def _birth(audit: Audit, now: datetime, failure: Row[Any], *, discovered: bool) -> dict[str, Any]:
    return {
        "site_id": audit.site_id,
        "fingerprint": failure.fingerprint,
        "rule": failure.rule,
        "url": failure.url,
        "n2": failure.n2,
        "key": failure.key,
        "state": FindingState.NEW,
        "newly_discovered": discovered,
        "first_audit_id": audit.id,
        "first_seen_at": now,
        "fixed_at": None,
    }


def _event(finding_id: int, audit_id: int, event: FindingEvent, now: datetime) -> dict[str, Any]:
    return {"finding_id": finding_id, "audit_id": audit_id, "event": event, "at": now}


def _never_seen(session: Session, audit: Audit, known: Collection[str]) -> set[str]:
    """N2 of the pages with failures under no `known` fingerprint that no earlier audit of the site saw.

    None of them in a first audit, where everything is simply new. An audit that was broken off has seen little: so
    all are asked, the newest first, and each only for the pages that no newer one had.
    """
    earlier = _earlier(session, audit)
    if not earlier:
        return set()
    wanted = select(AuditFailure.fingerprint, AuditUrl.n2).join(
        AuditUrl, and_(AuditUrl.audit_id == AuditFailure.audit_id, AuditUrl.no == AuditFailure.no)
    )
    rows = session.execute(wanted.where(AuditFailure.audit_id == audit.id)).yield_per(CHUNK)
    left = {address for fingerprint, address in rows if fingerprint not in known}
    for before in earlier:
        if not left:
            break
        left -= _seen_by(session, before, sorted(left))
    return left


def _earlier(session: Session, audit: Audit) -> Sequence[int]:
    """Judged audits of the whole site before this one, newest first."""
    if audit.site_id is None:
        return ()
    wanted = select(Audit.id).where(Audit.site_id == audit.site_id, Audit.whole_site, Audit.state.in_(ENDED))
    return session.scalars(wanted.where(Audit.id < audit.id).order_by(Audit.id.desc()).limit(LOOKED_BACK)).all()


def _seen_by(session: Session, audit_id: int, addresses: Sequence[str]) -> set[str]:
    """Which of these pages (N2) an audit saw, and all files that it read."""
    files = session.scalars(select(AuditFile.url).where(AuditFile.audit_id == audit_id))
    seen = {n2(url) or url for url in files}
    of_page = and_(AuditPage.audit_id == AuditUrl.audit_id, AuditPage.no == AuditUrl.no)
    wanted = select(AuditUrl.n2).join(AuditPage, of_page)
    wanted = wanted.where(AuditUrl.audit_id == audit_id, AuditPage.error.is_(None))
    for place in range(0, len(addresses), CHUNK):
        seen.update(session.scalars(wanted.where(AuditUrl.n2.in_(addresses[place : place + CHUNK]))))
    return seen


# -- asking ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FindingView:
    """A finding with the words of its rule; messages are translated by the edge."""

    finding: Finding
    title: Message
    sentence: Message
    why: Message
    fix: Message
    source: str
    item_title: str | None


RULE_RETIRED = N_("This rule has been taken away since.")


def findings_of_item(
    session: Session, item_id: int, *, states: Sequence[FindingState] = OPEN, limit: int = 100
) -> list[FindingView]:
    """The findings of the pages of a content item, the worst first."""
    return _views(session, _wanted().where(Finding.content_item_id == item_id, Finding.state.in_(states)).limit(limit))


def findings_of_page(session: Session, site_id: int, n2: str) -> list[FindingView]:
    """Every finding of one page (N2), open ones first."""
    opened = case((Finding.state.in_(OPEN), 0), else_=1)
    return _views(session, _wanted(opened).where(Finding.site_id == site_id, Finding.n2 == n2))


def get_finding(session: Session, finding_id: int) -> FindingView | None:
    """One finding, or None."""
    return next(iter(_views(session, _wanted().where(Finding.id == finding_id))), None)


def history_of(session: Session, finding_id: int) -> list[tuple[datetime, FindingEvent]]:
    """What audits changed about a finding, oldest first."""
    wanted = select(FindingHistory.at, FindingHistory.event).where(FindingHistory.finding_id == finding_id)
    return [(row.at, row.event) for row in session.execute(wanted.order_by(FindingHistory.at))]


def counts_by_rule(
    session: Session, site_id: int, *, states: Sequence[FindingState] = OPEN
) -> list[tuple[str, str, int]]:
    """Rule, severity and number of findings, the worst and most frequent first."""
    number = func.count()
    wanted = (
        select(Finding.rule, Finding.severity, number)
        .where(Finding.site_id == site_id, Finding.state.in_(states))
        .group_by(Finding.rule, Finding.severity)
        .order_by(RANK, number.desc(), Finding.rule)
    )
    return [(rule, severity, count) for rule, severity, count in session.execute(wanted)]


def title_of(rule: str) -> Message:
    """The short name of a rule's failing state."""
    known = RULES.get(rule)
    return Message(known.title) if known else Message(RULE_RETIRED)


def _wanted(*order: Any) -> Any:
    return (
        select(Finding, ContentItem.title)
        .outerjoin(ContentItem, ContentItem.id == Finding.content_item_id)
        .order_by(*order, RANK, Finding.rule, Finding.url, Finding.key)
    )


def _views(session: Session, wanted: Any) -> list[FindingView]:
    return [view_of(finding, title) for finding, title in session.execute(wanted)]


def view_of(finding: Finding, item_title: str | None) -> FindingView:
    """The finding with the words of its rule."""
    rule = RULES.get(finding.rule)
    if rule is None:
        retired = Message(RULE_RETIRED)
        return FindingView(finding, retired, retired, retired, retired, "", item_title)
    params = {**rule.defaults(), **finding.params}
    return FindingView(
        finding,
        Message(rule.title),
        Message(rule.says_of(params), params),
        Message(rule.why, params),
        Message(rule.fix, params),
        rule.source,
        item_title,
    )
