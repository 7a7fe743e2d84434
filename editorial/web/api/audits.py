"""Audits: listed, started and stopped; and one finding with its evidence, muted or opened again."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from flask import Blueprint, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from editorial.audit.crawl.traps import TrapKind
from editorial.domain.errors import NotFound
from editorial.domain.findings import FindingEvent
from editorial.domain.people import Permission
from editorial.services import audit_pages, auditing, crawl_course, finding_lists, muting, seeing
from editorial.services.muting import MuteScope
from editorial.services.queue_pages import BadCursor
from editorial.services.stop_reasons import why_it_stopped
from editorial.store import content
from editorial.store.audit import Audit, AuditState, AuditTrigger
from editorial.store.base import reading
from editorial.web.api.contract import WHOLE, Asked, Day, Given, Id, Shown, done_once, operation
from editorial.web.api.desk import FindingRow
from editorial.web.api.items import Limit
from editorial.web.context import deps, person, say

bp = Blueprint("audits", __name__)


class Progress(Shown):
    """How far an audit is that waits or runs."""

    share: int
    """Percent of the pages known so far."""
    pages_a_second: float | None
    left: str | None
    """How long the rest will take, as a sentence; null before there is anything to measure."""
    silent: bool
    """Nothing was heard of it for a minute; it is taken up again by itself."""


class TrapShown(Shown):
    """A pattern of addresses that was left out because it goes on without end."""

    kind: TrapKind
    pattern: str
    count: int
    examples: list[str]


class PaceShown(Shown):
    """A host that was asked more slowly than we were told to, in requests a second."""

    host: str
    rate: float
    slowest: float
    why: list[str]


class CrawlShown(Shown):
    """How the site was crawled."""

    reused: int
    """Pages that did not change since the last audit and were not sent again."""
    saved_bytes: int
    wire_bytes: int
    """Bodies as the servers sent them."""
    excluded: int
    """Addresses left out by the site's patterns."""
    links_seen: bool
    """False: something was left out, or too much gave no answer, behind which a link may stand."""
    slowed: list[PaceShown]
    traps: list[TrapShown]


class SightShown(Shown):
    """Known addresses that are pages or may be, and were not seen, by why."""

    no_answer: int
    refused: int
    """Refused, throttled, a bot check, or an error of the server."""
    closed: int
    """By robots.txt."""
    waiting: int
    """Not reached before the audit stopped."""


class AuditShown(Shown):
    """One run over a site."""

    id: int
    site_id: int | None
    url: str
    whole_site: bool
    """False: the one page that was just published."""
    trigger: AuditTrigger
    state: AuditState
    paused: bool
    requested_at: datetime
    requested_by: int | None
    started_at: datetime | None
    ended_at: datetime | None
    stop_reason: str | None
    says: str | None
    """Why it ended where it did."""
    fetched: int
    known: int
    coverage: float | None
    """Share of the known pages that were seen, 0 to 1."""
    unseen: SightShown | None
    """Null while it runs, and of old audits."""
    score: float | None
    """0 to 100."""
    failures: dict[str, int]
    """How many of each severity it saw."""
    findings: dict[str, int]
    """How many became what: new, persisting, fixed…"""
    crawl: CrawlShown
    progress: Progress | None


class Audits(Shown):
    """One page of audits, the newest first."""

    audits: list[AuditShown]
    next: str | None


class AuditsAsked(Asked):
    """Which audits; what is left out asks nothing."""

    site: Id | None = None
    state: list[AuditState] = Field(default_factory=list)
    whole_site: bool | None = None
    after: Annotated[str, Field(max_length=20)] = ""
    limit: Limit = 50


class AuditStart(Given):
    """How much of the site is to be sent."""

    whole: bool = False
    """Every page, even one that did not change since the last audit."""


class AuditWish(Given):
    """No more has to be said."""


class FindingChange(Shown):
    """What an audit changed about a finding."""

    at: datetime
    event: FindingEvent


