"""The pages of an audit with everything the rules said, for reports."""

from collections import defaultdict
from collections.abc import Iterator

import orjson
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import StopReason, unpacked
from editorial.audit.engine import judge
from editorial.audit.facts import PageFacts
from editorial.audit.rule import Failure, Need, Outcome, Result, Severity
from editorial.audit.rules import PAGE_RULES
from editorial.audit.site_rule import site_outcome
from editorial.audit.site_rules import SITE_RULES
from editorial.audit.summary import Judged
from editorial.audit.tables import AuditTables
from editorial.store.audit import Audit, AuditFailure, AuditFile, AuditPage, AuditUrl
from editorial.store.relations import laid_out

SiteFailures = dict[tuple[str, int], list[Failure]]
Subjects = dict[str, dict[int, bool]]


def judged_pages(session: Session, audit: Audit) -> Iterator[Judged]:
    """Every page that was fetched or tried, by address. Pages are judged again from their facts; nothing is fetched."""
    failed = _site_failures(session, audit.id)
    subjects = _subjects(session, audit)
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
        outcomes += _of_site(page.no, failed, subjects, complete, fetched=facts.error is None)
        yield Judged(facts, outcomes)
    yield from _judged_files(session, audit, failed, subjects, complete)


def _judged_files(
    session: Session, audit: Audit, failed: SiteFailures, subjects: Subjects, complete: frozenset[Need]
) -> Iterator[Judged]:
    """robots.txt and sitemaps with a defect; one that a link leads to was among the pages."""
    page = select(AuditPage.no).where(AuditPage.audit_id == audit.id)
    wanted = select(AuditFile).where(AuditFile.audit_id == audit.id, AuditFile.no > 0, AuditFile.no.not_in(page))
    elsewhere = tuple(Outcome(rule.id, rule.version, Result.NOT_APPLICABLE, rule.severity) for rule in PAGE_RULES)
    for file in session.scalars(wanted.order_by(AuditFile.url)):
        facts = PageFacts(file.url, file.url, file.status, error=file.error)
        outcomes = elsewhere + _of_site(file.no, failed, subjects, complete, fetched=True)
        if any(outcome.result is Result.FAIL for outcome in outcomes):  # pages are what people ask for
            yield Judged(facts, outcomes, is_file=True)


def _of_site(
    no: int, failed: SiteFailures, subjects: Subjects, complete: frozenset[Need], *, fetched: bool
) -> tuple[Outcome, ...]:
    return tuple(
        site_outcome(
            rule,
            failed.get((rule.id, no), ()),
            applies=no in subjects[rule.id],
            complete=complete,
            fetched=fetched or rule.about == "file",
            unsure=subjects[rule.id].get(no, False),
        )
        for rule in SITE_RULES
    )


def complete_around(audit: Audit) -> frozenset[Need]:
    """What was complete around the pages of an ended audit."""
    found = {Need.ROBOTS} if audit.robots_read else set()
    followed = audit.whole_site and audit.options.get("follow_links", True)
    if followed and audit.stop_reason == StopReason.COMPLETE:
        found.add(Need.CRAWL)
    return frozenset(found)


def _site_failures(session: Session, audit_id: int) -> SiteFailures:
    failures: dict[tuple[str, int], list[Failure]] = defaultdict(list)
    wanted = select(AuditFailure).where(
        AuditFailure.audit_id == audit_id, AuditFailure.rule.in_([rule.id for rule in SITE_RULES])
    )
    for row in session.scalars(wanted.order_by(AuditFailure.key)):
        failure = Failure(row.key, orjson.loads(row.params), tuple(orjson.loads(row.evidence)), Severity(row.severity))
        failures[row.rule, row.no].append(failure)
    return failures


def _subjects(session: Session, audit: Audit) -> Subjects:
    """Of each site rule the pages or files it applies to, and whether their silence says nothing."""
    with laid_out(session, audit.id) as found:
        tables = AuditTables(**found)
        return {
            rule.id: {row.id: bool(row.unsure) for row in session.execute(rule.subjects(tables))} for rule in SITE_RULES
        }
