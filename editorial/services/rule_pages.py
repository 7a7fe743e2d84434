"""What the pages about rules show: every rule with what is open, and one rule with its trend and its pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from editorial.audit.rule import Engine, Rule
from editorial.audit.rulebook import ALL_RULES, BY_ID
from editorial.domain.errors import NotFound
from editorial.domain.findings import OPEN, FindingState
from editorial.domain.messages import N_, Message
from editorial.services import finding_pages, template_pages
from editorial.services.finding_filters import Grouping, Order, Standing, Wanted
from editorial.services.finding_pages import Group
from editorial.services.template_pages import Together
from editorial.store.audit import ENDED, Audit, AuditRuleCount, Finding
from editorial.store.content import Site

AUDITS = 12  # in the trend

CATEGORIES: Mapping[str, Message] = {
    "responses": Message(N_("How pages answer")),
    "indexability": Message(N_("Whether engines may show a page")),
    "titles": Message(N_("Titles")),
    "descriptions": Message(N_("Descriptions")),
    "headings": Message(N_("Headings")),
    "links": Message(N_("Links")),
    "images": Message(N_("Images")),
    "structured-data": Message(N_("Structured data")),
    "international": Message(N_("Languages")),
    "redirects": Message(N_("Redirects")),
    "encoding": Message(N_("Encoding of the text")),
    "content": Message(N_("What there is to read")),
    "security": Message(N_("Security")),
    "mobile": Message(N_("Phones")),
    "robots": Message(N_("robots.txt")),
    "sitemaps": Message(N_("Sitemaps")),
    "forms": Message(N_("Lead forms")),
}
ENGINES: Mapping[Engine, str] = {Engine.GOOGLE: "Google", Engine.BING: "Bing", Engine.BAIDU: "百度 Baidu"}


@dataclass(frozen=True)
class Count:
    """How many pages one audit counted for a rule. None where the rule did not run in it."""

    audit: Audit
    at: datetime
    failed: int | None
    passed: int = 0
    unsure: int = 0


@dataclass(frozen=True)
class SiteCount:
    """How a rule stands on one site."""

    site: Site
    open: int
    muted: int


@dataclass(frozen=True)
class RuleView:
    """One rule, on one site where there is any. `changed_at` names audits that judged by other rules than before."""

    rule: Rule
    site: Site | None
    sites: Sequence[SiteCount]
    trend: Sequence[Count]
    """Oldest first."""
    pages: Sequence[Group]
    """The first pages with open findings, one group each."""
    muted: Sequence[Group]
    templates: Sequence[Together] = ()
    """On whose pages it has many open findings."""

    @property
    def here(self) -> SiteCount | None:
        """The counts of the site that is shown."""
        return next((each for each in self.sites if self.site is not None and each.site.id == self.site.id), None)

    @property
    def latest(self) -> Count | None:
        """What the last audit counted."""
        return self.trend[-1] if self.trend else None


def families() -> dict[str, list[Rule]]:
    """Every rule, by category."""
    found: dict[str, list[Rule]] = {}
    for rule in ALL_RULES:
        found.setdefault(rule.category, []).append(rule)
    return found


def rule_view(session: Session, rule_id: str, sites: Sequence[Site], site: Site | None) -> RuleView:
    """One rule, or `NotFound`.

    Args:
        session: to read with.
        rule_id: of the rule.
        sites: whose findings are counted beside each other.
        site: whose trend and pages are shown.
    """
    rule = BY_ID.get(rule_id)
    if rule is None:
        raise NotFound
    trend = trend_of(session, rule_id, site.id) if site is not None else ()
    pages, muted = (_pages(session, rule_id, site, standing) for standing in (Standing.OPEN, Standing.MUTED))
    together = template_pages.of_rule(session, site.id, rule_id) if site is not None else ()
    return RuleView(rule, site, _counts(session, rule_id, sites), trend, pages, muted, together)


def trend_of(session: Session, rule_id: str, site_id: int) -> Sequence[Count]:
    """How many pages failed in each of the last audits of the whole site, oldest first."""
    last = (
        select(Audit.id)
        .where(Audit.site_id == site_id, Audit.whole_site, Audit.state.in_(ENDED))
        .order_by(Audit.id.desc())
        .limit(AUDITS)
    )
    counted = (AuditRuleCount.audit_id == Audit.id) & (AuditRuleCount.rule == rule_id)
    wanted = (
        select(Audit, AuditRuleCount.failed, AuditRuleCount.passed, AuditRuleCount.inconclusive)
        .outerjoin(AuditRuleCount, counted)
        .where(Audit.id.in_(last))
        .order_by(Audit.id)
    )
    return [
        Count(audit, audit.ended_at or audit.requested_at, failed, passed or 0, unsure or 0)
        for audit, failed, passed, unsure in session.execute(wanted)
    ]


def _counts(session: Session, rule_id: str, sites: Sequence[Site]) -> list[SiteCount]:
    number = func.count()
    wanted = select(Finding.site_id, Finding.state, number).where(
        Finding.rule == rule_id, Finding.site_id.in_([site.id for site in sites])
    )
    opened: dict[int, int] = {}
    muted: dict[int, int] = {}
    for site_id, state, count in session.execute(wanted.group_by(Finding.site_id, Finding.state)):
        if state in OPEN:
            opened[site_id] = opened.get(site_id, 0) + count
        elif state is FindingState.MUTED:
            muted[site_id] = count
    return [SiteCount(site, opened.get(site.id, 0), muted.get(site.id, 0)) for site in sites]


def _pages(session: Session, rule_id: str, site: Site | None, standing: Standing) -> Sequence[Group]:
    if site is None:
        return ()
    wanted = Wanted(site.id, by=Grouping.PAGE, rule=rule_id, standing=standing, order=Order.NAME)
    return finding_pages.first_groups(session, wanted)