class MuteShown(Shown):
    """Why a finding is left be."""

    scope: MuteScope
    reason: str
    until: datetime | None
    """Null: until what was seen changes."""
    created_at: datetime
    created_by: int | None


class FindingFull(FindingRow):
    """A finding with what its rule says, its evidence, its history, and what the team does about it."""

    message: str
    why: str
    fix: str
    source: str
    newly_discovered: bool
    first_audit_id: int
    last_audit_id: int
    history: list[FindingChange]
    task_ids: list[int]
    mute: MuteShown | None


class MuteWish(Given):
    """Why, how far and until when something is left be."""

    reason: Annotated[str, Field(min_length=1, max_length=500), WHOLE]
    scope: MuteScope = MuteScope.FINDING
    until: Day | None = None
    """The day it comes back, by the clocks of its site; without it, when what was seen changes."""


class UnmuteWish(Given):
    """No more has to be said."""


@bp.get("/audits")
@operation(Permission.READ, "List audits of sites, the newest first.", Audits, query=AuditsAsked)
def audit_list(query: AuditsAsked) -> Audits:
    """One page of audits."""
    if query.after and not (query.after.isascii() and query.after.isdigit() and int(query.after) < 2**31):
        raise BadCursor
    wanted = select(Audit).where(Audit.site_id.is_not(None))
    if query.site is not None:
        wanted = wanted.where(Audit.site_id == query.site)
    if query.state:
        wanted = wanted.where(Audit.state.in_(query.state))
    if query.whole_site is not None:
        wanted = wanted.where(Audit.whole_site == query.whole_site)
    if query.after:
        wanted = wanted.where(Audit.id < int(query.after))
    with reading(deps().sessions) as session:
        found = session.scalars(wanted.order_by(Audit.id.desc()).limit(query.limit + 1)).all()
    shown = found[: query.limit]
    following = str(shown[-1].id) if len(found) > query.limit else None
    return Audits(audits=[_audit(one) for one in shown], next=following)


@bp.get("/audits/<int:audit_id>")
@operation(Permission.READ, "Read how far an audit is, or what came of it.", AuditShown)
def audit_one(audit_id: int) -> AuditShown:
    """One audit."""
    with reading(deps().sessions) as session:
        return _audit(_get(session, audit_id))


@bp.post("/sites/<int:site_id>/audits")
@operation(
    Permission.MANAGE_AUDITS,
    "Ask for an audit of a site. One that waits or runs already is answered instead.",
    AuditShown,
    body=AuditStart,
    status=201,
    keyed=True,
)
def audit_asked(site_id: int, body: AuditStart) -> Response:
    """It begins within a minute."""

    def act(session: Session) -> AuditShown:
        site = content.get_site(session, site_id)
        now, who = deps().now(), person().id
        made = auditing.start_audit(session, site, AuditTrigger.PERSON, now, requested_by=who, whole=body.whole)
        return _audit(made)

    return done_once(act, status=201)


@bp.post("/audits/<int:audit_id>/stop")
@operation(Permission.MANAGE_AUDITS, "Stop an audit; what it saw is kept.", AuditShown, body=AuditWish, keyed=True)
def audit_stopped(audit_id: int, body: AuditWish) -> Response:
    """No further."""
    return _decided(audit_id, lambda session: auditing.ask_to_stop(session, audit_id, deps().now()))


@bp.post("/audits/<int:audit_id>/pause")
@operation(Permission.MANAGE_AUDITS, "Let an audit wait; what it saw is kept.", AuditShown, body=AuditWish, keyed=True)
def audit_paused(audit_id: int, body: AuditWish) -> Response:
    """Not now."""
    return _decided(audit_id, lambda session: auditing.ask_to_wait(session, audit_id, wait=True))


@bp.post("/audits/<int:audit_id>/continue")
@operation(Permission.MANAGE_AUDITS, "Let an audit that waits go on.", AuditShown, body=AuditWish, keyed=True)
def audit_continued(audit_id: int, body: AuditWish) -> Response:
    """On with it."""
    return _decided(audit_id, lambda session: auditing.ask_to_wait(session, audit_id, wait=False))


