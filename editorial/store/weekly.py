"""What the weekly mail asks the tables: of one site, since the mail before."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from editorial.domain.findings import OPEN, FindingEvent, FindingState
from editorial.domain.jobs import JobState
from editorial.domain.workflow import Status
from editorial.store.audit import (
    ENDED,
    RANK,
    Audit,
    AuditFormPlace,
    AuditPage,
    AuditState,
    AuditUrl,
    Finding,
    FindingHistory,
)
from editorial.store.content import ContentItem, ItemRevision
from editorial.store.distribution import Channel, DistributionJob
from editorial.store.mail import WeeklyIssue
from editorial.store.people import Person

Told = Row[str, str, str, str | None, str | None, FindingState, str]
"""Rule, severity, url, title and owner of the piece, state, template of the page."""
_WHOLE = (Audit.whole_site, Audit.state.in_(ENDED))
_AHEAD = (Status.PUBLISHED, Status.REFRESH_DUE, Status.ARCHIVED, Status.REJECTED)
"""States of a piece that comes no more, or was there already."""


def issue_before(session: Session, site_id: int, week: str) -> WeeklyIssue | None:
    """The last weekly mail of the site before that week's."""
    wanted = select(WeeklyIssue).where(WeeklyIssue.site_id == site_id, WeeklyIssue.week < week)
    return session.scalar(wanted.order_by(WeeklyIssue.week.desc()).limit(1))


def audit_at(session: Session, site_id: int, instant: datetime) -> Audit | None:
    """The last judged audit of the whole site that had ended by then."""
    wanted = select(Audit).where(Audit.site_id == site_id, *_WHOLE, Audit.ended_at <= instant)
    return session.scalar(wanted.order_by(Audit.id.desc()).limit(1))


def first_audit(session: Session, site_id: int, *, before: int) -> Audit | None:
    """The first judged audit of the whole site, if it is older than audit `before`."""
    wanted = select(Audit).where(Audit.site_id == site_id, *_WHOLE, Audit.id < before)
    return session.scalar(wanted.order_by(Audit.id).limit(1))


def last_failed_audit(session: Session, site_id: int, since: datetime) -> Audit | None:
    """The newest audit of the whole site that ended without seeing anything."""
    wanted = select(Audit).where(
        Audit.site_id == site_id, Audit.whole_site, Audit.state == AuditState.FAILED, Audit.ended_at > since
    )
    return session.scalar(wanted.order_by(Audit.id.desc()).limit(1))


def findings_that(
    session: Session, site_id: int, events: Sequence[FindingEvent], states: Sequence[FindingState], *, after: int
) -> Sequence[Told]:
    """Findings to which one of `events` happened after audit `after`, and which are still in one of `states`.

    The worst first.
    """
    happened = select(FindingHistory.finding_id).where(
        FindingHistory.finding_id == Finding.id, FindingHistory.audit_id > after, FindingHistory.event.in_(events)
    )
    return session.execute(
        _with_piece().where(Finding.site_id == site_id, Finding.state.in_(states), happened.exists())
    ).all()


def open_findings_of(session: Session, site_id: int, rules: Collection[str]) -> Sequence[Told]:
    """Open findings of some rules, the worst first."""
    wanted = _with_piece().where(Finding.site_id == site_id, Finding.state.in_(OPEN), Finding.rule.in_(rules))
    return session.execute(wanted).all()


def lead_forms(session: Session, audit_id: int) -> tuple[int, int]:
    """How many different lead forms an audit saw, and on how many pages."""
    place = AuditFormPlace
    wanted = select(func.count(place.key.distinct()), func.count(place.no.distinct()))
    forms, pages = session.execute(wanted.where(place.audit_id == audit_id)).one()
    return forms, pages


def verdicts(session: Session, site_id: int, items: Collection[int], since: datetime) -> dict[int, int]:
    """Open findings of each piece whose page an audit has seen since it went out; the others are left out."""
    since_then = (Audit.site_id == site_id, Audit.state.in_(ENDED), Audit.ended_at > since)
    seen = select(AuditPage.no).join_from(Audit, AuditPage, AuditPage.audit_id == Audit.id)
    seen = seen.where(*since_then, Audit.ended_at > ContentItem.published_at, AuditPage.error.is_(None))
    its_url = and_(AuditUrl.audit_id == AuditPage.audit_id, AuditUrl.no == AuditPage.no)
    asked_for = seen.join(AuditUrl, its_url).where(AuditUrl.n2 == ContentItem.url_n2)
    led_to = seen.where(AuditPage.final_n2 == ContentItem.url_n2)  # apart, so that each finds its own index
    bad = select(func.count()).where(Finding.content_item_id == ContentItem.id, Finding.state.in_(OPEN))
    wanted = select(ContentItem.id, bad.scalar_subquery()).where(
        ContentItem.id.in_(items), or_(asked_for.exists(), led_to.exists())
    )
    found: dict[int, int] = dict(session.execute(wanted).all())
    return found


