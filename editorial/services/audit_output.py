"""The pages of an audit with everything the rules said, for reports."""

from collections import defaultdict
from collections.abc import Iterator

import orjson
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import StopReason, unpacked
from editorial.audit.engine import judge
from editorial.audit.summary import Judged
from editorial.audit.rule import Failure, Need, Severity
from editorial.audit.rules import PAGE_RULES
from editorial.audit.site_rule import SiteRule, site_outcome
from editorial.audit.site_rules import SITE_RULES
from editorial.audit.tables import AuditTables
from editorial.store import audit as store
from editorial.store.audit import Audit, AuditFailure, AuditPage, AuditUrl


def judged_pages(session: Session, audit: Audit) -> Iterator[Judged]:
    """Every page that was fetched or tried, by address. Pages are judged again from their facts; nothing is fetched."""
    failed = _site_failures(session, audit.id)
    applies = {rule.id: _applies(session, audit, rule) for rule in SITE_RULES}
    complete = complete_around(audit)
    wanted = (
        select(AuditPage.no, AuditPage.facts)
        .join(AuditUrl, and_(AuditUrl.audit_id == AuditPage.audit_id, AuditUrl.no == AuditPage.no))
        .where(AuditPage.audit_id == audit.id)
        .order_by(AuditUrl.url)
    )
    for page in session.execute(wanted).yield_per(200):
        facts = unpacked(page.facts)
        available = frozenset({Need.ROBOTS}) if facts.robots_txt else frozenset()
        outcomes = judge(facts, available, rules=PAGE_RULES)
        outcomes += tuple(
            site_outcome(
                rule,
                failed.get((rule.id, page.no), ()),
                applies=page.no in applies[rule.id],
                complete=complete,
                fetched=facts.error is None,
            )
            for rule in SITE_RULES
        )
        yield Judged(facts, outcomes)


def complete_around(audit: Audit) -> frozenset[Need]:
    """What was complete around the pages of an ended audit."""
    found = {Need.ROBOTS} if audit.robots_read else set()
    followed = audit.whole_site and audit.options.get("follow_links", True)
    if followed and audit.stop_reason == StopReason.COMPLETE:
        found.add(Need.CRAWL)
    return frozenset(found)


def _site_failures(session: Session, audit_id: int) -> dict[tuple[str, int], list[Failure]]:
    failures: dict[tuple[str, int], list[Failure]] = defaultdict(list)
    wanted = select(AuditFailure).where(
        AuditFailure.audit_id == audit_id, AuditFailure.rule.in_([rule.id for rule in SITE_RULES])
    )
    for row in session.scalars(wanted.order_by(AuditFailure.key)):
        failure = Failure(row.key, orjson.loads(row.params), tuple(orjson.loads(row.evidence)), Severity(row.severity))
        failures[row.rule, row.no].append(failure)
    return failures


def _applies(session: Session, audit: Audit, rule: SiteRule) -> set[int]:
    tables = AuditTables(**store.relations(audit.id))
    return set(session.scalars(select(tables.page.c.id).where(rule.applies(tables))))
