"""What a site links to outside as a table for spreadsheets: one row a target, or one a link. Times are UTC."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from editorial.audit.report import Translate
from editorial.audit.report_csv import BOM, written_row
from editorial.domain.messages import N_, Message
from editorial.services import external_pages
from editorial.services.external_pages import Line, Wanted

COLUMNS = (
    N_("Target"),
    N_("State"),
    N_("Answer"),
    N_("Pages"),
    N_("Last asked"),
    N_("Not there since"),
    N_("Redirects to"),
)
OF_LINK = (N_("Page"), N_("Link text"))


def targets(session: Session, wanted: Wanted, translate: Translate) -> Iterator[str]:
    """One row a target, line ends included."""
    yield _head(COLUMNS, translate)
    for line in external_pages.every(session, wanted):
        yield written_row(_cells(line, translate))


def links(session: Session, wanted: Wanted, translate: Translate) -> Iterator[str]:
    """One row a link: its page and its words, then its target."""
    yield _head((*OF_LINK, *COLUMNS), translate)
    for line, page, text in external_pages.every_link(session, wanted):
        yield written_row([page, text, *_cells(line, translate)])


def _head(columns: tuple[str, ...], translate: Translate) -> str:
    return BOM + written_row([translate(Message(column)) for column in columns])


def _cells(line: Line, translate: Translate) -> list[str]:
    said = external_pages.facts(line, translate)
    return [
        line.url,
        translate(line.label),
        str(said["says"]),
        str(line.pages),
        _when(line.asked_at),
        _when(line.failing_since),
        line.final_url,
    ]


def _when(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at is not None else ""
