"""What the audit's overview shows: the score and why it moved, what could be seen, what is open, what runs now."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import StopReason
from editorial.audit.rule import Severity
from editorial.domain import robots
from editorial.domain.messages import N_, Message
from editorial.services import comparable, finding_pages, score_explained, seeing, site_sections
from editorial.services.clock_health import duration
from editorial.services.finding_filters import Standing
from editorial.services.score_explained import Costs, Repair, Why
from editorial.services.seeing import Group
from editorial.services.site_sections import Section
from editorial.store import audit as store
from editorial.store.audit import Audit, AuditFile, AuditPage, AuditState
from editorial.store.content import Site

HISTORY = 12  # audits in the chart and the list
CLOSED_PAGES = 2000  # addresses looked through for the line of robots.txt that closed them
LEAST_ERROR = 400
CLOSING_LINES = 5  # lines of robots.txt named
MEASURED_AFTER = 3.0  # seconds of an audit after which its rate says something
LOST_AFTER = store.LEASE.total_seconds()

CHANGES = (
    Standing.NEW,
    Standing.DISCOVERED,
    Standing.REOPENED,
    Standing.PERSISTING,
    Standing.FIXED,
    Standing.GONE,
)
STATES = {
    AuditState.QUEUED: Message(N_("Waiting to begin")),
    AuditState.RUNNING: Message(N_("Under way")),
    AuditState.DONE: Message(N_("Complete")),
    AuditState.STOPPED: Message(N_("Stopped early")),
    AuditState.FAILED: Message(N_("Failed")),
}
REASONS = {
    "complete": Message(N_("Every page that was known was fetched.")),
    "page_cap": Message(N_("It stopped at its limit of pages.")),
    "time_cap": Message(N_("It stopped at its limit of time.")),
    "byte_cap": Message(N_("It stopped at its limit of megabytes.")),
    "depth_cap": Message(N_("It ended at its limit of clicks: deeper pages were not looked at.")),
    "folder_cap": Message(N_("It ended at its limit of pages in one folder.")),
    "address_cap": Message(N_("It ended at its limit of addresses: further ones were not looked at.")),
    "robots_unreachable": Message(N_("robots.txt could not be read, so nothing may be fetched.")),
    "robots_forbids": Message(N_("robots.txt forbids the first page.")),
    "start_unreachable": Message(N_("The first page could not be reached.")),
    "blocked": Message(N_("The site refused us after some pages.")),
    "error_rate": Message(N_("Too many pages answered with errors.")),
    "cancelled": Message(N_("Somebody stopped it.")),
    "crashed": Message(N_("Its process was lost. Audit again.")),
}
UNSEEN = {
    "robots": Message(N_("Closed by robots.txt")),
    "timeout": Message(N_("No answer in time")),
    "dns": Message(N_("Host name not found")),
    "connect": Message(N_("Connection refused")),
    "tls": Message(N_("Certificate not accepted")),
    "reset": Message(N_("Connection broken off")),
    "address": Message(N_("Address inside a private network")),
    "port": Message(N_("Port of another service")),
    "redirect-loop": Message(N_("Redirects run in a circle")),
    "redirects": Message(N_("Too many redirects")),
    "protocol": Message(N_("Answer was no HTTP")),
    "file": Message(N_("File could not be read")),
    "overrun": Message(N_("Too heavy to read")),
    "crash": Message(N_("Reading it failed")),
}
NO_ANSWER = Message(N_("No answer"))
WITH_GAPS = Message(N_("Ended with gaps"))


@dataclass(frozen=True)
class Hidden:
    """Pages that could not be seen, for one reason; `detail` is the line of robots.txt, where one decided."""

    says: Message
    count: int
    detail: Message | None = None


@dataclass(frozen=True)
class Coverage:
    """What an audit could see. `share` in percent, None where nothing was known."""

    share: int | None
    seen: int
    known: int
    hidden: Sequence[Hidden]
    robots_status: int | None
    robots_error: str | None

    @property
    def unseen(self) -> int:
        """Pages that count neither as good nor as bad."""
        return sum(part.count for part in self.hidden)


@dataclass(frozen=True)
class Became:
    """How many findings an audit made what."""

    standing: Standing
    count: int


@dataclass(frozen=True)
class Running:
    """An audit that waits or runs. `share` in percent of the pages known so far, which grow while it runs."""

    audit: Audit
    share: int
    silent: bool
    """Nothing was heard of it for too long; the clock takes it up again."""
    rate: float | None = None
    """Pages a second of its process of now; None before there is anything to measure."""
    left: Message | None = None
    """How long the pages known so far will take at that rate."""


@dataclass(frozen=True)
class Overview:
    """Everything the overview of one site shows. `latest` is None before the first judged audit."""

    site: Site
    latest: Audit | None
    scored: Audit | None
    """The audit whose score is the site's: the latest, unless that saw too little of the site."""
    before: Audit | None
    """What `scored` is compared with."""
    is_first: bool
    """Whether no audit was judged before `latest`."""
    running: Running | None
    last_failure: Audit | None
    """An audit after `latest` that saw nothing."""
    why: Why
    repairs: Sequence[Repair]
    muted: int
    """Findings."""
    muted_points: float
    """That they cost the score: what search engines see does not change because somebody muted it."""
    sections: Sequence[Section]
    coverage: Coverage | None
    severities: dict[Severity, int]
    history: Sequence[Audit]
    curve: Sequence[Audit]
    """The last audits with a score that compare with that of `scored`, oldest first."""

    @property
    def score(self) -> int | None:
        """0 to 100."""
        return None if self.scored is None or self.scored.score is None else round(self.scored.score)

    @property
    def partial(self) -> Audit | None:
        """The latest audit where it saw too little to count."""
        return self.latest if self.latest is not self.scored else None

    @property
    def saw_whole(self) -> bool:
        """Whether the audit with the score saw the site whole."""
        return self.scored is None or comparable.whole(self.scored)

    @property
    def delta(self) -> int | None:
        """Change of the shown score since the audit it is compared with."""
        if self.score is None or self.before is None or self.before.score is None:
            return None
        return self.score - round(self.before.score)

    @property
    def changes(self) -> Sequence[Became]:
        """What the last audit made of the findings."""
        counts = self.latest.counts.get("findings", {}) if self.latest is not None else {}
        return [Became(standing, counts.get(standing.value, 0)) for standing in CHANGES]

    @property
    def unjudged(self) -> int:
        """Findings that the last audit could not say anything about: they stay as they were."""
        return int(self.latest.counts.get("findings", {}).get("unknown", 0)) if self.latest is not None else 0

    @property
    def rules_changed(self) -> bool:
        """Whether the two scores were counted by different rules."""
        return bool(self.scored and self.before and self.scored.ruleset != self.before.ruleset)

    @property
    def open_findings(self) -> int:
        """How many findings are open."""
        return sum(self.severities.values())


