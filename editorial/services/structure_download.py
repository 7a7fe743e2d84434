"""The structure of a site as a table for spreadsheets: one row a page, all of them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from editorial.audit.graph.canonicals import CIRCLE
from editorial.audit.report_csv import BOM, written_row
from editorial.store.audit import AuditPage, AuditPlace, AuditUrl

COLUMNS = (
    "url",
    "status",
    "title",
    "clicks",
    "reached_from",
    "rank",
    "links_in",
    "linked",
    "in_sitemap",
    "indexable",
    "redirects",
    "final_url",
    "canonicals",
    "canonical_end",
)
AT_ONCE = 500


def lines(session: Session, audit_id: int) -> Iterator[str]:
    """The table by address, a row a piece, its line ends included.

    Args:
        session: to read with; open until the last row is out.
        audit_id: of which audit.
    """
    yield BOM + written_row(COLUMNS)
    page, url, place = AuditPage, AuditUrl, AuditPlace
    via, end = aliased(AuditUrl), aliased(AuditUrl)
    wanted = (
        select(
            url.url,
            page.status,
            page.error,
            page.title,
            place.depth,
            via.url.label("via"),
            place.rank,
            place.links_in,
            place.named,
            place.listed,
            page.is_results_page,
            page.hops,
            page.final_url,
            place.canonical_steps,
            end.url.label("end"),
        )
        .join_from(page, url, and_(url.audit_id == page.audit_id, url.no == page.no))
        .join(place, and_(place.audit_id == page.audit_id, place.no == page.no))
        .outerjoin(via, and_(via.audit_id == page.audit_id, via.no == place.via))
        .outerjoin(end, and_(end.audit_id == page.audit_id, end.no == place.canonical_end))
        .where(page.audit_id == audit_id)
        .order_by(url.url)
    )
    for row in session.connection().execute(wanted, execution_options={"yield_per": AT_ONCE}):
        yield written_row(_cells(row))


def _cells(row: Any) -> tuple[str, ...]:
    return (
        row.url,
        row.error or str(row.status),
        row.title,
        _number(row.depth),
        row.via or "",
        _number(row.rank),
        str(row.links_in),
        _truth(row.named),
        _truth(row.listed),
        _truth(row.is_results_page and not row.hops),
        str(row.hops),
        row.final_url if row.hops else "",
        "circle" if row.canonical_steps == CIRCLE else str(row.canonical_steps),
        row.end or "",
    )


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _truth(value: bool) -> str:
    return "yes" if value else "no"
