"""The rest of the desk, mostly to be read: channels, sites, findings, coverage, names, and who one is."""

from datetime import datetime
from typing import Annotated

from flask import Blueprint, g
from pydantic import Field, JsonValue

from editorial.audit.rule import Severity
from editorial.domain.calendar import Facet
from editorial.domain.coverage import Cover
from editorial.domain.findings import FindingState
from editorial.domain.locales import Language
from editorial.domain.people import Permission, Role, Scope
from editorial.services import channel_pages, channel_probes, coverage, finding_pages, findings, sites
from editorial.services.finding_filters import Order, Place, Standing, Wanted
from editorial.store import content, distribution
from editorial.store.base import reading
from editorial.store.names import names
from editorial.web.api import shapes
from editorial.web.api.contract import Asked, Given, Id, Shown, operation
from editorial.web.api.items import FilterAsked, Limit
from editorial.web.api.shapes import ChannelRow, Channels
from editorial.web.calendar_page import viewer
from editorial.web.context import catalog, deps, granted, person, say

bp = Blueprint("desk", __name__)


class Token(Shown):
    """What the token of this request may do."""

    name: str
    prefix: str
    scope: Scope
    expires_at: datetime | None


class Me(Shown):
    """Who the token speaks for."""

    id: int
    name: str
    email: str
    language: Language
    zone: str
    roles: list[Role]
    permissions: list[Permission]
    token: Token


class SiteRow(Shown):
    """A site."""

    id: int
    version: int
    name: str
    base_url: str
    language: Language
    zone: str
    active: bool
    items: int


class Sites(Shown):
    """Every site."""

    sites: list[SiteRow]


class FindingsAsked(Asked):
    """Which findings of a site."""

    site: Id
    state: Standing = Standing.OPEN
    severity: Severity | None = None
    owner: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    rule: Annotated[str, Field(max_length=80)] = ""
    page: Annotated[str, Field(max_length=2000)] = ""
    text: Annotated[str, Field(max_length=100)] = ""
    category: Annotated[str, Field(max_length=40)] = ""
    campaign: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    path: Annotated[str, Field(max_length=2000)] = ""
    template: Annotated[str, Field(max_length=120)] = ""
    audit: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    order: Order = Order.WORST
    after: Annotated[str, Field(max_length=3000)] = ""
    limit: Limit = 100


class FindingRow(Shown):
    """A failure that lives across audits."""

    id: int
    site_id: int
    rule: str
    title: str
    severity: Severity
    url: str
    state: FindingState
    params: dict[str, JsonValue]
    evidence: list[JsonValue]
    first_seen_at: datetime
    last_seen_at: datetime
    fixed_at: datetime | None
    item_id: int | None
    owner_id: int | None
    template: str
    """What the pages that one template makes have in common, such as `/blog/*`; empty where it is not known."""


class Findings(Shown):
    """One page of findings, the worst first."""

    findings: list[FindingRow]
    next: str | None


class CoverageAsked(FilterAsked):
    """The calendar's filter, and whether all nine steps are wanted."""

    all_steps: bool = False


class CoverCell(Shown):
    """What a role at a step finds."""

    role_id: int
    step_id: int
    state: Cover
    counts: dict[Cover, int]
    thin: bool


class Coverage(Shown):
    """The whole matrix."""

    cells: list[CoverCell]
    live: int
    gaps: int


class Name(Shown):
    """A row that items refer to by its number."""

    facet: Facet
    id: int
    name: str


class Names(Shown):
    """Types, roles, steps, people, campaigns and sites."""

    names: list[Name]


class Nothing(Given):
    """No more has to be said."""


@bp.get("/me")
@operation(Permission.READ, "Say who the token speaks for, and what it may do.", Me)
def me() -> Me:
    """The person behind the token."""
    who, shown = person(), g.token
    return Me(
        id=who.id,
        name=who.name,
        email=who.email,
        language=who.language,
        zone=who.zone,
        roles=sorted(who.roles),
        permissions=sorted(granted()),
        token=Token.model_validate(shown),
    )


