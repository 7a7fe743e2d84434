"""One page across the audits that fetched it: what was seen each time, what differs, what became of its findings."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, defer

from editorial.audit.crawl.records import unpacked
from editorial.audit.rule import Severity
from editorial.domain.errors import NotFound
from editorial.domain.findings import FindingEvent
from editorial.domain.messages import Message
from editorial.services import findings
from editorial.services.facts_in_words import Indexability, indexability
from editorial.store import audit as store
from editorial.store.audit import Audit, AuditPage, AuditUrl, Finding, FindingHistory
from editorial.store.content import Site

VISITS = 26  # on a page: half a year of weeks
COMPARED = ("status", "index", "title", "words", "forms")


@dataclass(frozen=True)
class Happening:
    """What an audit changed about one finding of the page."""

    event: FindingEvent
    finding_id: int
    title: Message
    severity: Severity


@dataclass(frozen=True)
class Visit:
    """The page as one audit saw it. `words` and `forms` are None where there was nothing to read."""

    audit_id: int
    no: int
    at: datetime
    whole_site: bool
    status: int
    error: str | None
    title: str
    index: Indexability
    words: int | None
    forms: int | None
    happenings: Sequence[Happening] = ()
    changed: frozenset[str] = frozenset()
    """Names of the fields above that are not what they were in the audit before."""


@dataclass(frozen=True)
class History:
    """Visits, newest first. `older` is the audit before which the next page of them begins."""

    site: Site
    url: str
    visits: Sequence[Visit]
    older: int | None
    missed: Audit | None
    """The newest audit of the site, where it did not come to the page."""


def history(session: Session, audit_id: int, no: int, *, before: int | None = None) -> History:
    """The history of the page that has this number in an audit, or `NotFound`.

    Args:
        session: to read with.
        audit_id: any audit of a site.
        no: of the page within it.
        before: only audits before this one.
    """
    audit, url = session.get(Audit, audit_id), session.get(AuditUrl, (audit_id, no))
    site = store.site_of(session, audit) if audit is not None else None
    if site is None or url is None:
        raise NotFound
    visits, older = visits_of(session, site.id, url.n2, before=before)
    latest = store.latest_audit(session, site.id)
    missed = latest if before is None and latest and all(each.audit_id < latest.id for each in visits) else None
    return History(site, url.url, visits, older, missed)


def visits_of(
    session: Session, site_id: int, address: str, *, before: int | None = None, limit: int = VISITS
) -> tuple[Sequence[Visit], int | None]:
    """Visits to the page with this address (N2), newest first, and the audit that older ones stand before.

    Each audit is entered by the index over its addresses, so that its size does not matter.
    """
    wanted = (
        select(Audit.id, Audit.ended_at, Audit.requested_at, Audit.whole_site, AuditPage)
        .join(AuditUrl, and_(AuditUrl.audit_id == Audit.id, AuditUrl.n2 == address))
        .join(AuditPage, and_(AuditPage.audit_id == AuditUrl.audit_id, AuditPage.no == AuditUrl.no))
        .where(Audit.site_id == site_id, Audit.state.in_(store.ENDED))
        .order_by(Audit.id.desc())
        .limit(limit + 1)  # one more, which the last is compared with
        .options(defer(AuditPage.outcomes), defer(AuditPage.description), defer(AuditPage.moved))
    )
    if before is not None:
        wanted = wanted.where(Audit.id < before)
    seen = [
        _visit(page, ended_at or requested_at, whole_site=whole)
        for _, ended_at, requested_at, whole, page in session.execute(wanted)
    ]
    shown = seen[:limit]
    happened = _happenings(session, site_id, address, [each.audit_id for each in shown])
    visits = [
        replace(visit, happenings=happened.get(visit.audit_id, ()), changed=_changed(earlier, visit))
        for visit, earlier in zip(shown, [*seen[1:], None], strict=False)
    ]
    return visits, shown[-1].audit_id if len(seen) > limit else None


def _visit(page: AuditPage, at: datetime, *, whole_site: bool) -> Visit:
    read = page.error is None and page.is_html
    return Visit(
        audit_id=page.audit_id,
        no=page.no,
        at=at,
        whole_site=whole_site,
        status=page.status,
        error=page.error,
        title=page.title,
        index=indexability(page),
        words=page.words if read else None,
        forms=len(unpacked(page.facts).forms) if read else None,
    )


def _changed(earlier: Visit | None, visit: Visit) -> frozenset[str]:
    """What differs from the visit before; nothing is said about what was not seen then or now."""
    if earlier is None or visit.error or earlier.error:
        return frozenset()
    pairs = {name: (getattr(earlier, name), getattr(visit, name)) for name in COMPARED}
    return frozenset(name for name, (then, now) in pairs.items() if then != now and None not in (then, now))


def _happenings(session: Session, site_id: int, address: str, audits: Sequence[int]) -> dict[int, Sequence[Happening]]:
    wanted = (
        select(FindingHistory.audit_id, FindingHistory.event, Finding.id, Finding.rule, Finding.severity)
        .join(Finding, Finding.id == FindingHistory.finding_id)
        .where(Finding.site_id == site_id, Finding.n2 == address, FindingHistory.audit_id.in_(audits))
        .order_by(FindingHistory.audit_id, Finding.rule, Finding.id)
    )
    found: dict[int, Sequence[Happening]] = defaultdict(list)
    for audit_id, event, finding_id, rule, severity in session.execute(wanted):
        happening = Happening(event, finding_id, findings.title_of(rule), Severity(severity))
        found[audit_id] = [*found[audit_id], happening]
    return found