def overview(session: Session, site: Site, now: datetime) -> Overview:
    """Gather the overview of a site."""
    latest, previous = latest_two(session, site.id)
    line = comparable.line_of(session, site.id)
    scored, before = line.last, line.before
    failed, failed_before = (score_explained.failures(session, each) if each else {} for each in (scored, before))
    costs = score_explained.costs(session, scored, failed) if scored else Costs()
    then = score_explained.costs(session, before, failed_before) if before else Costs()
    return Overview(
        site=site,
        latest=latest,
        scored=scored,
        before=before,
        is_first=previous is None,
        running=running(session, site.id, now),
        last_failure=_failure_after(session, site.id, latest),
        why=score_explained.why(session, scored, before, costs, then) if scored else Why(()),
        repairs=score_explained.repairs(session, site.id, costs) if scored else (),
        muted=finding_pages.muted_count(session, site.id),
        muted_points=costs.muted,
        sections=site_sections.sections(session, scored, failed, before, failed_before) if scored else (),
        coverage=coverage(session, latest) if latest else None,
        severities=finding_pages.open_by_severity(session, site.id),
        history=history(session, site.id),
        curve=[audit for audit in line.audits if audit.score is not None][:HISTORY][::-1],
    )


def first_audited(session: Session, sites: Sequence[Site]) -> Site | None:
    """The first of the sites that was audited; the first of all where none was."""
    audited = (site for site in sites if store.latest_audit(session, site.id) is not None)
    return next(audited, sites[0] if sites else None)


def running(session: Session, site_id: int, now: datetime) -> Running | None:
    """The site's audit that waits or runs, and how far it is."""
    audit = store.under_way(session, site_id)
    return progress_of(audit, now) if audit is not None else None


def progress_of(audit: Audit, now: datetime) -> Running | None:
    """How far an audit is; None once it has ended."""
    if audit.state not in (AuditState.QUEUED, AuditState.RUNNING):
        return None
    share = round(100 * audit.fetched / audit.known) if audit.known else 0
    silent = audit.heartbeat_at is not None and (now - audit.heartbeat_at).total_seconds() > LOST_AFTER
    rate = _rate(audit)
    left = duration((audit.known - audit.fetched) / rate) if rate and audit.known > audit.fetched else None
    return Running(audit, min(share, 100), silent and audit.state is AuditState.RUNNING, rate, left)


def _rate(audit: Audit) -> float | None:
    """Pages a second since its process took it up: what a process before it fetched says nothing of now."""
    if audit.state is not AuditState.RUNNING or audit.taken_up_at is None or audit.heartbeat_at is None:
        return None
    seconds = (audit.heartbeat_at - audit.taken_up_at).total_seconds()
    fetched = audit.fetched - audit.fetched_before
    return fetched / seconds if seconds >= MEASURED_AFTER and fetched > 0 else None


