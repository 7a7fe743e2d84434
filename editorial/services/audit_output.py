"""The pages of an audit with everything the rules said, for reports."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import orjson
from sqlalchemy import and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import unpacked
from editorial.audit.engine import RAISED, inconclusive, judge
from editorial.audit.facts import PageFacts
from editorial.audit.rule import Failure, Need, Outcome, Result, Severity
from editorial.audit.rules import PAGE_RULES
from editorial.audit.site_rule import site_outcome
from editorial.audit.site_rules import SITE_RULES
from editorial.audit.summary import Judged, Place
from editorial.audit.tables import AuditTables
from editorial.services import audit_memory, seeing
from editorial.store.audit import FALLEN, Audit, AuditFailure, AuditFile, AuditPage, AuditPlace, AuditUrl
from editorial.store.relations import laid_out, relations

SiteFailures = dict[tuple[str, int], list[Failure]]
Subjects = dict[str, dict[int, bool]]


@dataclass(frozen=True)
class _Around:
    """What the rules need to judge pages again: what was complete around them, and what the site rules saw."""

    known: frozenset[Need]
    """Of history and plan."""
    complete: frozenset[Need]
    """Of the audit as a whole."""
    failed: SiteFailures
    subjects: Subjects
    heavier: Mapping[str, Severity]
    """Of page rules that many pages fail, by id."""
    fallen: frozenset[str]
    """Site rules that raised at the end of the audit, by id."""

    def outcomes_of(self, no: int, facts: PageFacts) -> tuple[Outcome, ...]:
        """One outcome a rule."""
        available = self.known | ({Need.ROBOTS} if facts.robots_txt else frozenset())
        alone = judge(facts, available, rules=PAGE_RULES)
        return tuple(map(self._weighed, alone)) + self.of_site(
            no, fetched=facts.error is None, whole=not facts.truncated
        )

    def _weighed(self, outcome: Outcome) -> Outcome:
        severity = self.heavier.get(outcome.rule)
        if severity is None or outcome.result is not Result.FAIL:
            return outcome
        failures = tuple(replace(failure, severity=severity) for failure in outcome.failures)
        return replace(outcome, severity=severity, failures=failures)

    def of_site(self, no: int, *, fetched: bool, whole: bool = True) -> tuple[Outcome, ...]:
        """One outcome a site rule."""
        return tuple(
            inconclusive(rule, RAISED)
            if rule.id in self.fallen
            else site_outcome(
                rule,
                self.failed.get((rule.id, no), ()),
                applies=no in self.subjects[rule.id],
                complete=self.complete,
                fetched=fetched or rule.about == "file",
                whole=whole or rule.about == "file",
                unsure=self.subjects[rule.id].get(no, False),
            )
            for rule in SITE_RULES
        )


def judged_pages(session: Session, audit: Audit) -> Iterator[Judged]:
    """Every page that was fetched or tried, by address. Pages are judged again from their facts; nothing is fetched."""
    with laid_out(session, audit.id) as found:
        around = _around(session, audit, AuditTables(**found))
    wanted = (
        select(AuditPage.no, AuditPage.facts, AuditPlace.depth, AuditPlace.rank, AuditPlace.links_in)
        .join(AuditUrl, and_(AuditUrl.audit_id == AuditPage.audit_id, AuditUrl.no == AuditPage.no))
        .outerjoin(AuditPlace, and_(AuditPlace.audit_id == AuditPage.audit_id, AuditPlace.no == AuditPage.no))
        .where(AuditPage.audit_id == audit.id)
        .order_by(AuditUrl.url)
    )
    for page in session.execute(wanted).yield_per(200):
        facts = unpacked(page.facts)
        place = Place(page.depth, page.rank, page.links_in)
        yield Judged(facts, around.outcomes_of(page.no, facts), place=place)
    yield from _judged_files(session, audit, around)


def judged_page(session: Session, audit: Audit, no: int, facts: PageFacts) -> tuple[Outcome, ...]:
    """What `judged_pages` says about the page with this number; nothing is asked about the others."""
    return _around(session, audit, AuditTables(**relations(audit.id)), no).outcomes_of(no, facts)


def _judged_files(session: Session, audit: Audit, around: _Around) -> Iterator[Judged]:
    """robots.txt and sitemaps with a defect; one that a link leads to was among the pages."""
    page = select(AuditPage.no).where(AuditPage.audit_id == audit.id)
    wanted = select(AuditFile).where(AuditFile.audit_id == audit.id, AuditFile.no > 0, AuditFile.no.not_in(page))
    elsewhere = tuple(Outcome(rule.id, rule.version, Result.NOT_APPLICABLE, rule.severity) for rule in PAGE_RULES)
    for file in session.scalars(wanted.order_by(AuditFile.url)):
        facts = PageFacts(file.url, file.url, file.status, error=file.error)
        outcomes = elsewhere + around.of_site(file.no, fetched=True)
        if any(outcome.result is Result.FAIL for outcome in outcomes):  # pages are what people ask for
            yield Judged(facts, outcomes, is_file=True)


def _around(session: Session, audit: Audit, tables: AuditTables, only: int | None = None) -> _Around:
    """Of the whole audit, or of the page with the number `only`."""
    known = audit_memory.complete_before(session, audit)
    failed = _site_failures(session, audit.id, only)
    fallen = frozenset(audit.counts.get(FALLEN, ()))
    subjects = _subjects(session, tables, only, fallen)
    return _Around(known, _complete(audit), failed, subjects, _heavier(session, audit.id), fallen)


def _heavier(session: Session, audit_id: int) -> dict[str, Severity]:
    """As the end of the audit weighed them."""
    weighing = {rule.id: rule.many for rule in PAGE_RULES if rule.many is not None}
    pages = (
        select(AuditFailure.rule, func.count(AuditFailure.no.distinct()))
        .where(AuditFailure.audit_id == audit_id, AuditFailure.rule.in_(weighing))
        .group_by(AuditFailure.rule)
    )
    return {rule: weighing[rule].severity for rule, count in session.execute(pages) if count >= weighing[rule].pages}


def _complete(audit: Audit) -> frozenset[Need]:
    """What was complete around the pages of an ended audit."""
    found = {Need.ROBOTS} if audit.robots_read else set()
    followed = audit.whole_site and audit.options.get("follow_links", True)
    if followed and seeing.saw_whole(audit):
        found |= {Need.CRAWL, Need.LINKS} if seeing.saw_links(audit) else {Need.CRAWL}
    return frozenset(found)


def _site_failures(session: Session, audit_id: int, only: int | None) -> SiteFailures:
    failures: dict[tuple[str, int], list[Failure]] = defaultdict(list)
    wanted = select(AuditFailure).where(
        AuditFailure.audit_id == audit_id, AuditFailure.rule.in_([rule.id for rule in SITE_RULES])
    )
    if only is not None:
        wanted = wanted.where(AuditFailure.no == only)
    for row in session.scalars(wanted.order_by(AuditFailure.key)):
        failure = Failure(row.key, orjson.loads(row.params), tuple(orjson.loads(row.evidence)), Severity(row.severity))
        failures[row.rule, row.no].append(failure)
    return failures


def _subjects(session: Session, tables: AuditTables, only: int | None, fallen: frozenset[str]) -> Subjects:
    """Of each site rule the pages or files it applies to, and whether their silence says nothing."""
    found: Subjects = {rule.id: {} for rule in SITE_RULES}
    standing = (rule for rule in SITE_RULES if rule.id not in fallen)
    every = union_all(*(rule.subjects(tables, only).add_columns(literal(rule.id).label("rule")) for rule in standing))
    for row in session.execute(every):
        found[row.rule][row.id] = bool(row.unsure)
    return found
