"""What the page of one address shows, and the page of one finding: facts, outcomes, what changed, the piece behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import LETTERS, unpacked
from editorial.audit.engine import page_score
from editorial.audit.facts import PageFacts
from editorial.audit.gather.text import fold
from editorial.audit.rule import Result, Severity
from editorial.audit.rulebook import BY_ID
from editorial.audit.site_rules import SITE_RULES
from editorial.domain.errors import NotFound
from editorial.domain.findings import OPEN, FindingEvent
from editorial.domain.messages import N_, Message
from editorial.services import findings, page_history, page_items, seeing, structure
from editorial.services.audit_output import judged_page
from editorial.services.facts_in_words import Change, Fact, changes_between, facts_of, indexability
from editorial.services.findings import FindingView
from editorial.services.page_history import Visit
from editorial.services.structure_summary import DEEP
from editorial.store import audit as store
from editorial.store import content, link_packs
from editorial.store.audit import (
    Audit,
    AuditFailure,
    AuditPage,
    AuditPlace,
    AuditRuleCount,
    AuditUrl,
    Finding,
)
from editorial.store.content import ContentItem, Site

PAGE = 100  # pages of a site in the list
FAR, UNREACHED = "far", "none"
CLICKS = (*map(str, range(DEEP + 1)), FAR, UNREACHED)
"""Distances that the list of pages can be narrowed to."""
LATELY = 8  # visits shown beside the facts
RESULTS = {letter: result for result, letter in LETTERS.items()}


@dataclass(frozen=True)
class RuleAnswer:
    """What one rule said about a page."""

    rule: str
    title: Message
    severity: Severity
    result: Result
    reason: Message | None = None
    count: int = 0


@dataclass(frozen=True)
class PageView:
    """One page as one audit saw it."""

    audit: Audit
    site: Site | None
    url: str
    page: AuditPage
    facts: PageFacts
    seen: Sequence[Fact]
    answers: Sequence[RuleAnswer]
    findings: Sequence[FindingView]
    item: ContentItem | None
    score: int | None
    """0 to 100, of a page that was read whole."""
    visits: Sequence[Visit]
    """The last ones, newest first."""
    way: Sequence[tuple[int, str]] = ()
    """Number and address of the pages of a shortest way from the first page to this one, itself the last."""

    @property
    def newest(self) -> Visit | None:
        """The last visit, where it is not the one that is shown."""
        return self.visits[0] if self.visits and self.visits[0].audit_id != self.audit.id else None

    @property
    def told(self) -> Sequence[Visit]:
        """The last visits that something is to be said about."""
        return [visit for visit in self.visits if visit.happenings or visit.changed]

    @property
    def failed_by_severity(self) -> dict[Severity, int]:
        """How many rules failed, by severity, the worst first."""
        failed = [answer.severity for answer in self.answers if answer.result is Result.FAIL]
        return {severity: failed.count(severity) for severity in Severity}


@dataclass(frozen=True)
class PageLine:
    """One page of the list. `failures` counts what failed on it in that audit; `clicks` and `rank` as `AuditPlace`."""

    no: int
    url: str
    status: int
    error: str | None
    title: str
    failures: int
    clicks: int | None = None
    rank: int | None = None


@dataclass(frozen=True)
class Pages:
    """One page of the list of pages; `after` is the address that the next one begins behind."""

    lines: Sequence[PageLine]
    total: int
    after: str | None


@dataclass(frozen=True)
class FindingDetail:
    """One finding with all that explains it."""

    view: FindingView
    site: Site
    item: ContentItem | None
    seen_at: datetime
    place: tuple[int, int] | None
    """Audit and number of the page it was last seen on."""
    status: int | None
    changes: Sequence[Change]
    changed_since: datetime | None
    events: Sequence[tuple[datetime, FindingEvent]]
    others: int
    """Open findings of the same rule on other pages of the site."""
    severity: Severity

    @property
    def finding(self) -> Finding:
        """The row itself."""
        return self.view.finding


def page_view(session: Session, audit_id: int, no: int) -> PageView:
    """The page with this number in an audit, or `NotFound`."""
    audit = session.get(Audit, audit_id)
    page = session.get(AuditPage, (audit_id, no)) if audit else None
    url = session.get(AuditUrl, (audit_id, no)) if page else None
    if audit is None or page is None or url is None:
        raise NotFound
    facts = unpacked(page.facts)
    found = findings.findings_of_page(session, audit.site_id, url.n2) if audit.site_id else []
    visits = page_history.visits_of(session, audit.site_id, url.n2, limit=LATELY)[0] if audit.site_id else ()
    answers = _answers(session, audit, page, facts)
    return PageView(
        audit=audit,
        site=store.site_of(session, audit),
        url=url.url,
        page=page,
        facts=facts,
        seen=[
            *_with_indexability(facts_of(facts), page),
            *_links_in(session, audit_id, no),
            *_place(session, audit, no),
        ],
        answers=answers,
        findings=found,
        item=_item_of(session, url.n2, page),
        score=_score(answers) if page.is_html and not page.truncated else None,
        visits=visits,
        way=structure.way_to(session, audit_id, no),
    )


def pages_of(session: Session, audit_id: int, text: str, after: str, clicks: str = "") -> Pages:
    """The pages an audit fetched or tried, by address, `PAGE` at a time.

    Args:
        text: in their address or title.
        after: address that they stand behind.
        clicks: how many they lie from the first page, or one of `CLICKS`; anything else asks nothing.
    """
    failures = (
        select(AuditFailure.no, func.count().label("count"))
        .where(AuditFailure.audit_id == audit_id)
        .group_by(AuditFailure.no)
        .subquery()
    )
    where = [AuditPage.audit_id == audit_id]
    if text:
        where.append(
            or_(
                func.lower(AuditUrl.url).contains(text.lower(), autoescape=True),
                AuditPage.title_folded.contains(fold(text), autoescape=True),
            )
        )
    where += _at(clicks)
    same = and_(AuditUrl.audit_id == AuditPage.audit_id, AuditUrl.no == AuditPage.no)
    there = and_(AuditPlace.audit_id == AuditPage.audit_id, AuditPlace.no == AuditPage.no)
    every = select(func.count()).select_from(AuditPage).join(AuditUrl, same).outerjoin(AuditPlace, there)
    total = session.scalar(every.where(*where)) or 0
    wanted = (
        select(
            AuditPage.no,
            AuditUrl.url,
            AuditPage.status,
            AuditPage.error,
            AuditPage.title,
            func.coalesce(failures.c.count, 0),
            AuditPlace.depth,
            AuditPlace.rank,
        )
        .join(AuditUrl, same)
        .outerjoin(AuditPlace, there)
        .outerjoin(failures, failures.c.no == AuditPage.no)
        .where(*where, AuditUrl.url > after)
        .order_by(AuditUrl.url)
    )
    found = [PageLine(*row) for row in session.execute(wanted.limit(PAGE + 1))]
    return Pages(found[:PAGE], total, found[PAGE - 1].url if len(found) > PAGE else None)


def _at(clicks: str) -> list[ColumnElement[bool]]:
    """Pages that search engines would show, at this distance: those that the structure counts there."""
    if clicks.isascii() and clicks.isdigit() and len(clicks) < 4:
        return [AuditPlace.rank.is_not(None), AuditPlace.depth == int(clicks)]
    if clicks == FAR:
        return [AuditPlace.rank.is_not(None), AuditPlace.depth > DEEP]
    return [AuditPlace.rank.is_not(None), AuditPlace.depth.is_(None)] if clicks == UNREACHED else []


def finding_detail(session: Session, finding_id: int) -> FindingDetail:
    """The finding with this number, or `NotFound`."""
    view = findings.get_finding(session, finding_id)
    if view is None:
        raise NotFound
    finding = view.finding
    last = _page_of(session, finding.last_audit_id, finding.n2)
    before = store.latest_audit(session, finding.site_id, before=finding.first_audit_id)
    changes: Sequence[Change] = ()
    if before is not None and (first := _page_of(session, finding.first_audit_id, finding.n2)) is not None:
        earlier = _page_of(session, before.id, finding.n2)
        changes = changes_between(unpacked(earlier.facts), unpacked(first.facts)) if earlier is not None else ()
    return FindingDetail(
        view=view,
        site=content.get_site(session, finding.site_id),
        item=content.get_item(session, finding.content_item_id) if finding.content_item_id else None,
        seen_at=finding.last_seen_at,
        place=(last.audit_id, last.no) if last is not None else None,
        status=last.status if last is not None else None,
        changes=changes,
        changed_since=before.ended_at if before is not None and changes else None,
        events=findings.history_of(session, finding_id),
        others=_others(session, finding),
        severity=Severity(finding.severity),
    )


def _with_indexability(seen: list[Fact], page: AuditPage) -> list[Fact]:
    """The facts with the most asked for one behind the answer."""
    return [*seen[:1], Fact(Message(N_("Indexable")), indexability(page).says), *seen[1:]]


def _score(answers: Sequence[RuleAnswer]) -> int:
    failed = [answer for answer in answers if answer.result is Result.FAIL and answer.rule in BY_ID]
    return page_score((BY_ID[answer.rule], answer.severity) for answer in failed)


def _links_in(session: Session, audit_id: int, no: int) -> list[Fact]:
    place = structure.place_of(session, audit_id, no)
    count = place.links_in if place is not None else link_packs.links_in(session, audit_id)[no]
    return [Fact(Message(N_("Links in")), Message(N_("%(count)s"), {"count": count}))]


def _place(session: Session, audit: Audit, no: int) -> list[Fact]:
    """Clicks and rank, where the link graph was worked out. Of half a site they may be fewer than they seem."""
    place = structure.place_of(session, audit.id, no)
    if place is None:
        return []
    clicks = str(place.depth) if place.depth is not None else Message(N_("no followed link leads here"))
    whole = seeing.saw_links(audit)
    label = N_("Clicks from the first page") if whole else N_("Clicks from the first page, at most")
    found = [Fact(Message(label), clicks)]
    if place.rank is not None:
        found.append(Fact(Message(N_("Rank among the pages")), Message(N_("%(rank)s of 100"), {"rank": place.rank})))
    return found


def _answers(session: Session, audit: Audit, page: AuditPage, facts: PageFacts) -> list[RuleAnswer]:
    """Every rule's answer: of page rules as the audit stored it; site rules and reasons by judging the facts again."""
    again = {outcome.rule: outcome for outcome in judged_page(session, audit, page.no, facts)}
    ran = set(session.scalars(select(AuditRuleCount.rule).where(AuditRuleCount.audit_id == audit.id)))
    results = {rule: RESULTS[letter] for rule, letter in zip(audit.rules, page.outcomes, strict=False)}
    results |= {rule.id: again[rule.id].result for rule in SITE_RULES if rule.id in ran}
    failed = _failed(session, page)
    found = []
    for rule, result in results.items():
        outcome = again.get(rule)  # none of a rule that was taken away
        reason = outcome.reason if outcome is not None and result is Result.INCONCLUSIVE else None
        usual = findings.RULES[rule].severity if rule in findings.RULES else Severity.NOTICE
        worst, count = failed.get(rule, (usual, 0))
        found.append(RuleAnswer(rule, findings.title_of(rule), worst, result, reason, count))
    order = (Result.FAIL, Result.INCONCLUSIVE, Result.PASS, Result.NOT_APPLICABLE)
    return sorted(found, key=lambda answer: (order.index(answer.result), answer.severity.rank, answer.rule))