@bp.get("/names")
@operation(Permission.READ, "Name the types, roles, steps, people, campaigns and sites that items refer to.", Names)
def named() -> Names:
    """Numbers and their names."""
    with reading(deps().sessions) as session:
        found = names(session)
    chinese = catalog().locale.language == "zh"
    return Names(
        names=[
            Name(facet=one.facet, id=one.id, name=(one.name_zh if chinese else None) or one.name_en) for one in found
        ]
    )


@bp.get("/channels")
@operation(Permission.READ, "List the channels with their health.", Channels)
def channel_list() -> Channels:
    """Every channel."""
    with reading(deps().sessions) as session:
        return Channels(channels=[shapes.channel(row.channel, row.live_jobs) for row in channel_pages.rows(session)])


@bp.post("/channels/<int:channel_id>/probe")
@operation(Permission.MANAGE_CHANNELS, "Ask a channel whether it works.", ChannelRow, body=Nothing)
def probed(channel_id: int, body: Nothing) -> ChannelRow:
    """Ask now, and keep the answer."""
    channel_probes.ask_now(deps(), channel_id)
    with reading(deps().sessions) as session:
        found = distribution.get_channel(session, channel_id)
        return shapes.channel(found, distribution.count_live_jobs(session, channel_id=channel_id))


@bp.get("/sites")
@operation(Permission.READ, "List the sites.", Sites)
def site_list() -> Sites:
    """Every site."""
    with reading(deps().sessions) as session:
        found = sites.overview(session)
    return Sites(
        sites=[
            SiteRow(
                id=row.site.id,
                version=row.site.version,
                name=row.site.name,
                base_url=row.site.base_url,
                language=row.site.language,
                zone=row.site.zone,
                active=row.site.active,
                items=row.items,
            )
            for row in found
        ]
    )


@bp.get("/findings")
@operation(Permission.READ, "List what audits of a site found, the worst first.", Findings, query=FindingsAsked)
def finding_list(query: FindingsAsked) -> Findings:
    """One page of findings."""
    wanted = Wanted(
        query.site,
        standing=query.state,
        severity=query.severity,
        owner_id=query.owner,
        text=query.text.replace("\x00", ""),
        rule=query.rule.replace("\x00", ""),
        page=query.page.replace("\x00", ""),
        category=query.category.replace("\x00", ""),
        campaign_id=query.campaign,
        path=query.path.replace("\x00", ""),
        template=query.template.replace("\x00", ""),
        audit_id=query.audit,
        order=query.order,
        after=Place.parse(query.after),
    )
    with reading(deps().sessions) as session:
        content.get_site(session, query.site)
        found, following = finding_pages.one_by_one(session, wanted, page=query.limit)
    return Findings(findings=[_finding(row) for row in found], next=str(following) if following else None)


@bp.get("/coverage")
@operation(Permission.READ, "Say what each role finds at each buying step.", Coverage, query=CoverageAsked)
def covered(query: CoverageAsked) -> Coverage:
    """The coverage matrix."""
    with reading(deps().sessions) as session:
        found = coverage.matrix(session, viewer(), query.filter(), all_steps=query.all_steps)
    return Coverage(
        cells=[
            CoverCell(
                role_id=cell.role.id,
                step_id=cell.step.id,
                state=cell.cover.state,
                counts=cell.cover.counts,
                thin=cell.cover.thin,
            )
            for cell in found.cells
        ],
        live=found.live,
        gaps=found.gaps,
    )


def _finding(row: finding_pages.Row) -> FindingRow:
    found = row.finding
    return FindingRow(
        id=found.id,
        site_id=found.site_id,
        rule=found.rule,
        title=say(findings.title_of(found.rule)),
        severity=Severity(found.severity),
        url=found.url,
        state=found.state,
        params=found.params,
        evidence=found.evidence,
        first_seen_at=found.first_seen_at,
        last_seen_at=found.last_seen_at,
        fixed_at=found.fixed_at,
        item_id=row.item_id,
        owner_id=row.owner.id if row.owner else None,
        template=found.template,
    )