@bp.get("/findings/<int:finding_id>")
@operation(Permission.READ, "Read a finding with its evidence, history, tasks and mute.", FindingFull)
def finding_one(finding_id: int) -> FindingFull:
    """One finding."""
    with reading(deps().sessions) as session:
        return _finding(session, finding_id)


@bp.post("/findings/<int:finding_id>/mute")
@operation(
    Permission.WRITE_CONTENT,
    "Leave an open finding be, or its rule on its page or site.",
    FindingFull,
    body=MuteWish,
    keyed=True,
)
def finding_muted(finding_id: int, body: MuteWish) -> Response:
    """For a reason, and not for ever."""

    def act(session: Session) -> FindingFull:
        muting.mute(session, deps(), person(), finding_id, scope=body.scope, reason=body.reason, until=body.until)
        return _finding(session, finding_id)

    return done_once(act)


@bp.post("/findings/<int:finding_id>/unmute")
@operation(
    Permission.WRITE_CONTENT,
    "Bring back a muted finding, with everything else its mute covers.",
    FindingFull,
    body=UnmuteWish,
    keyed=True,
)
def finding_unmuted(finding_id: int, body: UnmuteWish) -> Response:
    """Open again."""

    def act(session: Session) -> FindingFull:
        muting.unmute(session, deps(), person(), finding_id)
        return _finding(session, finding_id)

    return done_once(act)


def _decided(audit_id: int, decide: Callable[[Session], None]) -> Response:
    def act(session: Session) -> AuditShown:
        found = _get(session, audit_id)
        decide(session)
        session.flush()
        return _audit(found)

    return done_once(act)


def _get(session: Session, audit_id: int) -> Audit:
    found = session.get(Audit, audit_id)
    if found is None:
        raise NotFound
    return found


def _finding(session: Session, finding_id: int) -> FindingFull:
    session.flush()
    return FindingFull(**finding_lists.detail(session, finding_id, say))


def _crawl(found: Audit) -> CrawlShown:
    course, told = found.course, crawl_course.told(found)
    return CrawlShown(
        reused=course.get("reused", 0),
        saved_bytes=course.get("saved_bytes", 0),
        wire_bytes=course.get("wire_bytes", 0),
        excluded=course.get("excluded", 0),
        links_seen=seeing.hides_none(found),
        slowed=[PaceShown(host=p.host, rate=p.rate, slowest=p.slowest, why=[*map(say, p.why)]) for p in told.paces],
        traps=[TrapShown(**trap) for trap in course.get("traps", ())],
    )


def _unseen(found: Audit) -> SightShown | None:
    sight = seeing.kept(found)
    if sight is None:
        return None
    return SightShown(no_answer=sight.silent, refused=sight.refused, closed=sight.closed, waiting=sight.waiting)


def _audit(found: Audit) -> AuditShown:
    running = audit_pages.progress_of(found, deps().now())
    return AuditShown(
        id=found.id,
        site_id=found.site_id,
        url=found.start_url,
        whole_site=found.whole_site,
        trigger=found.trigger,
        state=found.state,
        paused=found.paused,
        requested_at=found.requested_at,
        requested_by=found.requested_by,
        started_at=found.started_at,
        ended_at=found.ended_at,
        stop_reason=found.stop_reason,
        says=say(why_it_stopped(found)) if found.ended_at is not None else None,
        fetched=found.fetched,
        known=found.known,
        coverage=found.coverage,
        unseen=_unseen(found),
        score=found.score,
        failures=found.counts.get("failures", {}),
        findings=found.counts.get("findings", {}),
        crawl=_crawl(found),
        progress=Progress(
            share=running.share,
            pages_a_second=running.rate,
            left=say(running.left) if running.left is not None else None,
            silent=running.silent,
        )
        if running is not None
        else None,
    )
