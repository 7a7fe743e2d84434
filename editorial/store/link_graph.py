"""What the link graph of an audit is made from, read in bulk, and where it is kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, and_, delete, select
from sqlalchemy.orm import Session

from editorial.domain.urls import n2
from editorial.store import link_packs
from editorial.store.audit import (
    FROM_SITEMAP,
    Audit,
    AuditAlternate,
    AuditFailure,
    AuditFile,
    AuditListed,
    AuditPage,
    AuditPlace,
    AuditStructure,
    AuditUrl,
    insert_rows,
)
from editorial.store.relations import DENIED

AT_ONCE = 20_000  # rows fetched together; two million links never stand in memory


def pages_seen(session: Session, audit_id: int) -> list[tuple[Any, ...]]:
    """Every page that was fetched or tried, in the order of `audit.graph.places.PageSeen`."""
    page = AuditPage
    rows = (
        select(
            page.no,
            AuditUrl.n2,
            page.final_n2,
            page.canonical_n2,
            page.status,
            page.error,
            page.hops,
            page.is_html,
            page.is_results_page,
            page.noindex,
        )
        .join(AuditUrl, and_(AuditUrl.audit_id == page.audit_id, AuditUrl.no == page.no))
        .where(page.audit_id == audit_id)
        .order_by(page.no)
    )
    return [tuple(row) for row in _streamed(session, rows)]


def addresses(session: Session, audit_id: int) -> Iterator[tuple[int, str]]:
    """Number and N2 of every address of the site that was heard of."""
    wanted = select(AuditUrl.no, AuditUrl.n2).where(AuditUrl.audit_id == audit_id, AuditUrl.internal)
    yield from _streamed(session, wanted)


def links(session: Session, audit_id: int) -> Iterator[tuple[int, int, int, int]]:
    """Page, target, nofollow and in the main part, of every link; those of a page stand together as they were written.

    Truth comes as the bit that stands for it: turning two million of them costs more than reading.
    """
    for no, codes in link_packs.codes(session, audit_id):
        for code in codes:
            yield no, code >> 2, code & link_packs.NOFOLLOW, code & link_packs.IN_MAIN


def listed(session: Session, audit_id: int) -> set[int]:
    """Numbers of the addresses that sitemaps name."""
    return set(session.scalars(select(AuditListed.target).where(AuditListed.audit_id == audit_id)))


def sitemaps_read(session: Session, audit_id: int) -> int:
    """How many sitemaps could be read."""
    wanted = select(AuditFile.no).where(AuditFile.audit_id == audit_id, AuditFile.kind == "sitemap")
    return len(session.scalars(wanted.where(AuditFile.status == 200, AuditFile.error.is_(None))).all())


def alternates(session: Session, audit_id: int) -> Iterator[tuple[int, str, str, bool]]:
    """Page, hreflang code, N2 of what it names, and whether the page itself says so."""
    entry = AuditAlternate
    wanted = select(entry.no, entry.code, entry.n2, entry.position < FROM_SITEMAP).where(entry.audit_id == audit_id)
    yield from _streamed(session, wanted)


def refused(session: Session, audit_id: int) -> set[int]:
    """Numbers of the pages where something else answered: it says nothing of them."""
    wanted = select(AuditFailure.no).where(AuditFailure.audit_id == audit_id, AuditFailure.rule == DENIED)
    return set(session.scalars(wanted))


def redirected(session: Session, audit_id: int) -> Iterator[tuple[int, str, str, int, int, str | None]]:
    """Number, address, final address (N1), hops, status and error of every page that leads elsewhere."""
    page = AuditPage
    rows = (
        select(page.no, AuditUrl.url, page.final_url, page.hops, page.status, page.error)
        .join(AuditUrl, and_(AuditUrl.audit_id == page.audit_id, AuditUrl.no == page.no))
        .where(page.audit_id == audit_id, page.hops > 0)
        .order_by(page.no)
    )
    yield from _streamed(session, rows)


def facts_of(session: Session, audit_id: int, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """The stored facts of these pages."""
    for first in range(0, len(numbers), 500):
        some = numbers[first : first + 500]
        wanted = select(AuditPage.no, AuditPage.facts).where(AuditPage.audit_id == audit_id, AuditPage.no.in_(some))
        yield from _streamed(session, wanted)


def start_of(session: Session, audit_id: int) -> int | None:
    """Number of the address where the audit began."""
    url = session.get_one(Audit, audit_id).start_url
    wanted = select(AuditUrl.no).where(AuditUrl.audit_id == audit_id, AuditUrl.n2 == (n2(url) or url))
    return session.scalar(wanted.limit(1))


def keep(session: Session, audit_id: int, places: Sequence[tuple[Any, ...]], summary: Mapping[str, Any]) -> None:
    """Write where each page stands and what it adds up to, in place of what an earlier try wrote.

    Args:
        places: in the order of the columns of `AuditPlace`.
        summary: of `AuditStructure`.
    """
    forget(session, audit_id)
    insert_rows(session.connection(), AuditPlace, places)
    session.add(AuditStructure(audit_id=audit_id, summary=dict(summary)))


def forget(session: Session, audit_id: int) -> None:
    """Drop what was kept."""
    for table in (AuditPlace, AuditStructure):
        session.execute(delete(table).where(table.audit_id == audit_id))


def _streamed(session: Session, wanted: Executable) -> Iterator[Any]:
    return iter(session.connection().execute(wanted, execution_options={"yield_per": AT_ONCE}))