def _failed(session: Session, page: AuditPage) -> dict[str, tuple[Severity, int]]:
    """Worst severity and number of failures of each rule that failed on the page."""
    wanted = select(AuditFailure.rule, AuditFailure.severity).where(
        AuditFailure.audit_id == page.audit_id, AuditFailure.no == page.no
    )
    found: dict[str, tuple[Severity, int]] = {}
    for rule, name in session.execute(wanted):
        severity = Severity(name)
        worst, count = found.get(rule, (severity, 0))
        found[rule] = (min(worst, severity, key=lambda each: each.rank), count + 1)
    return found


def _item_of(session: Session, address: str, page: AuditPage) -> ContentItem | None:
    site_id = session.scalar(select(Audit.site_id).where(Audit.id == page.audit_id))
    item_id = page_items.item_of(session, site_id, address, page.final_n2, page.canonical_n2)
    return content.get_item(session, item_id) if item_id is not None else None


def _page_of(session: Session, audit_id: int, address: str) -> AuditPage | None:
    wanted = (
        select(AuditPage)
        .join(AuditUrl, and_(AuditUrl.audit_id == AuditPage.audit_id, AuditUrl.no == AuditPage.no))
        .where(AuditPage.audit_id == audit_id, AuditUrl.n2 == address)
    )
    return session.scalars(wanted.limit(1)).one_or_none()


def _others(session: Session, finding: Finding) -> int:
    wanted = select(func.count()).where(
        Finding.site_id == finding.site_id,
        Finding.rule == finding.rule,
        Finding.state.in_(OPEN),
        Finding.url != finding.url,
    )
    return session.scalar(wanted) or 0