def oldest_findings(
    session: Session, site_id: int, *, seen_by: int, limit: int
) -> Sequence[Row[str, str, str, str | None, str | None, FindingState, str, datetime]]:
    """Open findings that audit `seen_by` knew already, the oldest first. A last column tells since when."""
    wanted = _with_piece().add_columns(Finding.first_seen_at).order_by(None)
    wanted = wanted.where(
        Finding.site_id == site_id, Finding.state == FindingState.PERSISTING, Finding.first_audit_id <= seen_by
    )
    return session.execute(wanted.order_by(Finding.first_audit_id, RANK, Finding.id).limit(limit)).all()


def open_findings(session: Session, site_id: int) -> int:
    """How many findings are open."""
    wanted = select(func.count()).select_from(Finding).where(Finding.site_id == site_id, Finding.state.in_(OPEN))
    return session.scalar(wanted) or 0


def went_out(session: Session, site_id: int, since: datetime, until: datetime) -> Sequence[Row[ContentItem, str]]:
    """Pieces that were published then, in order, each with the title that is out: the newest may not be approved."""
    wanted = select(ContentItem, _title_out()).where(
        ContentItem.site_id == site_id, ContentItem.published_at > since, ContentItem.published_at <= until
    )
    wanted = wanted.options(joinedload(ContentItem.owner)).order_by(ContentItem.published_at, ContentItem.id)
    return session.execute(wanted).all()


def coming(
    session: Session, site_id: int, now: datetime, until: datetime, days: tuple[date, date]
) -> Sequence[ContentItem]:
    """Pieces with a publish time until `until`, and those planned for a day of `days` that have none yet."""
    planned = and_(ContentItem.publish_at.is_(None), ContentItem.target_date.between(*days))
    wanted = select(ContentItem).where(
        ContentItem.site_id == site_id,
        ContentItem.status.not_in(_AHEAD),
        or_(and_(ContentItem.publish_at > now, ContentItem.publish_at <= until), planned),
    )
    return session.scalars(wanted.options(joinedload(ContentItem.owner)).order_by(ContentItem.id)).all()


def troubles(session: Session, site_id: int, since: datetime, *, limit: int) -> Sequence[DistributionJob]:
    """Jobs whose outcome nobody knows, and those that failed or were missed since then and were not repeated."""
    repeat = aliased(DistributionJob)
    repeated = select(repeat.id).where(repeat.repeat_of == DistributionJob.id).exists()
    broken = and_(
        DistributionJob.state.in_((JobState.FAILED, JobState.MISSED)), DistributionJob.ended_at > since, ~repeated
    )
    wanted = (
        select(DistributionJob)
        .join(Channel, Channel.id == DistributionJob.channel_id)
        .where(Channel.site_id == site_id, or_(DistributionJob.state == JobState.UNKNOWN_OUTCOME, broken))
        .options(joinedload(DistributionJob.item), joinedload(DistributionJob.channel))
        .order_by(DistributionJob.due_at, DistributionJob.id)
        .limit(limit)
    )
    return session.scalars(wanted).all()


def _title_out() -> ColumnElement[str]:
    """The title of the text that is out; of a piece of which no such text is known, the title it has."""
    sent = (
        select(DistributionJob.content_hash)
        .where(DistributionJob.item_id == ContentItem.id, DistributionJob.state == JobState.SUCCEEDED)
        .order_by(DistributionJob.ended_at.desc(), DistributionJob.id.desc())
        .limit(1)
        .correlate(ContentItem)
        .scalar_subquery()
    )
    title = (
        select(ItemRevision.title)
        .where(
            ItemRevision.item_id == ContentItem.id,
            ItemRevision.content_hash == func.coalesce(ContentItem.live_hash, sent),
        )
        .limit(1)  # a text may come back in a later revision; its title is the same
        .correlate(ContentItem)
        .scalar_subquery()
    )
    return func.coalesce(title, ContentItem.title)


def _with_piece() -> Select[str, str, str, str | None, str | None, FindingState, str]:
    return (
        select(Finding.rule, Finding.severity, Finding.url, _title_out(), Person.name, Finding.state, Finding.template)
        .outerjoin(ContentItem, ContentItem.id == Finding.content_item_id)
        .outerjoin(Person, Person.id == ContentItem.owner_id)
        .order_by(RANK, Finding.rule, Finding.url, Finding.key)
    )
