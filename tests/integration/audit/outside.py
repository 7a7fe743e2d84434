"""Audits that nobody judges: all that is stored of them is what their pages link to on other sites."""

from collections.abc import Sequence

from editorial.domain.urls import n2
from editorial.services.deps import Deps
from editorial.store.audit import Audit, AuditLink, AuditState, AuditTrigger, AuditUrl
from tests.integration.web.audited import BASE


def linked(deps: Deps, site_id: int, links: Sequence[tuple[int, str]]) -> int:
    """An audit that has ended: numbers of pages (`/1` is the first), and what they link to. Its number."""
    now = deps.now()
    pages = {no: f"{BASE}{no}" for no, _ in links}
    targets = {url: 1000 + place for place, (_, url) in enumerate(links)}
    with deps.sessions.begin() as session:
        audit = Audit(
            site_id=site_id,
            start_url=BASE,
            trigger=AuditTrigger.SCHEDULE,
            state=AuditState.DONE,
            requested_at=now,
            ended_at=now,
        )
        session.add(audit)
        session.flush()
        for no, url in [*pages.items(), *((no, url) for url, no in targets.items())]:
            ours, compare = no < 1000, n2(url) or url
            session.add(AuditUrl(audit_id=audit.id, no=no, url=url, n2=compare, internal=ours, wanted=ours, depth=None))
        for place, (no, url) in enumerate(links):
            session.add(
                AuditLink(
                    audit_id=audit.id, no=no, position=place, target=targets[url], nofollow=False, text="A source"
                )
            )
        return audit.id
