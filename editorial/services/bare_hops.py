"""Addresses that an audit met only on the way of a redirect: their redirects are told where the way begins.

Known at the end alone, for a link may come after the redirect that led here first.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Select, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from editorial.audit.crawl.records import LETTERS, packed, unpacked
from editorial.audit.rule import Result
from editorial.audit.rules import PAGE_RULES
from editorial.domain.urls import n2
from editorial.store.audit import Audit, AuditAlternate, AuditFailure, AuditLink, AuditListed, AuditPage, AuditUrl

OF_NAMED = {rule.id: place for place, rule in enumerate(PAGE_RULES) if rule.of_named}
"""The rules that speak of addresses that somebody names, and their places among the outcomes of a page."""


@dataclass(frozen=True)
class BareHop:
    """A page that nobody names, as it is to be kept."""

    outcomes: str
    facts: bytes


def failed(session: Session, audit_id: int) -> set[int]:
    """Numbers of the pages that fail a rule about named addresses."""
    return set(session.scalars(_failed(audit_id)))


def _failed(audit_id: int) -> Select[int]:
    return select(AuditFailure.no).where(AuditFailure.audit_id == audit_id, AuditFailure.rule.in_(OF_NAMED))


def find(session: Session, audit_id: int) -> dict[int, BareHop]:
    """Pages by number that fail a rule about named addresses, and that nothing names.

    A link, a sitemap, a canonical, an hreflang, the start of the audit and a piece of ours each name an address.
    """
    failed = _failed(audit_id)
    linked = select(AuditLink.target).where(AuditLink.audit_id == audit_id, AuditLink.target.in_(failed))
    listed = select(AuditListed.target).where(AuditListed.audit_id == audit_id, AuditListed.target.in_(failed))
    canonical = select(AuditPage.canonical_n2).where(
        AuditPage.audit_id == audit_id, AuditPage.canonical_n2.is_not(None)
    )
    alternate = select(AuditAlternate.n2).where(AuditAlternate.audit_id == audit_id)
    start = session.get_one(Audit, audit_id).start_url
    named = or_(
        AuditUrl.no.in_(linked),
        AuditUrl.no.in_(listed),
        AuditUrl.n2.in_(canonical),
        AuditUrl.n2.in_(alternate),
        AuditUrl.n2 == (n2(start) or start),
    )
    wanted = (
        select(AuditPage.no, AuditPage.outcomes, AuditPage.facts)
        .join(AuditUrl, and_(AuditUrl.audit_id == AuditPage.audit_id, AuditUrl.no == AuditPage.no))
        .where(AuditPage.audit_id == audit_id, AuditPage.no.in_(failed), ~named)
    )
    return {
        page.no: hop
        for page in session.execute(wanted).yield_per(1000)
        if (hop := _hop(page.outcomes, page.facts)) is not None
    }


def _hop(outcomes: str, blob: bytes) -> BareHop | None:
    facts = unpacked(blob)
    if facts.known.published:
        return None
    letters = list(outcomes)
    for place in OF_NAMED.values():
        letters[place] = LETTERS[Result.NOT_APPLICABLE]
    return BareHop("".join(letters), packed(replace(facts, known=replace(facts.known, bare_hop=True))))


def take_back(session: Session, audit_id: int, hops: dict[int, BareHop]) -> None:
    """Let the pages that `find` found fail none of those rules."""
    for no, hop in hops.items():
        session.execute(
            update(AuditPage)
            .where(AuditPage.audit_id == audit_id, AuditPage.no == no)
            .values(outcomes=hop.outcomes, facts=hop.facts)
        )
        session.execute(
            delete(AuditFailure).where(
                AuditFailure.audit_id == audit_id, AuditFailure.no == no, AuditFailure.rule.in_(OF_NAMED)
            )
        )
