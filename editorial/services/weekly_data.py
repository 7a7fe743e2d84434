"""What the tables know for the weekly mail of a site: read once, told to every reader in their own language."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from editorial.audit.rule import Severity
from editorial.domain.findings import OPEN, FindingEvent, FindingState
from editorial.domain.messages import N_, Message
from editorial.domain.slots import shown_in
from editorial.services import audit_pages, comparable, findings, seeing, weekly_forms, weekly_score
from editorial.services.audit_memory import REGRESSION
from editorial.services.comparable import Line
from editorial.services.form_pages import FORM_RULES, VANISHED
from editorial.services.stop_reasons import why_it_stopped
from editorial.services.weekly_groups import Found, group
from editorial.services.weekly_mail import (
    OLDEST,
    PIECES,
    Changes,
    Group,
    OldFinding,
    Piece,
    Report,
    Seen,
    Spot,
    Trouble,
)
from editorial.store import audit as audits
from editorial.store import weekly
from editorial.store.audit import Audit, AuditState
from editorial.store.content import ContentItem, Site

WEEK = timedelta(days=7)
BARS = 8  # scores in the chart
TROUBLES = 10
READ_OF_OLDEST = 40  # findings looked through for each that is told: those of one template are told once
_RANKS = tuple(severity.value for severity in Severity)


def gather(session: Session, site: Site, week: str, now: datetime) -> Report:
    """The report of a site for an ISO week, as things stand now: everything since the mail before."""
    before = weekly.issue_before(session, site.id, week)
    since = before.written_at if before is not None else now - WEEK
    zone = ZoneInfo(site.zone)
    today = shown_in(now, zone).date()
    latest, running = audits.latest_audit(session, site.id), audits.under_way(session, site.id)
    # an audit that the mail before has told, or that is older than a week, is not this week's
    fresh = latest is not None and latest.ended_at is not None and latest.ended_at > max(since, now - WEEK)
    failed = _failed_since(session, site, latest, since)
    out = weekly.went_out(session, site.id, since, now)
    verdicts = weekly.verdicts(session, site.id, [item.id for item, _ in out[:PIECES]], since)
    coming = _in_order(weekly.coming(session, site.id, now, now + WEEK, (today, today + timedelta(days=6))), zone)
    return Report(
        site=site.name,
        site_url=site.base_url,
        week=week,
        at=now,
        since=since,
        seen=_seen(session, site, latest, since) if latest and fresh else None,
        failure=_failure(latest, running, failed, fresh=fresh),
        unfinished=running is not None and not fresh and (running.paused or running.state is AuditState.RUNNING),
        unaudited=latest is None and failed is None,
        found=_changes(session, site, after=failed.id - 1).new if failed is not None and not fresh else (),
        troubles=tuple(
            Trouble(job.item.title, job.channel.name, job.state, job.due_at, f"/queue/jobs/{job.id}")
            for job in weekly.troubles(session, site.id, since, limit=TROUBLES)
        ),
        went_out=tuple(_piece_out(item, title, verdicts.get(item.id)) for item, title in out[:PIECES]),
        went_out_more=max(0, len(out) - PIECES),
        coming=tuple(_piece_ahead(item) for item in coming[:PIECES]),
        coming_more=max(0, len(coming) - PIECES),
    )


def _seen(session: Session, site: Site, latest: Audit, told_until: datetime) -> Seen:
    # the audit that the reader knows already: where there is none, every audit is told, and the score compares with
    # the first of them
    told = weekly.audit_at(session, site.id, told_until)
    base = told or weekly.first_audit(session, site.id, before=latest.id)
    changes = _changes(session, site, after=told.id if told is not None else 0)
    # the score is that of the last audit that saw the site, which may be an earlier one
    line = comparable.line_of(session, site.id)
    scored, compared = line.last or latest, line.before_last(until=told.ended_at if told is not None else None)
    since = changes if compared is None or compared is told else _changes(session, site, after=compared.id)
    ended_at = latest.ended_at or latest.requested_at
    cut_short, gaps = latest.state is AuditState.STOPPED, seeing.kept(latest) is not None and not seeing.saw_all(latest)
    hidden = () if latest.fetched >= latest.known else audit_pages.coverage(session, latest).hidden
    form_findings = weekly.open_findings_of(session, site.id, FORM_RULES)
    return Seen(
        at=ended_at,
        score=None if scored.score is None else round(scored.score),
        before=None if compared is None or compared.score is None else round(compared.score),
        same_rules=compared is None or compared.ruleset == scored.ruleset,
        fetched=latest.fetched,
        known=latest.known,
        stopped=why_it_stopped(latest) if cut_short or gaps else None,
        cut_short=cut_short,
        hidden=tuple((part.says, part.count) for part in hidden),
        new=changes.new,
        discovered=changes.discovered,
        fixed=changes.fixed,
        moved=weekly_score.why_moved(session, scored, compared, since),
        oldest=_oldest(session, site, told, ended_at) if told is not None else (),
        open=weekly.open_findings(session, site.id),
        forms=weekly_forms.forms_told(session, latest, base, _groups(form_findings)),
        scores=_scores(site, line),
    )


def _changes(session: Session, site: Site, *, after: int) -> Changes:
    """What the audits after audit `after` changed; 0 is before the first."""
    broken = (FindingEvent.NEW, FindingEvent.REOPENED)
    new = weekly.findings_that(session, site.id, broken, OPEN, after=after)
    discovered = weekly.findings_that(session, site.id, (FindingEvent.NEWLY_DISCOVERED,), OPEN, after=after)
    fixed = weekly.findings_that(session, site.id, (FindingEvent.FIXED,), (FindingState.FIXED,), after=after)
    return Changes(_groups(new), len(discovered), _groups(fixed))


def _groups(rows: Iterable[weekly.Told]) -> tuple[Group, ...]:
    found = (
        Found(
            rule,
            findings.title_of(rule),
            severity,
            Spot(url, title or "", owner or ""),
            returned=state is FindingState.REOPENED,
            regressed=state in OPEN
            and (state is FindingState.REOPENED or rule in (REGRESSION, VANISHED) or title is not None),
            template=template,
        )
        for rule, severity, url, title, owner, state, template in rows
    )
    return group(found, ranks=_RANKS)


def _oldest(session: Session, site: Site, told: Audit, at: datetime) -> tuple[OldFinding, ...]:
    zone = ZoneInfo(site.zone)
    found = weekly.oldest_findings(session, site.id, seen_by=told.id, limit=OLDEST * READ_OF_OLDEST)
    once = {(row.rule, row.template or row.url): row for row in reversed(found)}  # one stands for all of its template
    first = [row for row in found if once[row.rule, row.template or row.url] is row][:OLDEST]
    return tuple(
        OldFinding(
            title=findings.title_of(rule),
            severity=severity,
            spot=Spot(url, title or "", owner or ""),
            days=(shown_in(at, zone).date() - shown_in(since, zone).date()).days,
        )
        for rule, severity, url, title, owner, _, _, since in first
    )


def _scores(site: Site, line: Line) -> tuple[tuple[date, int], ...]:
    zone = ZoneInfo(site.zone)
    scored = [(audit.ended_at, audit.score) for audit in line.audits if audit.ended_at and audit.score is not None]
    return tuple((shown_in(ended_at, zone).date(), round(score)) for ended_at, score in scored[:BARS][::-1])


def _failed_since(session: Session, site: Site, latest: Audit | None, since: datetime) -> Audit | None:
    """An audit that saw nothing, after the one that is shown and the mail before."""
    shown_until = latest.ended_at if latest is not None and latest.ended_at is not None else since
    return weekly.last_failed_audit(session, site.id, max(since, shown_until))


def _failure(latest: Audit | None, running: Audit | None, failed: Audit | None, *, fresh: bool) -> Message | None:
    """Why this week has no audit, or none that saw anything after the one that is shown."""
    if running is not None and not fresh:
        return _not_yet(running)
    if failed is not None:
        return Message(
            N_("The audit of %(when)s failed. %(reason)s"), {"when": failed.ended_at, "reason": why_it_stopped(failed)}
        )
    if fresh:
        return None
    if latest is not None and latest.ended_at is not None:
        return Message(N_("No audit has run since %(when)s."), {"when": latest.ended_at})
    return Message(N_("No audit of this site has run yet."))


def _not_yet(running: Audit) -> Message:
    """Why the week's audit has not ended."""
    if running.paused:
        return Message(N_("This week's audit is paused: somebody asked it to wait."))
    if running.state is AuditState.QUEUED:
        return Message(
            N_("The audit was asked for on %(when)s, and nothing has begun it yet."), {"when": running.requested_at}
        )
    return Message(N_("This week's audit is still under way."))


def _piece_out(item: ContentItem, title: str, found: int | None) -> Piece:
    owner = item.owner.name if item.owner else ""
    return Piece(title=title, at=item.published_at, url=item.url or "", owner=owner, found=found)


def _piece_ahead(item: ContentItem) -> Piece:
    return Piece(
        title=item.title,
        at=item.publish_at,
        on=item.target_date,
        owner=item.owner.name if item.owner else "",
        status=item.status.label,
    )


def _in_order(items: Iterable[ContentItem], zone: ZoneInfo) -> list[ContentItem]:
    """By day in the site's zone; of one day, those with a publish time first, by the clock."""

    def place(item: ContentItem) -> tuple[date, bool, datetime, int]:
        if item.publish_at is not None:
            return shown_in(item.publish_at, zone).date(), False, item.publish_at, item.id
        return item.target_date or date.max, True, item.created_at, item.id

    return sorted(items, key=place)