def latest_two(session: Session, site_id: int) -> tuple[Audit | None, Audit | None]:
    """The newest judged audit of the whole site, and the one before it."""
    latest = store.latest_audit(session, site_id)
    return latest, store.latest_audit(session, site_id, before=latest.id) if latest is not None else None


def history(session: Session, site_id: int) -> Sequence[Audit]:
    """The last ended audits of the whole site, oldest first."""
    wanted = select(Audit).where(Audit.site_id == site_id, Audit.whole_site, Audit.ended_at.is_not(None))
    return session.scalars(wanted.order_by(Audit.id.desc()).limit(HISTORY)).all()[::-1]


def sound(audit: Audit) -> bool:
    """Whether its state says all: one that ended while its pages gave no answer is not called complete."""
    return audit.state is not AuditState.DONE or seeing.saw_all(audit)


def state_of(audit: Audit) -> Message:
    """How an audit stands."""
    return STATES[audit.state] if sound(audit) else WITH_GAPS


def ending_of(audit: Audit) -> Message:
    """Why it ended, in short."""
    if audit.stop_reason == StopReason.COMPLETE and not seeing.saw_all(audit):
        return seeing.how_it_ended(audit)
    return REASONS.get(audit.stop_reason or "complete", REASONS["complete"])


def coverage(session: Session, audit: Audit) -> Coverage:
    """What an audit saw and what it did not, with the reasons."""
    file = session.scalar(
        select(AuditFile).where(AuditFile.audit_id == audit.id, AuditFile.kind == "robots").order_by(AuditFile.id)
    )
    groups = list(seeing.groups_of(session, audit.id))
    ended = audit.stop_reason == StopReason.COMPLETE
    hidden = [*_closed_by_robots(session, audit, file), *_unanswered(groups), *_refused(groups)]
    if not ended and (waiting := seeing.not_reached(session, audit.id)):
        hidden.append(Hidden(Message(N_("Not reached before it stopped")), waiting))
    return Coverage(
        share=round(100 * audit.coverage) if audit.coverage is not None else None,
        seen=audit.fetched,
        known=audit.known,
        hidden=hidden,
        robots_status=file.status if file else None,
        robots_error=file.error if file else None,
    )


def _closed_by_robots(session: Session, audit: Audit, file: AuditFile | None) -> list[Hidden]:
    """Pages that robots.txt closed to us, by the line that decided."""
    closed = and_(AuditPage.audit_id == audit.id, AuditPage.error == "robots", AuditPage.hops == 0)
    total = session.scalar(select(func.count()).select_from(AuditPage).where(closed)) or 0
    if not total:
        return []
    if file is None or total > CLOSED_PAGES:
        return [Hidden(UNSEEN["robots"], total)]
    rules = robots.parse(file.content)
    token = str(audit.options.get("token", "EditorialBot"))
    lines: Counter[tuple[int, str] | None] = Counter()
    for url in session.scalars(select(AuditPage.final_url).where(closed)):
        verdict = rules.decide(token, url)
        lines[(verdict.line_number, verdict.line_text) if verdict.line_number is not None else None] += 1
    return [
        Hidden(UNSEEN["robots"], count, _decided_by(*line) if line is not None else None)
        for line, count in lines.most_common(CLOSING_LINES)
    ]


def _decided_by(number: int, text: str) -> Message:
    return Message(N_("decided by line %(number)s: %(text)s"), {"number": number, "text": text[:200]})


def _unanswered(groups: Iterable[Group]) -> list[Hidden]:
    counts: Counter[str] = Counter()
    for group in groups:
        if group.error is not None and group.error != "robots":
            counts[group.error] += group.pages
    return [Hidden(UNSEEN.get(error, NO_ANSWER), count) for error, count in counts.most_common()]


def _refused(groups: Iterable[Group]) -> list[Hidden]:
    """Answers that are no pages, and bot checks that answered as if they were one."""
    counts: Counter[int] = Counter()
    for group in groups:
        if group.refused:
            counts[group.status if group.status >= LEAST_ERROR else 0] += group.pages
    checked = Message(N_("A bot check or firewall answered"))
    return [
        Hidden(Message(N_("Answered %(status)s"), {"status": str(status)}) if status else checked, count)
        for status, count in counts.most_common()
    ]


def _failure_after(session: Session, site_id: int, latest: Audit | None) -> Audit | None:
    wanted = select(Audit).where(Audit.site_id == site_id, Audit.whole_site, Audit.state == AuditState.FAILED)
    if latest is not None:
        wanted = wanted.where(Audit.id > latest.id)
    return session.scalars(wanted.order_by(Audit.id.desc()).limit(1)).one_or_none()
