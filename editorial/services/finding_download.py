"""The findings under a filter as a table for spreadsheets: as `audit.report_csv`, with what became of each."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from editorial.audit.report import Translate
from editorial.audit.report_csv import BOM, written_row
from editorial.services import finding_pages, findings
from editorial.services.finding_filters import Wanted
from editorial.services.finding_pages import Row

COLUMNS = (
    "id",
    "severity",
    "state",
    "rule",
    "title",
    "url",
    "message",
    "evidence",
    "fix",
    "item",
    "owner",
    "first_seen",
    "last_seen",
    "fixed",
    "template",
)


def lines(session: Session, wanted: Wanted, translate: Translate) -> Iterator[str]:
    """The table, a row a piece, its line ends included. Times are UTC, as ISO 8601 writes them.

    Args:
        session: to read with; open until the last row is out.
        wanted: which findings, in what order.
        translate: turns sentences into the reader's language.
    """
    yield BOM + written_row(COLUMNS)
    for row in finding_pages.every(session, wanted):
        yield written_row(_cells(row, translate))


def _cells(row: Row, translate: Translate) -> tuple[str, ...]:
    finding, view = row.finding, findings.view_of(row.finding, row.item_title)
    new = finding.newly_discovered and finding.state.value == "new"
    return (
        str(finding.id),
        finding.severity,
        "newly_discovered" if new else finding.state.value,
        finding.rule,
        translate(view.title),
        finding.url,
        translate(view.sentence),
        "\n".join(map(str, finding.evidence)),
        translate(view.fix),
        row.item_title or "",
        row.owner.name if row.owner else "",
        *map(_when, (finding.first_seen_at, finding.last_seen_at, finding.fixed_at)),
        finding.template,
    )


def _when(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at is not None else ""
