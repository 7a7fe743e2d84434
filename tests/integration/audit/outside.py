"""Audits that nobody judges: all that is stored of them is what their pages link to on other sites."""

from collections.abc import Sequence

from sqlalchemy import update

from editorial.domain.external import LinkState
from editorial.domain.urls import n2
from editorial.services import external_asking
from editorial.services.deps import Deps
from editorial.store.audit import Audit, AuditLink, AuditState, AuditTrigger, AuditUrl
from editorial.store.external import ExternalTarget
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


def read(deps: Deps, site_id: int, links: Sequence[tuple[int, str]]) -> None:
    """The same, and what they link to is known; nobody asked for it yet."""
    linked(deps, site_id, links)
    external_asking.read_audits(external_asking.asking_of(deps, lambda: False))


def answered(deps: Deps, url: str, state: LinkState, answer: str) -> None:
    """A target was asked for just now."""
    values = {"state": state, "answer": answer, "asked_at": deps.now()}
    if state is LinkState.BROKEN:
        values["failing_since"] = deps.now()
    with deps.sessions.begin() as session:
        session.execute(update(ExternalTarget).where(ExternalTarget.url == url).values(**values))


def due_later(deps: Deps) -> None:
    """No target is to be asked for the next years."""
    with deps.sessions.begin() as session:
        session.execute(update(ExternalTarget).values(due_at=deps.now().replace(year=2030)))
